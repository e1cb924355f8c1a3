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
              `${phonons.displacements} displacements of ${phonons.supercellAtoms} atoms; sum rule broken by ${sizes(phonons.drift.after)} eV/A^2`,
            ],
            [
              'third order',
              `${third.displacements} displacements of ${third.atoms} atoms; sum rule broken by ${sizes(third.drift.after)} eV/A^3`,
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
      parts: [{ kind: 'facts', facts: [...plan.settings, ['program', plan.version]] }],
    },
  ];
  return reportPage({
    title: `Thermal conductivity of ${composition}`,
    subtitle: `${spaceGroup.symbol} (${spaceGroup.number}), grid of ${prepared.grid.diagonal.join(' x ')} points`,
    sections,
  });
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
  const { sigma, kappa, kappaRta, kappaWigner, kappaWignerExact, temperatures } = result;
  const width = sigma === undefined ? 'tetrahedra' : `Gaussians of ${sigma} THz`;
  const lines: [string, Float64Array | undefined][] = [
    [plan.conductivity.collisions ? 'Boltzmann equation' : 'Relaxation times', kappa],
    ['Relaxation times', kappaRta],
    ['Relaxation times with coherences', kappaWigner],
    ['Boltzmann equation with coherences', kappaWignerExact],
  ];
  return lines.flatMap(([name, tensor]): ReportPart[] => {
    if (!tensor) return [];
    const rows = shown(temperatures.length).map((t) => [
      `${temperatures[t]}`,
      ...COMPONENTS.map((_, c) => tensor[6 * t + c].toFixed(3).replace(/^-(0\.0+)$/, '$1')),
    ]);
    return [
      { kind: 'text', text: `${name}, ${width}` },
      { kind: 'table', head: ['T (K)', ...COMPONENTS], rows },
    ];
  });
}

/** All, or some of them in equal steps. */
function shown(count: number): number[] {
  const step = Math.ceil(count / MOST_ROWS);
  return Array.from({ length: Math.ceil(count / step) }, (_, k) => k * step);
}

function sizes(values: readonly number[]): string {
  return Math.max(...values.map(Math.abs)).toExponential(1);
}
