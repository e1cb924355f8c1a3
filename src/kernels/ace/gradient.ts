import { add, fill, mul, splat, storeRecords, sub } from '../ops';
import { scatter } from '../pairs/scatter';
import { Centre, GEOMETRY, Group, Pair, SHELL, Scratch, Shell, Side, VALUE } from './layout';

/**
 * dE/dr_ij of a group's pairs from the slopes of the leaves A_nlm (lane `lane`, bytes: 0 or 8) and of the functions of
 * rank 1, added to the rows of forces and virials.
 */
export function gradients(centre: Centre, scratch: Scratch, side: Side, group: Group, lane: usize, rows: usize, own: usize): void {
  const pair = changetype<Pair>(group.pair);
  radialSlopes(centre, scratch, side, group, lane);
  let block = group.block;
  const end = block + group.blocks;
  if (pair.lMax >= 0) {
    for (; block + 1 < end; block += 2) {
      weighTwo(pair, scratch, side, block, lane);
      contract(pair, scratch, side, block, scratch.weights);
      contract(pair, scratch, side, block + 1, scratch.weights + scratch.weightsStride);
    }
    if (block < end) {
      weighOne(pair, scratch, side, block, lane);
      contract(pair, scratch, side, block, scratch.weights);
    }
  } else {
    for (; block < end; block++) {
      const geometry = side.geometry + <usize>block * GEOMETRY;
      finish(scratch, geometry, block, v128.load(geometry, 64), fill(0), fill(0), fill(0));
    }
  }
  const start = (<usize>group.block) << 1;
  scatter(
    group.count,
    scratch.gradients + (start << 5),
    side.x + (start << 3),
    side.y + (start << 3),
    side.z + (start << 3),
    side.targets + (start << 2),
    rows,
    own,
  );
}

/** Adds what the functions of rank 1 and the core repulsion give to dE/dr. */
function radialSlopes(centre: Centre, scratch: Scratch, side: Side, group: Group, lane: usize): void {
  const pair = changetype<Pair>(group.pair);
  const weights = scratch.base + ((<usize>(centre.densities + 1)) << 4) + lane;
  let records = side.radialSlopes + <usize>group.block * side.radialStride + ((<usize>pair.first) << 4);
  let geometry = side.geometry + <usize>group.block * GEOMETRY;
  for (let b = 0; b < group.blocks; b++) {
    let sum = fill(0);
    let weight = weights;
    let at = records;
    for (let p = 0; p <= centre.densities; p++) {
      sum = add(sum, mul(splat(weight), v128.load(at)));
      weight += 16;
      at += 16;
    }
    v128.store(geometry, add(v128.load(geometry, 64), mul(fill(pair.scale), sum)), 64);
    records += side.radialStride;
    geometry += GEOMETRY;
  }
}

/**
 * Of two blocks: t_lm = sum over n of (dE/dA_nlm) R_nl and u_lm with the slopes of R_nl, records [m][l - m] of the real
 * and the imaginary part of t and of u.
 */
function weighTwo(pair: Pair, scratch: Scratch, side: Side, block: i32, lane: usize): void {
  const stride = side.radialStride;
  const radial = side.radial + <usize>block * stride;
  const radialSlopes = side.radialSlopes + <usize>block * stride;
  const lMax = pair.lMax;
  const second = scratch.weightsStride;
  for (let l = 0; l <= lMax; l++) {
    const shell = changetype<Shell>(pair.shells + <usize>l * SHELL);
    const first = (<usize>shell.first) << 4;
    const row = <usize>shell.row;
    const end = radial + first + ((<usize>shell.count) << 4);
    let leaf = scratch.slopes + <usize>shell.leaf + lane;
    let target = scratch.weights + ((<usize>l) << 6);
    for (let m = 0; m <= l; m++) {
      let tr = fill(0);
      let ti = tr;
      let ur = tr;
      let ui = tr;
      let vr = tr;
      let vi = tr;
      let wr = tr;
      let wi = tr;
      let s = radialSlopes + first;
      let w = leaf;
      if (m == 0) {
        for (let r = radial + first; r < end; r += 16) {
          const re = splat(w);
          tr = add(tr, mul(re, v128.load(r)));
          ur = add(ur, mul(re, v128.load(s)));
          vr = add(vr, mul(re, v128.load(r + stride)));
          wr = add(wr, mul(re, v128.load(s + stride)));
          s += 16;
          w += row;
        }
      } else {
        for (let r = radial + first; r < end; r += 16) {
          const re = splat(w);
          const im = v128.load64_splat(w, 16);
          const r0 = v128.load(r);
          tr = add(tr, mul(re, r0));
          ti = add(ti, mul(im, r0));
          const s0 = v128.load(s);
          ur = add(ur, mul(re, s0));
          ui = add(ui, mul(im, s0));
          const r1 = v128.load(r + stride);
          vr = add(vr, mul(re, r1));
          vi = add(vi, mul(im, r1));
          const s1 = v128.load(s + stride);
          wr = add(wr, mul(re, s1));
          wi = add(wi, mul(im, s1));
          s += 16;
          w += row;
        }
      }
      v128.store(target, tr);
      v128.store(target, ti, 16);
      v128.store(target, ur, 32);
      v128.store(target, ui, 48);
      v128.store(target + second, vr);
      v128.store(target + second, vi, 16);
      v128.store(target + second, wr, 32);
      v128.store(target + second, wi, 48);
      leaf += VALUE;
      target += (<usize>(lMax - m)) << 6;
    }
  }
}

