import { add, fill, mul } from '../ops';
import { Centre, Group, Pair, SHELL, Scratch, Shell, Side, VALUE } from './layout';

/**
 * A_nlm = sum over a group's pairs of R_nl Y_lm for lane `lane` of the leaves (bytes: 0 or 8), in tiles of up to 3 n and
 * 4 components of one l: twelve sums in registers.
 */
export function atomicBase(scratch: Scratch, side: Side, group: Group, lane: usize): void {
  const pair = changetype<Pair>(group.pair);
  const radial = side.radial + <usize>group.block * side.radialStride;
  const harmonics = scratch.harmonics + <usize>group.block * scratch.harmonicsStride;
  for (let l = 0; l <= pair.lMax; l++) {
    const shell = changetype<Shell>(pair.shells + <usize>l * SHELL);
    let r = radial + ((<usize>shell.first) << 4);
    let target = scratch.values + <usize>shell.leaf + lane;
    let left = shell.count;
    while (left > 0) {
      // 4 in two tiles of 2
      const n = left == 4 ? 2 : min(left, 3);
      rows(n, 2 * l + 1, target, <usize>shell.row, r, side.radialStride, harmonics + ((<usize>(l * l)) << 4), scratch.harmonicsStride, group.blocks);
      left -= n;
      r += (<usize>n) << 4;
      target += <usize>(n * shell.row);
    }
  }
}

/** All components of one l, in tiles of 4 and 3: at most one is smaller. */
function rows(n: i32, components: i32, target: usize, row: usize, r: usize, rStride: usize, y: usize, yStride: usize, blocks: i32): void {
  for (let c = 0; c < components; ) {
    const left = components - c;
    const width = left >= 4 && left != 5 && left != 6 && left != 9 ? 4 : min(left, 3);
    const at = y + ((<usize>c) << 4);
    switch (4 * n + width) {
      case 5: tile(1, 1, c, target, row, r, rStride, at, yStride, blocks); break;
      case 6: tile(1, 2, c, target, row, r, rStride, at, yStride, blocks); break;
      case 7: tile(1, 3, c, target, row, r, rStride, at, yStride, blocks); break;
      case 8: tile(1, 4, c, target, row, r, rStride, at, yStride, blocks); break;
      case 9: tile(2, 1, c, target, row, r, rStride, at, yStride, blocks); break;
      case 10: tile(2, 2, c, target, row, r, rStride, at, yStride, blocks); break;
      case 11: tile(2, 3, c, target, row, r, rStride, at, yStride, blocks); break;
      case 12: tile(2, 4, c, target, row, r, rStride, at, yStride, blocks); break;
      case 13: tile(3, 1, c, target, row, r, rStride, at, yStride, blocks); break;
      case 14: tile(3, 2, c, target, row, r, rStride, at, yStride, blocks); break;
      case 15: tile(3, 3, c, target, row, r, rStride, at, yStride, blocks); break;
      default: tile(3, 4, c, target, row, r, rStride, at, yStride, blocks);
    }
    c += width;
  }
}

/** Byte offset of component c of an l: Re m = 0, Re m = 1, Im m = 1, ... */
// @ts-ignore: decorator
@inline function place(c: i32): usize {
  return <usize>(((c + 1) >> 1) << 5) + (c > 0 && (c & 1) == 0 ? 16 : 0);
}

// @ts-ignore: decorator
@inline function put(target: usize, sum: v128): void {
  store<f64>(target, f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1));
}

/** N and C are constants where this is called: what is not needed falls out. */
// @ts-ignore: decorator
@inline function tile(N: i32, C: i32, c: i32, target: usize, row: usize, r: usize, rStride: usize, y: usize, yStride: usize, blocks: i32): void {
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
    const ra = v128.load(r);
    const rb = N > 1 ? v128.load(r, 16) : ra;
    const rc = N > 2 ? v128.load(r, 32) : ra;
    const y0 = v128.load(y);
    a0 = add(a0, mul(ra, y0));
    if (N > 1) b0 = add(b0, mul(rb, y0));
    if (N > 2) c0 = add(c0, mul(rc, y0));
    if (C > 1) {
      const y1 = v128.load(y, 16);
      a1 = add(a1, mul(ra, y1));
      if (N > 1) b1 = add(b1, mul(rb, y1));
      if (N > 2) c1 = add(c1, mul(rc, y1));
    }
    if (C > 2) {
      const y2 = v128.load(y, 32);
      a2 = add(a2, mul(ra, y2));
      if (N > 1) b2 = add(b2, mul(rb, y2));
      if (N > 2) c2 = add(c2, mul(rc, y2));
    }
    if (C > 3) {
      const y3 = v128.load(y, 48);
      a3 = add(a3, mul(ra, y3));
      if (N > 1) b3 = add(b3, mul(rb, y3));
      if (N > 2) c3 = add(c3, mul(rc, y3));
    }
    r += rStride;
    y += yStride;
  }
  const p0 = place(c);
  const p1 = place(c + 1);
  const p2 = place(c + 2);
  const p3 = place(c + 3);
  put(target + p0, a0);
  if (C > 1) put(target + p1, a1);
  if (C > 2) put(target + p2, a2);
  if (C > 3) put(target + p3, a3);
  if (N > 1) {
    target += row;
    put(target + p0, b0);
    if (C > 1) put(target + p1, b1);
    if (C > 2) put(target + p2, b2);
    if (C > 3) put(target + p3, b3);
  }
  if (N > 2) {
    target += row;
    put(target + p0, c0);
    if (C > 1) put(target + p1, c1);
    if (C > 2) put(target + p2, c2);
    if (C > 3) put(target + p3, c3);
  }
}

/** Multiplies both lanes of complex values by the norms of the leaves. */
export function normalise(centre: Centre, values: usize): void {
  const end = values + <usize>centre.leaves * VALUE;
  for (let norm = centre.norms; values < end; norm += 8, values += VALUE) {
    const factor = v128.load64_splat(norm);
    v128.store(values, mul(v128.load(values), factor));
    v128.store(values, mul(v128.load(values, 16), factor), 16);
  }
}

/** Adds the sums over a group's pairs of the functions of rank 1 and of the core repulsion. */
export function sumRankOne(centre: Centre, scratch: Scratch, side: Side, group: Group, lane: usize): void {
  const pair = changetype<Pair>(group.pair);
  let first = side.radial + <usize>group.block * side.radialStride + ((<usize>pair.first) << 4);
  let target = scratch.base + lane;
  for (let p = 0; p <= centre.densities; p++) {
    let sum = fill(0);
    let at = first;
    for (let b = 0; b < group.blocks; b++) {
      sum = add(sum, v128.load(at));
      at += side.radialStride;
    }
    store<f64>(target, load<f64>(target) + (f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1)));
    target += 16;
    first += 16;
  }
}
