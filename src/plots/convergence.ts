import type { Spec } from 'vega';
import { GIGAPASCAL } from '../model/units.js';
import { drawSvg } from './svg.js';

/** Steps of one relaxation: eV, eV/A, eV/A^3. */
export type ConvergenceCurve = {
  readonly evaluations: number;
  readonly enthalpy: number;
  readonly fmax: number;
  readonly smax: number;
}[];

const WIDTH = 360;
const HEIGHT = 150;
const GAP = 28;
/** Colours of curves, again from the first where there are more. */
const COLOURS = ['#1f5fa8', '#b5472f', '#3c8a4e', '#8a5aa8', '#b58a1f'];

interface Panel {
  readonly title: string;
  /** One for each curve */
  readonly lines: readonly (readonly { readonly x: number; readonly y: number }[])[];
  /** Where it should come to */
  readonly target?: number;
}

/** An SVG of how relaxations came to rest: the largest force, the stress where a cell was relaxed, and the energy above the last. */
export async function convergencePlot(
  curves: readonly ConvergenceCurve[],
  targets: { readonly fmax?: number; readonly smax?: number },
): Promise<string> {
  const lines = (value: (point: ConvergenceCurve[number], last: ConvergenceCurve[number]) => number) =>
    curves.map((curve) =>
      curve
        .map((point) => ({ x: point.evaluations, y: value(point, curve[curve.length - 1]) }))
        .filter(({ y }) => y > 0),
    );
  const panels: Panel[] = [
    { title: 'largest force (eV/Å)', lines: lines(({ fmax }) => fmax), target: targets.fmax },
  ];
  if (curves.some((curve) => curve.some(({ smax }) => smax > 0))) {
    panels.push({
      title: 'stress beyond the pressure (GPa)',
      lines: lines(({ smax }) => smax / GIGAPASCAL),
      target: targets.smax === undefined ? undefined : targets.smax / GIGAPASCAL,
    });
  }
  panels.push({
    title: 'energy above the last (eV)',
    lines: lines((point, last) => point.enthalpy - last.enthalpy),
  });
  const most = Math.max(2, ...curves.flatMap((curve) => curve.map(({ evaluations }) => evaluations)));
  const spec: Spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 12,
    width: WIDTH,
    height: panels.length * (HEIGHT + GAP) - GAP,
    marks: panels.map((panel, k) => group(panel, k, most, k === panels.length - 1)),
  };
  return drawSvg(spec);
}

function group({ title, lines, target }: Panel, index: number, most: number, isLast: boolean) {
  const values = lines.flat().map(({ y }) => y);
  const all = target === undefined ? values : [...values, target];
  const domain = all.length > 0 ? [Math.min(...all) / 2, Math.max(...all) * 2] : [1e-1, 1e1];
  const line = (data: string, colour: string, dash: number[]) => ({
    type: 'line' as const,
    from: { data },
    encode: {
      enter: {
        x: { scale: 'x', field: 'x' },
        y: { scale: 'y', field: 'y' },
        stroke: { value: colour },
        strokeWidth: { value: 1.5 },
        strokeDash: { value: dash },
      },
    },
  });
  const names = lines.map((_, k) => `curve${index}_${k}`);
  const targetName = `target${index}`;
  return {
    type: 'group' as const,
    encode: {
      enter: {
        y: { value: index * (HEIGHT + GAP) },
        width: { value: WIDTH },
        height: { value: HEIGHT },
        stroke: { value: '#999' },
      },
    },
    title: { text: title, anchor: 'start' as const },
    data: [
      ...lines.map((points, k) => ({ name: names[k], values: [...points] })),
      { name: targetName, values: target === undefined ? [] : [1, most].map((x) => ({ x, y: target })) },
    ],
    scales: [
      { name: 'x', type: 'linear' as const, domain: [1, most], range: [0, WIDTH], nice: false, zero: false },
      { name: 'y', type: 'log' as const, domain, range: [HEIGHT, 0] },
    ],
    axes: [
      {
        orient: 'bottom' as const,
        scale: 'x',
        title: isLast ? 'evaluations' : undefined,
        tickCount: 6,
        labels: isLast,
        grid: true,
        gridOpacity: 0.4,
      },
      { orient: 'left' as const, scale: 'y', tickCount: 5, format: '.0e', grid: true, gridOpacity: 0.4 },
    ],
    marks: [
      ...names.map((name, k) => line(name, COLOURS[k % COLOURS.length], [])),
      line(targetName, '#444', [4, 3]),
    ],
  };
}
