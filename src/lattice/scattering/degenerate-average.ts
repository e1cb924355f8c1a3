import { setsOf } from '../harmonic/degenerate.js';

/** THz: frequencies that differ by less are equal, as in phonopy */
export const EQUAL = 1e-4;

/**
 * Gives bands of equal frequency the mean of their values, where all of them are there: results must not depend on
 * which vectors span their space.
 * @param values [..][chosen] of the bands `chosen`
 * @param frequencies [b] THz, rising, of all bands
 */
export function averagedOverEqual(
  values: Float64Array,
  chosen: ArrayLike<number>,
  frequencies: ArrayLike<number>,
): Float64Array {
  const out = values.slice();
  const width = chosen.length;
  const sets = setsOf(frequencies, 0, frequencies.length, EQUAL);
  for (let s = 0; s + 1 < sets.length; s++) {
    const size = sets[s + 1] - sets[s];
    if (size === 1) continue;
    const inSet = (b: number) => b >= sets[s] && b < sets[s + 1];
    const places = Array.from({ length: width }, (_, k) => k).filter((k) => inSet(chosen[k]));
    const each = [...new Map(places.map((k) => [chosen[k], k])).values()];
    if (each.length < size) continue;
    for (let row = 0; row < values.length; row += width) {
      const mean = each.reduce((sum, k) => sum + values[row + k], 0) / size;
      for (const k of places) out[row + k] = mean;
    }
  }
  return out;
}
