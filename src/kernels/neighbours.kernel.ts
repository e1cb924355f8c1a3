// Neighbour lists by cell lists (src/neighbours/cell-list.ts says what the steps are for). Points are atoms and
// periodic images; bins are axis-parallel boxes, x running fastest, so that all bins of a row are one run of points.

@unmanaged
class Block {
  atoms: i32;
  points: i32;
  positions: usize; // f64 [3 atoms], as the caller gave them
  coordinates: usize; // f64 [3 points]
  owners: usize; // i32 [points]
  shifts: usize; // i32 [3 points], lattice vectors added to the owner's position
  fractions: usize; // f64 [3 atoms], wrapped, along the working lattice
  reals: usize; // f64, see below
  periodic: usize; // i32 [3], of the working lattice
  grid: usize; // i32 [3] numbers of bins, the empty ones around included
  border: usize; // i32 [3] empty bins on each side
  starts: usize; // i32 [bins + 1]
  order: usize; // i32 [points + 4], points in the order of their bins
  sorted: usize; // f32 [3][stride], their coordinates from the grid's origin
  stride: i32;
  bins: usize; // i32 [points] the bin of each point
  stencil: usize; // i32 [2 rows], see `gather`
  rows: i32;
  first: usize; // i32 [atoms + 1]
  neighbours: usize; // i32 [pieces * capacity]
  piece: i32; // atoms that are searched as one piece of work
  capacity: i32; // room for the neighbours of a piece
  overflow: usize; // i32, not 0 where the room was too small (out)
  reference: usize; // f64 [3 atoms], positions of the last build
}

// Places in `reals`
const CELL: usize = 0; // [9] the caller's cell
const INVERSE: usize = 9; // [9] of the working lattice
const TRANSFORM: usize = 18; // [9] the working lattice's vectors, counted in the caller's
const MARGIN: usize = 27; // [3] reach along each working vector, in fractions
const LOW: usize = 30; // [3] of the fractions (out)
const HIGH: usize = 33; // [3]
const ORIGIN: usize = 36; // [3] of the grid; lower corner of the points (out)
const CORNER: usize = 39; // [3] upper corner of the points (out)
const WIDTH: usize = 42; // [3] of a bin
const REACH: usize = 45; // of the search
const STRAIN: usize = 46; // [9] reference cell to present one
const LARGEST: usize = 55; // [2] largest two displacements (out)

const SHIFT_LIMIT: f64 = 1e9;

@inline function real(b: Block, index: usize): f64 { return load<f64>(b.reals + (index << 3)); }
@inline function setReal(b: Block, index: usize, value: f64): void { store<f64>(b.reals + (index << 3), value); }
@inline function int(base: usize, index: usize): i32 { return load<i32>(base + (index << 2)); }
@inline function setInt(base: usize, index: usize, value: i32): void { store<i32>(base + (index << 2), value); }

/**
 * Fractions of the atoms, moved into the working lattice's cell, their range, and the shifts that move them.
 * Returns the first atom whose position is not finite or absurdly far away, or -1.
 */
export function wrap(block: usize): i32 {
  const b = changetype<Block>(block);
  for (let k: usize = 0; k < 3; k++) {
    setReal(b, LOW + k, Infinity);
    setReal(b, HIGH + k, -Infinity);
  }
  for (let i = 0; i < b.atoms; i++) {
    const p = b.positions + (<usize>i) * 24;
    const x = load<f64>(p), y = load<f64>(p, 8), z = load<f64>(p, 16);
    const s = b.fractions + (<usize>i) * 24;
    const n = b.shifts + (<usize>i) * 12;
    let n0: f64 = 0, n1: f64 = 0, n2: f64 = 0;
    for (let k: usize = 0; k < 3; k++) {
      let f = x * real(b, INVERSE + k) + y * real(b, INVERSE + 3 + k) + z * real(b, INVERSE + 6 + k);
      if (!(abs(f) < SHIFT_LIMIT)) return i;
      if (int(b.periodic, k) != 0) {
        const whole = floor(f);
        f -= whole;
        n0 -= whole * real(b, TRANSFORM + 3 * k);
        n1 -= whole * real(b, TRANSFORM + 3 * k + 1);
        n2 -= whole * real(b, TRANSFORM + 3 * k + 2);
      }
      store<f64>(s + (k << 3), f);
      setReal(b, LOW + k, min(real(b, LOW + k), f));
      setReal(b, HIGH + k, max(real(b, HIGH + k), f));
    }
    if (!(abs(n0) < SHIFT_LIMIT && abs(n1) < SHIFT_LIMIT && abs(n2) < SHIFT_LIMIT)) return i;
    store<i32>(n, <i32>n0);
    store<i32>(n, <i32>n1, 4);
    store<i32>(n, <i32>n2, 8);
    setInt(b.owners, i, i);
  }
  return -1;
}

