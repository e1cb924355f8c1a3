import { add, fill, mul, splat, splat1, storeRecords, sub } from '../ops';
import { scatter } from '../pairs/scatter';
import { Centre, GEOMETRY, Group, Pair, SHELL, Scratch, Shell, Side, VALUE } from './layout';

/**
 * dE/dr_ij of a group's pairs from the slopes of the leaves A_nlm (lane `lane`, bytes: 0 or 8) and of the functions of
 * rank 1, added to the rows of forces and virials.
 */
export function gradients(centre: Centre, scratch: Scratch, side: Side, group: Group, lane: usize, rows: usize, own: usize): void {
  const pair = changetype<Pair>(group.pair);
  radialSlopes(centre, scratch, side, group, lane);
  if (pair.lMax >= 0) weigh(centre, pair, scratch, lane);
  const end = group.block + group.blocks;
  for (let block = group.block; block < end; block++) expansion(pair, scratch, side, block);
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

/** Slopes dE/dA_nlm of one atom by kernel harmonics, in the order in which `expansion` wants them: [m][l][n]. */
function weigh(centre: Centre, pair: Pair, scratch: Scratch, lane: usize): void {
  const slopes = scratch.slopes + lane;
  let target = scratch.weights;
  for (let m = 0; m <= pair.lMax; m++) {
    for (let l = m; l <= pair.lMax; l++) {
      const shell = changetype<Shell>(pair.shells + <usize>l * SHELL);
      let leaf = <usize>shell.leaf + <usize>m * VALUE;
      const norm = load<f64>(centre.norms + (leaf >> 2));
      for (let n = 0; n < shell.count; n++) {
        store<f64>(target, norm * load<f64>(slopes + leaf));
        store<f64>(target, norm * load<f64>(slopes + leaf, 16), 8);
        target += 16;
        leaf += <usize>shell.row;
      }
    }
  }
}

/**
 * With w_nlm = dE/dA_nlm, t_lm = sum over n of w_nlm R_nl and u_lm the same with the slopes of R_nl: the gradient of sum over
 * lm of Re(conj(t_lm) Y_lm) by the components of the unit vector as if independent, and sum of Re(conj(u_lm) Y_lm). With
 * Y = Z(z) (x + iy)^m: dY/dx = m Z (x + iy)^(m-1), dY/dy = i dY/dx, and dZ_lm/dz is Z_l,m+1.
 */
function expansion(pair: Pair, scratch: Scratch, side: Side, block: i32): void {
  const lMax = pair.lMax;
  const geometry = side.geometry + <usize>block * GEOMETRY;
  let gx = fill(0);
  let gy = gx;
  let gz = gx;
  let along = gx;
  const radial = side.radial + <usize>block * side.radialStride;
  const slopes = side.radialSlopes - side.radial; // from a function to its slope
  let z = side.legendre + <usize>block * side.legendreStride;
  let power = side.powers + <usize>block * side.powersStride;
  let w = scratch.weights;
  let r = radial;
  for (let l = 0; l <= lMax; l++) {
    let tr = fill(0);
    let ur = tr;
    for (const end = r + (<usize>changetype<Shell>(pair.shells + <usize>l * SHELL).count << 4); r < end; r += 16, w += 16) {
      const re = splat(w);
      tr = add(tr, mul(re, v128.load(r)));
      ur = add(ur, mul(re, v128.load(r + slopes)));
    }
    along = add(along, mul(ur, v128.load(z)));
    // The row of m = 1 begins at l = 1.
    if (l > 0) gz = add(gz, mul(tr, v128.load(z + ((<usize>lMax) << 4))));
    z += 16;
  }
  for (let m = 1; m <= lMax; m++) {
    const row = (<usize>(lMax - m)) << 4;
    let sumTr = fill(0);
    let sumTi = sumTr;
    let sumUr = sumTr;
    let sumUi = sumTr;
    let sumDr = sumTr;
    let sumDi = sumTr;
    r = radial + (<usize>changetype<Shell>(pair.shells + <usize>m * SHELL).first << 4);
    for (let l = m; l <= lMax; l++) {
      let tr = fill(0);
      let ti = tr;
      let ur = tr;
      let ui = tr;
      for (const end = r + (<usize>changetype<Shell>(pair.shells + <usize>l * SHELL).count << 4); r < end; r += 16, w += 16) {
        const re = splat(w);
        const im = splat1(w);
        const value = v128.load(r);
        tr = add(tr, mul(re, value));
        ti = add(ti, mul(im, value));
        const slope = v128.load(r + slopes);
        ur = add(ur, mul(re, slope));
        ui = add(ui, mul(im, slope));
      }
      const value = v128.load(z);
      sumTr = add(sumTr, mul(tr, value));
      sumTi = add(sumTi, mul(ti, value));
      sumUr = add(sumUr, mul(ur, value));
      sumUi = add(sumUi, mul(ui, value));
      if (l > m) {
        const slope = v128.load(z + row);
        sumDr = add(sumDr, mul(tr, slope));
        sumDi = add(sumDi, mul(ti, slope));
      }
      z += 16;
    }
    const c1 = v128.load(power);
    const s1 = v128.load(power, 16);
    const c = v128.load(power, 32);
    const s = v128.load(power, 48);
    power += 32;
    const order = fill(<f64>m);
    gx = add(gx, mul(order, add(mul(sumTr, c1), mul(sumTi, s1))));
    gy = add(gy, mul(order, sub(mul(sumTi, c1), mul(sumTr, s1))));
    gz = add(gz, add(mul(sumDr, c), mul(sumDi, s)));
    along = add(along, add(mul(sumUr, c), mul(sumUi, s)));
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
