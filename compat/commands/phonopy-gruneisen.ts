import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import {
  writeGruneisenBands,
  writeGruneisenHdf5,
  writeGruneisenMesh,
} from '../../formats/phonopy/gruneisen-yaml.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import { deviceEigen } from '../../src/lattice/harmonic/eigen-batch.js';
import { gruneisenBands, type ThreeVolumes } from '../../src/lattice/harmonic/gruneisen-bands.js';
import { gruneisenMesh } from '../../src/lattice/harmonic/gruneisen-mesh.js';
import { PhonolinkError, UsageError } from '../../src/model/errors.js';
import { DRAWN_FROM, gruneisenBandPlot, gruneisenMeshPlot } from '../../src/plots/gruneisen.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import { meshOf } from '../../src/workflows/phonons.js';
import { readArguments } from './arguments.js';
import { type Crystal, openCrystal } from './crystal.js';
import { type ArgumentTable, CALCULATORS, flag, one } from './options.js';
import { constantsOf } from './phonopy-constants.js';
import { bandPath, meshPlan } from './phonopy-plan.js';
import { phononUnits } from './phonopy-units.js';
import { readPolar } from './polar.js';
import type { Session, Version } from './session.js';
import { type Tag, Tags, unsuited } from './tags.js';

const TABLE: ArgumentTable = {
  program: 'phonopy-gruneisen',
  options: [
    ...CALCULATORS.map((name) => flag(`--${name}`, 'calculator', name)),
    one('--band', 'band'),
    one('--band_points', 'band_points'),
    one('-c --cell', 'cell_filename'),
    one('--compat', 'compat'),
    one('--cutoff', 'cutoff'),
    one('--delta-strain', 'delta_strain'),
    one('--dim', 'dim'),
    one('--factor', 'factor'),
    flag('--gc --gamma_center', 'gamma_center'),
    flag('--hdf5', 'hdf5'),
    one('--mass', 'mass'),
    one('--mp --mesh', 'mesh_numbers'),
    flag('--nac', 'nac'),
    flag('--nomeshsym', 'mesh_symmetry', '.false.'),
    one('-o --output', 'output'),
    flag('-p --plot', 'plot'),
    one('--pa --primitive-axis --primitive-axes', 'primitive_axes'),
    flag('--readfc', 'readfc'),
    flag('-s --save', 'plot'),
    // phonopy-gruneisen takes temperatures, and does nothing with them.
    one('--tmax', 'tmax'),
    one('--tmin', 'tmin'),
    one('--tolerance', 'symmetry_tolerance'),
    one('--tstep', 'tstep'),
  ],
  unsupported: new Set(
    (
      '--abacus --abinit --castep --cp2k --crystal --dftb+ --elk --exciting --fleur --lammps --octopus --pwmat ' +
      '--qlm --siesta --turbomole --wien2k --color --marker --markersize --q_cutoff -t --title'
    ).split(' '),
  ),
  fileTags: new Set(),
};

const EXAMPLE = `
Examples:
  phonolink phonopy-gruneisen orig plus minus --dim "2 2 2" --mesh "20 20 20"
  phonolink phonopy-gruneisen orig plus minus --dim "2 2 2" --nac --band "1/2 1/2 1/2 0 0 0 1/2 0 1/2" -p

Three folders, at the volume in question, a larger and a smaller one; each has POSCAR and FORCE_SETS (--readfc:
FORCE_CONSTANTS) and for --nac BORN. Arguments and files are phonopy-gruneisen's: gruneisen_mesh.yaml or
gruneisen_band.yaml, with --compat 2 or 3 gruneisen.yaml; plots are .svg files.`;

/** phonolink phonopy-gruneisen. */
export function addPhonopyGruneisen(program: Command): void {
  program
    .command('phonopy-gruneisen')
    .description("phonopy-gruneisen's own arguments and files: mode Grueneisen parameters of three volumes")
    .argument('[arguments...]', "phonopy-gruneisen's")
    .allowUnknownOption()
    .addHelpText('after', EXAMPLE)
    .action((words: string[]) => runPhonopyGruneisen(words));
}

/**
 * Does what phonopy-gruneisen would with these arguments.
 * @param options.folder where files are read and written; here where absent
 * @throws UsageError where an argument is not supported; PhonolinkError where files do not go together
 */
