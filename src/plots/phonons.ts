import type { Mark, Spec } from 'vega';
import { NOT_ZERO } from '../lattice/harmonic/imaginary.js';
import type { BandStructure, DensityOfStates } from '../model/phonon-results.js';
import { drawSvg } from './svg.js';

const HEIGHT = 300;
const BANDS = 460;
const DENSITY = 130;
const GAP = 14;
const COLOUR = '#1f5fa8';
const IMAGINARY = '#b5472f';

/**
 * An SVG of bands, of a density of states, or of both beside each other, on one scale of frequencies. Imaginary ones lie below zero,
 * in another colour.
 */
export async function bandPlot(band: BandStructure | undefined, density?: DensityOfStates): Promise<string> {
  const frequencies = band?.segments.flatMap(({ frequencies: f }) => [...f]) ?? [];
  const states = density ? shown(density) : [];
  const all = [...frequencies, ...states.map(({ y }) => y), 0];
  const low = all.reduce((a, b) => Math.min(a, b));
  const high = all.reduce((a, b) => Math.max(a, b));
  // Rounding errors around zero are no reason to show what is below it.
  const domain = [low < -0.02 * high ? low - 0.04 * (high - low) : 0, high + 0.04 * (high - low)];
  const spec: Spec = {
    $schema: 'https://vega.github.io/schema/vega/v6.json',
    background: 'white',
    padding: 12,
    width: (band ? BANDS : 0) + (band && density ? GAP : 0) + (density ? DENSITY : 0),
    height: HEIGHT,
    marks: [
      ...(band ? [bandGroup(band, domain)] : []),
      ...(density ? [densityGroup(states, domain, band === undefined)] : []),
    ],
  };
  return drawSvg(spec);
}

function bandGroup({ segments }: BandStructure, domain: number[]): Mark {
  const end = Math.max(...segments.map(({ distances }) => distances[distances.length - 1]), 1e-9);
  const lines = segments.flatMap(({ frequencies, distances }, s) => {
    const width = frequencies.length / distances.length;
    return Array.from(frequencies, (y, k) => ({
      x: distances[Math.floor(k / width)],
      y,
      line: `${s} ${k % width}`,
    }));
  });
  const ticks = ticksOf(segments);
  return {
    type: 'group' as const,
    encode: {
      enter: { width: { value: BANDS }, height: { value: HEIGHT }, stroke: { value: '#999' } },
    },
    data: [
      { name: 'bands', values: lines },
      { name: 'imaginary', values: domain[0] < 0 ? lines.filter(({ y }) => y < -NOT_ZERO) : [] },
      { name: 'ticks', values: ticks },
      { name: 'zero', values: [{ x: 0 }, { x: end }] },
    ],
    scales: [
      { name: 'x', type: 'linear' as const, domain: [0, end], range: [0, BANDS], nice: false, zero: false },
      { name: 'y', type: 'linear' as const, domain, range: [HEIGHT, 0], nice: false, zero: false },
    ],
    axes: [
      {
        orient: 'left' as const,
        scale: 'y',
        title: 'frequency (THz)',
        tickCount: 6,
        grid: true,
        gridOpacity: 0.4,
      },
    ],
    marks: [
      {
        type: 'rule' as const,
        from: { data: 'ticks' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'x' },
            y: { value: 0 },
            y2: { value: HEIGHT },
            stroke: { value: '#999' },
          },
        },
      },
      {
        type: 'text' as const,
        from: { data: 'ticks' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'x' },
            y: { value: HEIGHT + 16 },
            text: { field: 'label' },
            align: { value: 'center' as const },
            fontSize: { value: 12 },
          },
        },
      },
      ...(domain[0] < 0 ? [zeroLine()] : []),
      {
        type: 'group' as const,
        from: { facet: { name: 'band', data: 'bands', groupby: 'line' } },
        marks: [
          {
            type: 'line' as const,
            from: { data: 'band' },
            encode: {
              enter: {
                x: { scale: 'x', field: 'x' },
                y: { scale: 'y', field: 'y' },
                stroke: { value: COLOUR },
                strokeWidth: { value: 1.2 },
              },
            },
          },
        ],
      },
      {
        type: 'symbol' as const,
        from: { data: 'imaginary' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'x' },
            y: { scale: 'y', field: 'y' },
            size: { value: 6 },
            fill: { value: IMAGINARY },
          },
        },
      },
    ],
  };
}

