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
  /** Zero need not be shown */
  readonly isTight?: boolean;
}

export interface ChartSeries {
  /** In the legend, where there is one */
  readonly name?: string;
  readonly kind: 'line' | 'dots';
  readonly x: ArrayLike<number>;
  readonly y: ArrayLike<number>;
  /** Number of its colour; that of its place in the list where absent */
  readonly colour?: number;
}

/** An SVG of lines and dots with one pair of axes, and a legend where there are several. */
export async function chart(x: ChartAxis, y: ChartAxis, series: readonly ChartSeries[]): Promise<string> {
  const data = series.map((one) => pointsOf(one, x, y));
  const colours = series.map(({ colour }, k) => COLOURS[(colour ?? k) % COLOURS.length]);
  const named = [...series.keys()].filter((k) => series[k].name !== undefined);
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
        domain: named.map((k) => series[k].name!),
        range: named.map((k) => colours[k]),
      },
    ],
    axes: [
      { orient: 'bottom', scale: 'x', title: x.title, tickCount: 6, grid: true, gridOpacity: 0.4 },
      { orient: 'left', scale: 'y', title: y.title, tickCount: 6, grid: true, gridOpacity: 0.4 },
    ],
    ...(series.length > 1 &&
      named.length > 0 && {
        legends: [{ stroke: 'colour', orient: 'right', symbolType: 'stroke', labelLimit: 0 }],
      }),
    marks: series.map(({ kind }, k) => mark(kind, `series${k}`, colours[k], data[k].length)),
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
function scale(
  name: 'x' | 'y',
  { log, isTight }: ChartAxis,
  values: readonly number[],
  range: number[],
): Scale {
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
  const least = isTight && low <= high ? low : Math.min(low, 0);
  const domain = [least <= most ? least : 0, most > least ? most : least + 1];
  return { name, type: 'linear', domain, range, nice: name === 'y', zero: false };
}

function mark(kind: ChartSeries['kind'], from: string, colour: string, count: number): Mark {
  const place = { x: { scale: 'x', field: 'x' }, y: { scale: 'y', field: 'y' } };
  if (kind === 'line')
    return {
      type: 'line',
      from: { data: from },
      encode: { enter: { ...place, stroke: { value: colour }, strokeWidth: { value: 1.5 } } },
    };
  return {
    type: 'symbol',
    from: { data: from },
    encode: {
      enter: {
        ...place,
        size: { value: count > MANY ? 5 : 12 },
        fill: { value: colour },
        fillOpacity: { value: count > MANY ? 0.4 : 0.8 },
      },
    },
  };
}
