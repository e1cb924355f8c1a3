import { type Command, InvalidArgumentError, Option } from 'commander';
import { createCpuDevice } from '../device/cpu.js';
import { PAIR_DISTANCE } from '../lattice/displacements/pairs.js';
import { temperatureSteps } from '../lattice/harmonic/thermal.js';
import { UsageError } from '../model/errors.js';
import type { ConductivityPlan } from '../workflows/kappa/plan.js';
import { type KappaRunPlan, type KappaRunReport, runKappa } from '../workflows/kappa/run.js';
import type { Shard } from '../workflows/kappa/scatter-all.js';
import { KappaTeller } from './kappa-teller.js';
import { forcesOf, MODEL_HELP, type OpenedModel, openModel } from './open-model.js';
import {
  addForceConstantOptions,
  addRunOptions,
  numbersOf,
  type PhononFlags,
  parsePositive,
  phononPlanOf,
  wholeNumbersOf,
} from './phonon-options.js';
import { imaginaryOf } from './phonons.js';
import { VERSION } from './version.js';

interface Flags extends PhononFlags {
  dimFc2?: string[];
  cutoffPair?: number;
  temperatures: Float64Array;
  lbte?: boolean;
  iterative?: boolean;
  fullMatrix?: boolean;
  isotope?: boolean;
  massVariances?: string[];
  bmfp?: number;
  sigma?: string[];
  sigmaCutoff?: number;
  nu?: boolean;
  wigner?: boolean;
  home: 'average' | 'first';
  cutoffFrequency?: number;
  shard?: Shard;
  shengbte?: boolean;
}

/** K, where the user does not say */
const TEMPERATURES = '100:1000:50';

const EXAMPLE = `
Examples:
  phonolink kappa nep.txt POSCAR --dim 2 2 2 --mesh 19 19 19 -o kappa
  phonolink kappa pot.yace POSCAR --dim 2 2 2 --dim-fc2 4 4 4 --mesh 11 11 11 --lbte --isotope -o kappa
  phonolink kappa nep.txt POSCAR --dim 2 2 2 --mesh 19 19 19 --shard 2/4 -o /shared/kappa    (one of four processes)

FOLDER gets the files of phonopy and phono3py (FORCES_FC3, fc2.hdf5, fc3.hdf5, kappa-m*.hdf5, ...), plots, and
report.html with all of them. The same command goes on where an interrupted one ended: no forces and no point of the
grid are calculated twice; --restart begins anew.`;

export function addKappa(program: Command): void {
  const command = program
    .command('kappa')
    .description(
      'from a potential to the thermal conductivity of a crystal: force constants, scattering, report',
    )
    .argument('<model>', MODEL_HELP)
    .argument('<in>', 'a crystal in any format')
    .requiredOption('--dim <n...>', 'the supercell of third-order force constants: 3 or 9 whole numbers')
    .option('--dim-fc2 <n...>', 'another one for those of second order')
    .requiredOption('--mesh <n...>', 'the grid of q points: three numbers, or a length in A')
    .option('-o, --output <folder>', 'where the files go, and are taken up from', 'kappa')
    .addOption(
      new Option('--temperatures <K>', '300, or 100,300,1000, or first:last:step')
        .argParser(parseTemperatures)
        .default(parseTemperatures(TEMPERATURES), TEMPERATURES),
    )
    .option('--lbte', 'solve the linearised Boltzmann equation by the collision matrix')
    .option('--iterative', 'with --lbte: by conjugate gradients instead of eigenvectors')
    .option('--full-matrix', 'with --lbte: the matrix of all points, not reduced by symmetry')
    .option('--isotope', 'scattering by isotopes, of the elements as they occur')
    .option(
      '--mass-variances <x...>',
      'scattering by isotopes with these variances, one for each atom of the primitive cell',
    )
    .option('--bmfp <micrometres>', 'phonons fly no farther than this', parsePositive)
    .option('--sigma <THz...>', 'Gaussians of these widths instead of tetrahedra')
    .option('--sigma-cutoff <widths>', 'where Gaussians end', parsePositive)
    .option('--nu', 'normal and umklapp parts of linewidths')
    .option('--wigner', 'coherences too')
    .addOption(
      new Option(
        '--home <convention>',
        "which atom of a triplet sits in the home cell: phono3py 4's average over the three, or the first, as before",
      )
        .choices(['average', 'first'])
        .default('average'),
    )
    .option('--cutoff-pair <A>', 'pairs of atoms farther apart are not displaced', parsePositive)
    .option('--cutoff-frequency <THz>', 'slower modes take no part', parsePositive)
    .option('--pa <axes...>', 'the primitive cell: auto, P F I A B C R, or 9 numbers', ['auto'])
    .option('--no-relax', 'take the structure as it is')
    .option('--fmax <eV/A>', 'relax until no force is larger', parsePositive, 1e-5)
    .option(
      '--shard <i/N>',
      'one of N processes that share the folder; the first calculates the forces',
      parseShard,
    )
    .option('--shengbte', 'CONTROL and force constants for ShengBTE too, in FOLDER/shengbte')
    .option('--restart', 'take up nothing of an earlier run');
  addForceConstantOptions(command, { distance: PAIR_DISTANCE, diagonal: false });
  addRunOptions(command);
  command.addHelpText('after', EXAMPLE).action(run);
}

