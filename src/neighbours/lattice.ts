import { inverse, product, volume } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import { completeCell } from '../model/structure.js';

/** The lattice in which images are counted: as compact as the crystal allows, whatever cell it was given in. */
export interface WorkingLattice {
  /** [9] A, rows; along a direction without periodicity a unit vector normal to the others */
  readonly vectors: Float64Array;
  readonly inverse: Float64Array;
  /** [9] whole numbers: each working vector counted in the vectors of the given cell */
  readonly transform: Float64Array;
}

/**
 * Replaces the lattice vectors that are not periodic by unit vectors normal to the periodic ones, and reduces the
 * periodic ones in the sense of Minkowski, so that a skewed cell needs no more images than a compact one.
 * @throws PhonolinkError where the periodic vectors are not finite or not independent
 */
export function workingLattice(
  cell: Float64Array,
  periodic: readonly [boolean, boolean, boolean],
): WorkingLattice {
  const rows = periodicRows(cell, periodic);
  const transform = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
  const finite = rows.every(Number.isFinite);
  if (finite) reduce(rows, transform, periodic);
  const vectors = completeCell(rows);
  const vanished = [0, 1, 2].some((k) => periodic[k] && length(rows, k) === 0);
  const box = length(vectors, 0) * length(vectors, 1) * length(vectors, 2);
  // A reduced lattice fills at least half of that box; what does not is flat but for rounding.
  if (!finite || vanished || !(volume(vectors) > 1e-9 * box)) {
    throw new PhonolinkError(
      `the periodic lattice vectors of the cell ${Array.from(cell).join(' ')} are not finite and independent`,
      { hint: 'give vectors that span a volume, or switch off periodicity along one of them' },
    );
  }
  return { vectors, inverse: inverse(vectors), transform };
}

function length(rows: Float64Array, k: number): number {
  return Math.hypot(rows[3 * k], rows[3 * k + 1], rows[3 * k + 2]);
}

function dot(rows: Float64Array, k: number, l: number): number {
  return rows[3 * k] * rows[3 * l] + rows[3 * k + 1] * rows[3 * l + 1] + rows[3 * k + 2] * rows[3 * l + 2];
}

function subtract(m: Float64Array, k: number, l: number, times: number): void {
  for (let c = 0; c < 3; c++) m[3 * k + c] -= times * m[3 * l + c];
}

/** Vectors are shortened by more than rounding, so this ends; the limit is for cells of hopeless shape. */
const ROUNDS = 200;
const SHORTER = 1 - 1e-9;

/** In place: subtracts multiples of the periodic rows from each other until none gets shorter. */
function reduce(
  rows: Float64Array,
  transform: Float64Array,
  periodic: readonly [boolean, boolean, boolean],
): void {
  const axes = [0, 1, 2].filter((k) => periodic[k] && length(rows, k) > 0);
  for (let round = 0; round < ROUNDS; round++) {
    const shortened = axes.some((k) => shorten(rows, transform, axes, k));
    if (!shortened) return;
  }
}

/** One vector by one other, or by the sum or difference of the two others. */
function shorten(rows: Float64Array, transform: Float64Array, axes: number[], k: number): boolean {
  const others = axes.filter((l) => l !== k);
  for (const l of others) {
    const times = Math.round(dot(rows, k, l) / dot(rows, l, l));
    if (times === 0) continue;
    const before = length(rows, k);
    const trial = Float64Array.from(rows);
    subtract(trial, k, l, times);
    if (!(length(trial, k) < before * SHORTER)) continue;
    rows.set(trial);
    subtract(transform, k, l, times);
    return true;
  }
  if (others.length < 2) return false;
  const [l, m] = others;
  for (const [s, t] of [
    [1, 1],
    [1, -1],
    [-1, 1],
    [-1, -1],
  ]) {
    const trial = Float64Array.from(rows);
    subtract(trial, k, l, s);
    subtract(trial, k, m, t);
    if (!(length(trial, k) < length(rows, k) * SHORTER)) continue;
    rows.set(trial);
    subtract(transform, k, l, s);
    subtract(transform, k, m, t);
    return true;
  }
  return false;
}

/**
 * [9] F with new lattice vectors = old ones times F (row vectors), the strain and rotation between two cells. Along
 * directions that are not periodic any F will do: unit normals are carried into unit normals.
 */
export function deformation(
  from: Float64Array,
  to: Float64Array,
  periodic: readonly [boolean, boolean, boolean],
): Float64Array {
  const closed = (cell: Float64Array) => completeCell(periodicRows(cell, periodic));
  return product(inverse(closed(from)), closed(to));
}

/** The cell with zeros in place of the vectors that are not periodic. */
export function periodicRows(
  cell: Float64Array,
  periodic: readonly [boolean, boolean, boolean],
): Float64Array {
  return Float64Array.from(cell, (x, i) => (periodic[Math.floor(i / 3)] ? x : 0));
}

/**
 * A lower bound of the smallest singular value of F: no vector gets shorter by more than this factor. From the
 * closed form for the eigenvalues of the symmetric F F^T (Smith, Commun. ACM 4, 168, 1961), lowered by more than its
 * rounding error.
 */
export function smallestStretch(f: Float64Array): number {
  const s = (k: number, l: number) => dot(f, k, l);
  const mean = (s(0, 0) + s(1, 1) + s(2, 2)) / 3;
  const off = s(0, 1) ** 2 + s(0, 2) ** 2 + s(1, 2) ** 2;
  const [a, b, c] = [s(0, 0) - mean, s(1, 1) - mean, s(2, 2) - mean];
  const p = Math.sqrt((a * a + b * b + c * c + 2 * off) / 6);
  if (p === 0) return Math.sqrt(mean) * (1 - 1e-12);
  const half =
    (a * (b * c - s(1, 2) ** 2) -
      s(0, 1) * (s(0, 1) * c - s(1, 2) * s(0, 2)) +
      s(0, 2) * (s(0, 1) * s(1, 2) - b * s(0, 2))) /
    (2 * p ** 3);
  const angle = Math.acos(Math.min(1, Math.max(-1, half))) / 3;
  const smallest = mean + 2 * p * Math.cos(angle + (2 * Math.PI) / 3);
  // Rounding of `half` moves the angle by less than 1e-7.
  return Math.sqrt(Math.max(0, smallest - 4e-7 * p - 1e-12 * mean));
}
