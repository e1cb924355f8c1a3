import { determinant, inverse, product, rowsTimes } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import { wholeNumbers } from './integer-matrix.js';
import { wrap } from './operation.js';
import { PositionIndex } from './position-index.js';
import { reducedBasis } from './reduced-basis.js';

/** The shifts that map a periodic structure onto itself, and the smallest lattice that they make up. */
export interface PrimitiveLattice {
  /** [9] A, rows, reduced */
  readonly cell: Float64Array;
  /** [9] whole numbers S: rows of the structure's cell = S times rows of the primitive one */
  readonly multiple: Int32Array;
  /** [t][3] shifts in fractions of the structure's cell, in [0, 1); the first is none */
  readonly translations: readonly Float64Array[];
  /** [t][n] the atom that each atom goes to */
  readonly permutations: readonly Int32Array[];
  /** [n] the lowest of the atoms that an atom is a shifted copy of */
  readonly representative: Int32Array;
}

/**
 * Finds the primitive lattice of a structure.
 * @param tolerance A, within which positions are the same
 * @returns undefined where the shifts within the tolerance do not make up a lattice: positions are that inexact
 * @throws PhonolinkError where the structure is not periodic in three directions, has no atoms, or atoms overlap
 */
export function primitiveLattice(structure: Structure, tolerance: number): PrimitiveLattice | undefined {
  const { count, kinds, cell } = structure;
  requireCrystal(structure);
  const fractional = rowsTimes(structure.positions, inverse(cell));
  const index = new PositionIndex(cell, fractional, kinds, tolerance);
  const rare = rarestKind(structure);
  const translations: Float64Array[] = [];
  const permutations: Int32Array[] = [];
  const at = (i: number, k: number) => fractional[3 * i + k];
  for (let i = 0; i < count; i++) {
    if (kinds[i] !== kinds[rare]) continue;
    const shift = Float64Array.of(at(i, 0) - at(rare, 0), at(i, 1) - at(rare, 1), at(i, 2) - at(rare, 2));
    const permutation = shifted(index, fractional, kinds, shift);
    if (!permutation) continue;
    translations.push(shift.map(wrap));
    permutations.push(permutation);
  }
  if (translations.length === 0) {
    throw new PhonolinkError(
      `atoms of one kind lie within the tolerance (${tolerance} A) of each other${nearest(structure, fractional)}`,
      { hint: 'look for atoms that occur twice' },
    );
  }
  const lattice = latticeOf(translations, cell);
  return lattice && { ...lattice, translations, permutations, representative: lowest(permutations) };
}

/** Which two are nearest, of those of one kind: ': atoms 1 and 2, 0 A apart' */
function nearest({ count, kinds, cell }: Structure, fractional: Float64Array): string {
  let [first, second, least] = [0, 0, Number.POSITIVE_INFINITY];
  for (let j = 1; j < count; j++) {
    for (let i = 0; i < j; i++) {
      if (kinds[i] !== kinds[j]) continue;
      const d = [0, 1, 2].map((k) => fractional[3 * j + k] - fractional[3 * i + k]);
      const length = Math.hypot(
        ...rowsTimes(
          d.map((x) => x - Math.round(x)),
          cell,
        ),
      );
      if (length < least) [first, second, least] = [i, j, length];
    }
  }
  return Number.isFinite(least)
    ? `: atoms ${first + 1} and ${second + 1}, ${Number(least.toPrecision(3))} A apart`
    : '';
}

/** @throws PhonolinkError */
export function requireCrystal({ count, periodic }: Structure): void {
  if (count === 0) throw new PhonolinkError('a structure without atoms has no space group');
  if (!periodic.every(Boolean)) {
    throw new PhonolinkError('the structure is not periodic in three directions, so it has no space group', {
      hint: 'give it three lattice vectors, long enough that its images do not see each other',
    });
  }
}

/** For each atom the lowest of those that permutations take it to. */
export function lowest(permutations: readonly Int32Array[]): Int32Array {
  const out = Int32Array.from(permutations[0]);
  for (const permutation of permutations) {
    for (let i = 0; i < out.length; i++) if (permutation[i] < out[i]) out[i] = permutation[i];
  }
  return out;
}

/** The first atom of the kind that fewest atoms are of: as many translations are possible. */
function rarestKind({ count, kinds }: Structure): number {
  const counts = new Map<number, number>();
  for (const kind of kinds) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  let best = 0;
  for (let i = 0; i < count; i++) if (counts.get(kinds[i])! < counts.get(kinds[best])!) best = i;
  return best;
}

function shifted(
  index: PositionIndex,
  fractional: Float64Array,
  kinds: Uint16Array,
  [x, y, z]: Float64Array,
): Int32Array | undefined {
  const permutation = new Int32Array(kinds.length);
  const taken = new Uint8Array(kinds.length);
  for (let i = 0; i < kinds.length; i++) {
    const to = index.find(
      fractional[3 * i] + x,
      fractional[3 * i + 1] + y,
      fractional[3 * i + 2] + z,
      kinds[i],
    );
    if (to < 0 || taken[to]) return undefined;
    taken[to] = 1;
    permutation[i] = to;
  }
  return permutation;
}

function latticeOf(
  translations: readonly Float64Array[],
  cell: Float64Array,
): Pick<PrimitiveLattice, 'cell' | 'multiple'> | undefined {
  const order = translations.length;
  const rows = [0, 1, 2].map((k) => [0, 1, 2].map((c) => (c === k ? order : 0)));
  for (const shift of translations) {
    // A shift taken as often as there are shifts is a lattice vector of the cell.
    const whole = wholeNumbers(
      shift.map((x) => x * order),
      0.1,
    );
    if (!whole) return undefined;
    rows.push(Array.from(whole));
  }
  const basis = hermite(rows).flatMap((row) => row.map((x) => x / order));
  const reduced = reducedBasis(product(basis, cell)).cell;
  const multiple = wholeNumbers(product(cell, inverse(reduced)), 1e-3);
  if (!multiple || Math.abs(determinant(multiple)) !== order) return undefined;
  // As right-handed as the cell is.
  const handed = determinant(multiple) < 0 ? multiple.map((x) => 0 - x) : multiple;
  return { cell: product(inverse(handed), cell), multiple: handed };
}

/** Three rows, upper triangular, that span what whole multiples of the given rows span: Hermite normal form. */
function hermite(rows: number[][]): number[][] {
  const left = rows.map((row) => [...row]);
  return [0, 1, 2].map((k) => {
    for (;;) {
      const nonzero = left.filter((row) => row[k] !== 0);
      nonzero.sort((p, q) => Math.abs(p[k]) - Math.abs(q[k]));
      const [pivot, ...others] = nonzero;
      for (const row of others) {
        const factor = Math.round(row[k] / pivot[k]);
        for (let c = k; c < 3; c++) row[c] -= factor * pivot[c];
      }
      if (others.every((row) => row[k] === 0)) return left.splice(left.indexOf(pivot), 1)[0];
    }
  });
}
