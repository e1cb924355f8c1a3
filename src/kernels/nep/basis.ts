import { SHIFT, TINY, WIDTH_SHIFT, add, cosine, div, fill, least, most, mul, real, sine, sqrt, storeSums, sub } from '../ops';
import { GEOMETRY, Group, Model, Pair, Scratch } from './layout';

/**
 * The radial basis t_k(r) = fc(r) T_k(x), x = 2 (r/rc - 1)^2 - 1, fc = (1 + cos(pi r/rc)) / 2 (Fan et al. 2022, eqs. 5 and
 * 6; the file's f_k = (T_k + 1) fc / 2 is folded into the coefficients), of all pairs of a group.
 *
 * With w = r/rc - 1/2 and d = cos(pi w/2) - sin(pi w/2), s = cos + sin: fc = d^2/2 and fc'/fc = -(pi/rc) s/d, which loses
 * nothing near the cutoff.
 */
export function basis(model: Model, scratch: Scratch, group: Group): void {
  const pair = changetype<Pair>(group.pair);
  const block = <usize>group.block;
  directions(scratch, group);
  const geometry = scratch.geometry + block * GEOMETRY;
  const radial = scratch.radial + block * scratch.radialStride;
  cutoff(scratch, group, group.blocks, <real>pair.radialCutoff, geometry + 64, radial, scratch.radialStride);
  chebyshev(group.blocks, model.radialBasis, radial, scratch.radialStride);
  group.radial = radial;
  if (pair.radialCutoff == pair.angularCutoff && model.radialBasis == model.angularBasis) {
    for (let b = 0, at = geometry; b < group.angularBlocks; b++, at += GEOMETRY) {
      v128.store(at, v128.load(at, 64), 96);
      v128.store(at, v128.load(at, 80), 112);
    }
    group.angular = radial;
    group.angularStride = scratch.radialStride;
    return;
  }
  const angular = scratch.angular + block * scratch.angularStride;
  cutoff(scratch, group, group.angularBlocks, <real>pair.angularCutoff, geometry + 96, angular, scratch.angularStride);
  chebyshev(group.angularBlocks, model.angularBasis, angular, scratch.angularStride);
  group.angular = angular;
  group.angularStride = scratch.angularStride;
}

/** Unit vectors and 1/r. */
function directions(scratch: Scratch, group: Group): void {
  let offset = (<usize>(group.block << WIDTH_SHIFT)) << SHIFT;
  let geometry = scratch.geometry + <usize>group.block * GEOMETRY;
  for (let b = 0; b < group.blocks; b++) {
    const x = v128.load(scratch.x + offset);
    const y = v128.load(scratch.y + offset);
    const z = v128.load(scratch.z + offset);
    const inverse = div(fill(1), sqrt(add(add(mul(x, x), mul(y, y)), mul(z, z))));
    v128.store(geometry, mul(x, inverse));
    v128.store(geometry, mul(y, inverse), 16);
    v128.store(geometry, mul(z, inverse), 32);
    v128.store(geometry, inverse, 48);
    geometry += GEOMETRY;
    offset += 16;
  }
}

/** Writes dx/dr and fc'/fc to `slopes` (and 16 behind), x and fc to the places of t_1 and t_0. */
function cutoff(scratch: Scratch, group: Group, blocks: i32, rc: real, slopes: usize, records: usize, stride: usize): void {
  const over = fill(1 / rc);
  const four = fill(4 / rc);
  const rate = fill(<real>-Math.PI / rc);
  let geometry = scratch.geometry + <usize>group.block * GEOMETRY;
  for (let b = 0; b < blocks; b++) {
    // r/rc; pairs of the last block beyond the cutoff are put on it.
    const t = least(div(over, v128.load(geometry, 48)), fill(1));
    const w = sub(t, fill(0.5));
    const w2 = mul(w, w);
    const c = cosine(w2);
    const s = sine(w, w2);
    const d = most(sub(c, s), fill(TINY));
    const u = sub(t, fill(1));
    v128.store(slopes, mul(u, four));
    v128.store(slopes, mul(rate, div(add(c, s), d)), 16);
    v128.store(records, mul(mul(d, d), fill(0.5)));
    v128.store(records, sub(mul(add(u, u), u), fill(1)), 16);
    geometry += GEOMETRY;
    slopes += GEOMETRY;
    records += stride;
  }
}

/** From fc and x: T_0 fc, T_1 fc, ... */
function chebyshev(blocks: i32, count: i32, records: usize, stride: usize): void {
  for (let b = 0; b < blocks; b++) {
    const x = v128.load(records, 16);
    const twice = add(x, x);
    let before = v128.load(records);
    let current = mul(x, before);
    v128.store(records, current, 16);
    const end = records + ((<usize>count) << 4);
    for (let at = records + 32; at < end; at += 16) {
      const next = sub(mul(twice, current), before);
      v128.store(at, next);
      before = current;
      current = next;
    }
    records += stride;
  }
}

/** Sums over a group's pairs of t_k, in fours: the last ones are of no meaning. */
export function radialMoments(model: Model, scratch: Scratch, group: Group): void {
  const stride = scratch.radialStride;
  let target = scratch.moments;
  for (let k = 0; k < model.radialBasis; k += 4) {
    let at = group.radial + ((<usize>k) << 4);
    let a = fill(0);
    let b = a;
    let c = a;
    let d = a;
    for (let block = 0; block < group.blocks; block++) {
      a = add(a, v128.load(at));
      b = add(b, v128.load(at, 16));
      c = add(c, v128.load(at, 32));
      d = add(d, v128.load(at, 48));
      at += stride;
    }
    storeSums(target, a, b, c, d);
    target += (<usize>4) << SHIFT;
  }
}
