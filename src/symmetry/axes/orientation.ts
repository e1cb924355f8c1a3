import { determinant, product, transpose } from '../../model/cell.js';
import type { SpaceGroup } from '../space-group.js';
import { operationsInHallOrder } from './hall-order.js';

/**
 * Of the rotations of a space group that can be applied to conventional axes without a difference, spglib takes that
 * which brings the axes nearest to where the International Tables have them (a along x, b in the plane of x and y),
 * if it brings them any nearer than their own length.
 * @param rows [9] A, conventional axes as they stand
 * @returns [9] the rotation, columns: (a b c)_chosen = (a b c) times it; undefined where none does
 */
export function nearestOrientation(
  group: SpaceGroup,
  rows: Float64Array,
  tolerance: number,
): Int32Array | undefined {
  const target = standardRows(group.number, rows);
  let best: Int32Array | undefined;
  let least = norm(rows);
  for (const { rotation } of operationsInHallOrder(group.hallSymbol)) {
    if (determinant(rotation) < 0) continue;
    const distance = norm(product(transpose(rotation), rows).map((x, i) => x - target[i]));
    if (distance < least - tolerance) {
      least = distance;
      best = rotation;
    }
  }
  return best;
}

/** [9] A, rows: axes of the same lengths and angles, save for what the crystal system makes equal, in standard places. */
export function standardRows(group: number, rows: Float64Array): Float64Array {
  const [a, b, c] = [0, 3, 6].map((i) => Math.hypot(rows[i], rows[i + 1], rows[i + 2]));
  const cosine = (i: number, j: number, lengths: number) =>
    (rows[3 * i] * rows[3 * j] + rows[3 * i + 1] * rows[3 * j + 1] + rows[3 * i + 2] * rows[3 * j + 2]) /
    lengths;
  if (group <= 2) {
    const [ca, cb, cg] = [cosine(1, 2, b * c), cosine(0, 2, a * c), cosine(0, 1, a * b)];
    const sg = Math.sqrt(1 - cg * cg);
    const z = (c * Math.sqrt(1 - ca * ca - cb * cb - cg * cg + 2 * ca * cb * cg)) / sg;
    return Float64Array.of(a, 0, 0, b * cg, b * sg, 0, c * cb, (c * (ca - cb * cg)) / sg, z);
  }
  if (group <= 15) {
    const cb = cosine(0, 2, a * c);
    return Float64Array.of(a, 0, 0, 0, b, 0, c * cb, 0, c * Math.sqrt(1 - cb * cb));
  }
  if (group <= 74) return Float64Array.of(a, 0, 0, 0, b, 0, 0, 0, c);
  const mean = (a + b) / 2;
  if (group <= 142) return Float64Array.of(mean, 0, 0, 0, mean, 0, 0, 0, c);
  if (group <= 194) return Float64Array.of(mean, 0, 0, -mean / 2, mean * Math.sqrt(0.75), 0, 0, 0, c);
  const edge = (a + b + c) / 3;
  return Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge);
}

function norm(values: ArrayLike<number>): number {
  return Math.hypot(...Array.from(values));
}
