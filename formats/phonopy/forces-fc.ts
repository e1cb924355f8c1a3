import type {
  AtomDisplacement,
  DisplacementSet,
  PairDisplacementSet,
} from '../../src/model/displacements.js';
import { quoted } from '../../src/model/errors.js';
import { parseReal, type TextReader, words } from '../io/text.js';
import { displacementRow, forceRows, knownForces, readSnapshotForces } from './force-sets.js';
import { atData, readRows } from './rows.js';
import { ANGSTROM_EV, type UnitFactors, unitFactors } from './units.js';

/** Displacements are written with 16 decimals; a file made for others differs by more than this, A. */
const SAME = 1e-6;

/**
 * Reads FORCES_FC2 (for displacements of single atoms) and FORCES_FC3 (for pairs): forces of all displaced supercells in
 * the order of phono3py_disp.yaml, whose displacements are given. Where the file's comments name displaced atoms, they
 * must be these. Rows of six numbers (random displacements) bring their displacements with them.
 * @throws FormatError, nothing else
 */
export async function readForces<S extends DisplacementSet | PairDisplacementSet>(
  text: TextReader,
  set: S,
  factors: UnitFactors = unitFactors(ANGSTROM_EV),
): Promise<S> {
  if (set.kind === 'snapshots') return (await readSnapshotForces(text, set.count, factors)) as S;
  const supercells = supercellsOf(set);
  const all = await readAll(text, set.count, supercells, factors);
  return withForces(set, all) as S;
}

/** What is displaced in each supercell, and whether its forces were calculated. */
interface Displaced {
  readonly moves: readonly AtomDisplacement[];
  readonly included: boolean;
}

function supercellsOf(set: DisplacementSet | PairDisplacementSet): Displaced[] {
  if (set.kind === 'snapshots') return [];
  const firsts = set.entries.map((first) => ({ moves: [first], included: true }));
  if (set.kind === 'atoms') return firsts;
  const pairs = set.entries.flatMap((first) =>
    first.second.map((second) => ({ moves: [first, second], included: second.included })),
  );
  return [...firsts, ...pairs];
}

async function readAll(
  text: TextReader,
  count: number,
  supercells: readonly Displaced[],
  factors: UnitFactors,
): Promise<Float64Array[]> {
  const read: Float64Array[] = [];
  const named: { line: number; move: string }[] = [];
  const listen = (comment: string) => named.push({ line: text.line, move: comment });
  for (const { moves } of supercells) {
    const number = `${read.length + 1} of ${supercells.length}`;
    named.length = 0;
    const more = await atData(text, listen);
    compareComments(text, named, moves, factors, number);
    if (!more) text.fail('the end of the file', `forces of supercell ${number}`, { line: text.line + 1 });
    const forces = await readRows(text, count, 3, `forces of supercell ${number}`);
    if (factors.force !== 1) for (let i = 0; i < forces.length; i++) forces[i] *= factors.force;
    read.push(forces);
  }
  if (await atData(text)) {
    const line = await text.next();
    text.fail(quoted(line ?? ''), `the end of the file behind ${supercells.length} supercells`, {
      hint: 'the file belongs to other displacements, or to a larger supercell',
    });
  }
  return read;
}

/** Comments '# ATOM X Y Z' name displaced atoms; others ('# File: 1') say nothing. */
function compareComments(
  text: TextReader,
  named: readonly { line: number; move: string }[],
  moves: readonly AtomDisplacement[],
  factors: UnitFactors,
  number: string,
): void {
  let next = 0;
  for (const { line, move } of named) {
    const numbers = words(move.slice(1)).map(parseReal);
    if (numbers.length !== 4 || numbers.some(Number.isNaN)) continue;
    const wanted = moves[next++];
    const [atom, ...u] = numbers;
    const same =
      wanted &&
      atom === wanted.atom + 1 &&
      u.every((x, c) => Math.abs(x * factors.length - wanted.displacement[c]) < SAME);
    if (same) continue;
    const expected = wanted
      ? `atom ${wanted.atom + 1} displaced by ${[...wanted.displacement].join(' ')} A in supercell ${number}`
      : `no more displaced atoms in supercell ${number}`;
    text.fail(quoted(move), expected, { line, hint: 'the file belongs to other displacements' });
  }
}

function withForces(
  set: DisplacementSet | PairDisplacementSet,
  all: readonly Float64Array[],
): DisplacementSet | PairDisplacementSet {
  if (set.kind === 'snapshots') return set;
  if (set.kind === 'atoms')
    return { ...set, entries: set.entries.map((entry, i) => ({ ...entry, forces: all[i] })) };
  let next = set.entries.length;
  const entries = set.entries.map((first, i) => ({
    ...first,
    forces: all[i],
    second: first.second.map((second) => {
      const forces = all[next++];
      // What was left out stands in the file as zeros.
      return second.included ? { ...second, forces } : second;
    }),
  }));
  return { ...set, entries };
}

/**
 * Pieces of FORCES_FC2 or FORCES_FC3 for displacements of single atoms or of pairs, as phono3py writes them; pairs that
 * were left out have zeros.
 * @throws PhonolinkError where forces are not known
 */
export function* writeForces(
  set: Extract<DisplacementSet, { kind: 'atoms' }> | PairDisplacementSet,
  factors: UnitFactors = unitFactors(ANGSTROM_EV),
): Generator<string> {
  const zeros = new Float64Array(3 * set.count);
  const supercells = supercellsOf(set);
  for (let i = 0; i < supercells.length; i++) {
    const { moves, included } = supercells[i];
    let head = `# File: ${String(i + 1).padEnd(5)}\n`;
    for (const { atom, displacement } of moves)
      head += `# ${String(atom + 1).padEnd(5)} ${displacementRow(displacement, factors)}\n`;
    const { forces } = moves[moves.length - 1];
    yield head + forceRows(included ? knownForces(forces, i) : zeros, factors);
  }
}
