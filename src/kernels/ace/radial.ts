import { add, div, fill, least, mul, sqrt, sub } from '../ops';
import { GEOMETRY, Group, Pair, Side } from './layout';

/** Distances, their inverses and unit vectors of a group's pairs. */
export function directions(side: Side, group: Group): void {
  let offset = (<usize>group.block) << 4;
  let geometry = side.geometry + <usize>group.block * GEOMETRY;
  for (let b = 0; b < group.blocks; b++) {
    const x = v128.load(side.x + offset);
    const y = v128.load(side.y + offset);
    const z = v128.load(side.z + offset);
    const r = sqrt(add(add(mul(x, x), mul(y, y)), mul(z, z)));
    const inverse = div(fill(1), r);
    v128.store(geometry, r, 80);
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
 * Values and slopes (by the number of the knot) of all functions of the distance of a group's pairs, from the table of
 * cubic splines. Two functions of one pair at a time, then two pairs of one function.
 */
export function splines(side: Side, group: Group): void {
  const pair = changetype<Pair>(group.pair);
  const row = (<usize>pair.vectors) << 6;
  const scale = fill(pair.scale);
  const last = fill(<f64>pair.knots);
  let values = side.radial + <usize>group.block * side.radialStride;
  let slopes = side.radialSlopes + <usize>group.block * side.radialStride;
  let geometry = side.geometry + <usize>group.block * GEOMETRY;
  for (let b = 0; b < group.blocks; b++) {
    const at = mul(v128.load(geometry, 80), scale);
    const knot = least(f64x2.floor(at), last);
    const t = sub(at, knot);
    geometry += GEOMETRY;
    two(
      pair.table + <usize>(<i32>f64x2.extract_lane(knot, 0)) * row,
      pair.table + <usize>(<i32>f64x2.extract_lane(knot, 1)) * row,
      row,
      values,
      slopes,
      v128.shuffle<f64>(t, t, 0, 0),
      v128.shuffle<f64>(t, t, 1, 1),
    );
    values += side.radialStride;
    slopes += side.radialStride;
  }
}

/** The functions of two pairs, whose rows of the table stand at a and b, t and u behind their knots. */
function two(a: usize, b: usize, row: usize, values: usize, slopes: usize, t: v128, u: v128): void {
  const t2 = add(t, t);
  const t3 = mul(fill(1.5), mul(t2, t));
  const u2 = add(u, u);
  const u3 = mul(fill(1.5), mul(u2, u));
  for (const end = a + row; a < end; a += 64, b += 64, values += 32, slopes += 32) {
    let c1 = v128.load(a, 16);
    let c2 = v128.load(a, 32);
    let c3 = v128.load(a, 48);
    const va = add(mul(add(mul(add(mul(c3, t), c2), t), c1), t), v128.load(a));
    const sa = add(add(mul(c3, t3), mul(c2, t2)), c1);
    c1 = v128.load(b, 16);
    c2 = v128.load(b, 32);
    c3 = v128.load(b, 48);
    const vb = add(mul(add(mul(add(mul(c3, u), c2), u), c1), u), v128.load(b));
    const sb = add(add(mul(c3, u3), mul(c2, u2)), c1);
    v128.store(values, v128.shuffle<f64>(va, vb, 0, 2));
    v128.store(values, v128.shuffle<f64>(va, vb, 1, 3), 16);
    v128.store(slopes, v128.shuffle<f64>(sa, sb, 0, 2));
    v128.store(slopes, v128.shuffle<f64>(sa, sb, 1, 3), 16);
  }
}
