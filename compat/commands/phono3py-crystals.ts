import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { type Crystal, crystalOf, dimensionsOf } from './crystal.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';
import { readUnit } from './unit-cell.js';

/** The crystal with its supercells of the third order and of the second. */
export interface Crystals {
  readonly cubic: Crystal;
  /** That of the second order: --dim-fc2's, else the same one */
  readonly phonon: Crystal;
  readonly hasOwnPhonon: boolean;
  /** Of the file that the unit cell was read from */
  readonly name: string;
}

/**
 * The unit cell, and the cells made of it: from --dim and --dim-fc2, else from a phono3py.yaml.
 * @throws PhonolinkError where there are none
 */
export async function openCrystals(session: Session): Promise<Crystals> {
  const { tags } = session;
  const unit = await readUnit(session);
  const dim = unit.yaml?.supercellMatrix ?? dimensionsOf(tags, 'dim');
  if (!dim)
    throw unsuited(
      `"${unit.name}" says no supercell, and there is no --dim`,
      'give --dim, such as --dim 2 2 2',
    );
  const cubic = crystalOf(session, unit, dim);
  const tag = tags.has('dim_fc2') ? 'dim_fc2' : 'phonon_supercell_dimension';
  const own = dimensionsOf(tags, tag) ?? unit.yaml?.phonon?.supercellMatrix;
  const crystals = {
    cubic,
    phonon: own ? crystalOf(session, unit, own) : cubic,
    hasOwnPhonon: own !== undefined,
    name: unit.name,
  };
  if (unit.yaml) requireSameCells(crystals, unit.yaml, unit.name);
  return crystals;
}

/**
 * The supercells of a file must be the ones that are made here, atom by atom: its displacements and forces are theirs.
 * @throws PhonolinkError where they are not
 */
export function requireSameCells(
  { cubic, phonon, hasOwnPhonon }: Crystals,
  { supercell, phonon: other }: PhonopyFile,
  name: string,
): void {
  requireSame(cubic.cells, supercell?.structure, `the supercell in "${name}"`);
  if (hasOwnPhonon)
    requireSame(phonon.cells, other?.supercell?.structure, `the phonon supercell in "${name}"`);
}

/** A, within which lattice vectors and places are the same: files have their last digits in other units */
const SAME = 1e-4;

function requireSame({ supercell }: PhononCells, found: Structure | undefined, what: string): void {
  if (!found) return;
  const fail = (why: string): never => {
    throw unsuited(
      `${what} is not the one that is made of the unit cell: ${why}`,
      'dim or the structure differ',
    );
  };
  if (found.count !== supercell.count) fail(`${found.count} atoms, ${supercell.count} expected`);
  if (found.cell.some((x, k) => Math.abs(x - supercell.cell[k]) > SAME)) fail('other lattice vectors');
  const shifts = rowsTimes(
    found.positions.map((x, k) => x - supercell.positions[k]),
    inverse(supercell.cell),
  ).map((x) => x - Math.round(x));
  const apart = rowsTimes(shifts, supercell.cell);
  const [a, b] = [symbolsOf(found), symbolsOf(supercell)];
  for (let i = 0; i < found.count; i++) {
    if (a[i] !== b[i]) fail(`atom ${i + 1} is ${a[i]}, ${b[i]} expected`);
    if (Math.hypot(apart[3 * i], apart[3 * i + 1], apart[3 * i + 2]) > SAME)
      fail(`atom ${i + 1} stands elsewhere`);
  }
}

/** What phono3py prints of the supercells and the primitive cell. */
export function* cellLines({ cubic, phonon, hasOwnPhonon }: Crystals): Generator<string> {
  yield* matrixLines('Supercell', 'dim', cubic.cells.supercellMatrix);
  if (hasOwnPhonon) yield* matrixLines('Phonon supercell', 'dim-fc2', phonon.cells.supercellMatrix);
  yield 'Primitive matrix:';
  const { primitiveMatrix } = cubic.cells;
  for (const k of [0, 3, 6])
    yield `  [${Array.from(primitiveMatrix.subarray(k, k + 3), (x) => String(Number(x.toFixed(8)))).join(' ')}]`;
}

function* matrixLines(name: string, argument: string, m: Int32Array): Generator<string> {
  if (m.every((x, k) => k % 4 === 0 || x === 0)) {
    yield `${name} (${argument}): [${m[0]} ${m[4]} ${m[8]}]`;
    return;
  }
  yield `${name} matrix (${argument}):`;
  for (const k of [0, 3, 6]) yield `  [${m.subarray(k, k + 3).join(' ')}]`;
}

/** A length that a tag says in the units of the calculator, A. */
export function lengthOf({ tags }: Session, name: string, { factors }: Crystal): number | undefined {
  const length = tags.real(name);
  if (length !== undefined && !(length > 0)) tags.fail(name, 'a length above zero');
  return length === undefined ? undefined : length * factors.length;
}
