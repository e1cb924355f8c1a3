import type { Spec } from 'vega';
import { drawSvg } from './svg.js';

/** One square panel: predicted against reference. */
export interface ParityPanel {
  /** 'Forces' */
  title: string;
  /** 'eV/A' */
  unit: string;
  /** Pairs [reference, predicted] to draw; a sample where there are many. */
  pairs: readonly (readonly [number, number])[];
  /** One line under the title: errors and their unit */
  caption: string;
}

const SIDE = 280;
const GAP = 90;

/** An SVG of parity panels side by side, each with the diagonal. */
export async function parityPlot(panels: readonly ParityPanel[]): Promise<string> {
  const spec: Spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 12,
    width: panels.length * (SIDE + GAP) - GAP,
    height: SIDE,
    marks: panels.map((panel, index) => panelGroup(panel, index)),
  };
  return drawSvg(spec);
}

function panelGroup(panel: ParityPanel, index: number) {
  const [low, high] = range(panel.pairs);
  const name = `pairs${index}`;
  const domain = [low, high];
  return {
    type: 'group' as const,
    encode: {
      enter: {
        x: { value: index * (SIDE + GAP) },
        width: { value: SIDE },
        height: { value: SIDE },
        stroke: { value: '#999' },
      },
    },
    title: {
      text: panel.title,
      subtitle: panel.caption,
      anchor: 'start' as const,
    },
    data: [
      { name, values: panel.pairs.map(([x, y]) => ({ x, y })) },
      { name: `${name}diagonal`, values: domain.map((v) => ({ v })) },
    ],
    scales: [
      { name: 'x', type: 'linear' as const, domain, range: [0, SIDE], nice: false, zero: false },
      { name: 'y', type: 'linear' as const, domain, range: [SIDE, 0], nice: false, zero: false },
    ],
    axes: [
      {
        orient: 'bottom' as const,
        scale: 'x',
        title: `reference (${panel.unit})`,
        tickCount: 5,
        grid: true,
        gridOpacity: 0.4,
      },
      {
        orient: 'left' as const,
        scale: 'y',
        title: `predicted (${panel.unit})`,
        tickCount: 5,
        grid: true,
        gridOpacity: 0.4,
      },
    ],
    marks: [
      {
        type: 'line' as const,
        from: { data: `${name}diagonal` },
        encode: {
          enter: {
            x: { scale: 'x', field: 'v' },
            y: { scale: 'y', field: 'v' },
            stroke: { value: '#444' },
            strokeWidth: { value: 1 },
          },
        },
      },
      {
        type: 'symbol' as const,
        from: { data: name },
        encode: {
          enter: {
            x: { scale: 'x', field: 'x' },
            y: { scale: 'y', field: 'y' },
            size: { value: 9 },
            fill: { value: '#1f5fa8' },
            fillOpacity: { value: panel.pairs.length > 500 ? 0.35 : 0.8 },
          },
        },
      },
    ],
  };
}

/** The common range of both axes with 4 % of room; never of zero width. */
function range(pairs: readonly (readonly [number, number])[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const pair of pairs) {
    for (const value of pair) {
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (!(low <= high)) return [0, 1];
  const room = high > low ? 0.04 * (high - low) : Math.max(1e-6, 0.04 * Math.abs(high));
  return [low - room, high + room];
}

/** Three significant digits, 1.23e-7 only where plain digits would be long. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return value !== 0 && (size < 1e-4 || size >= 1e5)
    ? value.toExponential(2)
    : String(Number(value.toPrecision(3)));
}
