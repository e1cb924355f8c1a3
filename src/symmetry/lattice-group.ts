import { determinant, product, transpose } from '../model/cell.js';
import { multiply, transposed, unimodularInverse } from './integer-matrix.js';
import { reducedBasis } from './reduced-basis.js';

/**
 * The rotations that map a lattice onto itself (its holohedry), in fractions of the given cell, for columns.
 * @param cell [9] A, rows
 * @param tolerance A, how far a lattice vector may miss another
 */
export function latticeRotations(cell: ArrayLike<number>, tolerance: number): Int32Array[] {
  const { cell: reduced, transform } = reducedBasis(cell);
  const metric = product(reduced, transpose(reduced));
  const length = [0, 1, 2].map((k) => Math.sqrt(metric[4 * k]));
  // A symmetry takes each vector of a reduced basis to one as short: coefficients of -1, 0 and 1 reach all of those.
  const images = [0, 1, 2].map((k) =>
    SMALL.filter((v) => Math.abs(Math.sqrt(form(metric, v, v)) - length[k]) <= tolerance),
  );
  const rotations: Int32Array[] = [];
  for (const a of images[0]) {
    for (const b of images[1]) {
      if (!agrees(metric, a, b, 1, tolerance, length)) continue;
      for (const c of images[2]) {
        if (!agrees(metric, a, c, 2, tolerance, length) || !agrees(metric, b, c, 5, tolerance, length))
          continue;
        const rotation = Int32Array.of(a[0], b[0], c[0], a[1], b[1], c[1], a[2], b[2], c[2]);
        if (Math.abs(determinant(rotation)) === 1) rotations.push(rotation);
      }
    }
  }
  // Columns of the reduced cell = columns of the given one times transform^T.
  const columns = transposed(transform);
  const back = unimodularInverse(columns);
  return rotations.map((rotation) => multiply(multiply(columns, rotation), back));
}

const SMALL: readonly number[][] = Array.from({ length: 27 }, (_, i) => [
  (i % 3) - 1,
  (Math.floor(i / 3) % 3) - 1,
  Math.floor(i / 9) - 1,
]).filter((v) => v.some((x) => x !== 0));

/** u G v */
function form(g: ArrayLike<number>, u: readonly number[], v: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < 3; i++) for (let j = 0; j < 3; j++) sum += u[i] * g[3 * i + j] * v[j];
  return sum;
}

/** Whether two images stand to each other as the vectors that they are images of; entry of the metric. */
function agrees(
  metric: ArrayLike<number>,
  u: readonly number[],
  v: readonly number[],
  entry: number,
  tolerance: number,
  length: readonly number[],
): boolean {
  const longest = Math.max(length[Math.floor(entry / 3)], length[entry % 3]);
  return Math.abs(form(metric, u, v) - metric[entry]) <= 2 * tolerance * longest;
}
