import type {
  AtomDisplacement,
  DisplacementSet,
  SnapshotDisplacement,
} from '../../src/model/displacements.js';
import { PhonolinkError, quoted } from '../../src/model/errors.js';
import { fixed } from '../io/fixed.js';
import { integerOf, type TextReader, words } from '../io/text.js';
import { atData, nextData, readRows } from './rows.js';
import { ANGSTROM_EV, type UnitFactors, unitFactors } from './units.js';

export interface ForceSetsOptions {
  /** Atoms of the supercell: the second type does not say how many there are */
  readonly count?: number;
  /** Units of the file; A and eV/A where absent */
  readonly factors?: UnitFactors;
}

/**
 * Reads FORCE_SETS of both types: displacements of single atoms, headed by the number of atoms, or of all atoms, six
 * numbers a line.
 * @throws FormatError, nothing else
 */
export async function readForceSets(
  text: TextReader,
  options: ForceSetsOptions = {},
): Promise<DisplacementSet> {
  const { count, factors = unitFactors(ANGSTROM_EV) } = options;
  if (!(await atData(text))) text.fail('no data', 'FORCE_SETS', { line: text.line + 1 });
  const columns = words((await text.peek()) ?? '').length;
  if (columns === 1) return readAtomSets(text, count, factors);
  if (columns !== 6) {
    const line = await text.next();
    text.fail(quoted(line ?? ''), 'the number of atoms, or a displacement and a force (six numbers)');
  }
  if (count === undefined)
    text.fail('displacements of all atoms', 'the number of atoms beside them', {
      line: text.line + 1,
      hint: 'give the supercell (phonopy_disp.yaml, or --dim and a unit cell)',
    });
  return readSnapshotForces(text, count, factors);
}

async function readAtomSets(
  text: TextReader,
  count: number | undefined,
  factors: UnitFactors,
): Promise<DisplacementSet> {
  const number = async (what: string) => {
    const line = await nextData(text);
    if (line === null) text.fail('the end of the file', what, { line: text.line + 1 });
    return integerOf(line, what, text);
  };
  const atoms = await number('the number of atoms');
  if (atoms < 1) text.fail(`${atoms} atoms`, 'at least one');
  if (count !== undefined && atoms !== count)
    text.fail(`forces on ${atoms} atoms`, `those on the ${count} of the supercell`, {
      hint: 'the supercell or --dim is not the one that these forces were calculated with',
    });
  const sets = await number('the number of displacements');
  if (sets < 0) text.fail(`${sets} displacements`, 'a number of 0 or more');
  const entries: AtomDisplacement[] = [];
  for (let i = 0; i < sets; i++) {
    const atom = await number(`the number of the atom displaced in supercell ${i + 1} of ${sets}`);
    if (atom < 1 || atom > atoms) text.fail(`the atom ${atom}`, `one of the ${atoms} atoms`);
    const displacement = await readRows(text, 1, 3, 'a displacement');
    await atData(text);
    const forces = await readRows(text, atoms, 3, `forces of supercell ${i + 1} of ${sets}`);
    entries.push({
      atom: atom - 1,
      displacement: scale(displacement, factors.length),
      forces: scale(forces, factors.force),
    });
  }
  if (await atData(text)) {
    const line = await text.next();
    text.fail(quoted(line ?? ''), `the end of the file behind ${sets} displacements`);
  }
  return { kind: 'atoms', count: atoms, entries };
}

/**
 * Rows of a displacement and a force for each of `count` atoms of supercells, as FORCE_SETS, FORCES_FC2 and FORCES_FC3
 * hold them for random displacements.
 */
export async function readSnapshotForces(
  text: TextReader,
  count: number,
  factors: UnitFactors,
): Promise<DisplacementSet> {
  const entries: SnapshotDisplacement[] = [];
  while (await atData(text)) {
    const rows = await readRows(
      text,
      count,
      6,
      `displacements and forces of supercell ${entries.length + 1}`,
    );
    const displacements = new Float64Array(3 * count);
    const forces = new Float64Array(3 * count);
    for (let i = 0; i < count; i++)
      for (let c = 0; c < 3; c++) {
        displacements[3 * i + c] = rows[6 * i + c] * factors.length;
        forces[3 * i + c] = rows[6 * i + 3 + c] * factors.force;
      }
    entries.push({ displacements, forces });
  }
  return { kind: 'snapshots', count, entries };
}

function scale(values: Float64Array, factor: number): Float64Array {
  if (factor !== 1) for (let i = 0; i < values.length; i++) values[i] *= factor;
  return values;
}

/**
 * Pieces of FORCE_SETS. The first type is phonopy's letter by letter; the second has more decimals than phonopy gives
 * it (8), which its readers take.
 * @throws PhonolinkError where the forces of a supercell are not known
 */
export function* writeForceSets(set: DisplacementSet, factors = unitFactors(ANGSTROM_EV)): Generator<string> {
  if (set.kind === 'snapshots') {
    yield* snapshotPieces(set, factors);
    return;
  }
  yield `${String(set.count).padEnd(5)}\n${String(set.entries.length).padEnd(5)}\n`;
  for (let i = 0; i < set.entries.length; i++) {
    const { atom, displacement, forces } = set.entries[i];
    yield `\n${String(atom + 1).padEnd(5)}\n${displacementRow(displacement, factors)}\n`;
    yield forceRows(knownForces(forces, i), factors);
  }
}

function* snapshotPieces(
  set: Extract<DisplacementSet, { kind: 'snapshots' }>,
  factors: UnitFactors,
): Generator<string> {
  for (let i = 0; i < set.entries.length; i++) {
    const { displacements } = set.entries[i];
    const forces = knownForces(set.entries[i].forces, i);
    let lines = '';
    for (let a = 0; a < 3 * set.count; a += 3) {
      lines += displacementRow(displacements.subarray(a), factors);
      for (let c = 0; c < 3; c++) lines += ` ${fixed(forces[a + c] / factors.force, 17, 12)}`;
      lines += '\n';
    }
    yield lines;
  }
}

/** @param index of the supercell, from 0 */
export function knownForces(forces: Float64Array | undefined, index: number): Float64Array {
  if (forces) return forces;
  throw new PhonolinkError(`the forces of displaced supercell ${index + 1} are not known`, {
    hint: 'calculate them first',
  });
}

export function displacementRow(u: ArrayLike<number>, factors: UnitFactors): string {
  return [0, 1, 2].map((c) => fixed(u[c] / factors.length, 20, 16)).join(' ');
}

/** Rows '%15.10f %15.10f %15.10f'. */
export function forceRows(forces: Float64Array, factors: UnitFactors): string {
  let lines = '';
  for (let i = 0; i < forces.length; i++) {
    lines += fixed(forces[i] / factors.force, 15, 10);
    lines += i % 3 === 2 ? '\n' : ' ';
  }
  return lines;
}
