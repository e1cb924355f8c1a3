import { type Command, InvalidArgumentError, Option } from 'commander';
import { HARMONIC_DISTANCE } from '../lattice/displacements/harmonic.js';
import type { PrimitiveChoice } from '../lattice/primitive-matrix.js';
import { UsageError } from '../model/errors.js';
import { TOLERANCE } from '../symmetry/space-group.js';
import type { PhononRunPlan } from '../workflows/phonon-run.js';
import { addDeviceOptions } from './device-options.js';
import { addEngineOptions } from './engine-options.js';
import { addModelOptions } from './model-options.js';
import { identityOf, type ModelFlags, type OpenedModel } from './open-model.js';
import { addReadOptions, type ReadFlags, readOptionsOf } from './read-options.js';

/** What every command that goes from a model to phonons is told. */
export interface PhononFlags extends ModelFlags, ReadFlags {
  output: string;
  dim: string[];
  pa: string[];
  relax: boolean;
  fmax: number;
  tolerance: number;
  amplitude: number;
  displacementPlusminus: 'auto' | 'always' | 'never';
  diag: boolean;
  fcSymmetry: boolean;
  nac?: string;
  nacMethod: 'gonze' | 'wang';
  mesh: string[];
  gc?: boolean;
  tmax: number;
  tstep: number;
  restart?: boolean;
  json?: boolean;
  quiet?: boolean;
}

/**
 * How displacements and force constants are made.
 * @param usual what displacements are like where the user does not say; only those that may be diagonal have the choice
 */
export function addForceConstantOptions(
  command: Command,
  usual = { distance: HARMONIC_DISTANCE, diagonal: true },
): void {
  if (usual.diagonal) command.option('--no-diag', 'displace along lattice vectors alone');
  command
    .option('--tolerance <A>', 'of the space group', parsePositive, TOLERANCE)
    .option('--amplitude <A>', 'how far atoms are displaced', parsePositive, usual.distance)
    .addOption(
      new Option(
        '--displacement-plusminus <when>',
        'opposite displacements: where symmetry does not give them',
      )
        .choices(['auto', 'always', 'never'])
        .default('auto'),
    )
    .option(
      '--no-fc-symmetry',
      'leave the sum rule and the symmetry between indices of force constants as they come',
    )
    .option('--nac <BORN>', "charges and dielectric tensor, phonopy's file")
    .addOption(
      new Option('--nac-method <name>', 'of the non-analytic term')
        .choices(['gonze', 'wang'])
        .default('gonze'),
    );
}

/** Whose forces, read how, on what; and how the command tells what it does. */
export function addRunOptions(command: Command): void {
  addModelOptions(command);
  addReadOptions(command);
  addDeviceOptions(command);
  addEngineOptions(command);
  command.option('--json', 'one JSON object on standard output').option('--quiet', 'say nothing but errors');
}

/** The part of a plan that does not say what is calculated of the phonons. */
export function phononPlanOf(
  name: string,
  input: string,
  model: OpenedModel,
  flags: PhononFlags,
  note: (sentence: string) => void,
): Omit<PhononRunPlan, 'relax' | 'band' | 'temperatures'> {
  return {
    ...{ input, from: flags.from, folder: flags.output, restart: flags.restart ?? false },
    read: { ...readOptionsOf(flags), note },
    model: identityOf(name, model, flags),
    isRemote: model.kind === 'engines',
    dim: wholeNumbersOf('--dim', flags.dim),
    primitive: primitiveOf(flags),
    tolerance: flags.tolerance,
    displacements: {
      distance: flags.amplitude,
      diagonal: flags.diag,
      opposites: flags.displacementPlusminus === 'auto' ? 'where-needed' : flags.displacementPlusminus,
    },
    symmetrise: flags.fcSymmetry,
    ...(flags.nac !== undefined && { born: flags.nac, polarMethod: flags.nacMethod }),
    mesh: meshOf(flags),
    gammaCentred: flags.gc ?? false,
  };
}

export function parsePositive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError('expected a positive number.');
  return value;
}

export function parseTemperature(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= 0 && Number.isFinite(value)))
    throw new InvalidArgumentError('expected a temperature in kelvin, 0 or more.');
  return value;
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 2) throw new InvalidArgumentError('expected a count of 2 or more.');
  return count;
}

/** Words of one option, given apart or in one text as setting files have them. */
function wordsOf(values: readonly string[]): string[] {
  return values.join(' ').trim().split(/\s+/);
}

/** @throws UsageError where they are not so many numbers; fractions are numbers too */
export function numbersOf(
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

/** 3 or 9 of a supercell. @throws UsageError */
export function wholeNumbersOf(option: string, words: readonly string[]): number[] {
  const numbers = numbersOf(option, words, [3, 9], '3 or 9 whole numbers');
  if (!numbers.every(Number.isInteger))
    throw new UsageError(`${option} ${wordsOf(words).join(' ')}: expected 3 or 9 whole numbers`);
  return numbers;
}

function primitiveOf({ pa }: PhononFlags): PrimitiveChoice {
  const words = wordsOf(pa);
  if (words.length === 1 && words[0].toLowerCase() === 'auto') return 'auto';
  if (words.length === 1 && /^[PFIABCR]$/.test(words[0])) return words[0] as PrimitiveChoice;
  return numbersOf('--pa', pa, [9], 'auto, one of P F I A B C R, or 9 numbers');
}

function meshOf({ mesh }: PhononFlags): number[] {
  const numbers = numbersOf('--mesh', mesh, [1, 3], 'three whole numbers, or a length in A');
  const isMesh = numbers.length === 1 || numbers.every(Number.isInteger);
  if (!isMesh || !numbers.every((n) => n > 0))
    throw new UsageError(`--mesh ${wordsOf(mesh).join(' ')}: expected three whole numbers, or a length in A`);
  return numbers;
}
