import { inverse, product, transpose } from '../model/cell.js';
import { multiply, times } from './integer-matrix.js';

/** x' = W x + w on fractional coordinates, columns, of whatever cell it is said of. */
export interface Operation {
  /** [9] W, row-major whole numbers */
  readonly rotation: Int32Array;
  /** [3] w in [0, 1) */
  readonly translation: Float64Array;
}

/** First b, then a. */
export function compose(a: Operation, b: Operation): Operation {
  const moved = times(a.rotation, b.translation);
  return {
    rotation: multiply(a.rotation, b.rotation),
    translation: Float64Array.from(moved, (x, k) => wrap(x + a.translation[k])),
  };
}

/** Into [0, 1); what is a rounding error below a whole number is 0. */
export function wrap(x: number): number {
  const rest = x - Math.floor(x);
  return 1 - rest < 1e-12 ? 0 : rest;
}

/** The rotation in Cartesian coordinates, [9], for columns: A W A^-1 with the lattice vectors as the columns of A. */
export function cartesianRotation(rotation: ArrayLike<number>, cell: ArrayLike<number>): Float64Array {
  const columns = transpose(cell);
  return product(product(columns, rotation), inverse(columns));
}
