// Sums the threads' rows [n][12] of force and virial into separate arrays of both, and clears them for the next
// evaluation.

@unmanaged
class Block {
  rows: usize; // [threads][n][12] f64
  stride: usize; // bytes of one thread
  threads: i32;
  forces: usize; // [n][3] f64
  virials: usize; // [n][9] f64
}

/** Atoms begin to end - 1. */
export function collect(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  for (let i = begin; i < end; i++) {
    const row = b.rows + <usize>i * 96;
    const force = b.forces + <usize>i * 24;
    const virial = b.virials + <usize>i * 72;
    const zero = f64x2.splat(0);
    let r0 = zero;
    let r1 = zero;
    let r2 = zero;
    let r3 = zero;
    let r4 = zero;
    let r5 = zero;
    for (let t = 0, at = row; t < b.threads; t++, at += b.stride) {
      r0 = f64x2.add(r0, v128.load(at));
      r1 = f64x2.add(r1, v128.load(at, 16));
      r2 = f64x2.add(r2, v128.load(at, 32));
      r3 = f64x2.add(r3, v128.load(at, 48));
      r4 = f64x2.add(r4, v128.load(at, 64));
      r5 = f64x2.add(r5, v128.load(at, 80));
      v128.store(at, zero);
      v128.store(at, zero, 16);
      v128.store(at, zero, 32);
      v128.store(at, zero, 48);
      v128.store(at, zero, 64);
      v128.store(at, zero, 80);
    }
    v128.store(force, r0);
    v128.store64_lane(force, r1, 0, 16);
    v128.store64_lane(virial, r1, 1);
    v128.store(virial, r2, 8);
    v128.store(virial, r3, 24);
    v128.store(virial, r4, 40);
    v128.store(virial, r5, 56);
  }
}
