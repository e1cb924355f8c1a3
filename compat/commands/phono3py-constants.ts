import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
  writeCubicForceConstantsHdf5,
  writeForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { cubicDrift, symmetriseCubic } from '../../src/lattice/force-constants/cubic-rules.js';
import { cutCubic } from '../../src/lattice/force-constants/cut.js';
import { harmonicDrift, symmetriseHarmonic } from '../../src/lattice/force-constants/harmonic-rules.js';
import { UsageError } from '../../src/model/errors.js';
import type { CubicForceConstants, ForceConstants } from '../../src/model/force-constants.js';
import type { PolarResponse } from '../../src/model/polar.js';
import {
  type CubicConstantsPlan,
  cubicConstants,
  harmonicBesideCubic,
  layoutOf,
} from '../../src/workflows/cubic-constants.js';
import type { Crystal } from './crystal.js';
import { type Crystals, openCrystals } from './phono3py-crystals.js';
import { readCubicSet, readPhononSet } from './phono3py-sets.js';
import { forceConstantUnits } from './phonopy-units.js';
import { polarOf } from './polar.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

/** Who wrote fc2.hdf5 and fc3.hdf5 */
const PROGRAM = 'phonolink';

/** What phono3py calculates with. */
export interface Phono3pyInputs {
  readonly crystals: Crystals;
  /** eV/A^2, of `crystals.phonon`; compact or full */
  readonly harmonic: ForceConstants;
  /** eV/A^3, of `crystals.cubic`; compact or full; absent where it was not asked for */
  readonly cubic?: CubicForceConstants;
  readonly polar?: PolarResponse;
}

/**
 * The crystal with its force constants and charges, as the settings and the version's defaults say: read from fc2.hdf5
 * and fc3.hdf5, or made of displacements and forces and written there.
 * @param orders which are needed
 * @throws PhonolinkError where there are none
 */
export async function openInputs(
  session: Session,
  orders: 'second' | 'second and third' = 'second and third',
): Promise<Phono3pyInputs> {
  const { tags, say } = session;
  tags.choice('hdf5_compression', ['gzip']);
  const calculator = tags.text('fc_calculator')?.toLowerCase();
  if (calculator !== undefined && calculator !== 'traditional')
    throw new UsageError(
      `${tags.source('fc_calculator')}: force constants by ${calculator} are not supported by phonolink`,
    );
  const crystals = await openCrystals(session);
  say(`Crystal structure was read from "${crystals.name}".`);
  const polar = await polarOf(session, crystals.phonon);
  const run = { session, crystals, plan: planOf(session) };
  const third = orders === 'second and third' ? await cubicOf(run) : undefined;
  const harmonic = await harmonicOf(run, third?.harmonic);
  return { crystals, harmonic, ...(third && { cubic: third.cubic }), ...(polar && { polar }) };
}

interface Run {
  readonly session: Session;
  readonly crystals: Crystals;
  readonly plan: CubicConstantsPlan;
}

function planOf({ tags, version }: Session): CubicConstantsPlan {
  const both = tags.flag('fc_symmetry') ?? version === 4;
  const times = version === 2 ? 1 : 3;
  return {
    rows: (tags.flag('compact_fc') ?? version === 4) ? 'compact' : 'full',
    levels: {
      second: both || tags.flag('symmetrize_fc2') ? times : 0,
      third: both || tags.flag('symmetrize_fc3_r') ? times : 0,
    },
  };
}

/** Whether fc2.hdf5 or fc3.hdf5 is to be read: phono3py 4 does where it is there, 2 and 3 on demand. */
function reads({ tags, version, folder }: Session, tag: 'read_fc2' | 'read_fc3', name: string): boolean {
  const asked = tags.flag(tag);
  const isThere = existsSync(join(folder, name));
  if (asked && !isThere) throw unsuited(`${tags.source(tag)}: there is no ${name} in the folder`);
  return asked ?? (version === 4 && isThere);
}

/** The third order, and the second where it comes with it. */
async function cubicOf({ session, crystals, plan }: Run): Promise<{
  cubic: CubicForceConstants;
  harmonic?: ForceConstants;
}> {
  const { say, folder, tags } = session;
  const { cubic: crystal, hasOwnPhonon } = crystals;
  const isRead = reads(session, 'read_fc3', 'fc3.hdf5');
  const made = isRead ? undefined : await makeCubic({ session, crystals, plan });
  const cubic = made?.cubic ?? (await readCubic(session, crystal, plan));
  sayDrift(say, 'fc3', cubicDrift(cubic, layoutOf(crystal.cells, rowsOf(cubic))));
  const cutoff = tags.real('cutoff_fc3_distance');
  if (cutoff !== undefined && cutoff > 0) {
    say(`Cutting-off fc3 by zero (cut-off distance: ${cutoff.toFixed(6)})`);
    cutCubic(cubic, crystal.cells.supercell, cutoff);
  }
  if (!made) return { cubic };
  await writeCubicForceConstantsHdf5(join(folder, 'fc3.hdf5'), cubic, beside(crystal));
  say('fc3 was written into "fc3.hdf5".');
  return { cubic, ...(!hasOwnPhonon && { harmonic: made.harmonic }) };
}

