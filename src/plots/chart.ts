import type { Mark, Scale, Spec } from 'vega';
import { drawSvg } from './svg.js';

const WIDTH = 420;
const HEIGHT = 280;
/** Colours of series, again from the first where there are more. */
const COLOURS = ['#1f5fa8', '#b5472f', '#3c8a4e', '#8a5aa8', '#b58a1f', '#4a9aa8'];
/** Dots above which they are smaller and let through what lies below. */
const MANY = 2000;

export interface ChartAxis {
  readonly title: string;
  /** Numbers that are not positive are left out then */
  readonly log?: boolean;
}

export interface ChartSeries {
  readonly name: string;
  readonly kind: 'line' | 'dots';
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
}

/** An SVG of lines and dots with one pair of axes, and a legend where there are several. */
export async function chart(x: ChartAxis, y: ChartAxis, series: readonly ChartSeries[]): Promise<string> {
  const data = series.map((one) => pointsOf(one, x, y));
  const xs = data.flatMap((points) => points.map((point) => point.x));
  const ys = data.flatMap((points) => points.map((point) => point.y));
  const spec: Spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 12,
    width: WIDTH,
    height: HEIGHT,
    data: data.map((values, k) => ({ name: `series${k}`, values })),
    scales: [
      scale('x', x, xs, [0, WIDTH]),
      scale('y', y, ys, [HEIGHT, 0]),
      {
        name: 'colour',
        type: 'ordinal',
        domain: series.map(({ name }) => name),
        range: series.map((_, k) => COLOURS[k % COLOURS.length]),
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: x.title, tickCount: 6, grid: true, gridOpacity: 0.4 },
      { orient: 'left', scale: 'y', title: y.title, tickCount: 6, grid: true, gridOpacity: 0.4 },
    ],
    ...(series.length > 1 && {
      legends: [{ stroke: 'colour', orient: 'right', symbolType: 'stroke', labelLimit: 0 }],
    }),
    marks: series.map(({ kind }, k) => mark(kind, k, data[k].length)),
  };
  return drawSvg(spec);
}

function pointsOf({ x, y }: ChartSeries, xAxis: ChartAxis, yAxis: ChartAxis): { x: number; y: number }[] {
  const points: { x: number; y: number }[] = [];
  for (let k = 0; k < x.length; k++) {
    const shown = (value: number, axis: ChartAxis) => Number.isFinite(value) && (!axis.log || value > 0);
    if (shown(x[k], xAxis) && shown(y[k], yAxis)) points.push({ x: x[k], y: y[k] });
  }
  return points;
}

/** The range of numbers; never of zero width. */
function scale(name: 'x' | 'y', { log }: ChartAxis, values: readonly number[], range: number[]): Scale {
  const low = values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const high = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  if (log)
    return {
      name,
      type: 'log',
      domain: low <= high ? [low / 1.1, high * 1.1] : [0.1, 10],
      range,
      nice: false,
    };
  const most = low <= high ? high : 1;
  const least = Math.min(low, 0);
  const domain = [least <= most ? least : 0, most > least ? most : least + 1];
  return { name, type: 'linear', domain, range, nice: name === 'y', zero: false };
}

function mark(kind: ChartSeries['kind'], k: number, count: number): Mark {
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  const colour = { value: COLOURS[k % COLOURS.length] };
  if (kind === 'line')
    return {
      type: 'line',
      from: { data: `series${k}` },
      encode: { enter: { ...place, stroke: colour, strokeWidth: { value: 1.5 } } },
    };
  return {
    type: 'symbol',
    from: { data: `series${k}` },
    encode: {
      enter: {
        ...place,
        size: { value: count > MANY ? 5 : 12 },
        fill: colour,
        fillOpacity: { value: count > MANY ? 0.4 : 0.8 },
      },
    },
  };
}