function parseTemperatures(text: string): Float64Array {
  const parts = text.split(':');
  if (parts.length > 1) {
    const [first, last, step] = parts.map(Number);
    if (
      parts.length !== 3 ||
      ![first, last, step].every(Number.isFinite) ||
      !(first >= 0 && last >= first && step > 0)
    )
      throw new InvalidArgumentError('expected first:last:step in kelvin.');
    return temperatureSteps(first, last, step);
  }
  const values = text.split(/[\s,]+/).map((part) => (part === '' ? Number.NaN : Number(part)));
  if (!values.every((t) => Number.isFinite(t) && t >= 0))
    throw new InvalidArgumentError('expected temperatures in kelvin.');
  return Float64Array.from(values);
}

function parseShard(text: string): Shard {
  const [, i, n] = (/^(\d+)\/(\d+)$/.exec(text) ?? []).map(Number);
  if (!(i >= 1 && i <= n)) throw new InvalidArgumentError('expected i/N with i from 1 to N.');
  return { index: i - 1, count: n };
}

function conductivityPlanOf(flags: Flags): ConductivityPlan {
  const { temperatures, lbte, iterative, fullMatrix, sigma, sigmaCutoff, massVariances, bmfp, home } = flags;
  if (!lbte && (iterative || fullMatrix))
    throw new UsageError(
      `${iterative ? '--iterative' : '--full-matrix'} says how to solve the Boltzmann equation, which needs --lbte`,
    );
  const mesh = numbersOf('--mesh', flags.mesh, [1, 3], 'three whole numbers, or a length in A');
  const isMesh = mesh.length === 1 || mesh.every(Number.isInteger);
  if (!isMesh || !mesh.every((n) => n > 0))
    throw new UsageError(`--mesh ${flags.mesh.join(' ')}: expected three whole numbers, or a length in A`);
  const widths =
    sigma && numbersOf('--sigma', sigma, [sigma.join(' ').trim().split(/\s+/).length], 'widths in THz');
  if (widths && !widths.every((width) => width > 0))
    throw new UsageError(`--sigma ${sigma!.join(' ')}: expected positive widths in THz`);
  const variances = massVariances?.join(' ').trim().split(/\s+/).map(Number);
  if (variances && !variances.every((x) => x >= 0))
    throw new UsageError(`--mass-variances ${massVariances!.join(' ')}: expected numbers`);
  return {
    mesh,
    convention: home,
    widths: widths ?? ['tetrahedra'],
    // What comes out does not hang on which vectors span the space of bands that touch.
    equalBands: 'averaged',
    temperatures,
    ...(sigmaCutoff !== undefined && { sigmaCutoff }),
    ...(flags.cutoffFrequency !== undefined && { cutoffFrequency: flags.cutoffFrequency }),
    ...((flags.isotope || variances) && { isotope: variances ?? ('natural' as const) }),
    ...(flags.nu && { split: true }),
    ...(lbte && { collisions: fullMatrix ? ('full' as const) : ('reduced' as const) }),
    ...(iterative && { solver: { kind: 'gradients' as const } }),
    ...(bmfp !== undefined && { boundary: bmfp }),
    ...(flags.wigner && { wigner: 'diagonal' as const }),
  };
}

