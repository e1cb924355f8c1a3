import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { writeForceSets } from '../../formats/phonopy/force-sets.js';
import { unitFactors } from '../../formats/phonopy/units.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { displacedCells } from '../../src/lattice/displacements/displaced-cells.js';
import { HARMONIC_DISTANCE, harmonicDisplacements } from '../../src/lattice/displacements/harmonic.js';
import { randomDisplacements } from '../../src/lattice/displacements/random.js';
import type { DisplacementSet } from '../../src/model/displacements.js';
import { BOHR } from '../../src/model/units.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import { withOutputs } from './collected-forces.js';
import { type Crystal, openCrystal } from './crystal.js';
import { writeSummary } from './phonopy-summary.js';
import { readPolar } from './polar.js';
import type { Session } from './session.js';
import { digitsOf, writeSupercells } from './supercells.js';
import { type Tags, unsuited } from './tags.js';
import { pseudopotentialsOf, readYamlFile, writableCalculator } from './unit-cell.js';

/** -d and --rd: displaced supercells and phonopy_disp.yaml. */
export async function displace(session: Session): Promise<void> {
  const { tags, folder, say } = session;
  const crystal = await openCrystal(session);
  const { cells, calculator, factors } = crystal;
  const files = writableCalculator(calculator);
  const seed = tags.integer('random_seed') ?? randomInt(2 ** 32);
  const greatest = tags.real('displacement_distance_max');
  const snapshots = snapshotsOf(tags, crystal);
  // 0.01 A, or 0.02 bohr for the calculators that count in bohr.
  const usual = factors.length === 1 ? HARMONIC_DISTANCE : 0.02 * BOHR;
  const given = tags.real('displacement_distance');
  const distance = given === undefined ? usual : given * factors.length;
  const pm = tags.flag('pm');
  const set: DisplacementSet =
    snapshots === undefined
      ? harmonicDisplacements(crystal.symmetry, {
          distance,
          diagonal: tags.flag('diag') ?? true,
          opposites: pm === undefined ? 'where-needed' : pm ? 'always' : 'never',
        })
      : randomDisplacements(cells.supercell.count, snapshots, {
          seed,
          distance,
          ...(greatest !== undefined && { greatest: greatest * factors.length }),
          drawn: tags.choice('displacement_distance_sampling', ['supercell', 'atom']),
          opposites: pm ?? false,
          like: session.version === 4 ? 'phonopy 4' : 'phonopy 2',
        });
  say(`Displacement distance: ${distance / factors.length}`);
  const displaced = displacedCells(set);
  await writeSupercells(folder, cells.supercell, displaced, {
    calculator: files,
    digits: digitsOf(displaced, 3, session.version),
    ...(files === 'qe' && { pseudopotentials: await pseudopotentialsOf(crystal.name) }),
  });
  say(`Generated number of supercells: ${displaced.length}`);
  const polar = session.version === 4 ? await readPolar(session, crystal) : undefined;
  await writeSummary(session, crystal, 'phonopy_disp.yaml', {
    displacements: set,
    ...(polar && { polar }),
    ...(snapshots !== undefined && { randomSeed: seed }),
  });
}

/**
 * --rd: how many random displacements; auto is phonopy 4's estimate, so many times what has as many forces as the force
 * constants have numbers that the operations leave different, 9 n^2 / 2 over all of them.
 */
function snapshotsOf(tags: Tags, { symmetry, cells }: Crystal): number | undefined {
  if (tags.text('random_displacements')?.toLowerCase() !== 'auto')
    return tags.integer('random_displacements');
  const factor = tags.real('rd_number_estimation_factor') ?? (tags.has('displacement_distance_max') ? 8 : 4);
  const n = cells.supercell.count;
  const numbers = (9 * n * n) / (2 * symmetry.operations.length * symmetry.translations.length);
  // A half is rounded to an even number, as Python does.
  const whole = numbers % 1 === 0.5 ? 2 * Math.round(numbers / 2) : Math.round(numbers);
  const snapshots = Math.floor(factor * Math.ceil(whole / (3 * n)));
  if (snapshots < 1)
    tags.fail('rd_number_estimation_factor', 'a greater number: there would be no displacement');
  return snapshots;
}

/** -f and --fz: FORCE_SETS (or phonopy_params.yaml) from the calculator's outputs. */
export async function collectForces(session: Session): Promise<void> {
  const { tags, folder, say } = session;
  const hasRest = tags.has('create_force_sets_zero');
  const files = tags
    .text(hasRest ? 'create_force_sets_zero' : 'create_force_sets')!
    .split(/\s+/)
    .filter(Boolean);
  const name = session.file ?? 'phonopy_disp.yaml';
  const yaml = await readYamlFile(folder, name);
  const set = yaml.displacements;
  const supercell = yaml.supercell?.structure;
  if (!set || set.kind === 'pairs' || !supercell)
    throw unsuited(`${name} holds no displaced supercells of second order`);
  const filled = await withOutputs(
    folder,
    { name, set, supercell, ...(yaml.calculator && { calculator: yaml.calculator }) },
    hasRest ? { files: files.slice(1), rest: files[0] } : { files },
  );
  if (hasRest) say(`Forces in "${files[0]}" were subtracted from forces in all other files.`);
  if (tags.flag('save_params')) {
    const pieces = writePhonopyYaml({ ...yaml, displacements: filled });
    await writeText(join(folder, 'phonopy_params.yaml'), pieces);
    say('"phonopy_params.yaml" has been created.');
  } else {
    await writeText(join(folder, 'FORCE_SETS'), writeForceSets(filled, unitFactors(yaml.units)));
    say('"FORCE_SETS" has been created.');
  }
}
