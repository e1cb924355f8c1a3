import { inverse, product, transpose } from '../../model/cell.js';
import { keyOf, times, wholeNumbers } from '../integer-matrix.js';
import type { Operation } from '../operation.js';
import type { SpaceGroup } from '../space-group.js';
import { primitiveRows } from './conventional.js';
import { operationsInHallOrder } from './hall-order.js';
import { type StandardSetting, wrapLoosely } from './origin.js';

/**
 * All operations of a cell, one after the other as spglib lists them: those of the standard setting in the order of the
 * Hall symbol, moved to the cell, again after each of the cell's pure translations. Shifts are exact in the standard
 * setting, so that only the origin brings rounding errors.
 * @param cell [9] A, rows: the cell that `group` was found in; operations that do not keep its lattice are left out
 */
export function listedOperations(
  group: SpaceGroup,
  { axes, origin }: StandardSetting,
  cell: Float64Array,
  tolerance: number,
): Operation[] {
  const toStandard = inverse(axes);
  const each = new Map<string, Operation>();
  for (const { rotation, translation } of operationsInHallOrder(group.hallSymbol)) {
    if (each.has(keyOf(rotation))) continue;
    const whole = wholeNumbers(product(product(axes, rotation), toStandard), 1e-3);
    if (!whole) continue;
    // x' = W x + w + (W - I) p in the axes of the standard setting, about the cell's origin.
    const moved = times(rotation, origin).map((x, k) => x - origin[k] + translation[k]);
    each.set(keyOf(rotation), { rotation: whole, translation: Float64Array.from(times(axes, moved)) });
  }
  return pureTranslations(group, cell, tolerance).flatMap((shift) =>
    Array.from(each.values(), ({ rotation, translation }) => ({
      rotation,
      translation: translation.map((x, k) => wrapLoosely(x + shift[k])),
    })),
  );
}

/** [t][3] in fractions of the cell: lattice points one after the other, the last primitive vector the fastest. */
function pureTranslations({ lattice }: SpaceGroup, cell: Float64Array, tolerance: number): number[][] {
  const primitive = primitiveRows(lattice, cell, tolerance).flat();
  // Columns: the cell's vectors in primitive ones.
  const multiple = transpose(product(cell, inverse(primitive)).map(Math.round));
  const back = inverse(multiple);
  const corners = [0, 1, 2, 3, 4, 5, 6, 7].map((bits) =>
    times(multiple, [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1]),
  );
  const [na, nb, nc] = [0, 1, 2].map((k) => {
    const along = corners.map((corner) => corner[k]);
    return Math.max(...along) - Math.min(...along);
  });
  const found: number[][] = [];
  for (let i = 0; i < na; i++) {
    for (let j = 0; j < nb; j++) {
      for (let k = 0; k < nc; k++) {
        const shift = times(back, [i, j, k]).map(wrapLoosely);
        const isNew = found.every((other) =>
          other.some((x, c) => Math.abs(x - shift[c] - Math.round(x - shift[c])) > 1e-6),
        );
        if (isNew) found.push(shift);
      }
    }
  }
  return found;
}