function planOf(
  name: string,
  input: string,
  model: OpenedModel,
  flags: Flags,
  note: (s: string) => void,
): KappaRunPlan {
  const conductivity = conductivityPlanOf(flags);
  const dim = wholeNumbersOf('--dim', flags.dim);
  // phonopy's usual mesh for what is not the conductivity.
  const phonons = phononPlanOf(
    name,
    input,
    model,
    { ...flags, dim: flags.dimFc2 ?? flags.dim, mesh: ['100'] },
    note,
  );
  return {
    phonons: {
      ...phonons,
      displacements: { ...phonons.displacements, diagonal: false },
      ...(flags.relax && { relax: { fmax: flags.fmax, cell: 'full' as const } }),
      band: { path: 'auto', count: 51 },
      temperatures: temperatureSteps(0, 1000, 10),
    },
    dim,
    pairs: {
      distance: flags.amplitude,
      ...(flags.cutoffPair !== undefined && { cutoff: flags.cutoffPair }),
      opposites: phonons.displacements.opposites,
    },
    conductivity,
    ...(flags.shard && { shard: flags.shard }),
    ...(flags.shengbte && { shengbte: true }),
    version: `phonolink ${VERSION}`,
    settings: settingsOf(name, input, flags, conductivity),
  };
}

function settingsOf(name: string, input: string, flags: Flags, plan: ConductivityPlan): [string, string][] {
  const { temperatures } = plan;
  const ends = `${temperatures[0]} to ${temperatures[temperatures.length - 1]} K`;
  return [
    ['model', name],
    ['structure', `${input}${flags.relax ? `, relaxed to ${flags.fmax} eV/A` : ', as it is'}`],
    ['supercells', `${flags.dim.join(' ')}${flags.dimFc2 ? `; second order ${flags.dimFc2.join(' ')}` : ''}`],
    [
      'displacements',
      `${flags.amplitude} A${flags.cutoffPair ? `, pairs within ${flags.cutoffPair} A` : ''}`,
    ],
    ['force constants', flags.fcSymmetry ? 'sum rule and symmetry of indices imposed' : 'as they come'],
    ['non-analytic term', flags.nac ? `${flags.nac}, ${flags.nacMethod}` : 'none'],
    ['grid', flags.mesh.join(' ')],
    [
      'delta functions',
      plan.widths
        .map((w) =>
          w === 'tetrahedra' ? 'tetrahedra, bands of equal frequency alike' : `Gaussian of ${w} THz`,
        )
        .join(', '),
    ],
    ['temperatures', temperatures.length === 1 ? `${temperatures[0]} K` : `${temperatures.length}, ${ends}`],
    [
      'method',
      flags.lbte
        ? `linearised Boltzmann equation, ${plan.collisions} matrix, ${flags.iterative ? 'conjugate gradients' : 'eigenvectors'}`
        : 'relaxation times',
    ],
    [
      'isotopes',
      plan.isotope === undefined
        ? 'none'
        : plan.isotope === 'natural'
          ? 'as they occur'
          : plan.isotope.join(' '),
    ],
    ['boundary', plan.boundary === undefined ? 'none' : `${plan.boundary} micrometres`],
    ['home cell', plan.convention === 'average' ? 'average over the three atoms' : 'the first atom'],
  ];
}

