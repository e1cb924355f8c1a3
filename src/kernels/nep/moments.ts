import { SHIFT, add, fill, mul, splat, splat1, storeSums } from '../ops';
import { GEOMETRY, Group, Model, Scratch } from './layout';

/**
 * moments[k][c] = sum over a group's pairs of t_k Y_c, in tiles of 3 k and 4 c: twelve sums in registers. Rows of k and
 * c beyond the last come along and mean nothing.
 */
export function angularMoments(model: Model, scratch: Scratch, group: Group): void {
  const harmonics = scratch.harmonics + <usize>group.block * scratch.harmonicsStride;
  const row = scratch.momentsRow;
  let target = scratch.moments;
  for (let k = 0; k < model.angularBasis; k += 3) {
    const records = group.angular + ((<usize>k) << 4);
    for (let c = 0; c < model.harmonics; c += 4) {
      tile(
        target + ((<usize>c) << SHIFT),
        row,
        records,
        group.angularStride,
        harmonics + ((<usize>c) << 4),
        scratch.harmonicsStride,
        group.angularBlocks,
      );
    }
    target += 3 * row;
  }
}

function tile(target: usize, row: usize, t: usize, tStride: usize, y: usize, yStride: usize, blocks: i32): void {
  let a0 = fill(0);
  let a1 = a0;
  let a2 = a0;
  let a3 = a0;
  let b0 = a0;
  let b1 = a0;
  let b2 = a0;
  let b3 = a0;
  let c0 = a0;
  let c1 = a0;
  let c2 = a0;
  let c3 = a0;
  for (let block = 0; block < blocks; block++) {
    const ta = v128.load(t);
    const tb = v128.load(t, 16);
    const tc = v128.load(t, 32);
    const y0 = v128.load(y);
    a0 = add(a0, mul(ta, y0));
    b0 = add(b0, mul(tb, y0));
    c0 = add(c0, mul(tc, y0));
    const y1 = v128.load(y, 16);
    a1 = add(a1, mul(ta, y1));
    b1 = add(b1, mul(tb, y1));
    c1 = add(c1, mul(tc, y1));
    const y2 = v128.load(y, 32);
    a2 = add(a2, mul(ta, y2));
    b2 = add(b2, mul(tb, y2));
    c2 = add(c2, mul(tc, y2));
    const y3 = v128.load(y, 48);
    a3 = add(a3, mul(ta, y3));
    b3 = add(b3, mul(tb, y3));
    c3 = add(c3, mul(tc, y3));
    t += tStride;
    y += yStride;
  }
  storeSums(target, a0, a1, a2, a3);
  target += row;
  storeSums(target, b0, b1, b2, b3);
  target += row;
  storeSums(target, c0, c1, c2, c3);
}

/**
 * The weights of the harmonics at each pair, h_c = sum over k of series[c][2k] t_k (dE/dY_c) and with series[c][2k+1]
 * (its derivative by x where the cutoff function stands still), side by side; in tiles of 2 c and 2 blocks. More sums would
 * not fit the 15 registers that V8 has to give.
 */
export function harmonicWeights(model: Model, scratch: Scratch, group: Group, seriesRow: usize): void {
  const stride = group.angularStride;
  const depth = model.angularBasis;
  let t = group.angular;
  let target = scratch.weights + <usize>group.block * scratch.weightsStride;
  let left = group.angularBlocks;
  for (; left >= 2; left -= 2) {
    let series = scratch.series;
    for (let c = 0; c < model.harmonics; c += 2) {
      twoBlocks(target + ((<usize>c) << 5), scratch.weightsStride, t, stride, series, seriesRow, depth);
      series += seriesRow << 1;
    }
    t += stride << 1;
    target += scratch.weightsStride << 1;
  }
  if (left > 0) {
    let series = scratch.series;
    for (let c = 0; c < model.harmonics; c += 2) {
      oneBlock(target + ((<usize>c) << 5), t, series, seriesRow, depth);
      series += seriesRow << 1;
    }
  }
}

function twoBlocks(target: usize, targetStride: usize, t: usize, stride: usize, s0: usize, row: usize, depth: i32): void {
  let s1 = s0 + row;
  let u = t + stride;
  let a0 = fill(0);
  let a1 = a0;
  let b0 = a0;
  let b1 = a0;
  let c0 = a0;
  let c1 = a0;
  let d0 = a0;
  let d1 = a0;
  for (let k = 0; k < depth; k++) {
    const p = v128.load(t);
    const q = v128.load(u);
    let s = splat(s0);
    a0 = add(a0, mul(s, p));
    b0 = add(b0, mul(s, q));
    s = splat1(s0);
    c0 = add(c0, mul(s, p));
    d0 = add(d0, mul(s, q));
    s = splat(s1);
    a1 = add(a1, mul(s, p));
    b1 = add(b1, mul(s, q));
    s = splat1(s1);
    c1 = add(c1, mul(s, p));
    d1 = add(d1, mul(s, q));
    t += 16;
    u += 16;
    s0 += (<usize>2) << SHIFT;
    s1 += (<usize>2) << SHIFT;
  }
  v128.store(target, a0);
  v128.store(target, c0, 16);
  v128.store(target, a1, 32);
  v128.store(target, c1, 48);
  target += targetStride;
  v128.store(target, b0);
  v128.store(target, d0, 16);
  v128.store(target, b1, 32);
  v128.store(target, d1, 48);
}

function oneBlock(target: usize, t: usize, s0: usize, row: usize, depth: i32): void {
  let s1 = s0 + row;
  let a0 = fill(0);
  let a1 = a0;
  let c0 = a0;
  let c1 = a0;
  for (let k = 0; k < depth; k++) {
    const p = v128.load(t);
    a0 = add(a0, mul(splat(s0), p));
    c0 = add(c0, mul(splat1(s0), p));
    a1 = add(a1, mul(splat(s1), p));
    c1 = add(c1, mul(splat1(s1), p));
    t += 16;
    s0 += (<usize>2) << SHIFT;
    s1 += (<usize>2) << SHIFT;
  }
  v128.store(target, a0);
  v128.store(target, c0, 16);
  v128.store(target, a1, 32);
  v128.store(target, c1, 48);
}

/** dE/dr of the radial part, from the series of its group (k pairs of numbers). */
export function radialSlopes(model: Model, scratch: Scratch, group: Group): void {
  const depth = model.radialBasis;
  const stride = scratch.radialStride;
  let records = group.radial;
  let geometry = scratch.geometry + <usize>group.block * GEOMETRY;
  for (let block = 0; block < group.blocks; block++) {
    let series = scratch.series;
    let t = records;
    let p = fill(0);
    let q = p;
    for (let k = 0; k < depth; k++) {
      const v = v128.load(t);
      p = add(p, mul(splat(series), v));
      q = add(q, mul(splat1(series), v));
      t += 16;
      series += (<usize>2) << SHIFT;
    }
    v128.store(geometry, add(mul(p, v128.load(geometry, 80)), mul(q, v128.load(geometry, 64))), 128);
    records += stride;
    geometry += GEOMETRY;
  }
}
