import { SHIFT, add, fill, mul, real, splat } from '../ops';
import { Model, Scratch, TERM } from './layout';

/** Bytes of a row A_c[n]. */
@inline
function rowBytes(model: Model): usize {
  return ((<usize>model.angularCount << SHIFT) + 15) & ~15;
}

/** Where component p (l = 1 to lMax, then the higher invariants) of the descriptor begins, for all n. */
@inline
function component(base: usize, model: Model, p: i32): usize {
  return base + ((<usize>(model.radialCount + p * model.angularCount)) << SHIFT);
}

/**
 * The angular part of the descriptor from A, all n in vectors: q_l = sum over m of norms A^2, the cubic invariants from
 * their table, the five-body one from q_1. Components stand close, so that the last vector of one runs into the next:
 * it adds zeros there, because A's rows are padded with zeros.
 */
export function invariants(model: Model, scratch: Scratch): void {
  const row = rowBytes(model);
  const count = model.angularCount;
  const q = scratch.q;
  const start = component(q, model, 0);
  memory.fill(start, 0, q + (((<usize>model.dimension) << SHIFT) + 32) - start);
  let a = scratch.expansion;
  let norm = model.norms;
  for (let l = 1; l <= model.lMax; l++) {
    const target = component(q, model, l - 1);
    for (let at: usize = 0; at < row; at += 16) {
      let from = a + at;
      let weight = norm;
      let sum = fill(0);
      for (let m = 0; m <= 2 * l; m++) {
        const v = v128.load(from);
        sum = add(sum, mul(mul(v, v), splat(weight)));
        from += row;
        weight += (<usize>1) << SHIFT;
      }
      v128.store(target + at, sum);
    }
    a += <usize>(2 * l + 1) * row;
    norm += (<usize>(2 * l + 1)) << SHIFT;
  }
  for (let term = model.terms, end = term + <usize>model.cubicTerms * TERM; term < end; term += TERM) {
    const target = component(q, model, load<i32>(term, 12));
    const coefficient = fill(<real>load<f64>(term, 16));
    const i = scratch.expansion + load<usize>(term);
    const j = scratch.expansion + load<usize>(term, 4);
    const k = scratch.expansion + load<usize>(term, 8);
    for (let at: usize = 0; at < row; at += 16) {
      const product = mul(mul(v128.load(i + at), v128.load(j + at)), v128.load(k + at));
      v128.store(target + at, add(v128.load(target + at), mul(coefficient, product)));
    }
  }
  if (model.squareComponent >= 0) {
    const q1 = component(q, model, 0);
    const target = component(q, model, model.squareComponent);
    for (let n = 0; n < count; n++) {
      const at = (<usize>n) << SHIFT;
      const value = load<real>(q1 + at);
      store<real>(target + at, load<real>(model.square) * value * value);
    }
  }
}

/** dE/dA from dE/dq. */
export function invariantSlopes(model: Model, scratch: Scratch): void {
  const row = rowBytes(model);
  const dq = scratch.dq;
  if (model.squareComponent >= 0) {
    const q1 = component(scratch.q, model, 0);
    const d1 = component(dq, model, 0);
    const square = component(dq, model, model.squareComponent);
    const twice = load<real>(model.square) + load<real>(model.square);
    for (let n = 0; n < model.angularCount; n++) {
      const at = (<usize>n) << SHIFT;
      store<real>(d1 + at, load<real>(d1 + at) + twice * load<real>(q1 + at) * load<real>(square + at));
    }
  }
  let a = scratch.expansion;
  let slope = scratch.slopes;
  let norm = model.norms;
  for (let l = 1; l <= model.lMax; l++) {
    const source = component(dq, model, l - 1);
    for (let m = 0; m <= 2 * l; m++) {
      const factor = splat(norm);
      const twice = add(factor, factor);
      for (let at: usize = 0; at < row; at += 16) {
        v128.store(slope + at, mul(mul(twice, v128.load(source + at)), v128.load(a + at)));
      }
      a += row;
      slope += row;
      norm += (<usize>1) << SHIFT;
    }
  }
  for (let term = model.terms, end = term + <usize>model.cubicTerms * TERM; term < end; term += TERM) {
    const source = component(dq, model, load<i32>(term, 12));
    const coefficient = fill(<real>load<f64>(term, 16));
    const i = load<usize>(term);
    const j = load<usize>(term, 4);
    const k = load<usize>(term, 8);
    for (let at: usize = 0; at < row; at += 16) {
      const x = v128.load(scratch.expansion + i + at);
      const y = v128.load(scratch.expansion + j + at);
      const z = v128.load(scratch.expansion + k + at);
      const weight = mul(coefficient, v128.load(source + at));
      // One after the other: two of the three rows may be the same.
      const toI = scratch.slopes + i + at;
      v128.store(toI, add(v128.load(toI), mul(weight, mul(y, z))));
      const toJ = scratch.slopes + j + at;
      v128.store(toJ, add(v128.load(toJ), mul(weight, mul(x, z))));
      const toK = scratch.slopes + k + at;
      v128.store(toK, add(v128.load(toK), mul(weight, mul(x, y))));
    }
  }
}
