import { setsOf } from '../harmonic/degenerate.js';
import { DEGENERATE } from '../harmonic/velocities.js';
import type { CollisionSymmetry } from './collision-rows.js';

/** The collision matrix of points that symmetry leaves, or of all points of a grid. */
export type MatrixKind = 'reduced' | 'full';

/** What the matrix of one temperature is completed with. */
export interface CollisionDiagonal {
  /** [q][b] THz, of all processes: q the irreducible points, or all N */
  readonly linewidths: Float64Array;
  /** [q][b] THz */
  readonly frequencies: Float64Array;
  readonly bands: number;
}

/**
 * Shares of the reduced matrix's points, the root of the star's part of the point group.
 * @param weights [i] points in the star of each
 */
export function starRoots(weights: ArrayLike<number>, rotations: number): Float64Array {
  return Float64Array.from(weights, (weight) => Math.sqrt(weight / rotations));
}

/**
 * Means of the rotations that leave each irreducible point where it is, modulo reciprocal lattice vectors.
 * @param own [i] which of the N points each is
 * @returns [i][9]
 */
export function pointProjectors(
  { rotations, rotated, points }: CollisionSymmetry,
  own: ArrayLike<number>,
): Float64Array {
  const out = new Float64Array(9 * points.length);
  for (let i = 0; i < points.length; i++) {
    const little = rotations.filter((_, r) => rotated[i * rotations.length + r] === own[i]);
    for (const r of little) for (let e = 0; e < 9; e++) out[9 * i + e] += r[e] / little.length;
  }
  return out;
}

/**
 * Completes the rows of the reduced matrix [i][b][3][i][b][3] in place, as phono3py does: the main diagonal times the
 * rotations that leave a point where it is, the shares of the stars, means over equal modes, the symmetric part.
 * @param own [i] which of the N points each irreducible point is
 * @param roots [i] from `starRoots`
 */
export function completeReduced(
  matrix: Float64Array,
  { linewidths, frequencies, bands }: CollisionDiagonal,
  symmetry: CollisionSymmetry,
  own: ArrayLike<number>,
  roots: ArrayLike<number>,
): void {
  const { rotations, rotated, points } = symmetry;
  const size = 3 * bands * points.length;
  for (let i = 0; i < points.length; i++) {
    for (let r = 0; r < rotations.length; r++) {
      if (rotated[i * rotations.length + r] !== own[i]) continue;
      for (let b = 0; b < bands; b++) {
        const x = linewidths[i * bands + b];
        const at = 3 * (i * bands + b);
        for (let e = 0; e < 9; e++)
          matrix[(at + Math.floor(e / 3)) * size + at + (e % 3)] += x * rotations[r][e];
      }
    }
  }
  const block = 3 * bands;
  for (let row = 0, at = 0; row < size; row++) {
    const share = roots[Math.floor(row / block)];
    for (let column = 0; column < size; column++, at++)
      matrix[at] *= share * roots[Math.floor(column / block)];
  }
  averageEqual(matrix, frequencies, bands, 3);
  symmetrise(matrix, size);
}

/** Completes the full matrix [N][b][N][b], whose rows are all there, in place. */
export function completeFull(
  matrix: Float64Array,
  { linewidths, frequencies, bands }: CollisionDiagonal,
): void {
  const size = linewidths.length;
  for (let k = 0; k < size; k++) matrix[k * size + k] += linewidths[k];
  averageEqual(matrix, frequencies, bands, 1);
  symmetrise(matrix, size);
}

/**
 * Makes all rows of the full matrix [N][b][N][b] of those of the irreducible points.
 * @param own [i] which of the N points each irreducible point is
 * @param moves [r][N] where each rotation takes each of the N points
 */
export function spreadRows(
  matrix: Float64Array,
  bands: number,
  own: ArrayLike<number>,
  moves: readonly ArrayLike<number>[],
): void {
  const total = moves[0].length;
  const width = total * bands;
  const row = new Float64Array(bands * width);
  for (let i = 0; i < own.length; i++) {
    const begin = own[i] * bands * width;
    row.set(matrix.subarray(begin, begin + row.length));
    matrix.fill(0, begin, begin + row.length);
    const share = 1 / moves.filter((move) => move[own[i]] === own[i]).length;
    for (const move of moves) {
      const to = move[own[i]] * bands * width;
      for (let b = 0; b < bands; b++) {
        for (let p = 0; p < total; p++) {
          const from = b * width + p * bands;
          const at = to + b * width + move[p] * bands;
          for (let k = 0; k < bands; k++) matrix[at + k] += share * row[from + k];
        }
      }
    }
  }
}

/** Means of rows and of columns over modes of equal frequency at a point. */
function averageEqual(
  matrix: Float64Array,
  frequencies: Float64Array,
  bands: number,
  components: number,
): void {
  const size = frequencies.length * components;
  const sets: [number, number][] = [];
  for (let at = 0; at < frequencies.length; at += bands) {
    const begins = setsOf(frequencies, at, bands, DEGENERATE);
    for (let s = 0; s + 1 < begins.length; s++) {
      if (begins[s + 1] - begins[s] > 1) sets.push([at + begins[s], at + begins[s + 1]]);
    }
  }
  for (const [begin, end] of sets) {
    for (let c = 0; c < components; c++) {
      for (let column = 0; column < size; column++) {
        let sum = 0;
        for (let m = begin; m < end; m++) sum += matrix[(m * components + c) * size + column];
        for (let m = begin; m < end; m++) matrix[(m * components + c) * size + column] = sum / (end - begin);
      }
    }
  }
  for (let row = 0; row < size * size; row += size) {
    for (const [begin, end] of sets) {
      for (let c = 0; c < components; c++) {
        let sum = 0;
        for (let m = begin; m < end; m++) sum += matrix[row + m * components + c];
        for (let m = begin; m < end; m++) matrix[row + m * components + c] = sum / (end - begin);
      }
    }
  }
}

function symmetrise(matrix: Float64Array, size: number): void {
  for (let i = 0; i < size; i++) {
    for (let k = 0; k < i; k++) {
      const mean = (matrix[i * size + k] + matrix[k * size + i]) / 2;
      matrix[i * size + k] = mean;
      matrix[k * size + i] = mean;
    }
  }
}
