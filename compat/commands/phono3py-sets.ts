import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { words } from '../../formats/io/text.js';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { readSnapshotForces } from '../../formats/phonopy/force-sets.js';
import { readForces } from '../../formats/phonopy/forces-fc.js';
import { type UnitFactors, unitFactors } from '../../formats/phonopy/units.js';
import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import { type Crystals, lengthOf, requireSameCells } from './phono3py-crystals.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';
import { readYamlFile } from './unit-cell.js';

type AnySet = DisplacementSet | PairDisplacementSet;

const DISPLACEMENTS = 'phono3py_disp.yaml';

/** Compressions that files of forces may have, as phono3py looks for them. */
const ENDINGS = ['', '.xz', '.gz'];

/**
 * Displacements with their forces for the third order, of the phono3py.yaml or of FORCES_FC3; undefined where there are
 * no forces.
 * @throws PhonolinkError where files do not go together
 */
export async function readCubicSet(session: Session, crystals: Crystals): Promise<AnySet | undefined> {
  const yaml = crystals.cubic.yaml;
  const own = yaml?.displacements;
  if (own && hasForces(own)) {
    session.say(`Displacement dataset for fc3 was read from "${crystals.name}".`);
    return withinCutoff(session, crystals, own);
  }
  const set = await readForceFile(session, crystals, 'FORCES_FC3', ({ displacements }) => displacements);
  return set && withinCutoff(session, crystals, set);
}

/** The same for a second order with a supercell of its own, of the phono3py.yaml or of FORCES_FC2. */
export async function readPhononSet(
  session: Session,
  crystals: Crystals,
): Promise<DisplacementSet | undefined> {
  const own = crystals.phonon.yaml?.phononDisplacements;
  if (own && hasForces(own)) {
    session.say(`Displacement dataset for phonon_fc2 was read from "${crystals.name}".`);
    return own;
  }
  const set = await readForceFile(session, crystals, 'FORCES_FC2', (file) => file.phononDisplacements);
  return set?.kind === 'pairs' ? undefined : set;
}

function hasForces({ entries }: AnySet): boolean {
  return entries.length > 0 && entries[0].forces !== undefined;
}

async function readForceFile(
  session: Session,
  crystals: Crystals,
  name: 'FORCES_FC3' | 'FORCES_FC2',
  pick: (file: PhonopyFile) => AnySet | undefined,
): Promise<AnySet | undefined> {
  const { folder, say } = session;
  const found = ENDINGS.map((ending) => name + ending).find((file) => existsSync(join(folder, file)));
  if (!found) return undefined;
  const { cells, factors } = name === 'FORCES_FC3' ? crystals.cubic : crystals.phonon;
  if ((await columnsOf(join(folder, found))) === 6) {
    const set = await readSnapshots(join(folder, found), cells.supercell.count, factors);
    say(`${set.entries.length} snapshots were found in "${found}".`);
    return set;
  }
  const beside = await displacementsBeside(session, crystals, pick);
  const { text } = await openText(join(folder, found));
  const set = await readForces(text, beside.set, beside.factors).finally(() => text.close());
  say(`Sets of supercell forces were read from "${found}".`);
  say(
    `Displacement dataset for ${name === 'FORCES_FC3' ? 'fc3' : 'phonon_fc2'} was read from "${beside.name}".`,
  );
  return set;
}

/** The displacements that forces are of: those of the phono3py.yaml, else of phono3py_disp.yaml beside it. */
async function displacementsBeside(
  { folder }: Session,
  crystals: Crystals,
  pick: (file: PhonopyFile) => AnySet | undefined,
): Promise<{ set: AnySet; factors: UnitFactors; name: string }> {
  const { yaml, factors } = crystals.cubic;
  const own = yaml && pick(yaml);
  if (own) return { set: own, factors, name: crystals.name };
  if (existsSync(join(folder, DISPLACEMENTS))) {
    const file = await readYamlFile(folder, DISPLACEMENTS);
    requireSameCells(crystals, file, DISPLACEMENTS);
    const set = pick(file);
    if (set) return { set, factors: unitFactors(file.units), name: DISPLACEMENTS };
  }
  throw unsuited(
    'there are forces, but no displacements that they could be of',
    `${DISPLACEMENTS} is needed beside them`,
  );
}

async function readSnapshots(path: string, count: number, factors: UnitFactors): Promise<DisplacementSet> {
  const { text } = await openText(path);
  return readSnapshotForces(text, count, factors).finally(() => text.close());
}

/** Numbers of a file's first line of data: 3 are forces, 6 displacements and forces. */
export async function columnsOf(path: string): Promise<number> {
  const { text } = await openText(path);
  try {
    for (let line = await text.next(); line !== null; line = await text.next()) {
      const found = words(line.replace(/#.*/, ''));
      if (found.length > 0) return found.length;
    }
    return 0;
  } finally {
    await text.close();
  }
}

/**
 * Without the pairs beyond the cutoff, which is the shorter one of the file's and of --cutoff-pair. A file with forces
 * says it of no pair.
 */
function withinCutoff(session: Session, crystals: Crystals, set: AnySet): AnySet {
  if (set.kind !== 'pairs') return set;
  const asked = lengthOf(session, 'cutoff_pair_distance', crystals.cubic);
  const cutoff = Math.min(asked ?? Number.POSITIVE_INFINITY, set.cutoff ?? Number.POSITIVE_INFINITY);
  if (cutoff === Number.POSITIVE_INFINITY) return set;
  session.say(`Cutoff-pair-distance: ${cutoff.toFixed(6)}`);
  return {
    ...set,
    cutoff,
    entries: set.entries.map((entry) => ({
      ...entry,
      second: entry.second.map((pair) => ({
        ...pair,
        included: pair.included && (pair.distance === undefined || pair.distance < cutoff),
      })),
    })),
  };
}
