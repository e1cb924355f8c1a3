import type { Spectrum } from '../../src/lattice/scattering/cumulative.js';
import { fixed } from '../io/fixed.js';

/** What phono3py-kaccum shows of a tensor: its six components, a third of its trace, or its trace. */
export type TensorView = 'tensor' | 'average' | 'trace';

/**
 * Pieces of what phono3py-kaccum prints of a tensor: a block a temperature with a row a point (its value, then cumulative
 * numbers, then densities), and two empty lines behind.
 * @param spectra [t]
 * @param temperatures [t] K; where absent there is no heading
 */
export function* writeCumulativeTensors(
  spectra: readonly Spectrum[],
  temperatures?: ArrayLike<number>,
  view: TensorView = 'tensor',
): Generator<string> {
  for (let t = 0; t < spectra.length; t++) {
    if (temperatures) yield `# ${Math.trunc(temperatures[t])} K\n`;
    const { points, cumulative, density } = spectra[t];
    for (let s = 0; s < points.length; s++) {
      const [sums, densities] = [cumulative, density].map((all) =>
        shown(all.subarray(6 * s, 6 * s + 6), view),
      );
      const width = view === 'tensor' ? [0, 6] : [13, 5];
      yield `${[points[s], ...sums, ...densities].map((x) => `${fixed(x, width[0], width[1])} `).join('')}\n`;
    }
    yield '\n\n';
  }
}

function shown(six: Float64Array, view: TensorView): number[] {
  if (view === 'tensor') return Array.from(six);
  const trace = six[0] + six[1] + six[2];
  return [view === 'average' ? trace / 3 : trace];
}

/** The same of numbers: lifetimes, heat capacities, linewidths by temperature. */
export function* writeCumulativeNumbers(
  spectra: readonly Spectrum[],
  temperatures: ArrayLike<number>,
): Generator<string> {
  for (let t = 0; t < spectra.length; t++) {
    yield `# ${Math.trunc(temperatures[t])} K\n`;
    const { points, cumulative, density } = spectra[t];
    for (let s = 0; s < points.length; s++)
      yield `${fixed(points[s], 0, 6)} ${fixed(cumulative[s], 0, 6)} ${fixed(density[s], 0, 6)}\n`;
    yield '\n\n';
  }
}
