import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { writeForceSets } from '../../formats/phonopy/force-sets.js';
import { unitFactors } from '../../formats/phonopy/units.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { openStructures } from '../../formats/read.js';
import { HARMONIC_DISTANCE, harmonicDisplacements } from '../../src/lattice/displacements/harmonic.js';
import { randomDisplacements } from '../../src/lattice/displacements/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { DisplacementSet } from '../../src/model/displacements.js';
import type { Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { BOHR } from '../../src/model/units.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import { type Crystal, openCrystal, type Session, writableCalculator } from './phonopy-crystal.js';
import { readPolar } from './phonopy-polar.js';
import { writeSummary } from './phonopy-summary.js';
import { pseudopotentialsOf, writeSupercells } from './phonopy-supercells.js';
import { type Tags, unsuited } from './tags.js';

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
  const pseudopotentials = files === 'qe' ? await pseudopotentialsOf(crystal.name) : undefined;
  const count = await writeSupercells(folder, files, cells.supercell, set, pseudopotentials);
  say(`Generated number of supercells: ${count}`);
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
  const { text } = await openText(join(folder, name));
  const yaml = await readPhonopyYaml(text).finally(() => text.close());
  const set = yaml.displacements;
  const supercell = yaml.supercell?.structure;
  if (!set || set.kind === 'pairs' || !supercell)
    throw unsuited(`${name} holds no displaced supercells of second order`);
  const outputs = hasRest ? files.slice(1) : files;
  const isShort = set.kind === 'snapshots' && outputs.length < set.entries.length;
  if (outputs.length !== set.entries.length && !isShort) {
    throw unsuited(
      `${outputs.length} files of forces are given, but ${name} has ${set.entries.length} displaced supercells`,
    );
  }
  const rest = hasRest ? await forcesOf(folder, files[0], supercell) : undefined;
  const entries = [];
  for (const [i, file] of outputs.entries()) {
    const { forces, energy } = await forcesOf(folder, file, supercell, displacementsOf(set, i));
    entries.push({
      ...set.entries[i],
      forces: rest ? forces.map((f, k) => f - rest.forces[k]) : forces,
      ...(energy !== undefined && { energy }),
    });
  }
  if (rest) say(`Forces in "${files[0]}" were subtracted from forces in all other files.`);
  const filled = { ...set, entries } as DisplacementSet;
  if (tags.flag('save_params')) {
    const pieces = writePhonopyYaml({ ...yaml, displacements: filled });
    await writeText(join(folder, 'phonopy_params.yaml'), pieces);
    say('"phonopy_params.yaml" has been created.');
  } else {
    await writeText(join(folder, 'FORCE_SETS'), writeForceSets(filled, unitFactors(yaml.units)));
    say('"FORCE_SETS" has been created.');
  }
}

/** [3n] A of a displaced supercell. */
function displacementsOf(set: DisplacementSet, index: number): Float64Array {
  const entry = set.entries[index];
  if (!('atom' in entry)) return entry.displacements;
  const out = new Float64Array(3 * set.count);
  out.set(entry.displacement, 3 * entry.atom);
  return out;
}

/** A: atoms may stand this far from where they were displaced to, as phonopy lets them */
const PLACE = 1e-5;

/** Forces of the last structure of an output, whose atoms stand where they should. */
async function forcesOf(
  folder: string,
  file: string,
  supercell: Structure,
  displacements: Float64Array = new Float64Array(3 * supercell.count),
): Promise<{ forces: Float64Array; energy?: number }> {
  const { frames } = await openStructures(join(folder, file));
  let last: Frame | undefined;
  for await (const frame of frames) last = frame;
  const forces = last?.labels.forces;
  if (!last || !forces) throw unsuited(`${file} holds no forces`);
  const { count, cell, positions } = last.structure;
  if (count !== supercell.count)
    throw unsuited(`${file} has ${count} atoms, but the supercell has ${supercell.count}`);
  const shifts = rowsTimes(
    positions.map((x, k) => x - supercell.positions[k] - displacements[k]),
    inverse(cell),
  ).map((x) => x - Math.round(x));
  const apart = rowsTimes(shifts, cell);
  for (let i = 0; i < count; i++) {
    const distance = Math.hypot(apart[3 * i], apart[3 * i + 1], apart[3 * i + 2]);
    if (distance > PLACE)
      throw unsuited(
        `${file}: atom ${i + 1} is ${distance.toFixed(5)} A from where its displaced supercell has it`,
        'files must be named in the order of the displaced supercells',
      );
  }
  return { forces, ...(last.labels.energy !== undefined && { energy: last.labels.energy }) };
}
