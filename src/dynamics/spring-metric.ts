import { solveLinear } from '../math/minimize/conjugate-gradients.js';
import type { Metric } from '../math/minimize/minimizer.js';
import { allowed, type Freedom, joined } from './freedom.js';
import type { Springs } from './springs.js';

/** What is left of a right-hand side when its solution is good enough: steps get no better by more. */
const TOLERANCE = 3e-2;

/** The stiffness of springs as the metric of a relaxation; `springs` are asked for each time, and may change. */
export function springMetric(freedom: Freedom, springs: () => Springs): Metric {
  const { atoms, strain, strainUnit } = freedom;
  const none = new Float64Array(9);
  const times = (now: Springs, vector: Float64Array): Float64Array => {
    const bare = strain ? vector.subarray(3 * atoms).map((x) => x / strainUnit) : none;
    const image = now.times(vector.subarray(0, 3 * atoms), bare);
    return allowed(freedom, joined(image.atoms, strain && image.strain.map((x) => x / strainUnit)));
  };
  return {
    times: (vector) => times(springs(), vector),
    solve(vector) {
      const now = springs();
      const inverse = inverseDiagonal(now, freedom);
      const product = new Float64Array(vector.length);
      const rough = (v: Float64Array): Float64Array => {
        for (let k = 0; k < v.length; k++) product[k] = inverse[k] * v[k];
        return product;
      };
      const solved = solveLinear({ times: (v) => times(now, v), rough }, allowed(freedom, vector), TOLERANCE);
      // A rounding error in what must stay has no stiffness against it, and would come out as a long way.
      return allowed(freedom, solved);
    },
  };
}

function inverseDiagonal(
  { diagonal, strainDiagonal }: Springs,
  { atoms, strain, strainUnit }: Freedom,
): Float64Array {
  const out = new Float64Array(3 * atoms + (strain ? 9 : 0)).fill(strainUnit ** 2 / strainDiagonal);
  for (let k = 0; k < 3 * atoms; k++) out[k] = 1 / diagonal[Math.floor(k / 3)];
  return out;
}
