import { type LinearSystem, solveLinear } from '../math/minimize/conjugate-gradients.js';
import type { Metric } from '../math/minimize/minimizer.js';
import { allowed, type Freedom, joined } from './freedom.js';
import type { Springs } from './springs.js';

/** What is left of a right-hand side when its solution is good enough: steps get no better by more. */
const TOLERANCE = 3e-2;

/** The stiffness of springs as the metric of a relaxation; `springs` are asked for each time, and may change. */
export function springMetric(freedom: Freedom, springs: () => Springs): Metric {
  const { atoms, strain, strainUnit } = freedom;
  const none = new Float64Array(9);
  const times = (vector: Float64Array): Float64Array => {
    const bare = strain ? vector.subarray(3 * atoms).map((x) => x / strainUnit) : none;
    const image = springs().times(vector.subarray(0, 3 * atoms), bare);
    return allowed(freedom, joined(image.atoms, strain && image.strain.map((x) => x / strainUnit)));
  };
  const rough = (vector: Float64Array): Float64Array => {
    const { diagonal, strainDiagonal } = springs();
    return vector.map((x, k) =>
      k < 3 * atoms ? x / diagonal[Math.floor(k / 3)] : (x * strainUnit ** 2) / strainDiagonal,
    );
  };
  const system: LinearSystem = { times, rough };
  // A rounding error in what must stay has no stiffness against it, and would come out as a long way.
  const solve = (vector: Float64Array) =>
    allowed(freedom, solveLinear(system, allowed(freedom, vector), TOLERANCE));
  return { times, solve };
}
