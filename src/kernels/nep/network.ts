import { WIDTH, WIDTH_SHIFT, fill, mul, sub, tanh, wideDot } from '../ops';
import { Model, NETWORK, Network, Scratch } from './layout';
import { combine } from './matrix';

/** The descriptor times its scaler, into scratch.scaled. */
export function scale(model: Model, scratch: Scratch): void {
  product(scratch.scaled, scratch.q, model.scaler, vectorsOf(model.dimension));
}

/**
 * E = sum over neurons of w1 tanh(w0 q - b0), less the biases, of one atom, with the scaled q. Leaves dE/dq,
 * q without the scaler, in scratch.dq.
 */
export function network(model: Model, scratch: Scratch, kind: i32): f64 {
  const net = changetype<Network>(model.networks + <usize>kind * NETWORK);
  const vectors = vectorsOf(model.neurons);
  const hidden = scratch.hidden;
  combine(hidden, scratch.scaled, net.inputs, model.dimension, vectors, false);
  const end = hidden + ((<usize>vectors) << 4);
  let threshold = net.thresholds;
  for (let at = hidden; at < end; at += 16, threshold += 16) {
    v128.store(at, tanh(sub(v128.load(at), v128.load(threshold))));
  }
  const energy = wideDot(hidden, net.weights, vectors) - net.bias;
  let weight = net.weights;
  for (let at = hidden; at < end; at += 16, weight += 16) {
    const h = v128.load(at);
    v128.store(at, mul(v128.load(weight), sub(fill(1), mul(h, h))));
  }
  combine(scratch.dq, hidden, net.outputs, model.neurons, vectorsOf(model.dimension), false);
  product(scratch.dq, scratch.dq, model.scaler, vectorsOf(model.dimension));
  return energy;
}

@inline
export function vectorsOf(count: i32): i32 {
  return (count + WIDTH - 1) >> WIDTH_SHIFT;
}

function product(target: usize, a: usize, b: usize, vectors: i32): void {
  for (const end = a + ((<usize>vectors) << 4); a < end; a += 16, b += 16, target += 16) {
    v128.store(target, mul(v128.load(a), v128.load(b)));
  }
}
