import type { CubicForceConstants, ForceConstants } from '../../model/force-constants.js';
import { fullRows, type RowLayout } from './rows.js';

/** Full second-order force constants of compact ones, or of any rows, by shifts alone. */
export function expandHarmonic({ count, values }: ForceConstants, layout: RowLayout): ForceConstants {
  const out = new Float64Array(9 * count * count);
  for (let i = 0; i < count; i++) {
    const shift = layout.shifts[i];
    const start = count * layout.rowOf[i];
    for (let j = 0; j < count; j++) {
      const at = 9 * (start + shift[j]);
      out.set(values.subarray(at, at + 9), 9 * (i * count + j));
    }
  }
  return { count, rows: fullRows(count).rows, values: out };
}

/**
 * Third-order force constants of other rows out of compact ones, or any, by shifts alone.
 * @param rows atoms of the supercell; all where absent
 */
export function expandCubic(
  { count, values }: CubicForceConstants,
  layout: RowLayout,
  rows: Int32Array = fullRows(count).rows,
): CubicForceConstants {
  const out = new Float64Array(27 * count ** 2 * rows.length);
  let to = 0;
  for (const atom of rows) {
    const shift = layout.shifts[atom];
    for (let j = 0; j < count; j++) {
      const start = count * (count * layout.rowOf[atom] + shift[j]);
      for (let k = 0; k < count; k++, to += 27) {
        const at = 27 * (start + shift[k]);
        for (let c = 0; c < 27; c++) out[to + c] = values[at + c];
      }
    }
  }
  return { count, rows, values: out };
}

/** Rows of full force constants of either order: phonopy's compact ones where `rows` are the primitive cell's atoms. */
export function selectRows<T extends ForceConstants | CubicForceConstants>(full: T, rows: Int32Array): T {
  const size = full.values.length / full.count;
  const values = new Float64Array(size * rows.length);
  rows.forEach((atom, row) => {
    values.set(full.values.subarray(size * atom, size * (atom + 1)), size * row);
  });
  return { ...full, rows, values };
}
