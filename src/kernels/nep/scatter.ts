import { SHIFT, WIDTH_SHIFT, add, mul, storeRecords, sub, widePair, wideSplat } from '../ops';
import { GEOMETRY, Group, Scratch } from './layout';

/** dE/dr_ij of a group's pairs, from their radial and angular parts, into scratch.gradients. */
export function pairGradients(scratch: Scratch, group: Group): void {
  let geometry = scratch.geometry + <usize>group.block * GEOMETRY;
  let target = scratch.gradients + ((<usize>group.block) << 6);
  for (let block = 0; block < group.blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    const z = v128.load(geometry, 32);
    const radial = v128.load(geometry, 128);
    if (block < group.angularBlocks) {
      const inverse = v128.load(geometry, 48);
      const dx = v128.load(geometry, 144);
      const dy = v128.load(geometry, 160);
      const dz = v128.load(geometry, 176);
      const slope = add(
        mul(v128.load(geometry, 112), v128.load(geometry, 192)),
        mul(v128.load(geometry, 96), v128.load(geometry, 208)),
      );
      // du/dr = (1 - u u) / r
      const along = add(add(mul(dx, x), mul(dy, y)), mul(dz, z));
      const total = sub(add(radial, slope), mul(along, inverse));
      storeRecords(
        target,
        add(mul(dx, inverse), mul(total, x)),
        add(mul(dy, inverse), mul(total, y)),
        add(mul(dz, inverse), mul(total, z)),
      );
    } else {
      storeRecords(target, mul(radial, x), mul(radial, y), mul(radial, z));
    }
    geometry += GEOMETRY;
    target += 64;
  }
}

/**
 * Adds a group's pairs to the rows [fx fy fz, wxx wxy wxz wyx wyy wyz wzx wzy wzz] of this thread, in f64: with
 * g = dE_i/dr_ij the force on j is -g and on i +g, the virial -r_ij g goes to j.
 */
export function scatter(scratch: Scratch, group: Group, rows: usize, own: usize): void {
  const start = (<usize>group.block) << WIDTH_SHIFT;
  let g = scratch.gradients + ((<usize>group.block) << 6);
  let x = scratch.x + (start << SHIFT);
  let y = scratch.y + (start << SHIFT);
  let z = scratch.z + (start << SHIFT);
  let target = scratch.targets + (start << 2);
  let sumXy = f64x2.splat(0);
  let sumZ = sumXy;
  for (let p = 0; p < group.count; p++) {
    const row = rows + load<i32>(target);
    const gxy = widePair(g);
    const gyz = widePair(g + ((<usize>1) << SHIFT));
    const xx = wideSplat(x);
    const yy = wideSplat(y);
    const zz = wideSplat(z);
    sumXy = f64x2.add(sumXy, gxy);
    sumZ = f64x2.add(sumZ, gyz);
    const xg = f64x2.mul(xx, gxy);
    const gz = v128.shuffle<f64>(gyz, xg, 1, 2); // gz, x gx
    const yzx = v128.shuffle<f64>(f64x2.mul(yy, gyz), f64x2.mul(zz, gxy), 1, 2); // y gz, z gx
    v128.store(row, f64x2.sub(v128.load(row), gxy));
    v128.store(row, f64x2.sub(v128.load(row, 16), gz), 16);
    v128.store(row, f64x2.sub(v128.load(row, 32), f64x2.mul(xx, gyz)), 32);
    v128.store(row, f64x2.sub(v128.load(row, 48), f64x2.mul(yy, gxy)), 48);
    v128.store(row, f64x2.sub(v128.load(row, 64), yzx), 64);
    v128.store(row, f64x2.sub(v128.load(row, 80), f64x2.mul(zz, gyz)), 80);
    g += (<usize>4) << SHIFT;
    x += (<usize>1) << SHIFT;
    y += (<usize>1) << SHIFT;
    z += (<usize>1) << SHIFT;
    target += 4;
  }
  v128.store(own, f64x2.add(v128.load(own), sumXy));
  store<f64>(own, load<f64>(own, 16) + f64x2.extract_lane(sumZ, 1), 16);
}
