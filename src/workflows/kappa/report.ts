import { type ReportPart, type ReportSection, reportPage } from '../../plots/report.js';
import type { ConductivityResult } from './conductivity.js';
import { type Drawing, nearest } from './drawings.js';
import type { KappaOutcome } from './outcome.js';

const COMPONENTS = ['xx', 'yy', 'zz', 'yz', 'xz', 'xy'];
/** Rows of a table of temperatures, at most */
const MOST_ROWS = 25;

/** The page of a run: what came out, from what, and how. */
export async function kappaReport(outcome: KappaOutcome, drawings: readonly Drawing[]): Promise<string> {
  const { phonons, third, prepared, plan, results } = outcome;
  const { composition, spaceGroup } = phonons;
  const [result] = results;
  const t = nearest(result.temperatures, 300);
  const sections: ReportSection[] = [
    {
      heading: 'Lattice thermal conductivity (W/m/K)',
      parts: [...warnings(outcome), ...results.flatMap((each) => tablesOf(each, outcome))],
    },
    ...drawings.map(({ heading, caption, svg }) => ({
      heading,
      parts: [{ kind: 'drawing', svg, caption } as ReportPart],
    })),
    {
      heading: 'What it was made of',
      parts: [
        {
          kind: 'facts',
          facts: [
            ['crystal', `${composition}, ${spaceGroup.symbol} (${spaceGroup.number})`],
            ['primitive cell', `${phonons.primitiveAtoms} atoms`],
            [
              'second order',
              `${displacements(phonons.displacements)} of ${phonons.supercellAtoms} atoms; sum rule broken by ${sizes(phonons.drift.after)} eV/A^2`,
            ],
            [
              'third order',
              `${displacements(third.displacements)} of ${third.atoms} atoms; sum rule broken by ${sizes(third.drift.after)} eV/A^3`,
            ],
            ['largest force at rest', `${phonons.residual.toExponential(1)} eV/A`],
            [
              'grid',
              `${prepared.grid.diagonal.join(' x ')}, ${prepared.irreducible.points.length} irreducible points`,
            ],
            ['highest frequency', `${phonons.highest.toFixed(4)} THz`],
            ['modes that do not count', `${result.ignored[t]} of ${prepared.frequencies.length}`],
          ],
        },
      ],
    },
    {
      heading: 'Settings',
      parts: [
        {
          kind: 'facts',
          facts: [...plan.settings, ['program', `${plan.version}, Node ${process.versions.node}`]],
        },
      ],
    },
  ];
  return reportPage({
    title: `Thermal conductivity of ${formulaOf(composition)}`,
    subtitle: `${spaceGroup.symbol} (${spaceGroup.number}), grid of ${prepared.grid.diagonal.join(' x ')} points`,
    sections,
  });
}

/** 'Na4 Cl4' -> 'NaCl' */
function formulaOf(composition: string): string {
  const parts = [...composition.matchAll(/([A-Z][a-z]*)(\d*)/g)].map(([, symbol, count]) => ({
    symbol,
    count: Number(count || 1),
  }));
  const common = parts.reduce((divisor, { count }) => greatestCommon(divisor, count), 0);
  return parts.map(({ symbol, count }) => symbol + (count === common ? '' : count / common)).join('');
}

function greatestCommon(a: number, b: number): number {
  return b === 0 ? a : greatestCommon(b, a % b);
}

function warnings({ phonons: { imaginary } }: KappaOutcome): ReportPart[] {
  const { mesh, band } = imaginary;
  const worst = [mesh, band].filter((modes) => modes !== undefined).sort((a, b) => a.lowest - b.lowest)[0];
  if (!worst) return [];
  return [
    {
      kind: 'warning',
      text:
        `There are imaginary modes, the lowest ${worst.lowest.toFixed(4)} THz at q = ` +
        `(${worst.point.map((x) => x.toFixed(4)).join(' ')}): the structure is no minimum of this potential, and ` +
        'its conductivity means little.',
    },
  ];
}

function tablesOf(result: ConductivityResult, { plan }: KappaOutcome): ReportPart[] {
  const { sigma, kappa, kappaRta, kappaCoherences, kappaWigner, kappaWignerExact, temperatures } = result;
  const width = sigma === undefined ? 'tetrahedra' : `Gaussians of ${sigma} THz`;
  const whole = kappaWignerExact ?? kappaWigner;
  const named: [string, Float64Array | undefined][] = [
    [plan.conductivity.collisions ? 'Boltzmann equation' : 'Relaxation times', kappa],
    ['Relaxation times', kappaRta],
    ['Coherences', kappaCoherences],
    [`${kappaWignerExact ? 'Boltzmann equation' : 'Relaxation times'} with coherences`, whole],
  ];
  const tensors = named.filter((entry): entry is [string, Float64Array] => entry[1] !== undefined);
  const kelvin = shown(temperatures.length);
  if (tensors.every(([, tensor]) => isIsotropic(tensor))) {
    const rows = kelvin.map((t) => [
      `${temperatures[t]}`,
      ...tensors.map(([, tensor]) => written(tensor[6 * t])),
    ]);
    return [
      { kind: 'text', text: `By ${width}; the same in all directions` },
      { kind: 'table', head: ['T (K)', ...tensors.map(([name]) => name)], rows },
    ];
  }
  return tensors.flatMap(([name, tensor]): ReportPart[] => {
    const rows = kelvin.map((t) => [
      `${temperatures[t]}`,
      ...COMPONENTS.map((_, c) => written(tensor[6 * t + c])),
    ]);
    return [
      { kind: 'text', text: `${name}, by ${width}` },
      { kind: 'table', head: ['T (K)', ...COMPONENTS], rows },
    ];
  });
}

/** Components that differ by less, in parts of the first, are the same */
const SAME = 1e-6;

/** [t][6] Whether all are alike along the axes, with nothing between these. */
function isIsotropic(tensor: Float64Array): boolean {
  return tensor.every((x, k) => {
    const first = tensor[k - (k % 6)];
    return Math.abs(x - (k % 6 < 3 ? first : 0)) <= SAME * Math.abs(first);
  });
}

function written(x: number): string {
  return x.toFixed(3).replace(/^-(0\.0+)$/, '$1');
}

/** All, or some of them in equal steps. */
function shown(count: number): number[] {
  const step = Math.ceil(count / MOST_ROWS);
  return Array.from({ length: Math.ceil(count / step) }, (_, k) => k * step);
}

function sizes(values: readonly number[]): string {
  return Math.max(...values.map(Math.abs)).toExponential(1);
}

function displacements(count: number): string {
  return `${count} displacement${count === 1 ? '' : 's'}`;
}
