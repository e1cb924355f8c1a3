import type { CubicForceConstants } from '../../model/force-constants.js';
import { averagePermutations } from './permutations.js';
import type { RowLayout } from './rows.js';

/**
 * Imposes the acoustic sum rule and the symmetry between indices on third-order force constants, in place: `level`
 * times mean drifts are taken off all three indices and the six permutations averaged. phono3py does so with --sym-fc;
 * once up to its version 3, three times since.
 * @param layout of the rows that the force constants have
 */
export function symmetriseCubic(fc: CubicForceConstants, layout: RowLayout, level = 1): void {
  for (let pass = 0; pass < level; pass++) {
    removeCubicDrift(fc, layout);
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
export function removeCubicDrift(fc: CubicForceConstants, layout: RowLayout): void {
  const { count, values } = fc;
  for (const index of [0, 1, 2] as const) {
    const sums = sumsOver(fc, layout, index);
    eachTriplet(layout, index, (at, sum) => {
      for (let c = 0; c < 27; c++) values[at + c] -= sums[sum + c] / count;
    });
  }
}

/** The same for all six orders of the indices, by their mean. */
export function averageTriplets(fc: CubicForceConstants, layout: RowLayout): void {
  averagePermutations(fc, layout, () => 1);
}

/** [r][n][27] the sums over one index; over the first, the second is the atom of a row or a shifted copy of it. */
function sumsOver({ values }: CubicForceConstants, layout: RowLayout, index: 0 | 1 | 2): Float64Array {
  const sums = new Float64Array(27 * layout.rows.length * layout.count);
  eachTriplet(layout, index, (at, sum) => {
    for (let c = 0; c < 27; c++) sums[sum + c] += values[at + c];
  });
  return sums;
}

/** Calls with where each triplet's tensor begins, and where the sum begins that it goes into. */
function eachTriplet(
  { rows, rowOf, shifts, count }: RowLayout,
  index: 0 | 1 | 2,
  visit: (at: number, sum: number) => void,
): void {
  for (let row = 0, at = 0; row < rows.length; row++) {
    for (let j = 0; j < count; j++) {
      for (let k = 0; k < count; k++, at += 27) {
        if (index === 0) visit(at, 27 * (rowOf[j] * count + shifts[j][k]));
        else visit(at, 27 * (row * count + (index === 1 ? k : j)));
      }
    }
  }
}

function largest(sums: Float64Array): number {
  return sums.reduce((worst, x) => (Math.abs(x) > Math.abs(worst) ? x : worst), 0);
}
