import { linearLeastSquares } from './least-squares.js';

/** Residuals [m] and their derivatives [m][n] by the parameters [n], written into what is given. */
export type Residuals = (parameters: Float64Array, values: Float64Array, slopes: Float64Array) => void;

/** Below this relative step the steps are Gauss and Newton's, which the sum of squares is too coarse to judge. */
const NEAR = 1e-6;
const MOST_STEPS = 500;
const MOST_DAMPING = 1e20;

/**
 * Parameters that minimise a sum of squares, by the method of Levenberg and Marquardt with Marquardt's scaling
 * (Moré, Lecture Notes in Mathematics 630, 105, 1978), to the last digits that the residuals have.
 * @param start [n] with finite residuals
 * @param count of the residuals, at least n
 * @returns [n], or undefined where it comes to no minimum
 */
export function levenbergMarquardt(
  start: ArrayLike<number>,
  count: number,
  residuals: Residuals,
): Float64Array | undefined {
  const n = start.length;
  let at = Float64Array.from(start);
  let values = new Float64Array(count);
  let slopes = new Float64Array(count * n);
  residuals(at, values, slopes);
  let square = sumOfSquares(values);
  if (!Number.isFinite(square)) return undefined;
  const scales = new Float64Array(n);
  let damping = 1e-3;
  for (let s = 0; s < MOST_STEPS; s++) {
    growScales(scales, slopes);
    const step = dampedStep(values, slopes, scales, damping);
    const size = relativeSize(step, at, scales);
    const next = at.map((x, k) => x + step[k]);
    const nextValues = new Float64Array(count);
    const nextSlopes = new Float64Array(count * n);
    residuals(next, nextValues, nextSlopes);
    const nextSquare = sumOfSquares(nextValues);
    if (size < NEAR && damping < NEAR) return polished(at, values, slopes, scales, residuals);
    if (nextSquare < square) {
      [at, values, slopes, square] = [next, nextValues, nextSlopes, nextSquare];
      damping /= 10;
    } else if (size < NEAR) damping /= 10;
    else damping *= 10;
    if (damping > MOST_DAMPING) return undefined;
  }
  return undefined;
}

/** Undamped steps as long as each is at most half of the one before. */
function polished(
  start: Float64Array,
  values: Float64Array,
  slopes: Float64Array,
  scales: Float64Array,
  residuals: Residuals,
): Float64Array {
  let at = start;
  for (let last = Number.POSITIVE_INFINITY; ; ) {
    const step = dampedStep(values, slopes, scales, 0);
    const size = relativeSize(step, at, scales);
    if (!(size <= last / 2) || size === 0) return at;
    at = at.map((x, k) => x + step[k]);
    last = size;
    residuals(at, values, slopes);
  }
}

/** The step that minimises |r + J s|^2 + damping |D s|^2. */
function dampedStep(
  values: Float64Array,
  slopes: Float64Array,
  scales: Float64Array,
  damping: number,
): Float64Array {
  const n = scales.length;
  const matrix = new Float64Array(slopes.length + n * n);
  // In parameters times their scales, so that all columns are of one size.
  for (let k = 0; k < slopes.length; k++) matrix[k] = slopes[k] / scales[k % n];
  for (let k = 0; k < n; k++) matrix[slopes.length + k * n + k] = Math.sqrt(damping);
  const right = new Float64Array(values.length + n);
  for (let i = 0; i < values.length; i++) right[i] = -values[i];
  return linearLeastSquares(matrix, right, n).map((x, k) => x / scales[k]);
}

/** [n] the largest norms of the columns until now. */
function growScales(scales: Float64Array, slopes: Float64Array): void {
  const n = scales.length;
  for (let k = 0; k < n; k++) {
    let square = 0;
    for (let i = k; i < slopes.length; i += n) square += slopes[i] ** 2;
    scales[k] = Math.max(scales[k], Math.sqrt(square)) || 1;
  }
}

function relativeSize(step: Float64Array, at: Float64Array, scales: Float64Array): number {
  const norm = (x: Float64Array) => Math.hypot(...x.map((value, k) => value * scales[k]));
  return norm(step) / norm(at);
}

function sumOfSquares(values: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] ** 2;
  return sum;
}
