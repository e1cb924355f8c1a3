import { INVERSION, keyOf, negated, times, transposed } from './integer-matrix.js';

/**
 * The operations on q points that a crystal's rotations stand for: q' = W^T q in fractions of the reciprocal cell,
 * and with time reversal their negatives (frequencies at q and -q are the same). Each once.
 * @param rotations [9] each, in fractions of the primitive cell
 */
export function reciprocalOperations(
  rotations: readonly ArrayLike<number>[],
  timeReversal = true,
): Int32Array[] {
  const all = rotations.map(transposed);
  if (timeReversal) all.push(...all.map(negated));
  return [...new Map(all.map((operation) => [keyOf(operation), operation])).values()];
}

/** Whether a set of operations on q points has the inversion. */
export function hasInversion(operations: readonly Int32Array[]): boolean {
  return operations.some((operation) => keyOf(operation) === keyOf(INVERSION));
}

/**
 * The star of a q point: all points that operations take it to, each once modulo reciprocal lattice vectors.
 * @param q [3] fractions of the reciprocal cell
 * @returns [3] each, the first is q; with the number of an operation that leads there
 */
export function starOf(
  q: ArrayLike<number>,
  operations: readonly Int32Array[],
  tolerance = 1e-5,
): { readonly q: Float64Array; readonly operation: number }[] {
  const star = [{ q: Float64Array.from(q), operation: -1 }];
  operations.forEach((matrix, operation) => {
    const moved = Float64Array.from(times(matrix, q));
    const known = star.find((point) => samePoint(point.q, moved, tolerance));
    if (!known) star.push({ q: moved, operation });
    else if (known.operation < 0) star[0] = { q: known.q, operation };
  });
  return star;
}

/** Operations that leave a q point where it is, modulo reciprocal lattice vectors: its little group, as positions. */
export function littleGroup(
  q: ArrayLike<number>,
  operations: readonly Int32Array[],
  tolerance = 1e-5,
): number[] {
  return Array.from(operations.keys()).filter((i) => samePoint(times(operations[i], q), q, tolerance));
}

/**
 * Which of a list of q points are the same by symmetry.
 * @param points [3n] fractions of the reciprocal cell
 * @returns [n] the first point of the list that each is equivalent to
 */
export function equivalentPoints(
  points: ArrayLike<number>,
  operations: readonly Int32Array[],
  tolerance = 1e-5,
): Int32Array {
  const count = points.length / 3;
  const first = new Int32Array(count).fill(-1);
  const at = (i: number) => [points[3 * i], points[3 * i + 1], points[3 * i + 2]];
  for (let i = 0; i < count; i++) {
    if (first[i] >= 0) continue;
    first[i] = i;
    const star = starOf(at(i), operations, tolerance);
    for (let j = i + 1; j < count; j++) {
      if (first[j] < 0 && star.some((point) => samePoint(point.q, at(j), tolerance))) first[j] = i;
    }
  }
  return first;
}

function samePoint(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): boolean {
  for (let k = 0; k < 3; k++) {
    const d = a[k] - b[k];
    if (Math.abs(d - Math.round(d)) > tolerance) return false;
  }
  return true;
}