function zeroLine(): Mark {
  return {
    type: 'line' as const,
    from: { data: 'zero' },
    encode: {
      enter: {
        x: { scale: 'x', field: 'x' },
        y: { scale: 'y', value: 0 },
        stroke: { value: '#444' },
        strokeDash: { value: [4, 3] },
      },
    },
  };
}

function densityGroup(states: readonly { x: number; y: number }[], domain: number[], isAlone: boolean): Mark {
  const most = Math.max(...states.map(({ x }) => x), 1e-9);
  return {
    type: 'group' as const,
    encode: {
      enter: {
        x: { value: isAlone ? 0 : BANDS + GAP },
        width: { value: DENSITY },
        height: { value: HEIGHT },
        stroke: { value: '#999' },
      },
    },
    data: [{ name: 'states', values: [...states] }],
    scales: [
      {
        name: 'x',
        type: 'linear' as const,
        domain: [0, 1.04 * most],
        range: [0, DENSITY],
        nice: false,
      },
      { name: 'y', type: 'linear' as const, domain, range: [HEIGHT, 0], nice: false, zero: false },
    ],
    axes: [
      { orient: 'bottom' as const, scale: 'x', title: 'states per THz', tickCount: 3 },
      {
        orient: 'left' as const,
        scale: 'y',
        labels: isAlone,
        title: isAlone ? 'frequency (THz)' : undefined,
        tickCount: 6,
        grid: true,
        gridOpacity: 0.4,
      },
    ],
    marks: [
      {
        type: 'line' as const,
        from: { data: 'states' },
        encode: {
          enter: {
            x: { scale: 'x', field: 'x' },
            y: { scale: 'y', field: 'y' },
            stroke: { value: COLOUR },
            strokeWidth: { value: 1.2 },
          },
        },
      },
    ],
  };
}

/** Points of the density as far as there are states. */
function shown({ frequencies, columns }: DensityOfStates): { x: number; y: number }[] {
  const points = Array.from(frequencies, (y, k) => ({ x: columns[0][k], y }));
  const has = points.map(({ x }) => x > 0);
  const [from, to] = [has.indexOf(true), has.lastIndexOf(true)];
  return from < 0 ? [] : points.slice(Math.max(0, from - 1), to + 2);
}

/** Where segments begin and end, and the names of those places, two where the path jumps. */
function ticksOf(segments: BandStructure['segments']): { x: number; label: string }[] {
  const ticks: { x: number; label: string }[] = [];
  for (const { distances, labels } of segments) {
    [distances[0], distances[distances.length - 1]].forEach((x, end) => {
      const label = plainLabel(labels?.[end] ?? '');
      const last = ticks.at(-1);
      if (!last || x - last.x > 1e-9) ticks.push({ x, label });
      else if (last.label !== label) last.label = `${last.label}|${label}`;
    });
  }
  return ticks;
}

const LETTERS: Readonly<Record<string, string>> = {
  Gamma: '\u0393',
  Sigma: '\u03a3',
  Delta: '\u0394',
  Lambda: '\u039b',
};

/** '$\mathrm{H_2}$' -> 'H' and a small 2 */
export function plainLabel(label: string): string {
  return label
    .replace(/^\$(.*)\$$/, '$1')
    .replace(/\\mathrm\{([^}]*)\}/g, '$1')
    .replace(/\\([A-Z][a-z]+)/g, (whole, name: string) => LETTERS[name] ?? whole)
    .replace(/_\{?(\d)\}?/g, (_, digit: string) => String.fromCharCode(0x2080 + Number(digit)));
}
