import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { readForceSets, writeForceSets } from '../../formats/phonopy/force-sets.js';
import { readForces, writeForces } from '../../formats/phonopy/forces-fc.js';
import { unitFactors } from '../../formats/phonopy/units.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { displacedCells } from '../../src/lattice/displacements/displaced-cells.js';
import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import { UsageError } from '../../src/model/errors.js';
import type { Structure } from '../../src/model/structure.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import { withOutputs } from './collected-forces.js';
import { crystalOf, dimensionsOf } from './crystal.js';
import { columnsOf } from './phono3py-sets.js';
import { readPolar } from './polar.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';
import { readYamlFile } from './unit-cell.js';

type AnySet = DisplacementSet | PairDisplacementSet;

/** --cf3 and --cf2: FORCES_FC3 and FORCES_FC2, or phono3py_params.yaml, from the calculator's outputs. */
export async function collectForces(session: Session): Promise<void> {
  const { tags, folder, say, version } = session;
  const { name, yaml } = await readDisplacements(session);
  const { calculator } = yaml;
  const files3 = await filesOfCubic(session);
  const files2 = tags.text('create_forces_fc2')?.split(/\s+/).filter(Boolean);
  if (tags.flag('save_params') && !files3)
    throw new UsageError(
      `${tags.source('save_params')}: phono3py_params.yaml needs the forces of the third order as well`,
      'give --cf3 beside --cf2',
    );
  const rest3 = tags.text('subtract_forces');
  const rest2 = tags.text('subtract_forces_fc2') ?? (version === 2 ? rest3 : undefined);
  const cubic =
    files3 &&
    (await fill(
      session,
      { name, order: 3, set: yaml.displacements, cell: yaml.supercell, calculator },
      files3,
      rest3,
    ));
  const { phononDisplacements: set, phonon } = yaml;
  const harmonic =
    files2 &&
    (await fill(session, { name, order: 2, set, cell: phonon?.supercell, calculator }, files2, rest2));
  if (tags.flag('save_params')) {
    const polar = yaml.polar ?? (await bornOf(session, yaml, name));
    const filled: PhonopyFile = {
      ...yaml,
      ...(cubic && { displacements: cubic }),
      ...(harmonic && { phononDisplacements: harmonic as DisplacementSet }),
      ...(polar && { polar }),
    };
    await writeText(join(folder, 'phono3py_params.yaml'), writePhonopyYaml(filled));
    say('"phono3py_params.yaml" has been created.');
    return;
  }
  for (const [file, found] of [
    ['FORCES_FC3', cubic],
    ['FORCES_FC2', harmonic],
  ] as const) {
    if (!found) continue;
    const factors = unitFactors(yaml.units);
    const pieces = found.kind === 'snapshots' ? writeForceSets(found, factors) : writeForces(found, factors);
    await writeText(join(folder, file), pieces);
    say(`"${file}" has been created.`);
  }
}

/** phono3py_disp.yaml, or the file of its kind that is named. */
async function readDisplacements({
  folder,
  file,
  tags,
  say,
}: Session): Promise<{ name: string; yaml: PhonopyFile }> {
  const cell = tags.text('cell_filename');
  if (cell !== undefined) say(`"${cell}" is not needed: displacements are those of phono3py_disp.yaml.`);
  const name = file ?? 'phono3py_disp.yaml';
  return { name, yaml: await readYamlFile(folder, name) };
}

/** Files that --cf3 names, or the list of --cf3-file. */
async function filesOfCubic({ tags, folder }: Session): Promise<string[] | undefined> {
  const list = tags.text('create_forces_fc3_file');
  if (list === undefined) return tags.text('create_forces_fc3')?.split(/\s+/).filter(Boolean);
  const { text } = await openText(join(folder, list));
  const files: string[] = [];
  try {
    for (let line = await text.next(); line !== null; line = await text.next()) {
      const file = line.trim();
      if (file !== '' && !file.startsWith('#')) files.push(file);
    }
  } finally {
    await text.close();
  }
  return files;
}