async function makeCubic({ session, crystals, plan }: Run): Promise<{
  cubic: CubicForceConstants;
  harmonic: ForceConstants;
}> {
  const set = await readCubicSet(session, crystals);
  if (!set)
    throw unsuited(
      'fc3 could not be obtained: there are neither fc3.hdf5 nor forces',
      'make FORCES_FC3 with --cf3, or phono3py_params.yaml with --cf3 and --sp',
    );
  if (set.kind !== 'pairs')
    throw unsuited(
      `fc3 of ${set.kind === 'snapshots' ? 'random displacements' : 'displacements of single atoms'} is not supported by phonolink`,
      'displacements of pairs are made with -d; phono3py fits random ones with symfc',
    );
  const { levels, rows } = plan;
  session.say(`Computing fc3 of ${set.entries.length} first displacements (${rows}).`);
  const made = cubicConstants(crystals.cubic, set, plan);
  for (const [name, level] of [
    ['fc3', levels.third],
    ['fc2', levels.second],
  ] as const)
    if (name === 'fc3' || !crystals.hasOwnPhonon) session.say(symmetrised(name, level));
  const { second, third } = forceConstantUnits(crystals.cubic.units);
  scale(made.cubic.values, third);
  scale(made.harmonic.values, second);
  return made;
}

async function readCubic(
  session: Session,
  crystal: Crystal,
  plan: CubicConstantsPlan,
): Promise<CubicForceConstants> {
  const options = { rows: crystal.cells.primitiveToSuper };
  const { constants } = await readCubicForceConstantsHdf5(join(session.folder, 'fc3.hdf5'), options);
  requireCount(constants.count, crystal, 'fc3.hdf5');
  session.say('fc3 was read from "fc3.hdf5".');
  // Later versions leave what they read as it is.
  if (session.version === 2 && plan.levels.third > 0)
    symmetriseCubic(constants, layoutOf(crystal.cells, rowsOf(constants)), plan.levels.third, 'phonopy');
  return constants;
}

async function harmonicOf(
  { session, crystals, plan }: Run,
  known: ForceConstants | undefined,
): Promise<ForceConstants> {
  const { say, folder } = session;
  const { phonon } = crystals;
  const isRead = reads(session, 'read_fc2', 'fc2.hdf5');
  const harmonic = isRead
    ? await readHarmonic(session, phonon, plan)
    : (known ?? (await makeHarmonic({ session, crystals, plan })));
  sayDrift(say, 'fc2', harmonicDrift(harmonic, layoutOf(phonon.cells, rowsOf(harmonic))));
  if (!isRead) {
    await writeForceConstantsHdf5(join(folder, 'fc2.hdf5'), harmonic, beside(phonon));
    say('fc2 was written into "fc2.hdf5".');
  }
  return harmonic;
}

async function makeHarmonic({ session, crystals, plan }: Run): Promise<ForceConstants> {
  const { phonon, hasOwnPhonon } = crystals;
  const set = await (hasOwnPhonon ? readPhononSet(session, crystals) : readCubicSet(session, crystals));
  if (!set)
    throw unsuited(
      `fc2 could not be obtained: there are neither fc2.hdf5 nor forces${hasOwnPhonon ? ' for dim-fc2' : ''}`,
      hasOwnPhonon ? 'make FORCES_FC2 with --cf2' : 'make FORCES_FC3 with --cf3',
    );
  const harmonic = harmonicBesideCubic(phonon, set, plan);
  session.say(
    set.kind === 'snapshots' ? 'fc2 is a least-squares fit.' : symmetrised('fc2', plan.levels.second),
  );
  scale(harmonic.values, forceConstantUnits(phonon.units).second);
  return harmonic;
}

async function readHarmonic(
  session: Session,
  crystal: Crystal,
  plan: CubicConstantsPlan,
): Promise<ForceConstants> {
  const options = { rows: crystal.cells.primitiveToSuper };
  const { constants } = await readForceConstantsHdf5(join(session.folder, 'fc2.hdf5'), options);
  requireCount(constants.count, crystal, 'fc2.hdf5');
  session.say('fc2 was read from "fc2.hdf5".');
  if (session.version === 2 && plan.levels.second > 0)
    symmetriseHarmonic(constants, layoutOf(crystal.cells, rowsOf(constants)), plan.levels.second, 'phonopy');
  return constants;
}

function requireCount(count: number, { cells }: Crystal, name: string): void {
  const { count: expected } = cells.supercell;
  if (count !== expected)
    throw unsuited(
      `${name} is of ${count} atoms, but the supercell has ${expected}`,
      'dim or the structure are not those that it was made with',
    );
}

function rowsOf({ rows, count }: { rows: Int32Array; count: number }): 'compact' | 'full' {
  return rows.length === count ? 'full' : 'compact';
}

function symmetrised(name: string, level: number): string {
  return level > 0
    ? `Symmetrizing ${name} by traditional approach (N=${level}).`
    : `${name} is not symmetrized (--fc-symmetry does it).`;
}

function sayDrift(say: Session['say'], name: string, drift: readonly number[]): void {
  say(`Max drift of ${name}: ${drift.map((x) => x.toFixed(8)).join(' ')}`);
}

function beside({ cells }: Crystal): { primitiveToSuper: Int32Array; version: string } {
  return { primitiveToSuper: cells.primitiveToSuper, version: PROGRAM };
}

function scale(values: Float64Array, factor: number): void {
  if (factor !== 1) for (let i = 0; i < values.length; i++) values[i] *= factor;
}
