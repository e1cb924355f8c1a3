import type { NepNetwork } from './parameters.js';

/**
 * U(q) = sum_u w1_u tanh(sum_d w0_ud q_d - b0_u) - bias, and dU/dq into `slope` [dimension] from `at`.
 * With `weights` another output layer is read in place of w1 (the charge of charge models).
 */
export function evaluateNetwork(
  network: NepNetwork,
  bias: number,
  q: Float64Array,
  slope: Float64Array,
  at: number,
  weights: Float64Array = network.w1,
): number {
  const { w0, b0 } = network;
  const neurons = b0.length;
  const dimension = w0.length / neurons;
  slope.fill(0, at, at + dimension);
  let sum = 0;
  for (let u = 0; u < neurons; u++) {
    const row = u * dimension;
    let input = 0;
    for (let d = 0; d < dimension; d++) input += w0[row + d] * q[at + d];
    const x = Math.tanh(input - b0[u]);
    sum += weights[u] * x;
    const factor = weights[u] * (1 - x * x);
    for (let d = 0; d < dimension; d++) slope[at + d] += factor * w0[row + d];
  }
  return sum - bias;
}
