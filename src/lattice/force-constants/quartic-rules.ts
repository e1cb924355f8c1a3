import type { QuarticForceConstants } from '../../model/force-constants.js';
import type { RowLayout } from './rows.js';

/**
 * Replaces fourth-order force constants, in place, by the nearest (the sum of squares of the changes is the least) that
 * are the same for all 24 orders of the indices and obey the acoustic sum rule: with S the mean over the orders and T the
 * mean over one index, which all commute, it is the projection S (1 - T)(1 - T)(1 - T)(1 - T). Symmetry of the crystal is
 * kept where there is one.
 * @param layout of the rows that the force constants have
 */
export function projectQuartic(fc: QuarticForceConstants, layout: RowLayout): void {
  averageOrders(fc, layout);
  for (const index of INDICES) removeDrift(fc, layout, index);
}

/** Largest sums over each of the four indices, eV/A^4, with their sign: zero where no atom feels a shift. */
export function quarticDrift(fc: QuarticForceConstants, layout: RowLayout): [number, number, number, number] {
  const [first, second, third, fourth] = INDICES.map((index) =>
    sumsOver(fc, layout, index).reduce((worst, x) => (Math.abs(x) > Math.abs(worst) ? x : worst), 0),
  );
  return [first, second, third, fourth];
}

/** eV/A^4, the largest difference between two orders of the indices of one tensor. */
export function quarticAsymmetry(fc: QuarticForceConstants, layout: RowLayout): number {
  let worst = 0;
  eachOrbit(layout, (places) => {
    for (let e = 0; e < 81; e++) {
      let [least, most] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
      for (let p = 0; p < ORDERS.length; p++) {
        const x = fc.values[81 * places[p] + ENTRIES[p][e]];
        least = Math.min(least, x);
        most = Math.max(most, x);
      }
      worst = Math.max(worst, most - least);
    }
  });
  return worst;
}

type Index = 0 | 1 | 2 | 3;
const INDICES: readonly Index[] = [0, 1, 2, 3];

/** The 24 orders of four things, the one as it is first. */
const ORDERS: readonly (readonly number[])[] = INDICES.flatMap((a) =>
  INDICES.filter((b) => b !== a).flatMap((b) =>
    INDICES.filter((c) => c !== a && c !== b).map((c) => [a, b, c, 6 - a - b - c]),
  ),
);

/** Entry of a permuted tensor that stands where an entry of the tensor in its own order does, [24][81]. */
const ENTRIES: readonly Int32Array[] = ORDERS.map((order) =>
  Int32Array.from({ length: 81 }, (_, entry) => {
    const axes = [27, 9, 3, 1].map((step) => Math.floor(entry / step) % 3);
    return order.reduce((sum, which) => 3 * sum + axes[which], 0);
  }),
);

function averageOrders(fc: QuarticForceConstants, layout: RowLayout): void {
  const { values } = fc;
  const mean = new Float64Array(81);
  eachOrbit(layout, (places) => {
    mean.fill(0);
    for (let p = 0; p < ORDERS.length; p++) {
      const start = 81 * places[p];
      for (let e = 0; e < 81; e++) mean[e] += values[start + ENTRIES[p][e]] / ORDERS.length;
    }
    for (let p = 0; p < ORDERS.length; p++) {
      const start = 81 * places[p];
      for (let e = 0; e < 81; e++) values[start + ENTRIES[p][e]] = mean[e];
    }
  });
}

/**
 * Calls with where the tensors of the 24 orders of four atoms begin, in tensors: a shift takes whichever atom comes first
 * to its row. Fours that are shifted copies of each other, or orders of each other, come once.
 */
function eachOrbit({ rows, rowOf, shifts, count }: RowLayout, visit: (places: Float64Array) => void): void {
  const places = new Float64Array(ORDERS.length);
  const atoms = [0, 0, 0, 0];
  for (let row = 0; row < rows.length; row++) {
    atoms[0] = rows[row];
    for (let jkl = 0; jkl < count ** 3; jkl++) {
      atoms[1] = Math.floor(jkl / count ** 2);
      atoms[2] = Math.floor(jkl / count) % count;
      atoms[3] = jkl % count;
      let isFirst = true;
      for (let p = 0; p < ORDERS.length && isFirst; p++) {
        const [a, b, c, d] = ORDERS[p];
        const shift = shifts[atoms[a]];
        const pair = rowOf[atoms[a]] * count + shift[atoms[b]];
        places[p] = (pair * count + shift[atoms[c]]) * count + shift[atoms[d]];
        isFirst = places[p] >= places[0];
      }
      if (isFirst) visit(places);
    }
  }
}

/** Subtracts from each tensor the mean over an index. */
function removeDrift(fc: QuarticForceConstants, layout: RowLayout, index: Index): void {
  const { count, values } = fc;
  const sums = sumsOver(fc, layout, index);
  eachFour(layout, index, (at, sum) => {
    for (let c = 0; c < 81; c++) values[at + c] -= sums[sum + c] / count;
  });
}

/** [r][n][n][81] the sums over one index; over the first, the second is the atom of a row or a shifted copy of it. */
function sumsOver({ values }: QuarticForceConstants, layout: RowLayout, index: Index): Float64Array {
  const sums = new Float64Array(81 * layout.rows.length * layout.count ** 2);
  eachFour(layout, index, (at, sum) => {
    for (let c = 0; c < 81; c++) sums[sum + c] += values[at + c];
  });
  return sums;
}

/** Calls with where each tensor begins, and where the sum over an index begins that it goes into. */
function eachFour(
  { rows, rowOf, shifts, count }: RowLayout,
  index: Index,
  visit: (at: number, sum: number) => void,
): void {
  for (let row = 0, at = 0; row < rows.length; row++) {
    for (let j = 0; j < count; j++) {
      for (let k = 0; k < count; k++) {
        for (let l = 0; l < count; l++, at += 81) {
          if (index === 0) visit(at, 81 * ((rowOf[j] * count + shifts[j][k]) * count + shifts[j][l]));
          else {
            const [second, third] = index === 1 ? [k, l] : index === 2 ? [j, l] : [j, k];
            visit(at, 81 * ((row * count + second) * count + third));
          }
        }
      }
    }
  }
}