interface Target {
  readonly name: string;
  readonly order: 2 | 3;
  readonly set?: AnySet;
  readonly cell?: { readonly structure: Structure };
  readonly calculator?: string;
}

/** The set with the forces of a calculator's outputs. */
async function fill(
  { folder, say }: Session,
  { name, order, set, cell, calculator }: Target,
  files: readonly string[],
  rest: string | undefined,
): Promise<AnySet> {
  if (!set || !cell)
    throw unsuited(
      `${name} holds no displaced supercells of ${order === 3 ? 'the third order' : 'a second order of its own'}`,
      order === 3 ? 'make them with -d' : 'make them with -d and --dim-fc2',
    );
  const count = displacedCells(set).length;
  say(`FC${order} displacement dataset was read from "${name}".`);
  say(`  Number of displacements: ${count}`);
  say(`  Number of supercell files: ${files.length}`);
  const filled = await withOutputs(
    folder,
    { name, set, supercell: cell.structure, ...(calculator && { calculator }) },
    { files, ...(rest !== undefined && { rest }) },
  );
  if (files.length < count) say('** Number of supercell files is less than displacements. **');
  if (rest !== undefined) say(`Forces in "${rest}" were subtracted from supercell forces.`);
  return filled;
}

/** Charges of BORN for a file that has none. */
async function bornOf(session: Session, yaml: PhonopyFile, name: string): Promise<PhonopyFile['polar']> {
  const unit = yaml.unitCell ?? yaml.supercell;
  const dim = yaml.phonon?.supercellMatrix ?? yaml.supercellMatrix;
  if (!unit || !dim) return undefined;
  return readPolar(session, crystalOf(session, { structure: unit.structure, yaml, name }, dim));
}

/** --cfs: FORCE_SETS of FORCES_FC3, or of FORCES_FC2 where --dim-fc2 is given. */
export async function forceSetsFromForces(session: Session): Promise<void> {
  const { tags, folder, say } = session;
  const dim = dimensionsOf(tags, 'phonon_supercell_dimension');
  const file = dim ? 'FORCES_FC2' : 'FORCES_FC3';
  const { name, yaml } = await readDisplacements(session);
  say(`Displacement dataset is read from "${name}".`);
  say(`Forces are read from "${file}"`);
  if ((await columnsOf(join(folder, file))) === 6) {
    say(`The file format of ${file} is already readable by phonopy.`);
    return;
  }
  const set = dim ? yaml.phononDisplacements : yaml.displacements;
  if (!set || set.kind === 'snapshots')
    throw unsuited(`${name} holds no displacements that ${file} could be of`);
  const factors = unitFactors(yaml.units);
  const { text } = await openText(join(folder, file));
  const { count, entries } = await readForces(text, set, factors).finally(() => text.close());
  const singles: DisplacementSet = {
    kind: 'atoms',
    count,
    entries: entries as readonly (typeof entries)[number][],
  };
  await writeText(join(folder, 'FORCE_SETS'), writeForceSets(singles, factors));
  say('FORCE_SETS has been created.');
}

/** --fs2f2: FORCES_FC2 of FORCE_SETS, and the lines that go into phono3py_disp.yaml. */
export async function forcesFromForceSets({ folder, say }: Session): Promise<void> {
  const { text } = await openText(join(folder, 'FORCE_SETS'));
  const set = await readForceSets(text).finally(() => text.close());
  if (set.kind === 'snapshots') return;
  await writeText(join(folder, 'FORCES_FC2'), writeForces(set));
  say('FORCES_FC2 has been created from FORCE_SETS.');
  say('The following yaml lines should replace respective part of');
  say('phono3py_disp.yaml made with --dim-fc2=dim_of_FORCE_SETS.');
  say('');
  say('phonon_displacements:');
  for (const { atom, displacement } of set.entries) {
    say(`- atom: ${String(atom + 1).padStart(4)}`);
    say('  displacement:');
    say(`    [ ${Array.from(displacement, (x) => x.toFixed(16).padStart(19)).join(', ')} ]`);
  }
}
