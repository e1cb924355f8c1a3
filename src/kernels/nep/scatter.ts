import { SHIFT, WIDTH_SHIFT, add, mul, storeRecords, sub } from '../ops';
import { scatter } from '../pairs/scatter';
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

/** Adds the forces and virials of a group's pairs to the rows of this thread. */
export function scatterGroup(scratch: Scratch, group: Group, rows: usize, own: usize): void {
  const start = (<usize>group.block) << WIDTH_SHIFT;
  const pair = start << SHIFT;
  scatter(
    group.count,
    scratch.gradients + (pair << 2),
    scratch.x + pair,
    scratch.y + pair,
    scratch.z + pair,
    scratch.targets + (start << 2),
    rows,
    own,
  );
}
