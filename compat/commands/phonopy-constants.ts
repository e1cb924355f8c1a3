import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { readForceConstants, writeForceConstants } from '../../formats/phonopy/force-constants.js';
import {
  readForceConstantsHdf5,
  writeForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { readForceSets } from '../../formats/phonopy/force-sets.js';
import type { DisplacementSet } from '../../src/model/displacements.js';
import type { ForceConstants } from '../../src/model/force-constants.js';
import { type HarmonicConstantsPlan, harmonicConstants } from '../../src/workflows/harmonic-constants.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import type { Crystal } from './crystal.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

/** The force constants of a run, and the displacements that they were made of. */
export interface RunConstants {
  readonly constants: ForceConstants;
  readonly set?: DisplacementSet;
}

/**
 * Reads or makes the force constants as the settings and the version's defaults say, and writes them where asked for.
 * @throws PhonolinkError where there are none
 */
export async function constantsOf(session: Session, crystal: Crystal): Promise<RunConstants> {
  const { tags, say } = session;
  const plan = planOf(session);
  const given = reads(session) ? await readConstants(session, crystal) : undefined;
  const set = given ? undefined : await readSet(session, crystal);
  const { cells, symmetry } = crystal;
  const { constants, drift } = harmonicConstants(cells, symmetry, given ?? set!, plan);
  const [first, second] = drift.map((x) => (x / crystal.factors.forceConstants).toFixed(8));
  say(`Max drift of force constants: ${first} ${second}`);
  if (Math.max(...drift.map(Math.abs)) > SUSPICIOUS * largest(constants))
    say(
      'warning: the drift is large beside the force constants: these forces are of another structure, or of one that is ' +
        'not at rest',
    );
  say(`Force constants symmetrization: ${SYMMETRISED[plan.symmetrise]}`);
  say(`Force constants are ${plan.rows}: ${constants.rows.length} x ${constants.count} atoms.`);
  if (tags.flag('write_force_constants') || tags.text('force_constants')?.toLowerCase() === 'write')
    await writeConstants(session, crystal, constants);
  return { constants, ...(set && { set }) };
}

/** Part of the largest force constant. Forces of a careful calculation leave some thousandths, coarse ones some hundredths. */
const SUSPICIOUS = 0.05;

function largest({ values }: ForceConstants): number {
  return values.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
}

const SYMMETRISED = {
  shares: "on (all pairs share the drift, as phonopy 4's default)",
  own: "on (each atom's own force constant takes the drift, as --fc-symmetry of phonopy 2)",
  none: 'off',
} as const;

function planOf({ tags, version }: Session): HarmonicConstantsPlan {
  const method = tags.choice('fc_calculator', ['traditional', 'symfc']);
  const wanted = tags.flag('fc_symmetry') ?? version === 4;
  const cutoff = tags.real('cutoff_radius');
  return {
    rows: tags.flag('full_force_constants') ? 'full' : 'compact',
    // What symfc makes is symmetric already.
    symmetrise:
      !wanted || method === 'symfc' ? 'none' : version === 4 && method === undefined ? 'shares' : 'own',
    ...(cutoff !== undefined && { cutoff }),
    fit: method === 'symfc',
  };
}

/** Whether force constants are to be looked for in files: always in phonopy 4, on demand before. */
function reads({ tags, version }: Session): boolean {
  const asked = tags.flag('read_force_constants');
  if (asked !== undefined) return asked;
  return tags.text('force_constants')?.toLowerCase() === 'read' || version === 4;
}

function format({ tags }: Session, name: 'readfc_format' | 'writefc_format'): 'text' | 'hdf5' | undefined {
  if (tags.flag('hdf5')) return 'hdf5';
  const key = tags.has(name) ? name : 'fc_format';
  return tags.choice(key, ['text', 'hdf5']);
}

async function readConstants(session: Session, crystal: Crystal): Promise<ForceConstants | undefined> {
  const { folder, tags, say, version } = session;
  const { yaml, factors, cells } = crystal;
  if (version === 4 && yaml?.forceConstants) {
    say('Force constants were read from the phonopy.yaml.');
    return yaml.forceConstants;
  }
  const wanted = format(session, 'readfc_format');
  const path = (name: string) => join(folder, name);
  const isThere = (kind: 'text' | 'hdf5', name: string) =>
    (wanted === undefined || wanted === kind) && existsSync(path(name));
  let found: ForceConstants | undefined;
  if (isThere('text', 'FORCE_CONSTANTS')) {
    const { text } = await openText(path('FORCE_CONSTANTS'));
    found = await readForceConstants(text, factors.forceConstants).finally(() => text.close());
    say('Force constants were read from "FORCE_CONSTANTS".');
  } else if (isThere('hdf5', 'force_constants.hdf5')) {
    const options = { factor: factors.forceConstants, rows: cells.primitiveToSuper };
    found = (await readForceConstantsHdf5(path('force_constants.hdf5'), options)).constants;
    say('Force constants were read from "force_constants.hdf5".');
  } else if (yaml?.forceConstants) found = yaml.forceConstants;
  if (!found && tags.flag('read_force_constants'))
    throw unsuited(
      'there are no force constants to read',
      'FORCE_CONSTANTS or force_constants.hdf5 is needed',
    );
  if (found && found.count !== cells.supercell.count)
    throw unsuited(
      `the force constants are of ${found.count} atoms, but the supercell has ${cells.supercell.count}`,
      'dim or the structure are not those that they were made with',
    );
  return found;
}

async function readSet(
  { folder, say }: Session,
  { yaml, factors, cells }: Crystal,
): Promise<DisplacementSet> {
  const own = yaml?.displacements;
  if (own && own.kind !== 'pairs' && own.entries.length > 0 && own.entries.every(({ forces }) => forces)) {
    say('Forces and displacements were read from the phonopy.yaml.');
    return own;
  }
  const path = join(folder, 'FORCE_SETS');
  if (!existsSync(path))
    throw unsuited(
      'there are neither force constants nor FORCE_SETS in the folder',
      'make FORCE_SETS with -f',
    );
  const { text } = await openText(path);
  const options = { count: cells.supercell.count, factors };
  const set = await readForceSets(text, options).finally(() => text.close());
  say('Forces and displacements were read from "FORCE_SETS".');
  return set;
}

async function writeConstants(
  session: Session,
  { factors, units, cells }: Crystal,
  constants: ForceConstants,
) {
  const { folder, say } = session;
  if (format(session, 'writefc_format') === 'hdf5') {
    await writeForceConstantsHdf5(join(folder, 'force_constants.hdf5'), constants, {
      unit: units.forceConstants,
      primitiveToSuper: cells.primitiveToSuper,
    });
    say('Force constants are written into "force_constants.hdf5".');
    return;
  }
  const pieces = writeForceConstants(constants, factors.forceConstants);
  await writeText(join(folder, 'FORCE_CONSTANTS'), pieces);
  say('Force constants are written into "FORCE_CONSTANTS".');
}
