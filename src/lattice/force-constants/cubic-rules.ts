import type { CubicForceConstants } from '../../model/force-constants.js';
import { averagePermutations } from './permutations.js';
import { type DriftRule, halfPeriodPairs, type RowLayout } from './rows.js';

/**
 * Imposes the acoustic sum rule and the symmetry between indices on third-order force constants, in place: `level`
 * times mean drifts are taken off all three indices and the six permutations averaged. phono3py does so with --sym-fc;
 * once up to its version 3.17, three times since.
 * @param layout of the rows that the force constants have
 */
export function symmetriseCubic(
  fc: CubicForceConstants,
  layout: RowLayout,
  level = 1,
  rule: DriftRule = 'exact',
): void {
  for (let pass = 0; pass < level; pass++) {
    removeCubicDrift(fc, layout, rule);
    averageTriplets(fc, layout);
  }
}

/** Largest sums over the first, second and third index, eV/A^3, with their sign. */
export function cubicDrift(fc: CubicForceConstants, layout: RowLayout): [number, number, number] {
  return [
    largest(sumsOver(fc, layout, 0)),
    largest(sumsOver(fc, layout, 1)),
    largest(sumsOver(fc, layout, 2)),
  ];
}

/** Subtracts from each tensor the mean over the first index, then that over the second, then over the third. */
export function removeCubicDrift(
  fc: CubicForceConstants,
  layout: RowLayout,
  rule: DriftRule = 'exact',
): void {
  const { count, values } = fc;
  const half = halfPeriodPairs(layout, rule);
  for (const index of [0, 1, 2] as const) {
    const sums = sumsOver(fc, layout, index, half);
    eachTriplet(layout, index, half, (at, sum, order) => {
      for (let c = 0; c < 27; c++) values[at + c] -= sums[sum + order[c]] / count;
    });
  }
}

/** The same for all six orders of the indices, by their mean. */
export function averageTriplets(fc: CubicForceConstants, layout: RowLayout): void {
  averagePermutations(fc, layout, () => 1);
}

/** [r][n][27] the sums over one index; over the first, the second is the atom of a row or a shifted copy of it. */
function sumsOver(
  { values }: CubicForceConstants,
  layout: RowLayout,
  index: 0 | 1 | 2,
  half?: Uint8Array,
): Float64Array {
  const sums = new Float64Array(27 * layout.rows.length * layout.count);
  eachTriplet(layout, index, half, (at, sum, order) => {
    for (let c = 0; c < 27; c++) sums[sum + order[c]] += values[at + c];
  });
  return sums;
}

const AS_IS = Int32Array.from({ length: 27 }, (_, entry) => entry);
/** The first two axes swapped */
const SWAPPED = AS_IS.map(
  (entry) => 9 * (Math.floor(entry / 3) % 3) + 3 * Math.floor(entry / 9) + (entry % 3),
);

/**
 * Calls with where each triplet's tensor begins, where the sum begins that it goes into, and in what order its entries
 * go there.
 */
function eachTriplet(
  { rows, rowOf, shifts, count }: RowLayout,
  index: 0 | 1 | 2,
  half: Uint8Array | undefined,
  visit: (at: number, sum: number, order: Int32Array) => void,
): void {
  for (let row = 0, at = 0; row < rows.length; row++) {
    for (let j = 0; j < count; j++) {
      const isHalf = index === 0 && half !== undefined && half[row * count + j] === 1;
      for (let k = 0; k < count; k++, at += 27) {
        if (isHalf) visit(at, 27 * (row * count + k), SWAPPED);
        else if (index === 0) visit(at, 27 * (rowOf[j] * count + shifts[j][k]), AS_IS);
        else visit(at, 27 * (row * count + (index === 1 ? k : j)), AS_IS);
      }
    }
  }
}

function largest(sums: Float64Array): number {
  return sums.reduce((worst, x) => (Math.abs(x) > Math.abs(worst) ? x : worst), 0);
}
