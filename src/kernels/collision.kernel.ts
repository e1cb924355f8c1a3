// What is off the main diagonal of the collision matrix of phonons, at many temperatures at once: blocks of triplets, and
// rows of the matrix made of them. src/lattice/scattering/collision-rows.ts has the same in words that are quick to check.
// Temperatures fill the vectors: there is an even number of them.

/** What src/lattice/scattering/collision-sums.ts writes. */
@unmanaged
class Collisions {
  triplets: usize; // i32 [t][3]
  strengths: usize; // f64 [t][b][b][b] eV^2
  deltas: usize; // f64 [t][b][b][b] 1/THz
  turned: usize; // f64 [m][b][w] 18 pi / hbar^2 / sinh
  blocks: usize; // f64 [t][2][b][b][w], those of the first of the triplets
  allBlocks: usize; // those of the first triplet of all
  begins: usize; // i32 [i + 1] where the parts of a column begin
  parts: usize; // i32 [..] which block
  rotations: usize; // f64 [..][9] sum of the rotations that it comes with
  rows: usize; // f64 [w][b][3][i][b][3]; or [w][b][N][b]
  bands: i32; // b
  width: i32; // w
  columns: i32; // i, or N
}

@inline function f64s(count: i32): usize { return <usize>count << 3; }
@inline function i32At(list: usize, index: i32): i32 { return load<i32>(list + (<usize>index << 2)); }

/** Blocks of triplets begin to end - 1: q1 as it stands in the triplet, and exchanged with q2. */
export function blocks(block: usize, thread: i32, begin: i32, end: i32): void {
  const c = changetype<Collisions>(block);
  const bands = c.bands;
  const size = bands * bands;
  const mode = f64s(c.width);
  for (let t = begin; t < end; t++) {
    const first = c.turned + <usize>(i32At(c.triplets, 3 * t + 1) * bands) * mode;
    const second = c.turned + <usize>(i32At(c.triplets, 3 * t + 2) * bands) * mode;
    const all = <usize>size * mode;
    let straight = c.blocks + <usize>(2 * t) * all;
    memory.fill(straight, 0, 2 * all);
    let at = f64s(t * bands * size);
    for (let j = 0; j < bands; j++) {
      let one = first;
      for (let k = 0; k < bands; k++) {
        let two = second;
        let swapped = straight + all - <usize>k * mode;
        for (let l = 0; l < bands; l++) {
          const g = load<f64>(c.deltas + at);
          if (g != 0) {
            const x = f64x2.splat(g * load<f64>(c.strengths + at));
            add(straight, two, x, mode);
            add(swapped, one, x, mode);
          }
          at += 8;
          two += mode;
          swapped += mode;
        }
        straight += mode;
        one += mode;
      }
    }
  }
}

@inline function add(to: usize, from: usize, x: v128, bytes: usize): void {
  for (const end = from + bytes; from < end; from += 16) {
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(x, v128.load(from))));
    to += 16;
  }
}

/** Sums over the stars of irreducible points begin to end - 1. */
export function reduced(block: usize, thread: i32, begin: i32, end: i32): void {
  const c = changetype<Collisions>(block);
  const bands = c.bands;
  const mode = f64s(c.width);
  const all = <usize>(bands * bands) * mode;
  const line = f64s(3 * bands * c.columns);
  const temperature = <usize>(3 * bands) * line;
  for (let i = begin; i < end; i++) {
    const first = i32At(c.begins, i);
    const count = i32At(c.begins, i + 1) - first;
    const parts = c.parts + (<usize>first << 2);
    const rotations = c.rotations + f64s(9 * first);
    for (let j = 0; j < bands; j++) {
      for (let k = 0; k < bands; k++) {
        const from = c.allBlocks + <usize>(j * bands + k) * mode;
        let to = c.rows + <usize>(3 * j) * line + f64s(3 * (i * bands + k));
        for (let w: usize = 0; w < mode; w += 16) {
          sum(to, to + temperature, line, from + w, all, parts, rotations, count);
          to += 2 * temperature;
        }
      }
    }
  }
}

/** One number of some blocks, at two temperatures, times the rotations that they come with. */
function sum(to: usize, next: usize, line: usize, from: usize, size: usize, parts: usize, rotations: usize, count: i32): void {
  let xx = f64x2.splat(0);
  let xy = xx;
  let xz = xx;
  let yx = xx;
  let yy = xx;
  let yz = xx;
  let zx = xx;
  let zy = xx;
  let zz = xx;
  for (const end = parts + (<usize>count << 2); parts < end; parts += 4) {
    const x = v128.load(from + <usize>load<i32>(parts) * size);
    xx = f64x2.add(xx, f64x2.mul(x, v128.load64_splat(rotations)));
    xy = f64x2.add(xy, f64x2.mul(x, v128.load64_splat(rotations, 8)));
    xz = f64x2.add(xz, f64x2.mul(x, v128.load64_splat(rotations, 16)));
    yx = f64x2.add(yx, f64x2.mul(x, v128.load64_splat(rotations, 24)));
    yy = f64x2.add(yy, f64x2.mul(x, v128.load64_splat(rotations, 32)));
    yz = f64x2.add(yz, f64x2.mul(x, v128.load64_splat(rotations, 40)));
    zx = f64x2.add(zx, f64x2.mul(x, v128.load64_splat(rotations, 48)));
    zy = f64x2.add(zy, f64x2.mul(x, v128.load64_splat(rotations, 56)));
    zz = f64x2.add(zz, f64x2.mul(x, v128.load64_splat(rotations, 64)));
    rotations += 72;
  }
  three(to, next, xx, xy, xz);
  three(to + line, next + line, yx, yy, yz);
  three(to + 2 * line, next + 2 * line, zx, zy, zz);
}

@inline function three(to: usize, next: usize, x: v128, y: v128, z: v128): void {
  v128.store64_lane(to, x, 0);
  v128.store64_lane(to, y, 0, 8);
  v128.store64_lane(to, z, 0, 16);
  v128.store64_lane(next, x, 1);
  v128.store64_lane(next, y, 1, 8);
  v128.store64_lane(next, z, 1, 16);
}

/** Columns of points begin to end - 1 of the full matrix: one part each, and no rotation. */
export function full(block: usize, thread: i32, begin: i32, end: i32): void {
  const c = changetype<Collisions>(block);
  const bands = c.bands;
  const mode = f64s(c.width);
  const line = f64s(bands * c.columns);
  const temperature = <usize>bands * line;
  for (let p = begin; p < end; p++) {
    let from = c.allBlocks + <usize>(i32At(c.parts, p) * bands * bands) * mode;
    for (let j = 0; j < bands; j++) {
      for (let k = 0; k < bands; k++) {
        let to = c.rows + <usize>j * line + f64s(p * bands + k);
        for (const last = from + mode; from < last; from += 8) {
          store<f64>(to, load<f64>(from));
          to += temperature;
        }
      }
    }
  }
}
