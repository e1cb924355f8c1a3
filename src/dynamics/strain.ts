import { symmetricEigen } from '../math/eigen.js';
import { product, transpose } from '../model/cell.js';

/** The deformation F = exp(U) of a symmetric U, and the derivative of what depends on F. */
export interface Deformation {
  /** [9] F, symmetric and positive: rows of a deformed cell = rows of the first one times F */
  readonly f: Float64Array;
  readonly inverse: Float64Array;
  /** [9] dH/dU, symmetric, from dH/d(strain) of the deformed cell, symmetric too. */
  derivative(byStrain: ArrayLike<number>): Float64Array;
}

/**
 * The exponential of a symmetric matrix [9] and its Frechet derivative, by divided differences in the frame of its
 * eigenvectors (Higham, Functions of Matrices, theorem 3.11). The logarithm of the deformation as the variable of a cell:
 * every symmetric U is a cell, and none is flat.
 */
export function deformationOf(u: ArrayLike<number>): Deformation {
  const { values, vectors } = symmetricEigen(u, 3);
  const inFrame = (diagonal: readonly number[]) =>
    product(
      transpose(vectors),
      vectors.map((x, k) => x * diagonal[Math.floor(k / 3)]),
    );
  const stretches = Array.from(values, Math.exp);
  const inverse = inFrame(Array.from(values, (x) => Math.exp(-x)));
  return {
    f: inFrame(stretches),
    inverse,
    derivative(byStrain) {
      const byDeformation = symmetric(product(byStrain, inverse));
      const rotated = product(product(vectors, byDeformation), transpose(vectors));
      for (let i = 0; i < 3; i++)
        for (let j = 0; j < 3; j++) rotated[3 * i + j] *= quotient(values[i], values[j]);
      return product(product(transpose(vectors), rotated), vectors);
    },
  };
}

/** (exp a - exp b) / (a - b) */
function quotient(a: number, b: number): number {
  const half = (a - b) / 2;
  return Math.exp((a + b) / 2) * (Math.abs(half) < 1e-5 ? 1 + (half * half) / 6 : Math.sinh(half) / half);
}

/** The symmetric part of a matrix [9]. */
export function symmetric(m: ArrayLike<number>): Float64Array {
  const t = transpose(m);
  return t.map((x, k) => (x + m[k]) / 2);
}
