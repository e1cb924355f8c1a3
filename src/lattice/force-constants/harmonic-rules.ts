import type { ForceConstants } from '../../model/force-constants.js';
import { type DriftRule, halfPeriodPairs, type RowLayout } from './rows.js';

/**
 * Imposes the acoustic sum rule and the symmetry between indices on second-order force constants, in place, as
 * phonopy's --fc-symmetry does: `level` times mean drifts are taken off columns and rows and the two halves averaged;
 * at last each atom's own tensor is set so that its row adds up to zero.
 * @param layout of the rows that the force constants have
 */
export function symmetriseHarmonic(
  fc: ForceConstants,
  layout: RowLayout,
  level = 1,
  rule: DriftRule = 'exact',
): void {
  for (let pass = 0; pass < level; pass++) {
    removeColumnDrift(fc, layout, rule);
    removeRowDrift(fc);
    averageTransposes(fc, layout);
  }
  closeRows(fc);
}

/** Largest sums over the first and over the second index, eV/A^2, with their sign: zero where no atom feels a shift. */
export function harmonicDrift(fc: ForceConstants, layout: RowLayout): [number, number] {
  return [largest(columnSums(fc, layout)), largest(rowSums(fc))];
}

/** Subtracts from each tensor the mean over the first index. */
export function removeColumnDrift(fc: ForceConstants, layout: RowLayout, rule: DriftRule = 'exact'): void {
  const { count, values } = fc;
  const half = halfPeriodPairs(layout, rule);
  const sums = columnSums(fc, layout, half);
  for (let at = 0; at < values.length; at += 9) {
    const sum = 9 * layout.rowOf[(at / 9) % count];
    const order = half?.[at / 9] ? TRANSPOSED : AS_IS;
    for (let c = 0; c < 9; c++) values[at + c] -= sums[sum + order[c]] / count;
  }
}

const AS_IS = Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8);
const TRANSPOSED = Int32Array.of(0, 3, 6, 1, 4, 7, 2, 5, 8);

/** Subtracts from each tensor the mean over the second index. */
export function removeRowDrift(fc: ForceConstants): void {
  const { count, values } = fc;
  const sums = rowSums(fc);
  for (let at = 0; at < values.length; at += 9) {
    const sum = 9 * Math.floor(at / 9 / count);
    for (let c = 0; c < 9; c++) values[at + c] -= sums[sum + c] / count;
  }
}

/** Phi_ij = Phi_ji^T, by their mean. */
export function averageTransposes({ count, values }: ForceConstants, layout: RowLayout): void {
  const { rows, rowOf, shifts } = layout;
  for (let row = 0; row < rows.length; row++) {
    for (let j = 0; j < count; j++) {
      const here = row * count + j;
      const there = rowOf[j] * count + shifts[j][rows[row]];
      if (there < here) continue;
      for (let k = 0; k < 3; k++) {
        for (let l = here === there ? k + 1 : 0; l < 3; l++) {
          const p = 9 * here + 3 * k + l;
          const q = 9 * there + 3 * l + k;
          values[p] = (values[p] + values[q]) / 2;
          values[q] = values[p];
        }
      }
    }
  }
}

/** Sets each atom's own tensor to minus the sum of its others, made symmetric. */
export function closeRows({ count, rows, values }: ForceConstants): void {
  const sum = new Float64Array(9);
  rows.forEach((atom, row) => {
    sum.fill(0);
    for (let j = 0; j < count; j++) {
      if (j === atom) continue;
      const at = 9 * (row * count + j);
      for (let c = 0; c < 9; c++) sum[c] += values[at + c];
    }
    const own = 9 * (row * count + atom);
    for (let k = 0; k < 3; k++) {
      for (let l = 0; l < 3; l++) values[own + 3 * k + l] = -(sum[3 * k + l] + sum[3 * l + k]) / 2;
    }
  });
}

/** [r][9] over all atoms as the first index; the second is the atom of a row, or any shifted copy of it. */
function columnSums(
  { count, values }: ForceConstants,
  { rows, rowOf }: RowLayout,
  half?: Uint8Array,
): Float64Array {
  const sums = new Float64Array(9 * rows.length);
  for (let at = 0; at < values.length; at += 9) {
    const sum = 9 * rowOf[(at / 9) % count];
    const order = half?.[at / 9] ? TRANSPOSED : AS_IS;
    for (let c = 0; c < 9; c++) sums[sum + order[c]] += values[at + c];
  }
  return sums;
}

/** [r][9] */
function rowSums({ count, values, rows }: ForceConstants): Float64Array {
  const sums = new Float64Array(9 * rows.length);
  for (let at = 0; at < values.length; at += 9) {
    const sum = 9 * Math.floor(at / 9 / count);
    for (let c = 0; c < 9; c++) sums[sum + c] += values[at + c];
  }
  return sums;
}

function largest(sums: Float64Array): number {
  return sums.reduce((worst, x) => (Math.abs(x) > Math.abs(worst) ? x : worst), 0);
}