async function run(name: string, input: string, flags: Flags): Promise<void> {
  const teller = new KappaTeller(flags.quiet || flags.json);
  conductivityPlanOf(flags);
  const model = await openModel(name, flags, teller.say);
  const own = model.kind === 'potential' && model.device.kind === 'cpu' ? model.device : undefined;
  const device = own ?? (await createCpuDevice({ threads: flags.threads }));
  try {
    const plan = planOf(name, input, model, flags, teller.note);
    const report = await runKappa(plan, forcesOf(model), device, teller);
    for (const sentence of imaginaryOf(report.phonons)) teller.note(sentence);
    if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(report, flags, teller.notes))}\n`);
    else if (!flags.quiet) process.stdout.write(summaryOf(report, flags));
  } finally {
    teller.end();
    if (!own) await device.close();
    await model.close();
  }
}

function summaryOf(report: KappaRunReport, { output, shard, lbte }: Flags): string {
  const { results, missing, points, files } = report;
  if (!results) {
    return (
      `${points - missing} of ${points} points are done; the others are those of other shards` +
      `${shard ? '' : ' that were begun before'}. When they have ended, any of these commands makes the results.\n`
    );
  }
  const lines = results.flatMap(({ kappa, kappaRta, kappaCoherences, temperatures, sigma }) => {
    const width = sigma === undefined ? '' : ` with Gaussians of ${sigma} THz`;
    const head = `kappa (W/m/K${lbte ? ', Boltzmann equation' : ', relaxation times'}${width}): xx yy zz yz xz xy`;
    const rows = [...temperatures.keys()].map((t) => {
      const tensor = [0, 1, 2, 3, 4, 5].map((c) => kappa![6 * t + c].toFixed(3).padStart(10)).join('');
      const beside = [
        ...(kappaRta ? [`relaxation times ${mean(kappaRta, t)}`] : []),
        ...(kappaCoherences ? [`coherences ${mean(kappaCoherences, t)}`] : []),
      ];
      return `${String(temperatures[t]).padStart(7)} K${tensor}${beside.length > 0 ? `   (${beside.join(', ')})` : ''}`;
    });
    return [head, ...rows];
  });
  return `${lines.join('\n')}\n${files.length} files in ${output}, all of it in ${output}/report.html\n`;
}

/** The mean of the three directions. */
function mean(kappa: Float64Array, t: number): string {
  return ((kappa[6 * t] + kappa[6 * t + 1] + kappa[6 * t + 2]) / 3).toFixed(3);
}

function jsonOf(report: KappaRunReport, { output }: Flags, notes: readonly string[]) {
  const { phonons, thirdOrder, mesh, points, missing, calculated, results, files } = report;
  const rows = (kappa: Float64Array | undefined) =>
    kappa && Array.from({ length: kappa.length / 6 }, (_, t) => [...kappa.subarray(6 * t, 6 * t + 6)]);
  return {
    folder: output,
    composition: phonons.composition,
    spaceGroup: phonons.spaceGroup,
    displacements: { second: phonons.displacements, third: thirdOrder.displacements },
    known: { second: phonons.known, third: thirdOrder.known },
    residual: phonons.residual,
    drift: { second: phonons.drift, third: thirdOrder.drift },
    highest: phonons.highest,
    imaginary: { mesh: phonons.imaginary.mesh ?? null, band: phonons.imaginary.band ?? null },
    mesh,
    points,
    missing,
    calculated,
    results:
      results?.map(({ temperatures, sigma, kappa, kappaRta, kappaCoherences, kappaWigner }) => ({
        sigma: sigma ?? null,
        temperatures: [...temperatures],
        kappa: rows(kappa),
        kappaRta: rows(kappaRta) ?? null,
        kappaCoherences: rows(kappaCoherences) ?? null,
        kappaWigner: rows(kappaWigner) ?? null,
      })) ?? null,
    files,
    notes,
  };
}
