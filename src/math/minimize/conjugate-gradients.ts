import { dot } from './minimizer.js';

export interface LinearSystem {
  /** A symmetric positive matrix times a vector; the result is read before the next call. */
  times(vector: Float64Array): Float64Array;
  /** A rough inverse, symmetric and positive, of a vector: the diagonal's; read before the next call, too */
  rough(vector: Float64Array): Float64Array;
}

/**
 * Solves A x = b by conjugate gradients (Hestenes and Stiefel, J. Res. Natl. Bur. Stand. 49, 409, 1952), until what is
 * left is `tolerance` of b in the norm of the rough inverse, or `limit` products are made.
 */
export function solveLinear(
  { times, rough }: LinearSystem,
  b: Float64Array,
  tolerance: number,
  limit = 500,
): Float64Array {
  const x = new Float64Array(b.length);
  const rest = b.slice();
  let z = rough(rest);
  const direction = z.slice();
  let size = dot(rest, z);
  const target = tolerance ** 2 * size;
  for (let k = 0; k < limit && size > target; k++) {
    const image = times(direction);
    const length = size / dot(direction, image);
    if (!Number.isFinite(length)) break;
    for (let i = 0; i < x.length; i++) {
      x[i] += length * direction[i];
      rest[i] -= length * image[i];
    }
    z = rough(rest);
    const left = dot(rest, z);
    const beta = left / size;
    size = left;
    for (let i = 0; i < direction.length; i++) direction[i] = z[i] + beta * direction[i];
  }
  return x;
}
