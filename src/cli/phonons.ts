import { type Command, InvalidArgumentError, Option } from 'commander';
import { createCpuDevice } from '../device/cpu.js';
import type { CellFreedom } from '../dynamics/strain-space.js';
import { HARMONIC_DISTANCE } from '../lattice/displacements/harmonic.js';
import type { ImaginaryModes } from '../lattice/harmonic/imaginary.js';
import { temperatureSteps } from '../lattice/harmonic/thermal.js';
import type { PrimitiveChoice } from '../lattice/primitive-matrix.js';
import { UsageError } from '../model/errors.js';
import { TOLERANCE } from '../symmetry/space-group.js';
import { type PhononRunPlan, type PhononRunReport, runPhonons } from '../workflows/phonon-run.js';
import { addDeviceOptions } from './device-options.js';
import { addEngineOptions } from './engine-options.js';
import { addModelOptions } from './model-options.js';
import {
  forcesOf,
  identityOf,
  MODEL_HELP,
  type ModelFlags,
  type OpenedModel,
  openModel,
} from './open-model.js';
import { Progress } from './progress.js';
import { addReadOptions, type ReadFlags, readOptionsOf } from './read-options.js';

interface Flags extends ModelFlags, ReadFlags {
  output: string;
  dim: string[];
  pa: string[];
  relax: boolean;
  fixedCell?: boolean;
  fmax: number;
  tolerance: number;
  amplitude: number;
  displacementPlusminus: 'auto' | 'always' | 'never';
  diag: boolean;
  fcSymmetry: boolean;
  nac?: string;
  nacMethod: 'gonze' | 'wang';
  band: string | string[] | false;
  bandLabels?: string[];
  bandPoints: number;
  mesh: string[];
  gc?: boolean;
  tmin: number;
  tmax: number;
  tstep: number;
  restart?: boolean;
  json?: boolean;
  quiet?: boolean;
}

const EXAMPLE = `
Examples:
  phonolink phonons nep.txt POSCAR --dim 2 2 2 -o phonons
  phonolink phonons nep.txt POSCAR --dim 4 4 4 --mesh 20 20 20 --nac BORN --tmax 600 -o phonons
  phonolink phonons ipi:unix:qe in.xyz --dim 2 2 2 --no-relax -o phonons     (and: pw.x --ipi qe:UNIX -in pw.in)

FOLDER gets phonopy's own files (phonopy_disp.yaml, FORCE_SETS, force_constants.hdf5, phonopy_params.yaml, band.yaml,
mesh.yaml, total_dos.dat, projected_dos.dat, thermal_properties.yaml) and plots. The same command goes on where an
interrupted one ended, and calculates no displacement again whose forces are known; --restart begins anew.`;

export function addPhonons(program: Command): void {
  const command = program
    .command('phonons')
    .description('from a potential to phonons: relaxed cell, displacements, force constants, bands, heat')
    .argument('<model>', MODEL_HELP)
    .argument('<in>', 'a crystal in any format')
    .requiredOption('-o, --output <folder>', 'where the files go, and are taken up from')
    .requiredOption('--dim <n...>', 'the supercell: 3 or 9 whole numbers')
    .option('--pa <axes...>', 'the primitive cell: auto, P F I A B C R, or 9 numbers', ['auto'])
    .option('--no-relax', 'take the structure as it is')
    .option('--fixed-cell', 'relax the atoms alone')
    .option('--fmax <eV/A>', 'relax until no force is larger', parsePositive, 1e-5)
    .option('--tolerance <A>', 'of the space group', parsePositive, TOLERANCE)
    .option('--amplitude <A>', 'how far atoms are displaced', parsePositive, HARMONIC_DISTANCE)
    .addOption(
      new Option(
        '--displacement-plusminus <when>',
        'opposite displacements: where symmetry does not give them',
      )
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option('--no-diag', 'displace along lattice vectors alone')
    .option(
      '--no-fc-symmetry',
      'leave the sum rule and the symmetry between indices of force constants as they come',
    )
    .option('--nac <BORN>', "charges and dielectric tensor, phonopy's file")
    .addOption(
      new Option('--nac-method <name>', 'of the non-analytic term')
        .choices(['gonze', 'wang'])
        .default('gonze'),
    )
    .option(
      '--band <path...>',
      'auto (of Hinuma et al., as seekpath has it), or points: 0 0 0 1/2 0 1/2, 3/8 3/8 3/4 0 0 0',
      'auto',
    )
    .option('--no-band', 'no bands')
    .option('--band-labels <name...>', 'of the points of a path that is given')
    .option('--band-points <count>', 'of a segment', parseCount, 51)
    .option('--mesh <n...>', 'three numbers, or a length in A', ['100'])
    .option('--gc', 'a mesh of three numbers has Gamma, even ones too')
    .option('--tmin <K>', 'temperatures of the thermal properties', parseTemperature, 0)
    .option('--tmax <K>', 'the highest', parseTemperature, 1000)
    .option('--tstep <K>', 'between two', parsePositive, 10)
    .option('--restart', 'take up nothing of an earlier run');
  addModelOptions(command);
  addReadOptions(command);
  addDeviceOptions(command);
  addEngineOptions(command);
  command
    .option('--json', 'one JSON object on standard output')
    .option('--quiet', 'say nothing but errors')
    .addHelpText('after', EXAMPLE)
    .action(run);
}

function parsePositive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('expected a positive number.');
  return value;
}

function parseTemperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('expected a temperature in kelvin, 0 or more.');
  return value;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 2) throw new InvalidArgumentError('expected a count of 2 or more.');
  return count;
}

/** Words of one option, given apart or in one text as setting files have them. */
function wordsOf(values: readonly string[]): string[] {
  return values.join(' ').trim().split(/\s+/);
}

function numbersOf(
  option: string,
  values: readonly string[],
  counts: readonly number[],
  what: string,
): number[] {
  const words = wordsOf(values);
  const numbers = words.map((word) => {
    const [above, below = '1', ...more] = word.split('/');
    return above === '' || more.length > 0 ? Number.NaN : Number(above) / Number(below);
  });
  if (!counts.includes(numbers.length) || !numbers.every(Number.isFinite))
    throw new UsageError(`${option} ${words.join(' ')}: expected ${what}`);
  return numbers;
}

function dimOf({ dim }: Flags): number[] {
  const numbers = numbersOf('--dim', dim, [3, 9], '3 or 9 whole numbers');
  if (!numbers.every(Number.isInteger))
    throw new UsageError(`--dim ${wordsOf(dim).join(' ')}: expected 3 or 9 whole numbers`);
  return numbers;
}

function primitiveOf({ pa }: Flags): PrimitiveChoice {
  const words = wordsOf(pa);
  if (words.length === 1 && words[0].toLowerCase() === 'auto') return 'auto';
  if (words.length === 1 && /^[PFIABCR]$/.test(words[0])) return words[0] as PrimitiveChoice;
  return numbersOf('--pa', pa, [9], 'auto, one of P F I A B C R, or 9 numbers');
}

function meshOf({ mesh }: Flags): number[] {
  const numbers = numbersOf('--mesh', mesh, [1, 3], 'three whole numbers, or a length in A');
  const isMesh = numbers.length === 1 || numbers.every(Number.isInteger);
  if (!isMesh || !numbers.every((n) => n > 0))
    throw new UsageError(`--mesh ${wordsOf(mesh).join(' ')}: expected three whole numbers, or a length in A`);
  return numbers;
}

function planOf(
  name: string,
  input: string,
  model: OpenedModel,
  flags: Flags,
  note: (s: string) => void,
): PhononRunPlan {
  if (flags.tmax < flags.tmin) throw new UsageError(`--tmax ${flags.tmax} is below --tmin ${flags.tmin}`);
  if (!flags.relax && flags.fixedCell)
    throw new UsageError('--fixed-cell says how to relax, but --no-relax not to');
  const cell: { cell?: CellFreedom } = flags.fixedCell ? {} : { cell: 'full' };
  const path = Array.isArray(flags.band) ? flags.band.join(' ') : flags.band;
  return {
    ...{ input, from: flags.from, folder: flags.output, restart: flags.restart ?? false },
    read: { ...readOptionsOf(flags), note },
    model: identityOf(name, model, flags),
    isRemote: model.kind === 'engines',
    dim: dimOf(flags),
    primitive: primitiveOf(flags),
    tolerance: flags.tolerance,
    ...(flags.relax && { relax: { fmax: flags.fmax, ...cell } }),
    displacements: {
      distance: flags.amplitude,
      diagonal: flags.diag,
      opposites: flags.displacementPlusminus === 'auto' ? 'where-needed' : flags.displacementPlusminus,
    },
    symmetrise: flags.fcSymmetry,
    ...(flags.nac !== undefined && { born: flags.nac, polarMethod: flags.nacMethod }),
    ...(path !== false && { band: { path, labels: flags.bandLabels, count: flags.bandPoints } }),
    mesh: meshOf(flags),
    gammaCentred: flags.gc ?? false,
    temperatures: temperatureSteps(flags.tmin, flags.tmax, flags.tstep),
  };
}

