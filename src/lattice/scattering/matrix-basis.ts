import { symmetricEigen } from '../../math/eigen.js';
import { setsOf } from '../harmonic/degenerate.js';
import { DEGENERATE } from '../harmonic/velocities.js';

/**
 * What symmetry leaves of the reduced collision matrix. Its rows and columns are the same for modes of equal frequency at
 * a point, and are left as they are by the rotations that leave the point where it is: all else is null space, often half
 * of it. Orthonormal vectors that span the rest, each of a few modes of one point.
 */
export interface MatrixBasis {
  /** Rows of the matrix */
  readonly size: number;
  /** Vectors */
  readonly count: number;
  /** [count + 1] where the numbers of a vector begin */
  readonly starts: Int32Array;
  /** [..] rows of the matrix that are not zero, and what they are */
  readonly rows: Int32Array;
  readonly values: Float64Array;
}

/**
 * @param frequencies [i][b] THz
 * @param projectors [i][9] from `pointProjectors`
 */
export function matrixBasis(frequencies: Float64Array, bands: number, projectors: Float64Array): MatrixBasis {
  const starts = [0];
  const rows: number[] = [];
  const values: number[] = [];
  for (let at = 0; at < frequencies.length; at += bands) {
    const first = (9 * at) / bands;
    const axes = axesOf(projectors.slice(first, first + 9));
    const begins = setsOf(frequencies, at, bands, DEGENERATE);
    for (let s = 0; s + 1 < begins.length; s++) {
      const share = 1 / Math.sqrt(begins[s + 1] - begins[s]);
      for (const axis of axes) {
        for (let m = at + begins[s]; m < at + begins[s + 1]; m++) {
          for (let c = 0; c < 3; c++) {
            rows.push(3 * m + c);
            values.push(share * axis[c]);
          }
        }
        starts.push(rows.length);
      }
    }
  }
  return {
    size: 3 * frequencies.length,
    count: starts.length - 1,
    starts: Int32Array.from(starts),
    rows: Int32Array.from(rows),
    values: Float64Array.from(values),
  };
}

/** The basis of a matrix of which nothing is known. */
export function wholeBasis(size: number): MatrixBasis {
  return {
    size,
    count: size,
    starts: Int32Array.from({ length: size + 1 }, (_, k) => k),
    rows: Int32Array.from({ length: size }, (_, k) => k),
    values: new Float64Array(size).fill(1),
  };
}

/** Orthonormal vectors that a projector [3][3] leaves as they are. */
function axesOf(projector: Float64Array): Float64Array[] {
  const { values, vectors } = symmetricEigen(projector, 3);
  return [0, 1, 2].filter((k) => values[k] > 0.5).map((k) => vectors.slice(3 * k, 3 * k + 3));
}

/**
 * The matrix between the vectors of a basis.
 * @param matrix [size][size]
 * @param out [count][count]
 */
export function projectMatrix(basis: MatrixBasis, matrix: Float64Array, out: Float64Array): void {
  const { size, count, starts, rows, values } = basis;
  const line = new Float64Array(size);
  for (let a = 0; a < count; a++) {
    line.fill(0);
    for (let e = starts[a]; e < starts[a + 1]; e++) {
      const x = values[e];
      if (x === 0) continue;
      const from = rows[e] * size;
      for (let k = 0; k < size; k++) line[k] += x * matrix[from + k];
    }
    projectVector(basis, line, out.subarray(a * count, (a + 1) * count));
  }
}

/** [count] products of a vector [size] with those of a basis. */
export function projectVector(
  { count, starts, rows, values }: MatrixBasis,
  vector: Float64Array,
  out: Float64Array = new Float64Array(count),
): Float64Array {
  for (let a = 0; a < count; a++) {
    let sum = 0;
    for (let e = starts[a]; e < starts[a + 1]; e++) sum += values[e] * vector[rows[e]];
    out[a] = sum;
  }
  return out;
}

/** [size] the sum of a basis's vectors times numbers [count]. */
export function combine(
  { size, count, starts, rows, values }: MatrixBasis,
  shares: Float64Array,
): Float64Array {
  const out = new Float64Array(size);
  for (let a = 0; a < count; a++) {
    for (let e = starts[a]; e < starts[a + 1]; e++) out[rows[e]] += shares[a] * values[e];
  }
  return out;
}
