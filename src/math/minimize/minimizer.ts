/** Where a minimiser wants to go. */
export interface Move {
  /** From the point that was told of last to the next one */
  readonly step: Float64Array;
  /** Whether that last point is one to go on from; where not, the step leads back from it. */
  readonly accepted: boolean;
  /** No step leads farther down, as far as the numbers can tell. */
  readonly stuck: boolean;
}

/**
 * Looks for a minimum of a function: it is told the value and the gradient where it stands, and says where to go. It
 * knows neither what the function is nor where it stands.
 */
export interface Minimizer {
  /**
   * @param value at the point that the last step led to (the first time: at the start); infinite where there is none
   * @param gradient there, as long as the steps; not looked at where the value is infinite
   */
  next(value: number, gradient: Float64Array): Move;
}

/** A guess of how stiff the function is: a symmetric positive matrix, near its second derivatives. */
export interface Metric {
  /** The matrix times a vector */
  times(vector: Float64Array): Float64Array;
  /** The vector that the matrix takes to this one */
  solve(vector: Float64Array): Float64Array;
}

export interface MinimizerSetup {
  /** How long a step is */
  size(step: Float64Array): number;
  /** The most that `size` may be */
  readonly limit: number;
  /** The unit matrix where absent */
  readonly metric?: Metric;
}

export function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

/** a + factor b */
export function plus(a: Float64Array, b: Float64Array, factor = 1): Float64Array {
  const out = new Float64Array(a.length);
  for (let k = 0; k < a.length; k++) out[k] = a[k] + factor * b[k];
  return out;
}

export function scaled(a: Float64Array, factor: number): Float64Array {
  return a.map((x) => factor * x);
}
