import { add, fill, mul } from '../ops';

// Monomials of rank n are ascending lists of n axes, xx xy xz yy yz zz for n = 2. Those of rank n + 1 follow from them
// in order, each list behind the one it prolongs: x..x by x, y and z, lists that end in y by y and z, in z by z alone.

/** 1, x, y, z, xx, ... up to a rank, as vectors. */
export function monomials(out: usize, x: v128, y: v128, z: v128, rank: i32): void {
  v128.store(out, fill(1));
  if (rank == 0) return;
  v128.store(out, x, 16);
  v128.store(out, y, 32);
  v128.store(out, z, 48);
  let shorter = out + 16;
  let longer = out + 64;
  for (let n = 1; n < rank; n++) {
    const first = v128.load(shorter);
    v128.store(longer, mul(first, x));
    v128.store(longer, mul(first, y), 16);
    v128.store(longer, mul(first, z), 32);
    shorter += 16;
    longer += 48;
    for (let zs = 1; zs <= n; zs++) {
      const own = v128.load(shorter);
      v128.store(longer, mul(own, y));
      v128.store(longer, mul(own, z), 16);
      shorter += 16;
      longer += 32;
      for (let k = 0; k < zs; k++) {
        v128.store(longer, mul(v128.load(shorter), z));
        shorter += 16;
        longer += 16;
      }
    }
  }
}

/**
 * From dE/d(monomial) of each (consumed) to dE/dx, dE/dy and dE/dz at `out`: the way of `monomials` back. `values` are the
 * monomials.
 */
export function monomialGradient(out: usize, slopes: usize, values: usize, x: v128, y: v128, z: v128, rank: i32): void {
  let dx = fill(0);
  let dy = dx;
  let dz = dx;
  let at: usize = (<usize>(rank * (rank + 1) * (rank + 2)) / 6) << 4;
  for (let n = rank - 1; n >= 0; n--) {
    let longer = slopes + at;
    at = (<usize>(n * (n + 1) * (n + 2)) / 6) << 4;
    let shorter = slopes + at;
    let value = values + at;
    const first = v128.load(value);
    const byX = v128.load(longer);
    const byY = v128.load(longer, 16);
    const byZ = v128.load(longer, 32);
    dx = add(dx, mul(first, byX));
    dy = add(dy, mul(first, byY));
    dz = add(dz, mul(first, byZ));
    v128.store(shorter, add(add(v128.load(shorter), mul(byX, x)), add(mul(byY, y), mul(byZ, z))));
    shorter += 16;
    value += 16;
    longer += 48;
    for (let zs = 1; zs <= n; zs++) {
      const own = v128.load(value);
      const ownY = v128.load(longer);
      const ownZ = v128.load(longer, 16);
      dy = add(dy, mul(own, ownY));
      dz = add(dz, mul(own, ownZ));
      v128.store(shorter, add(v128.load(shorter), add(mul(ownY, y), mul(ownZ, z))));
      shorter += 16;
      value += 16;
      longer += 32;
      for (let k = 0; k < zs; k++) {
        const last = v128.load(longer);
        dz = add(dz, mul(v128.load(value), last));
        v128.store(shorter, add(v128.load(shorter), mul(last, z)));
        shorter += 16;
        value += 16;
        longer += 16;
      }
    }
  }
  v128.store(out, dx);
  v128.store(out, dy, 16);
  v128.store(out, dz, 32);
}
