import { randomInt } from 'node:crypto';
import { displacedCells, distinctCells } from '../../src/lattice/displacements/displaced-cells.js';
import { harmonicDisplacements } from '../../src/lattice/displacements/harmonic.js';
import { PAIR_DISTANCE, pairDisplacements } from '../../src/lattice/displacements/pairs.js';
import { randomDisplacements } from '../../src/lattice/displacements/random.js';
import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import { BOHR } from '../../src/model/units.js';
import type { Crystal } from './crystal.js';
import { type Crystals, cellLines, lengthOf, openCrystals } from './phono3py-crystals.js';
import { writeSummary } from './phono3py-summary.js';
import { readPolar } from './polar.js';
import type { Session } from './session.js';
import { digitsOf, writeSupercells } from './supercells.js';
import { pseudopotentialsOf, writableCalculator } from './unit-cell.js';

/** Digits of the numbers of supercells, at least */
const DIGITS = 5;

/** -d and --rd: displaced supercells and phono3py_disp.yaml. */
export async function displaceForCubic(session: Session): Promise<void> {
  const { tags, folder, say, version } = session;
  const crystals = await openCrystals(session);
  const { cubic, phonon, hasOwnPhonon } = crystals;
  const calculator = writableCalculator(cubic.calculator);
  say(`Unit cell was read from "${crystals.name}".`);
  for (const line of cellLines(crystals)) say(line);
  const plan = planOf(session, cubic);
  say(`Displacement distance: ${plan.distance / cubic.factors.length}`);
  const displacements = cubicSet(session, cubic, plan);
  const phononDisplacements = hasOwnPhonon ? phononSet(session, phonon, plan) : undefined;
  for (const line of costLines(crystals, displacements, phononDisplacements)) say(line);

  const pseudopotentials = calculator === 'qe' ? await pseudopotentialsOf(cubic.name) : undefined;
  const write = (crystal: Crystal, set: DisplacementSet | PairDisplacementSet, beside?: 'third order') => {
    const cells = displacedCells(set);
    const digits = digitsOf(cells, DIGITS, version);
    const options = {
      calculator,
      digits,
      ...(beside && { beside }),
      ...(pseudopotentials && { pseudopotentials }),
    };
    return writeSupercells(folder, crystal.cells.supercell, cells, options);
  };
  await write(cubic, displacements);
  for (const line of countLines(displacements, cubic)) say(line);
  if (phononDisplacements) {
    await write(phonon, phononDisplacements, 'third order');
    say(`Number of displacements for special fc2: ${phononDisplacements.entries.length}`);
  }
  const polar = version === 2 ? undefined : await readPolar(session, phonon);
  const group = cubic.symmetry.spaceGroup;
  say(`Spacegroup: ${group ? `${group.symbol} (${group.number})` : 'P1 (1)'}`);
  await writeSummary(session, crystals, 'phono3py_disp.yaml', {
    configured: version === 2,
    displacements,
    ...(phononDisplacements && { phononDisplacements }),
    ...(polar && { polar }),
    ...(displacements.kind === 'snapshots' && { randomSeed: plan.seed }),
  });
  say('Displacement dataset was written in "phono3py_disp.yaml".');
  if (version === 2) return;
  const name = tags.text('output_yaml_filename') ?? 'phono3py.yaml';
  await writeSummary(session, crystals, name, { configured: true, ...(polar && { polar }) });
  say(`Summary of calculation was written in "${name}".`);
}

/** How atoms are displaced, A. */
interface Plan {
  readonly distance: number;
  readonly cutoff?: number;
  readonly seed: number;
}

function planOf(session: Session, cubic: Crystal): Plan {
  // 0.03 A, or 0.06 bohr for the calculators that count in bohr.
  const usual = cubic.factors.length === 1 ? PAIR_DISTANCE : 0.06 * BOHR;
  const cutoff = lengthOf(session, 'cutoff_pair_distance', cubic);
  return {
    distance: lengthOf(session, 'displacement_distance', cubic) ?? usual,
    ...(cutoff !== undefined && { cutoff }),
    seed: session.tags.integer('random_seed') ?? randomInt(2 ** 32),
  };
}

function cubicSet(session: Session, crystal: Crystal, plan: Plan): DisplacementSet | PairDisplacementSet {
  const { tags } = session;
  const pm = tags.flag('pm');
  const random = randomSet(session, 'random_displacements', crystal, plan, pm);
  return (
    random ??
    pairDisplacements(crystal.symmetry, {
      distance: plan.distance,
      diagonal: tags.flag('diag') ?? true,
      opposites: oppositesOf(pm),
      ...(plan.cutoff !== undefined && { cutoff: plan.cutoff }),
    })
  );
}

/** Along lattice vectors only, so that they are the first ones of the pairs in a supercell of the same shape. */
function phononSet(session: Session, crystal: Crystal, plan: Plan): DisplacementSet {
  const pm = session.tags.flag(session.version === 2 ? 'pm' : 'pm_fc2');
  const random = randomSet(session, 'random_displacements_fc2', crystal, plan, pm);
  return (
    random ??
    harmonicDisplacements(crystal.symmetry, {
      distance: plan.distance,
      diagonal: false,
      opposites: oppositesOf(pm),
    })
  );
}

function randomSet(
  { tags, version }: Session,
  tag: string,
  { cells }: Crystal,
  { distance, seed }: Plan,
  pm: boolean | undefined,
): DisplacementSet | undefined {
  const snapshots = tags.integer(tag);
  if (snapshots === undefined) return undefined;
  const like = version === 4 ? 'phonopy 4' : 'phonopy 2';
  return randomDisplacements(cells.supercell.count, snapshots, {
    seed,
    distance,
    opposites: pm ?? false,
    like,
  });
}

function oppositesOf(pm: boolean | undefined): 'where-needed' | 'always' | 'never' {
  return pm === undefined ? 'where-needed' : pm ? 'always' : 'never';
}

/** What all this will take: phono3py lists more supercells than differ. */
function* costLines(
  { cubic, phonon }: Crystals,
  set: DisplacementSet | PairDisplacementSet,
  phononSet: DisplacementSet | undefined,
): Generator<string> {
  const cells = displacedCells(set);
  const { count } = cubic.cells.supercell;
  const different = distinctCells(cells).cells.length;
  const parts = [`${cells.length} supercells of ${count} atoms`];
  if (different < cells.length) parts[0] += ` (${different} different ones)`;
  if (phononSet) parts.push(`${phononSet.entries.length} of ${phonon.cells.supercell.count} atoms for fc2`);
  yield `To calculate: ${parts.join(', ')}.`;
  const size = (rows: number) => megabytes(8 * 27 * rows * count * count);
  yield `Their fc3 will take ${size(cubic.cells.primitive.count)} (compact) or ${size(count)} (full).`;
}

function megabytes(bytes: number): string {
  const megabytes = bytes / 1e6;
  return megabytes < 1000 ? `${megabytes.toPrecision(3)} MB` : `${(megabytes / 1000).toPrecision(3)} GB`;
}

function* countLines(set: DisplacementSet | PairDisplacementSet, { factors }: Crystal): Generator<string> {
  const seconds = set.kind === 'pairs' ? set.entries.flatMap(({ second }) => second) : [];
  yield `Number of displacements: ${set.entries.length + seconds.length}`;
  if (set.kind !== 'pairs' || set.cutoff === undefined) return;
  yield `Cutoff distance for displacements: ${set.cutoff / factors.length}`;
  const included = seconds.filter((pair) => pair.included).length;
  yield `Number of displacement supercell files created: ${set.entries.length + included}`;
}