/** The same of one block. */
function weighOne(pair: Pair, scratch: Scratch, side: Side, block: i32, lane: usize): void {
  const radial = side.radial + <usize>block * side.radialStride;
  const radialSlopes = side.radialSlopes + <usize>block * side.radialStride;
  const lMax = pair.lMax;
  for (let l = 0; l <= lMax; l++) {
    const shell = changetype<Shell>(pair.shells + <usize>l * SHELL);
    const first = (<usize>shell.first) << 4;
    const row = <usize>shell.row;
    const end = radial + first + ((<usize>shell.count) << 4);
    let leaf = scratch.slopes + <usize>shell.leaf + lane;
    let target = scratch.weights + ((<usize>l) << 6);
    for (let m = 0; m <= l; m++) {
      let tr = fill(0);
      let ti = tr;
      let ur = tr;
      let ui = tr;
      let s = radialSlopes + first;
      let w = leaf;
      for (let r = radial + first; r < end; r += 16) {
        const re = splat(w);
        const im = v128.load64_splat(w, 16);
        const r0 = v128.load(r);
        tr = add(tr, mul(re, r0));
        ti = add(ti, mul(im, r0));
        const s0 = v128.load(s);
        ur = add(ur, mul(re, s0));
        ui = add(ui, mul(im, s0));
        s += 16;
        w += row;
      }
      v128.store(target, tr);
      v128.store(target, ti, 16);
      v128.store(target, ur, 32);
      v128.store(target, ui, 48);
      leaf += VALUE;
      target += (<usize>(lMax - m)) << 6;
    }
  }
}

/**
 * The gradient of sum over lm of Re(conj(t_lm) Y_lm) by the components of the unit vector as if independent, and
 * sum of Re(conj(u_lm) Y_lm). With Y = Z(z) (x + iy)^m: dY/dx = m Z (x + iy)^(m-1), dY/dy = i dY/dx, and dZ_lm/dz is Z_l,m+1.
 */
function contract(pair: Pair, scratch: Scratch, side: Side, block: i32, weights: usize): void {
  const lMax = pair.lMax;
  const geometry = side.geometry + <usize>block * GEOMETRY;
  let z = side.legendre + <usize>block * side.legendreStride;
  let power = side.powers + <usize>block * side.powersStride;
  let along = mul(v128.load(weights, 32), v128.load(z));
  let gx = fill(0);
  let gy = gx;
  let gz = gx;
  let at = weights;
  const first = z + ((<usize>(lMax + 1)) << 4);
  let next = first;
  for (at += 64, z += 16; z < first; at += 64, z += 16, next += 16) {
    along = add(along, mul(v128.load(at, 32), v128.load(z)));
    gz = add(gz, mul(v128.load(at), v128.load(next)));
  }
  for (let m = 1; m <= lMax; m++) {
    // The row of m begins at l = m, where the next row has nothing.
    const end = z + ((<usize>(lMax - m + 1)) << 4);
    next = end;
    const z0 = v128.load(z);
    let tr = mul(v128.load(at), z0);
    let ti = mul(v128.load(at, 16), z0);
    let ur = mul(v128.load(at, 32), z0);
    let ui = mul(v128.load(at, 48), z0);
    let dr = fill(0);
    let di = dr;
    for (at += 64, z += 16; z < end; at += 64, z += 16, next += 16) {
      const value = v128.load(z);
      const slope = v128.load(next);
      const re = v128.load(at);
      const im = v128.load(at, 16);
      tr = add(tr, mul(re, value));
      ti = add(ti, mul(im, value));
      dr = add(dr, mul(re, slope));
      di = add(di, mul(im, slope));
      ur = add(ur, mul(v128.load(at, 32), value));
      ui = add(ui, mul(v128.load(at, 48), value));
    }
    const c1 = v128.load(power);
    const s1 = v128.load(power, 16);
    const c = v128.load(power, 32);
    const s = v128.load(power, 48);
    power += 32;
    const order = fill(<f64>m);
    gx = add(gx, mul(order, add(mul(tr, c1), mul(ti, s1))));
    gy = add(gy, mul(order, sub(mul(ti, c1), mul(tr, s1))));
    gz = add(gz, add(mul(dr, c), mul(di, s)));
    along = add(along, add(mul(ur, c), mul(ui, s)));
  }
  along = add(v128.load(geometry, 64), mul(fill(pair.scale), along));
  finish(scratch, geometry, block, along, gx, gy, gz);
}

/** From dE/dr and dE/du to dE/dr_ij: du/dr = (1 - u u) / r. */
// @ts-ignore: decorator
@inline function finish(scratch: Scratch, geometry: usize, block: i32, along: v128, gx: v128, gy: v128, gz: v128): void {
  const x = v128.load(geometry);
  const y = v128.load(geometry, 16);
  const z = v128.load(geometry, 32);
  const inverse = v128.load(geometry, 48);
  const inside = add(add(mul(gx, x), mul(gy, y)), mul(gz, z));
  const total = sub(along, mul(inside, inverse));
  storeRecords(
    scratch.gradients + ((<usize>block) << 6),
    add(mul(gx, inverse), mul(total, x)),
    add(mul(gy, inverse), mul(total, y)),
    add(mul(gz, inverse), mul(total, z)),
  );
}