@inline function firstImage(b: Block, k: usize, f: f64): i32 {
  return int(b.periodic, k) == 0 ? 0 : <i32>ceil(real(b, LOW + k) - real(b, MARGIN + k) - f);
}

@inline function lastImage(b: Block, k: usize, f: f64): i32 {
  return int(b.periodic, k) == 0 ? 0 : <i32>floor(real(b, HIGH + k) + real(b, MARGIN + k) - f);
}

/** How many images of atoms can be seen by an atom, the atoms themselves included. */
export function countImages(block: usize): f64 {
  const b = changetype<Block>(block);
  let total: f64 = 0;
  for (let i = 0; i < b.atoms; i++) {
    const s = b.fractions + (<usize>i) * 24;
    let images: f64 = 1;
    for (let k: usize = 0; k < 3; k++) {
      const f = load<f64>(s + (k << 3));
      images *= <f64>(lastImage(b, k, f) - firstImage(b, k, f) + 1);
    }
    total += images;
  }
  return total;
}

/** Owners and shifts of the images, behind those of the atoms. */
export function fillImages(block: usize): void {
  const b = changetype<Block>(block);
  let point: usize = b.atoms;
  for (let i = 0; i < b.atoms; i++) {
    const s = b.fractions + (<usize>i) * 24;
    const home = b.shifts + (<usize>i) * 12;
    const f0 = load<f64>(s), f1 = load<f64>(s, 8), f2 = load<f64>(s, 16);
    const l0 = lastImage(b, 0, f0), l1 = lastImage(b, 1, f1), l2 = lastImage(b, 2, f2);
    for (let n0 = firstImage(b, 0, f0); n0 <= l0; n0++) {
      for (let n1 = firstImage(b, 1, f1); n1 <= l1; n1++) {
        for (let n2 = firstImage(b, 2, f2); n2 <= l2; n2++) {
          if (n0 == 0 && n1 == 0 && n2 == 0) continue;
          const n = b.shifts + point * 12;
          for (let c: usize = 0; c < 3; c++) {
            const shift = <f64>n0 * real(b, TRANSFORM + c) + <f64>n1 * real(b, TRANSFORM + 3 + c)
              + <f64>n2 * real(b, TRANSFORM + 6 + c);
            store<i32>(n + (c << 2), load<i32>(home + (c << 2)) + <i32>shift);
          }
          setInt(b.owners, point, i);
          point++;
        }
      }
    }
  }
}

/** Coordinates of the points [begin, end) from the present positions and cell. */
export function place(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const ax = real(b, CELL), ay = real(b, CELL + 1), az = real(b, CELL + 2);
  const bx = real(b, CELL + 3), by = real(b, CELL + 4), bz = real(b, CELL + 5);
  const cx = real(b, CELL + 6), cy = real(b, CELL + 7), cz = real(b, CELL + 8);
  for (let p = begin; p < end; p++) {
    const from = b.positions + (<usize>int(b.owners, p)) * 24;
    const n = b.shifts + (<usize>p) * 12;
    const to = b.coordinates + (<usize>p) * 24;
    const n0 = <f64>load<i32>(n), n1 = <f64>load<i32>(n, 4), n2 = <f64>load<i32>(n, 8);
    store<f64>(to, load<f64>(from) + (n0 * ax + n1 * bx + n2 * cx));
    store<f64>(to, load<f64>(from, 8) + (n0 * ay + n1 * by + n2 * cy), 8);
    store<f64>(to, load<f64>(from, 16) + (n0 * az + n1 * bz + n2 * cz), 16);
  }
}

