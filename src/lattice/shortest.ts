import { inverse, rowsTimes } from '../model/cell.js';
import type { Structure } from '../model/structure.js';
import { reducedBasis } from '../symmetry/reduced-basis.js';

/** [n] A, from one atom to the nearest periodic image of each. The cell may be as skewed as it likes. */
export function shortestDistances({ cell, positions, count }: Structure, atom: number): Float64Array {
  // In a reduced basis no image farther than the next cell can be nearest.
  const basis = reducedBasis(cell).cell;
  const fractional = rowsTimes(positions, inverse(basis));
  const out = new Float64Array(count).fill(Number.POSITIVE_INFINITY);
  for (let i = 0; i < count; i++) {
    const rest = [0, 1, 2].map((k) => {
      const x = fractional[3 * i + k] - fractional[3 * atom + k];
      return x - Math.round(x);
    });
    for (let image = 0; image < 27; image++) {
      const steps = [(image % 3) - 1, (Math.floor(image / 3) % 3) - 1, Math.floor(image / 9) - 1];
      const [x, y, z] = rowsTimes(
        rest.map((r, k) => r + steps[k]),
        basis,
      );
      out[i] = Math.min(out[i], Math.hypot(x, y, z));
    }
  }
  return out;
}
