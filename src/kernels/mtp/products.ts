import { SHIFT, add, fill, mul, real, splat, splatF32 } from '../ops';
import { MOMENT, Model, SCALAR, Scratch, TERM } from './layout';

/** Byte offsets of the two moments of a term. */
@inline function first(pair: i32): usize { return (<usize>(pair & 0xffff)) << 5; }
@inline function second(pair: i32): usize { return (<usize>(<u32>pair >> 16)) << 5; }

/** The moments that are sums of products, of all atoms side by side. */
export function products(model: Model, scratch: Scratch): void {
  const moments = scratch.moments;
  let target = moments + <usize>model.basics * MOMENT;
  let term = model.terms;
  let count = model.counts;
  for (const last = count + ((<usize>model.products) << 2); count < last; count += 4) {
    let low = fill(0);
    let high = low;
    for (const end = term + <usize>load<i32>(count) * TERM; term < end; term += TERM) {
      const pair = load<i32>(term);
      const a = moments + first(pair);
      const b = moments + second(pair);
      const factor = splatF32(term + 4);
      low = add(low, mul(mul(factor, v128.load(a)), v128.load(b)));
      high = add(high, mul(mul(factor, v128.load(a, 16)), v128.load(b, 16)));
    }
    v128.store(target, low);
    v128.store(target, high, 16);
    target += MOMENT;
  }
}

/** dE/dM of all moments: from the scalars' weights, the last product first. */
export function adjoints(model: Model, scratch: Scratch): void {
  const moments = scratch.moments;
  const slopes = scratch.adjoints;
  let weight = model.weights;
  for (let at = slopes, end = slopes + <usize>model.moments * MOMENT; at < end; at += MOMENT) {
    const own = splat(weight);
    v128.store(at, own);
    v128.store(at, own, 16);
    weight += (<usize>1) << SHIFT;
  }
  let target = slopes + <usize>(model.basics + model.products) * MOMENT;
  let count = model.counts + ((<usize>model.products) << 2);
  let end = model.termsEnd;
  while (count > model.counts) {
    count -= 4;
    target -= MOMENT;
    const low = v128.load(target);
    const high = v128.load(target, 16);
    const begin = end - <usize>load<i32>(count) * TERM;
    for (let term = begin; term < end; term += TERM) {
      const pair = load<i32>(term);
      const a = first(pair);
      const b = second(pair);
      const factor = splatF32(term + 4);
      const lowWeight = mul(factor, low);
      const highWeight = mul(factor, high);
      const ma = moments + a;
      const mb = moments + b;
      const sa = slopes + a;
      const sb = slopes + b;
      v128.store(sa, add(v128.load(sa), mul(lowWeight, v128.load(mb))));
      v128.store(sa, add(v128.load(sa, 16), mul(highWeight, v128.load(mb, 16))), 16);
      v128.store(sb, add(v128.load(sb), mul(lowWeight, v128.load(ma))));
      v128.store(sb, add(v128.load(sb, 16), mul(highWeight, v128.load(ma, 16))), 16);
    }
    end = begin;
  }
}

/** Sum over the scalars of weight times moment, in f64, of the atom in a lane. */
export function energy(model: Model, scratch: Scratch, lane: i32): f64 {
  const moments = scratch.moments + ((<usize>lane) << SHIFT);
  let sum: f64 = 0;
  for (let at = model.list, end = at + <usize>model.scalars * SCALAR; at < end; at += SCALAR)
    sum += load<f64>(at, 8) * <f64>load<real>(moments + load<usize>(at));
  return sum;
}

/** The scalars of the atom in a lane. */
export function describe(model: Model, scratch: Scratch, lane: i32, target: usize): void {
  const moments = scratch.moments + ((<usize>lane) << SHIFT);
  for (let at = model.list, end = at + <usize>model.scalars * SCALAR; at < end; at += SCALAR) {
    store<f64>(target, <f64>load<real>(moments + load<usize>(at)));
    target += 8;
  }
}

/** dE/dM of the basic moments of one atom, close together. */
export function slopesOf(model: Model, scratch: Scratch, lane: i32): void {
  let source = scratch.adjoints + ((<usize>lane) << SHIFT);
  let target = scratch.slopes;
  for (const end = source + <usize>model.basics * MOMENT; source < end; source += MOMENT) {
    store<real>(target, load<real>(source));
    target += (<usize>1) << SHIFT;
  }
}
