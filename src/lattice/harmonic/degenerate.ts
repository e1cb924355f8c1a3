import { hermitianEigen } from '../../math/eigen.js';

/**
 * Where sets of equal values begin in a rising list: those that follow each other within a limit are one set.
 * @param count of the values, from `from` on
 * @returns the first of each set, counted from `from`, and at last `count`
 */
export function setsOf(values: ArrayLike<number>, from: number, count: number, limit: number): number[] {
  const begins = [0];
  for (let k = 1; k < count; k++) {
    if (values[from + k] - values[from + k - 1] >= limit) begins.push(k);
  }
  return [...begins, count];
}

/** product = m e for a matrix [size][size] and a vector [size] of complex pairs. */
export function applyMatrix(m: Float64Array, e: Float64Array, at: number, product: Float64Array): void {
  const width = product.length;
  for (let i = 0, k = 0; i < width; i += 2) {
    let re = 0;
    let im = 0;
    for (let j = at; j < at + width; j += 2, k += 2) {
      re += m[k] * e[j] - m[k + 1] * e[j + 1];
      im += m[k] * e[j + 1] + m[k + 1] * e[j];
    }
    product[i] = re;
    product[i + 1] = im;
  }
}

/** The real part of <e|product>. */
export function overlap(e: Float64Array, at: number, product: Float64Array): number {
  let re = 0;
  for (let i = 0; i < product.length; i++) re += e[at + i] * product[i];
  return re;
}

/**
 * Of a space of equal modes the vectors that a Hermitian perturbation tells apart: those that diagonalise it there
 * (first-order perturbation theory).
 * @param set [count][size][2] orthonormal
 * @param matrix [size][size][2]
 */
export function toldApart(set: Float64Array, count: number, matrix: Float64Array): Float64Array {
  const width = set.length / count;
  const product = new Float64Array(width);
  const small = new Float64Array(2 * count * count);
  for (let b = 0; b < count; b++) {
    applyMatrix(matrix, set, b * width, product);
    for (let a = 0; a < count; a++) {
      const at = 2 * (a * count + b);
      small[at] = overlap(set, a * width, product);
      for (let i = 0; i < width; i += 2) {
        small[at + 1] += set[a * width + i] * product[i + 1] - set[a * width + i + 1] * product[i];
      }
    }
  }
  const { vectors } = hermitianEigen(small, count);
  const out = new Float64Array(set.length);
  for (let a = 0; a < count; a++) {
    for (let b = 0; b < count; b++) {
      const [re, im] = [vectors[2 * (a * count + b)], vectors[2 * (a * count + b) + 1]];
      for (let k = 0; k < width; k += 2) {
        const [x, y] = [set[b * width + k], set[b * width + k + 1]];
        out[a * width + k] += re * x - im * y;
        out[a * width + k + 1] += re * y + im * x;
      }
    }
  }
  return out;
}
