import { BYTES, SHIFT, add, fill, mul, real, storeSums } from '../ops';
import { MOMENT, Model, Pairs, Scratch } from './layout';
import { monomials } from './monomials';

/** M_mu,m = sum over neighbours of f_mu(r) times the monomial, into one lane of the moments. */
export function basicMoments(model: Model, scratch: Scratch, pairs: Pairs, lane: i32): void {
  const row = pairs.row;
  const stride = (<usize>model.monomials) << 4;
  for (let b = 0; b < pairs.blocks; b++) {
    const at = (<usize>b) << 4;
    const x = v128.load(pairs.units + at);
    const y = v128.load(pairs.units + row + at);
    const z = v128.load(pairs.units + 2 * row + at);
    monomials(scratch.monomials + <usize>b * stride, x, y, z, model.rank);
  }
  const moments = scratch.moments + ((<usize>lane) << SHIFT);
  let range = model.ranges;
  let values = pairs.values;
  for (let mu = 0; mu < model.functions; mu++) {
    const out = moments + <usize>load<i32>(range) * MOMENT;
    const count = load<i32>(range, 4);
    const more = mu + 1 < model.functions ? load<i32>(range, 12) : 0;
    let m = 0;
    if (more > 0) {
      const other = moments + <usize>load<i32>(range, 8) * MOMENT;
      for (; m < more; m += 4) eightSums(scratch, values, row, stride, pairs.blocks, m, out, count, other, more);
      mu++;
      range += 8;
      values += row;
    }
    const own = more > 0 ? values - row : values;
    for (; m < count; m += 4) fourSums(scratch, own, stride, pairs.blocks, m, out, count);
    range += 8;
    values += row;
  }
}

/** Four monomials with one function. */
function fourSums(
  scratch: Scratch,
  values: usize,
  stride: usize,
  blocks: i32,
  m: i32,
  out: usize,
  count: i32,
): void {
  let monomial = scratch.monomials + ((<usize>m) << 4);
  let a = fill(0);
  let b = a;
  let c = a;
  let d = a;
  for (const end = values + ((<usize>blocks) << 4); values < end; values += 16) {
    const f = v128.load(values);
    a = add(a, mul(f, v128.load(monomial)));
    b = add(b, mul(f, v128.load(monomial, 16)));
    c = add(c, mul(f, v128.load(monomial, 32)));
    d = add(d, mul(f, v128.load(monomial, 48)));
    monomial += stride;
  }
  storeSums(scratch.sums, a, b, c, d);
  spread(scratch.sums, out, m, count);
}

/** Four monomials with one function and the one behind it. */
function eightSums(
  scratch: Scratch,
  values: usize,
  row: usize,
  stride: usize,
  blocks: i32,
  m: i32,
  out: usize,
  count: i32,
  otherOut: usize,
  otherCount: i32,
): void {
  let monomial = scratch.monomials + ((<usize>m) << 4);
  let others = values + row;
  let a = fill(0);
  let b = a;
  let c = a;
  let d = a;
  let e = a;
  let f = a;
  let g = a;
  let h = a;
  for (const end = values + ((<usize>blocks) << 4); values < end; values += 16) {
    const own = v128.load(values);
    const other = v128.load(others);
    const first = v128.load(monomial);
    a = add(a, mul(own, first));
    e = add(e, mul(other, first));
    const second = v128.load(monomial, 16);
    b = add(b, mul(own, second));
    f = add(f, mul(other, second));
    const third = v128.load(monomial, 32);
    c = add(c, mul(own, third));
    g = add(g, mul(other, third));
    const fourth = v128.load(monomial, 48);
    d = add(d, mul(own, fourth));
    h = add(h, mul(other, fourth));
    others += 16;
    monomial += stride;
  }
  storeSums(scratch.sums, a, b, c, d);
  spread(scratch.sums, out, m, count);
  storeSums(scratch.sums, e, f, g, h);
  spread(scratch.sums, otherOut, m, otherCount);
}

/** Up to four sums into the lane of the moments m, m + 1, ... below `count`. */
function spread(sums: usize, out: usize, m: i32, count: i32): void {
  let target = out + <usize>m * MOMENT;
  const end = out + <usize>min(count, m + 4) * MOMENT;
  for (; target < end; target += MOMENT) {
    store<real>(target, load<real>(sums));
    sums += BYTES;
  }
}
