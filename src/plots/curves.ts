import type { Mark, Spec } from 'vega';
import { drawSvg } from './svg.js';

const WIDTH = 420;
const HEIGHT = 260;
const COLOURS = ['#1f5fa8', '#b5472f', '#3c8a4e', '#7a4fa3'];

/** Points in order of x, drawn as a line or as dots. */
export interface Curve {
  readonly name?: string;
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  readonly dots?: boolean;
  /** Number of its colour; that of its place in the list where absent */
  readonly colour?: number;
}

export interface CurvePlot {
  readonly xTitle: string;
  readonly yTitle?: string;
  readonly curves: readonly Curve[];
}

/** An SVG of curves in one frame, with a legend of those that have names. What is not finite is not drawn. */
export async function curvePlot({ xTitle, yTitle, curves }: CurvePlot): Promise<string> {
  const colourOf = ({ colour }: Curve, k: number) => COLOURS[(colour ?? k) % COLOURS.length];
  const named = curves
    .map((curve, k) => ({ ...curve, stroke: colourOf(curve, k) }))
    .filter(({ name }) => name);
  const fields = (field: string) => curves.map((_, k) => ({ data: `curve${k}`, field }));
  const spec: Spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 12,
    width: WIDTH,
    height: HEIGHT,
    data: curves.map(({ x, y }, k) => ({
      name: `curve${k}`,
      values: Array.from(x, (value, t) => ({ x: value, y: y[t] })).filter((p) => Number.isFinite(p.y)),
    })),
    scales: [
      {
        name: 'x',
        type: 'linear',
        domain: { fields: fields('x') },
        range: [0, WIDTH],
        nice: false,
        zero: false,
      },
      {
        name: 'y',
        type: 'linear',
        domain: { fields: fields('y') },
        range: [HEIGHT, 0],
        nice: true,
        zero: false,
      },
      {
        name: 'colour',
        type: 'ordinal',
        domain: named.map(({ name }) => name!),
        range: named.map(({ stroke }) => stroke),
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: xTitle, tickCount: 6, grid: true, gridOpacity: 0.4 },
      { orient: 'left', scale: 'y', title: yTitle, tickCount: 6, grid: true, gridOpacity: 0.4 },
    ],
    ...(named.length > 0 && {
      legends: [{ stroke: 'colour', orient: 'right', symbolType: 'stroke', labelLimit: 0 }],
    }),
    marks: curves.map((curve, k) => markOf(curve, `curve${k}`, colourOf(curve, k))),
  };
  return drawSvg(spec);
}

function markOf({ dots }: Curve, data: string, colour: string): Mark {
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  if (dots) {
    return {
      type: 'symbol',
      from: { data },
      encode: { enter: { ...place, size: { value: 12 }, fill: { value: colour } } },
    };
  }
  return {
    type: 'line',
    from: { data },
    encode: { enter: { ...place, stroke: { value: colour }, strokeWidth: { value: 1.5 } } },
  };
}
