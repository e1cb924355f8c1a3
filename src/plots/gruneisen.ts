import type { GruneisenBands, GruneisenMesh } from '../model/phonon-results.js';
import { curvePlot } from './curves.js';

/** THz: parameters of modes below it are quotients of rounding errors, and not drawn */
export const DRAWN_FROM = 1e-2;

const TITLE = 'mode Gr\u00fcneisen parameter';

/** An SVG of mode Grueneisen parameters of a mesh by frequency. */
export function gruneisenMeshPlot(
  { frequencies, parameters }: GruneisenMesh,
  from = DRAWN_FROM,
): Promise<string> {
  return curvePlot({
    xTitle: 'frequency (THz)',
    yTitle: TITLE,
    curves: [
      { x: frequencies, y: parameters.map((g, k) => (frequencies[k] > from ? g : Number.NaN)), dots: true },
    ],
  });
}

/** An SVG of mode Grueneisen parameters along a path. */
export function gruneisenBandPlot({ segments }: GruneisenBands, from = DRAWN_FROM): Promise<string> {
  let before = 0;
  const curves = segments.flatMap(({ distances, frequencies, parameters }) => {
    const size = parameters.length / distances.length;
    const x = distances.map((distance) => before + distance);
    before = x[x.length - 1];
    return Array.from({ length: size }, (_, b) => ({
      x,
      y: x.map((__, q) =>
        Math.abs(frequencies[q * size + b]) > from ? parameters[q * size + b] : Number.NaN,
      ),
      colour: 0,
    }));
  });
  return curvePlot({ xTitle: 'wave vector (1/\u00c5)', yTitle: TITLE, curves });
}