async function run(name: string, input: string, flags: Flags): Promise<void> {
  const quiet = flags.quiet || flags.json;
  const left = {
    amount: (count: number) => `${count.toFixed(count < 10 ? 1 : 0)} displacements`,
    total: 0,
    quiet,
  };
  let forces: Progress | undefined;
  const relaxing = new Progress({ amount: (steps) => `${Math.round(steps)} steps`, quiet });
  const say = (line: string) => {
    forces?.end();
    relaxing.end();
    if (!quiet) process.stderr.write(`${line}\n`);
  };
  const notes = new Set<string>();
  const note = (sentence: string) => {
    if (!notes.has(sentence)) say(`note: ${sentence}`);
    notes.add(sentence);
  };
  const model = await openModel(name, flags, say);
  const own = model.kind === 'potential' && model.device.kind === 'cpu' ? model.device : undefined;
  const device = own ?? (await createCpuDevice({ threads: flags.threads }));
  try {
    const report = await runPhonons(planOf(name, input, model, flags, note), forcesOf(model), device, {
      say,
      note,
      relaxing: ({ step, fmax }) =>
        relaxing.update(step, `relaxing: step ${step}, largest force ${fmax.toExponential(1)} eV/A`),
      forces: (done, total) => {
        left.total = total;
        forces ??= new Progress(left);
        forces.update(done, `displacement ${done} of ${total}`);
      },
    });
    for (const sentence of imaginaryOf(report)) note(sentence);
    if (flags.json) process.stdout.write(`${JSON.stringify(jsonOf(report, flags, [...notes]))}\n`);
    else if (!flags.quiet) process.stdout.write(summaryOf(report, flags));
  } finally {
    forces?.end();
    relaxing.end();
    if (!own) await device.close();
    await model.close();
  }
}

/** Imaginary modes are told of wherever they are. */
function imaginaryOf({ imaginary: { mesh, band } }: PhononRunReport): string[] {
  const told = ({ count, modes, lowest, point }: ImaginaryModes, where: string) =>
    `IMAGINARY MODES: ${count} of ${modes} ${where}, the lowest ${lowest.toFixed(4)} THz at q = ` +
    `(${point.map((x) => x.toFixed(4)).join(' ')})`;
  return [
    ...(mesh ? [`${told(mesh, 'on the mesh')}; the thermal properties leave them out`] : []),
    ...(band ? [told(band, 'along the bands')] : []),
  ];
}

function summaryOf(report: PhononRunReport, { output }: Flags): string {
  const { mesh, highest, results, imaginary, files } = report;
  const { thermal } = results;
  const lines = [
    `frequencies up to ${highest.toFixed(4)} THz on a mesh of ${mesh.join(' x ')}` +
      (imaginary.mesh || imaginary.band ? '' : ', none imaginary'),
  ];
  if (thermal) {
    const { temperatures, freeEnergy, entropy, heatCapacity, zeroPoint } = thermal;
    lines.push(`zero-point energy ${zeroPoint.toFixed(4)} kJ/mol`);
    const t = temperatures.findIndex((kelvin) => kelvin >= 300);
    if (t >= 0)
      lines.push(
        `at ${temperatures[t]} K: free energy ${freeEnergy[t].toFixed(4)} kJ/mol, entropy ${entropy[t].toFixed(4)} and ` +
          `heat capacity ${heatCapacity[t].toFixed(4)} J/K/mol, of the primitive cell`,
      );
  }
  lines.push(`${files.length} files in ${output}`);
  return `${lines.join('\n')}\n`;
}

function jsonOf(report: PhononRunReport, { output }: Flags, notes: string[]) {
  const { results, cost, imaginary, ...rest } = report;
  const { thermal, density } = results;
  return {
    ...rest,
    folder: output,
    mesh: [...report.mesh],
    cost: cost ?? null,
    imaginary: { mesh: imaginary.mesh ?? null, band: imaginary.band ?? null },
    densityPoints: density?.frequencies.length ?? 0,
    thermal: thermal
      ? {
          zeroPoint: thermal.zeroPoint,
          temperatures: [...thermal.temperatures],
          freeEnergy: [...thermal.freeEnergy],
          entropy: [...thermal.entropy],
          heatCapacity: [...thermal.heatCapacity],
        }
      : null,
    notes,
  };
}
