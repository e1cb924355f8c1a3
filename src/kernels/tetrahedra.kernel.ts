// Densities of states by linear tetrahedra: src/lattice/harmonic/tetrahedra.ts says the same one tetrahedron at a time,
// src/lattice/harmonic/device-tetrahedra.ts writes the record.

@unmanaged
class Block {
  bands: i32;
  n0: i32; // of the mesh
  n1: i32;
  n2: i32;
  count: i32; // frequencies at which the density is wanted
  columns: i32; // of shares, 0: the total alone
  chunk: i32; // irreducible points a piece
  modes: i32; // irreducible points times bands
  irreducible: usize; // i32 [m] their numbers in the mesh
  numbers: usize; // i32 [n0 n1 n2] which irreducible point each of the mesh is
  scales: usize; // f64 [m] weight of a tetrahedron
  values: usize; // f64 [m][bands]
  steps: usize; // i32 [24][4][3]
  centres: usize; // i32 [24]
  x: usize; // f64 [count] rising
  shares: usize; // f64 [columns][m][bands]
  out: usize; // f64 [pieces][columns or 1][count], zeros
  work: usize; // workBytes() for each thread
}

@inline function int(base: usize, index: i32): i32 { return load<i32>(base + (<usize>index << 2)); }
@inline function real(base: usize, index: i32): f64 { return load<f64>(base + (<usize>index << 3)); }
@inline function wrap(i: i32, n: i32): i32 { return i < 0 ? i + n : i >= n ? i - n : i; }
@inline function add(base: usize, index: i32, value: f64): void {
  const p = base + (<usize>index << 3);
  store<f64>(p, load<f64>(p) + value);
}

/** The values' addresses of the corners of 24 tetrahedra; then the weights of one mode. */
const CORNERS: usize = 96 * 4;

/** Bytes of workspace a thread. */
export function workBytes(block: usize): usize {
  return (CORNERS + (<usize>changetype<Block>(block).count << 3) + 63) & ~63;
}

/** Points [begin, end) of one piece. */
export function density(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const corners = b.work + <usize>thread * workBytes(block);
  const weights = corners + CORNERS;
  const columns = max(1, b.columns);
  const out = b.out + (<usize>(begin / b.chunk * columns * b.count) << 3);
  for (let k = begin; k < end; k++) {
    findCorners(b, k, corners);
    const scale = real(b.scales, k);
    let near = 0;
    for (let band = 0; band < b.bands; band++) {
      const into = b.columns ? weights : out;
      if (b.columns) memory.fill(weights, 0, <usize>b.count << 3);
      const at = <usize>band << 3;
      for (let t = 0; t < 24; t++) {
        const p = corners + (<usize>t << 4);
        near = addWeights(
          load<f64>(<usize>load<u32>(p) + at), load<f64>(<usize>load<u32>(p, 4) + at),
          load<f64>(<usize>load<u32>(p, 8) + at), load<f64>(<usize>load<u32>(p, 12) + at),
          int(b.centres, t), b.x, b.count, scale, into, near,
        );
      }
      if (b.columns) spread(b, weights, k * b.bands + band, out);
    }
  }
}

function findCorners(b: Block, k: i32, corners: usize): void {
  const point = int(b.irreducible, k);
  const x = point % b.n0;
  const y = point / b.n0 % b.n1;
  const z = point / (b.n0 * b.n1);
  let step = b.steps;
  for (let t = 0; t < 96; t++, step += 12) {
    const i = wrap(x + load<i32>(step), b.n0);
    const j = wrap(y + load<i32>(step, 4), b.n1);
    const l = wrap(z + load<i32>(step, 8), b.n2);
    const number = int(b.numbers, i + b.n0 * (j + b.n1 * l));
    store<u32>(corners + (<usize>t << 2), <u32>(b.values + (<usize>(number * b.bands) << 3)));
  }
}

function spread(b: Block, weights: usize, mode: i32, out: usize): void {
  for (let c = 0; c < b.columns; c++) {
    const share = f64x2.splat(real(b.shares, c * b.modes + mode));
    const to = out + (<usize>(c * b.count) << 3);
    let f = 0;
    for (; f + 2 <= b.count; f += 2) {
      const p = to + (<usize>f << 3);
      v128.store(p, f64x2.add(v128.load(p), f64x2.mul(share, v128.load(weights + (<usize>f << 3)))));
    }
    if (f < b.count) add(to, f, f64x2.extract_lane(share, 0) * real(weights, f));
  }
}

/** Adds the weights of corner `centre` of a tetrahedron with values a b c d; returns where in x it begins. */
function addWeights(
  a: f64, b: f64, c: f64, d: f64, centre: i32, x: usize, count: i32, scale: f64, out: usize, near: i32,
): i32 {
  const value = centre == 0 ? a : centre == 1 ? b : centre == 2 ? c : d;
  // Corners of equal value have equal weights: it does not matter which of them comes first.
  const own = <i32>(a < value) + <i32>(b < value) + <i32>(c < value) + <i32>(d < value);
  const ab = min(a, b), ba = max(a, b);
  const cd = min(c, d), dc = max(c, d);
  a = min(ab, cd);
  d = max(ba, dc);
  const p = max(ab, cd), q = min(ba, dc);
  b = min(p, q);
  c = max(p, q);
  let begin = near;
  while (begin < count && real(x, begin) <= a) begin++;
  while (begin > 0 && real(x, begin - 1) > a) begin--;
  if (begin == count || real(x, begin) >= d) return begin;
  const whole = 1 / (d - a);
  const factor = scale * whole;
  let k = begin;
  if (real(x, k) < b) {
    // Between the first and the second: a small tetrahedron at the first corner.
    const perB = 1 / (b - a);
    const perC = 1 / (c - a);
    for (; k < count; k++) {
      if (real(x, k) >= b) break;
      const w = real(x, k) - a;
      const f = w * perB;
      const g = w * perC;
      const h = w * whole;
      add(out, k, factor * f * g * (own == 0 ? 3 - f - g - h : own == 1 ? f : own == 2 ? g : h));
    }
  }
  if (k < count && real(x, k) == b) k++;
  if (k < count && real(x, k) < c) {
    const ca = 1 / (c - a);
    const cb = 1 / (c - b);
    const db = 1 / (d - b);
    for (; k < count; k++) {
      const f = real(x, k);
      if (f >= c) break;
      const f20 = (f - a) * ca;
      const f30 = (f - a) * whole;
      const f21 = (f - b) * cb;
      const f31 = (f - b) * db;
      const f12 = 1 - f21;
      const f13 = 1 - f31;
      const area = f12 * f20 + f21 * f13;
      let share: f64;
      if (own == 0) share = area * (1 - f30) + (1 - f20) * f20 * f12;
      else if (own == 1) share = area * f12 + f13 * f13 * f21;
      else if (own == 2) share = area * f21 + f20 * f20 * f12;
      else share = area * f30 + f31 * f13 * f21;
      add(out, k, factor * share);
    }
  }
  if (k < count && real(x, k) == c) k++;
  if (k < count && real(x, k) < d) {
    // Between the third and the last: what is left is a small tetrahedron at the last corner.
    const db = 1 / (d - b);
    const dc = 1 / (d - c);
    for (; k < count; k++) {
      if (real(x, k) >= d) break;
      const w = d - real(x, k);
      const f = w * whole;
      const g = w * db;
      const h = w * dc;
      add(out, k, factor * g * h * (own == 0 ? f : own == 1 ? g : own == 2 ? h : 3 - f - g - h));
    }
  }
  return begin;
}
