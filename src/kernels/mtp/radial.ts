import { BYTES, SHIFT, above, add, div, fill, most, mul, real, splat, sqrt, sub } from '../ops';
import { GROUP, Group, Model, Pairs, Scratch } from './layout';

/** Unit vectors, 1/r, f_mu(r) and df_mu/dr of all neighbours (src/potentials/mtp/radial.ts). */
export function radial(model: Model, scratch: Scratch, pairs: Pairs): void {
  const row = pairs.row;
  for (let g = 0; g < pairs.groupCount; g++) {
    const group = changetype<Group>(pairs.groups + <usize>g * GROUP);
    const end = (<usize>(group.block + group.blocks)) << 4;
    for (let at = (<usize>group.block) << 4; at < end; at += 16) {
      const x = v128.load(pairs.x + at);
      const y = v128.load(pairs.y + at);
      const z = v128.load(pairs.z + at);
      const r = sqrt(add(add(mul(x, x), mul(y, y)), mul(z, z)));
      const inverse = div(fill(1), r);
      v128.store(pairs.inverse + at, inverse);
      v128.store(pairs.units + at, mul(x, inverse));
      v128.store(pairs.units + row + at, mul(y, inverse));
      v128.store(pairs.units + 2 * row + at, mul(z, inverse));
      functions(model, scratch, pairs, group.series, r, at);
    }
  }
}

function functions(model: Model, scratch: Scratch, pairs: Pairs, series: usize, distance: v128, at: usize): void {
  const cutoff = fill(<real>model.cutoff);
  const floor = fill(<real>model.floor);
  const r = most(distance, floor);
  const inside = above(cutoff, distance);
  const moving = v128.and(inside, above(distance, floor));
  let envelope = fill(1);
  let slope = fill(0);
  if (model.envelope == 1) {
    const rest = sub(cutoff, r);
    envelope = mul(rest, rest);
    slope = mul(fill(-2), rest);
  } else if (model.envelope == 2) {
    const inverse = div(fill(1), r);
    const ratio = mul(sub(cutoff, r), inverse);
    envelope = mul(fill(<real>model.factor), mul(ratio, ratio));
    slope = mul(mul(fill(<real>(-2 * model.factor)), ratio), mul(cutoff, mul(inverse, inverse)));
  }
  const size = model.size;
  chebyshev(scratch.chebyshev, add(mul(r, fill(<real>model.rate)), fill(<real>model.shift)), size);
  envelope = v128.and(envelope, inside);
  slope = v128.and(slope, moving);
  const inner = v128.and(mul(envelope, fill(<real>model.rate)), moving);
  const length = (<usize>size) << SHIFT;
  const last = (<usize>model.functions) * pairs.row;
  for (let row: usize = 0; row < last; row += pairs.row) {
    let value = fill(0);
    let derivative = fill(0);
    let t = scratch.chebyshev;
    for (const stop = series + length; series < stop; series += BYTES) {
      const term = v128.load(t);
      value = add(value, mul(splat(series), term));
      derivative = add(derivative, mul(splat(series + length), term));
      t += 16;
    }
    series += length;
    v128.store(pairs.values + row + at, mul(envelope, value));
    v128.store(pairs.slopes + row + at, add(mul(slope, value), mul(inner, derivative)));
  }
}

/** T_0(x), T_1(x), ... */
function chebyshev(out: usize, x: v128, size: i32): void {
  const twice = add(x, x);
  let before = fill(1);
  let current = x;
  v128.store(out, before);
  for (const end = out + ((<usize>size) << 4); (out += 16) < end; ) {
    v128.store(out, current);
    const next = sub(mul(twice, current), before);
    before = current;
    current = next;
  }
}
