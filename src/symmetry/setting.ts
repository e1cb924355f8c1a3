import { determinant, inverse, product, transpose } from '../model/cell.js';
import { centringMatrix } from './centring.js';
import { IDENTITY, keyOf, multiply, unimodularInverse, wholeNumbers } from './integer-matrix.js';
import { latticeRotations } from './lattice-group.js';
import { moyo, rowMajor } from './moyo.js';
import type { Operation } from './operation.js';
import type { SpaceGroup } from './space-group.js';

/**
 * [9] L: columns of the conventional cell = columns of a given cell times L. A space group's standard setting leaves
 * a choice of axes: all that the group's normaliser takes to each other are as good. spglib, and so phonopy, keeps
 * the axes of a cell that is in the standard setting already, and where lengths decide, takes short ones first.
 * @param cell [9] A, rows, of the same crystal
 */
export function conventionalAxes(group: SpaceGroup, cell: ArrayLike<number>): Float64Array {
  const fromLattice = group.standardFromLattice;
  // Columns of the primitive lattice = columns of the cell times this.
  const toLattice = transpose(product(group.lattice.cell, inverse(cell)));
  const given = product(toLattice, fromLattice);
  const axes = product(transpose(given), cell);
  const centring = centringMatrix(group.centring);
  const all = alternatives(group, axes).map((change) => product(given, change));
  const lengths = all.map((linear) => lengthsOf(product(transpose(linear), cell)));
  const shortest = [...lengths].sort(lexicographic)[0];
  const usable = all.filter((_, i) => lexicographic(lengths[i], shortest) === 0);
  const distance = (linear: Float64Array) => {
    const conventional = linear.reduce((sum, x, i) => sum + Math.abs(x - IDENTITY[i]), 0);
    if (conventional < 1e-3) return -1;
    return product(linear, centring).reduce((sum, x, i) => sum + Math.abs(x - IDENTITY[i]), 0);
  };
  return usable.reduce((best, linear) => (distance(linear) < distance(best) - 1e-6 ? linear : best));
}

/** Proper changes of the conventional axes that leave the space group's operations as they are, save for the origin. */
function alternatives(group: SpaceGroup, axes: Float64Array): Int32Array[] {
  const isOrthorhombic = group.number >= 16 && group.number <= 74;
  const changes = isOrthorhombic ? SIGNED_PERMUTATIONS : latticeRotations(axes, 1e-3);
  const settings = moyo()
    .operations_from_number(group.number, { type: 'HallNumber', value: group.hallNumber }, false)
    .map(({ rotation, translation }) => ({
      rotation: Int32Array.from(rowMajor(rotation)),
      translation: Float64Array.from(translation),
    }));
  const centring = centringMatrix(group.centring);
  return changes.filter((change) => determinant(change) === 1 && isNormaliser(change, settings, centring));
}

const SIGNED_PERMUTATIONS: readonly Int32Array[] = [
  [0, 1, 2],
  [1, 2, 0],
  [2, 0, 1],
  [1, 0, 2],
  [0, 2, 1],
  [2, 1, 0],
].flatMap((order) =>
  Array.from({ length: 8 }, (_, signs) => {
    const matrix = new Int32Array(9);
    order.forEach((to, from) => {
      matrix[3 * to + from] = (signs >> from) & 1 ? -1 : 1;
    });
    return matrix;
  }),
);

/**
 * Whether a change of axes N turns a group into itself for some choice of the origin p: N^-1 W N must be one of its
 * rotations W' for every W, and (W' - I) p = w' - N^-1 w modulo lattice vectors must have a solution p.
 */
function isNormaliser(change: Int32Array, operations: readonly Operation[], centring: Float64Array): boolean {
  const toPrimitive = inverse(centring);
  const inPrimitive = (m: ArrayLike<number>) =>
    wholeNumbers(product(product(toPrimitive, m), centring), 1e-6);
  if (!inPrimitive(change)) return false;
  const back = unimodularInverse(change);
  const known = new Map(operations.map((operation) => [keyOf(operation.rotation), operation]));
  const rows: number[][] = [];
  for (const { rotation, translation } of known.values()) {
    const moved = multiply(multiply(back, rotation), change);
    const target = known.get(keyOf(moved));
    if (!target) return false;
    const shift = column(product(toPrimitive, asColumn(column(product(back, asColumn(translation))))));
    const wanted = column(product(toPrimitive, asColumn(target.translation)));
    const matrix = inPrimitive(moved)!;
    for (let k = 0; k < 3; k++) {
      const coefficients = [0, 1, 2].map((c) => matrix[3 * k + c] - IDENTITY[3 * k + c]);
      rows.push([...coefficients, wanted[k] - shift[k]]);
    }
  }
  return solvable(rows);
}

/**
 * Whether whole-numbered equations a p = d, modulo 1, have a solution p. Rows [a, d] are combined as in the Hermite
 * normal form; independent ones have a solution, and those that come down to nothing must say 0 = 0.
 */
function solvable(rows: number[][]): boolean {
  let left = rows;
  for (let k = 0; k < 3; k++) {
    for (;;) {
      const nonzero = left.filter((row) => row[k] !== 0).sort((p, q) => Math.abs(p[k]) - Math.abs(q[k]));
      const [pivot, ...others] = nonzero;
      if (!pivot) break;
      for (const row of others) {
        const factor = Math.round(row[k] / pivot[k]);
        for (let c = k; c < 4; c++) row[c] -= factor * pivot[c];
      }
      if (others.every((row) => row[k] === 0)) {
        left = left.filter((row) => row !== pivot);
        break;
      }
    }
  }
  return left.every((row) => Math.abs(row[3] - Math.round(row[3])) < 1e-4);
}

function asColumn(v: ArrayLike<number>): number[] {
  return [v[0], 0, 0, v[1], 0, 0, v[2], 0, 0];
}

function column(m: ArrayLike<number>): number[] {
  return [m[0], m[3], m[6]];
}

function lengthsOf(rows: ArrayLike<number>): number[] {
  return [0, 1, 2].map((k) => Math.hypot(rows[3 * k], rows[3 * k + 1], rows[3 * k + 2]));
}

/** 1e-5 A apart is the same length. */
function lexicographic(a: readonly number[], b: readonly number[]): number {
  const k = a.findIndex((x, i) => Math.abs(x - b[i]) > 1e-5);
  return k < 0 ? 0 : a[k] - b[k];
}