/** Lower and upper corner of the box of all points. */
export function bounds(block: usize): void {
  const b = changetype<Block>(block);
  for (let k: usize = 0; k < 3; k++) {
    let low: f64 = Infinity, high: f64 = -Infinity;
    for (let p: usize = 0; p < <usize>b.points; p++) {
      const x = load<f64>(b.coordinates + p * 24 + (k << 3));
      low = min(low, x);
      high = max(high, x);
    }
    setReal(b, ORIGIN + k, low);
    setReal(b, CORNER + k, high);
  }
}

@inline function binOf(b: Block, k: usize, x: f64): i32 {
  const border = int(b.border, k);
  const inside = <i32>((x - real(b, ORIGIN + k)) / real(b, WIDTH + k));
  return border + min(inside, int(b.grid, k) - 2 * border - 1);
}

/** Sorts the points into bins (a counting sort: points of a bin stay in ascending order). `starts` is zero. */
export function sortPoints(block: usize): void {
  const b = changetype<Block>(block);
  const nx = int(b.grid, 0), ny = int(b.grid, 1), nz = int(b.grid, 2);
  const ox = real(b, ORIGIN), oy = real(b, ORIGIN + 1), oz = real(b, ORIGIN + 2);
  const bins = nx * ny * nz;
  for (let p = 0; p < b.points; p++) {
    const at = b.coordinates + (<usize>p) * 24;
    const x = binOf(b, 0, load<f64>(at)), y = binOf(b, 1, load<f64>(at, 8)), z = binOf(b, 2, load<f64>(at, 16));
    const bin = (z * ny + y) * nx + x;
    setInt(b.bins, p, bin);
    setInt(b.starts, bin + 1, int(b.starts, bin + 1) + 1);
  }
  for (let bin = 0; bin < bins; bin++) setInt(b.starts, bin + 1, int(b.starts, bin + 1) + int(b.starts, bin));
  // Backwards, each point takes the last free place of its bin: then starts[bin + 1] is where the bin begins.
  const row = (<usize>b.stride) << 2;
  for (let p = b.points - 1; p >= 0; p--) {
    const bin = int(b.bins, p);
    const slot = int(b.starts, bin + 1) - 1;
    setInt(b.starts, bin + 1, slot);
    setInt(b.order, slot, p);
    const at = b.coordinates + (<usize>p) * 24;
    const to = b.sorted + ((<usize>slot) << 2);
    store<f32>(to, <f32>(load<f64>(at) - ox));
    store<f32>(to + row, <f32>(load<f64>(at, 8) - oy));
    store<f32>(to + 2 * row, <f32>(load<f64>(at, 16) - oz));
  }
  for (let bin = 0; bin < bins; bin++) setInt(b.starts, bin, int(b.starts, bin + 1));
  setInt(b.starts, bins, b.points);
}

/** Byte shuffles that move the lanes named by a 4-bit mask to the front. */
const PACK: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  8, 9, 10, 11, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 8, 9, 10, 11, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  12, 13, 14, 15, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  4, 5, 6, 7, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 12, 13, 14, 15,
  8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15,
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 12, 13, 14, 15,
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
]);

/**
 * Neighbours of atoms [begin, end), one piece, into its own room of `neighbours`, and their numbers into first[i + 1].
 * The stencil holds, for each row of bins in reach, its first bin and the one behind its last, relative to the atom's.
 */
