import { add, div, fill, mul, sqrt, sub } from '../ops';
import { GEOMETRY, Group, Pair, Side } from './layout';

/** Unit vectors and 1/r of a group's pairs. */
export function directions(side: Side, group: Group): void {
  let offset = (<usize>group.block) << 4;
  let geometry = side.geometry + <usize>group.block * GEOMETRY;
  for (let b = 0; b < group.blocks; b++) {
    const x = v128.load(side.x + offset);
    const y = v128.load(side.y + offset);
    const z = v128.load(side.z + offset);
    const inverse = div(fill(1), sqrt(add(add(mul(x, x), mul(y, y)), mul(z, z))));
    v128.store(geometry, mul(x, inverse));
    v128.store(geometry, mul(y, inverse), 16);
    v128.store(geometry, mul(z, inverse), 32);
    v128.store(geometry, inverse, 48);
    v128.store(geometry, fill(0), 64);
    geometry += GEOMETRY;
    offset += 16;
  }
}

/**
 * Values and slopes (1/A) of all functions of the distance of a group's pairs, from the table of cubic Hermite splines.
 * Two functions of one pair at a time, then two pairs of one function.
 */
export function radial(side: Side, group: Group): void {
  const pair = changetype<Pair>(group.pair);
  const scale = pair.scale;
  const row = (<usize>pair.vectors) << 5;
  const last = <f64>(pair.knots - 2);
  let offset = (<usize>group.block) << 4;
  let values = side.radial + <usize>group.block * side.radialStride;
  let slopes = side.radialSlopes + <usize>group.block * side.radialStride;
  for (let b = 0; b < group.blocks; b++) {
    const x = v128.load(side.x + offset);
    const y = v128.load(side.y + offset);
    const z = v128.load(side.z + offset);
    const at = mul(sqrt(add(add(mul(x, x), mul(y, y)), mul(z, z))), fill(scale));
    const knot = f64x2.pmin(fill(last), f64x2.floor(at));
    const t = sub(at, knot);
    // f = f0 + h1 (f1 - f0) + k0 d0 + k1 d1, and the slopes of h1, k0, k1
    const u = sub(fill(1), t);
    const tu = mul(t, u);
    const h1 = mul(mul(t, t), add(fill(1), add(u, u)));
    const k0 = mul(tu, u);
    const k1 = sub(fill(0), mul(tu, t));
    const h1Slope = mul(fill(6 * scale), tu);
    const k0Slope = mul(fill(scale), mul(u, sub(u, add(t, t))));
    const k1Slope = mul(fill(scale), mul(t, sub(t, add(u, u))));
    two(
      pair.table + <usize>(<i32>f64x2.extract_lane(knot, 0)) * row,
      pair.table + <usize>(<i32>f64x2.extract_lane(knot, 1)) * row,
      row,
      values,
      slopes,
      h1,
      k0,
      k1,
      h1Slope,
      k0Slope,
      k1Slope,
    );
    values += side.radialStride;
    slopes += side.radialStride;
    offset += 16;
  }
}

// @ts-ignore: decorator
@inline function low(v: v128): v128 { return v128.shuffle<f64>(v, v, 0, 0); }
// @ts-ignore: decorator
@inline function high(v: v128): v128 { return v128.shuffle<f64>(v, v, 1, 1); }

/** The functions of two pairs, whose rows of the table stand at a and b. */
function two(
  a: usize,
  b: usize,
  row: usize,
  values: usize,
  slopes: usize,
  h1: v128,
  k0: v128,
  k1: v128,
  h1Slope: v128,
  k0Slope: v128,
  k1Slope: v128,
): void {
  const end = a + row;
  let next = end;
  let bNext = b + row;
  const ah1 = low(h1);
  const ak0 = low(k0);
  const ak1 = low(k1);
  const as1 = low(h1Slope);
  const at0 = low(k0Slope);
  const at1 = low(k1Slope);
  const bh1 = high(h1);
  const bk0 = high(k0);
  const bk1 = high(k1);
  const bs1 = high(h1Slope);
  const bt0 = high(k0Slope);
  const bt1 = high(k1Slope);
  while (a < end) {
    let f = v128.load(a);
    let d0 = v128.load(a, 16);
    let rise = sub(v128.load(next), f);
    let d1 = v128.load(next, 16);
    const va = add(add(f, mul(ah1, rise)), add(mul(ak0, d0), mul(ak1, d1)));
    const sa = add(mul(as1, rise), add(mul(at0, d0), mul(at1, d1)));
    f = v128.load(b);
    d0 = v128.load(b, 16);
    rise = sub(v128.load(bNext), f);
    d1 = v128.load(bNext, 16);
    const vb = add(add(f, mul(bh1, rise)), add(mul(bk0, d0), mul(bk1, d1)));
    const sb = add(mul(bs1, rise), add(mul(bt0, d0), mul(bt1, d1)));
    v128.store(values, v128.shuffle<f64>(va, vb, 0, 2));
    v128.store(values, v128.shuffle<f64>(va, vb, 1, 3), 16);
    v128.store(slopes, v128.shuffle<f64>(sa, sb, 0, 2));
    v128.store(slopes, v128.shuffle<f64>(sa, sb, 1, 3), 16);
    a += 32;
    b += 32;
    next += 32;
    bNext += 32;
    values += 32;
    slopes += 32;
  }
}