export async function runPhonopyGruneisen(
  words: readonly string[],
  { folder = '.' }: { folder?: string } = {},
): Promise<void> {
  const { tags: given, files } = readArguments(words, TABLE);
  const tags = new Tags(given);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const version = (tags.choice('compat', ['2', '3', '4']) ?? '4') as '2' | '3' | '4';
  if (files.length !== 3)
    throw new UsageError(
      `found ${files.length} folders${files.length > 0 ? ` (${files.join(' ')})` : ''}, expected three: original, larger, smaller`,
      'numbers of one argument stand in quotes, as phonopy-gruneisen has it: --dim "2 2 2"',
    );
  requireThree(tags, 'dim', [3, 9]);
  if (!tags.has('band') && tags.has('mesh_numbers')) requireThree(tags, 'mesh_numbers', [3]);
  const [middle, larger, smaller] = [
    await openVolume(folder, files[0], given, Number(version) as Version, say),
    await openVolume(folder, files[1], given, Number(version) as Version, say),
    await openVolume(folder, files[2], given, Number(version) as Version, say),
  ];
  const { crystal, session } = middle;
  const three: ThreeVolumes = { middle: middle.matrix, larger: larger.matrix, smaller: smaller.matrix };
  const { primitive } = crystal.cells;
  const strain = tags.real('delta_strain');
  const factor = tags.real('factor');
  const units = phononUnits(crystal.units);
  const how = {
    units: factor === undefined ? units : { ...units, toTHz: factor },
    ...(strain !== undefined && { strain }),
  };
  const to = (name: string) => join(folder, version === '4' ? name : 'gruneisen.yaml');
  const drawnFrom = tags.real('cutoff') ?? DRAWN_FROM;
  const plot = join(folder, tags.text('output') ?? 'gruneisen.svg');
  const device = await createCpuDevice();
  try {
    const options = { ...how, eigen: deviceEigen(device) };
    if (tags.has('band')) {
      const found = gruneisenBands(three, primitive, bandPath(session, crystal), options);
      await writeText(to('gruneisen_band.yaml'), writeGruneisenBands(found));
      if (tags.flag('plot')) await writeText(plot, [await gruneisenBandPlot(found, drawnFrom)]);
    } else if (tags.has('mesh_numbers')) {
      const operations = reciprocalOperations(
        crystal.primitiveSymmetry.operations.map(({ rotation }) => rotation),
      );
      const plan = meshPlan(session, crystal)!;
      // phonopy-gruneisen's --nomeshsym leaves time reversal.
      const reducedBy = plan.reducedBy === 'nothing' ? 'time reversal' : plan.reducedBy;
      const mesh = meshOf({ ...plan, reducedBy }, operations, primitive.cell);
      const found = gruneisenMesh(three, primitive, mesh, options);
      if (tags.flag('hdf5')) await writeGruneisenHdf5(join(folder, 'gruneisen_mesh.hdf5'), found);
      else await writeText(to('gruneisen_mesh.yaml'), writeGruneisenMesh(found));
      if (tags.flag('plot')) await writeText(plot, [await gruneisenMeshPlot(found, drawnFrom)]);
    } else say('No run mode was specified: --band or --mesh says where.');
  } finally {
    await device.close();
  }
}

function requireThree(tags: Tags, name: string, counts: readonly number[]): void {
  const found = tags.integers(name);
  if (!found) throw new UsageError('--dim has to be given, such as --dim "2 2 2"');
  if (!counts.includes(found.length) || found.some((n) => name === 'mesh_numbers' && n < 1))
    throw new UsageError(
      `${tags.source(name)} ${tags.text(name)}: expected ${counts.join(' or ')} whole numbers`,
      `they stand in quotes, as phonopy-gruneisen has it: ${tags.source(name)} "2 2 2"`,
    );
}

interface Volume {
  readonly session: Session;
  readonly crystal: Crystal;
  readonly matrix: DynamicalMatrix;
}

/** One of the three folders. @throws PhonolinkError that names it */
async function openVolume(
  folder: string,
  name: string,
  given: ReadonlyMap<string, Tag>,
  version: Version,
  say: (line: string) => void,
): Promise<Volume> {
  const path = join(folder, name);
  if (!existsSync(path)) throw unsuited(`there is no folder ${name}`);
  const reads = given.has('readfc');
  const own = (text: boolean): Tag => ({ text: text ? '.true.' : '.false.', source: 'phonopy-gruneisen' });
  const tags = new Tags(
    new Map([
      ['primitive_axes', { text: 'auto', source: '--pa' }],
      ...given,
      ['read_force_constants', own(reads)],
      // Force constants that are read stay as they are; those that are made of forces are symmetrised in every version.
      ['fc_symmetry', own(!reads)],
    ]),
  );
  const session: Session = {
    program: 'phonopy',
    folder: path,
    tags,
    version,
    say: (line) => say(`${name}: ${line}`),
  };
  try {
    const crystal = await openCrystal(session);
    const { constants } = await constantsOf(session, crystal);
    const polar = await polarOf(folder, session, crystal, say);
    return { session, crystal, matrix: new DynamicalMatrix(crystal.cells, constants, polar) };
  } catch (error) {
    if (!(error instanceof PhonolinkError)) throw error;
    throw new PhonolinkError(`${name}: ${error.message}`, {
      hint: error.hint,
      exitCode: error.exitCode,
      cause: error,
    });
  }
}

/** BORN of the volume's folder with --nac. Without, phonopy takes one that lies where it is started, for all three. */
async function polarOf(folder: string, session: Session, crystal: Crystal, say: (line: string) => void) {
  if (session.tags.flag('nac')) {
    const polar = await readPolar(session, crystal);
    if (!polar) throw unsuited('--nac needs BORN, which is not in the folder');
    return polar;
  }
  if (!existsSync(join(folder, 'BORN'))) return undefined;
  say('note: BORN in the current folder is used for all three volumes, as phonopy-gruneisen does');
  return readPolar({ ...session, folder }, crystal);
}