export function gather(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const row = (<usize>b.stride) << 2;
  const xs = b.sorted, ys = xs + row, zs = ys + row;
  const ox = real(b, ORIGIN), oy = real(b, ORIGIN + 1), oz = real(b, ORIGIN + 2);
  const reach = real(b, REACH);
  const reach4 = f32x4.splat(<f32>(reach * reach));
  const order = b.order, starts = b.starts, first = b.first;
  const stencil = b.stencil, stencilEnd = stencil + ((<usize>b.rows) << 3);
  let out = b.neighbours + ((<usize>(begin / b.piece) * b.capacity) << 2);
  const limit = out + ((<usize>b.capacity) << 2);
  for (let i = begin; i < end; i++) {
    const at = b.coordinates + (<usize>i) * 24;
    // The same rounding as in `sortPoints`: the atom is at distance 0 from its own entry, and from it alone to skip.
    const x4 = f32x4.splat(<f32>(load<f64>(at) - ox));
    const y4 = f32x4.splat(<f32>(load<f64>(at, 8) - oy));
    const z4 = f32x4.splat(<f32>(load<f64>(at, 16) - oz));
    const home = starts + ((<usize>int(b.bins, i)) << 2);
    const own = i32x4.splat(i);
    const from = out;
    for (let s = stencil; s < stencilEnd; s += 8) {
      let k = load<i32>(home + (load<i32>(s) << 2));
      const last = load<i32>(home + (load<i32>(s, 4) << 2));
      if (out + ((<usize>(last - k + 4)) << 2) > limit) {
        store<i32>(b.overflow, 1);
        return;
      }
      for (; k < last; k += 4) {
        const offset = (<usize>k) << 2;
        const ex = f32x4.sub(v128.load(xs + offset), x4);
        const ey = f32x4.sub(v128.load(ys + offset), y4);
        const ez = f32x4.sub(v128.load(zs + offset), z4);
        const d2 = f32x4.add(f32x4.add(f32x4.mul(ex, ex), f32x4.mul(ey, ey)), f32x4.mul(ez, ez));
        const points = v128.load(order + offset);
        const near = v128.andnot(f32x4.le(d2, reach4), i32x4.eq(points, own));
        let mask = i32x4.bitmask(near);
        if (last - k < 4) mask &= (1 << (last - k)) - 1;
        v128.store(out, v128.swizzle(points, v128.load(PACK + (<usize>mask << 4))));
        out += (<usize>popcnt(mask)) << 2;
      }
    }
    setInt(first, i + 1, <i32>((out - from) >> 2));
  }
}

/** Moves the pieces together and turns numbers of neighbours into places. Returns the number of all neighbours. */
export function compact(block: usize): i32 {
  const b = changetype<Block>(block);
  let total = 0;
  setInt(b.first, 0, 0);
  for (let begin = 0; begin < b.atoms; begin += b.piece) {
    const start = total;
    const end = min(begin + b.piece, b.atoms);
    for (let i = begin; i < end; i++) {
      total += int(b.first, i + 1);
      setInt(b.first, i + 1, total);
    }
    const to = b.neighbours + ((<usize>start) << 2);
    const from = b.neighbours + ((<usize>(begin / b.piece) * b.capacity) << 2);
    if (to != from) memory.copy(to, from, (<usize>(total - start)) << 2);
  }
  return total;
}

/** The largest two lengths of r - r0 F over the atoms; NaN where one is. */
export function displacements(block: usize): void {
  const b = changetype<Block>(block);
  let largest: f64 = 0, second: f64 = 0;
  for (let i = 0; i < b.atoms; i++) {
    const p = b.positions + (<usize>i) * 24;
    const q = b.reference + (<usize>i) * 24;
    const x = load<f64>(q), y = load<f64>(q, 8), z = load<f64>(q, 16);
    const dx = load<f64>(p) - (x * real(b, STRAIN) + y * real(b, STRAIN + 3) + z * real(b, STRAIN + 6));
    const dy = load<f64>(p, 8) - (x * real(b, STRAIN + 1) + y * real(b, STRAIN + 4) + z * real(b, STRAIN + 7));
    const dz = load<f64>(p, 16) - (x * real(b, STRAIN + 2) + y * real(b, STRAIN + 5) + z * real(b, STRAIN + 8));
    const d = dx * dx + dy * dy + dz * dz;
    if (d != d) {
      largest = second = NaN;
      break;
    }
    second = max(second, min(d, largest));
    largest = max(largest, d);
  }
  setReal(b, LARGEST, sqrt(largest));
  setReal(b, LARGEST + 1, sqrt(second));
}
