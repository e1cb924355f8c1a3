// Blocks [3][3] of complex pairs, one for each two atoms: what they are made of, and where they go.
import { Block, Work, number, outputs, pairsOf, put } from './layout';
import { cartesian } from './waves';

/** Adds Z_i X Z_j of the sum over waves of a pair i >= j to the tile; `output` of q point `row` of `count`. */
export function addDipoles(b: Block, w: Work, i: i32, j: i32, row: i32, count: i32, output: i32): void {
  const columns = <usize>(6 * count * outputs(b)) << 3;
  const at = w.sums + (<usize>(6 * (row * outputs(b) + output)) << 3);
  const left = b.scaled + <usize>i * 72;
  const right = b.charges + <usize>j * 72;
  if (i == j) {
    // An atom with its own images: no phases.
    addTensor(w.tile, at, left, right);
    return;
  }
  const pair = ((i * (i - 1)) >> 1) + j;
  addTensor(w.tile, at + columns * <usize>(1 + pair), left, right);
  addTensor(w.tile + 8, at + columns * <usize>(1 + pairsOf(b) + pair), left, right);
}

/** to[a][b] += left[k][a] X[k][l] right[l][b] with the tensor xx yy zz yz xz xy at `x`; `to` in steps of 16 bytes. */
function addTensor(to: usize, x: usize, left: usize, right: usize): void {
  const xx = number(x, 0), yy = number(x, 1), zz = number(x, 2);
  const yz = number(x, 3), xz = number(x, 4), xy = number(x, 5);
  for (let c = 0; c < 3; c++) {
    const r0 = number(right, c), r1 = number(right, 3 + c), r2 = number(right, 6 + c);
    const t0 = xx * r0 + xy * r1 + xz * r2;
    const t1 = xy * r0 + yy * r1 + yz * r2;
    const t2 = xz * r0 + yz * r1 + zz * r2;
    for (let a = 0; a < 3; a++) {
      const p = to + (<usize>(3 * a + c) << 4);
      store<f64>(p, load<f64>(p) + number(left, a) * t0 + number(left, 3 + a) * t1 + number(left, 6 + a) * t2);
    }
  }
}

/** Takes the balance of atom i with itself from the tile. */
export function balance(b: Block, w: Work, i: i32): void {
  for (let k = 0; k < 9; k++) put(w.tile, 2 * k, number(w.tile, 2 * k) - number(b.balance, 9 * i + k));
}

/** UNIFORM: q Z and its derivatives of the q point at `q`. Returns 1 / (q eps q), or 0 where q has no direction. */
export function setPulls(b: Block, w: Work, q: usize): f64 {
  const x = b.along ? number(b.along, 0) : cartesian(b, q, 0);
  const y = b.along ? number(b.along, 1) : cartesian(b, q, 1);
  const z = b.along ? number(b.along, 2) : cartesian(b, q, 2);
  if (x * x + y * y + z * z < number(b.numbers, 19)) return 0;
  for (let i = 0; i < b.atoms; i++) {
    const charge = b.charges + <usize>i * 72;
    for (let a = 0; a < 3; a++) {
      const at = 3 * i + a;
      put(w.pulls, at, x * number(charge, a) + y * number(charge, 3 + a) + z * number(charge, 6 + a));
      for (let level = 1; level < b.levels; level++) {
        put(w.pulls, 3 * level * b.atoms + at, number(charge, 3 * level - 3 + a));
      }
    }
  }
  const e = b.numbers + 72;
  return 1 / (x * slope(e, 0, x, y, z) + y * slope(e, 1, x, y, z) + z * slope(e, 2, x, y, z));
}

/** Component of eps q. */
@inline function slope(e: usize, axis: i32, x: f64, y: f64, z: f64): f64 {
  return number(e, 3 * axis) * x + number(e, 3 * axis + 1) * y + number(e, 3 * axis + 2) * z;
}

/** Adds the uniform field's part of `level` to the tile; `form` is 1 / (q eps q), `sums` the point's [levels][columns]. */
export function addUniform(
  b: Block, w: Work, to: usize, q: usize, i: i32, j: i32, form: f64, re: usize, im: usize, level: i32,
): void {
  const pair = 9 * ((b.atoms * (b.atoms + 1)) >> 1) + ((i * (i + 1)) >> 1) + j;
  const factor = number(b.numbers, 20) * form;
  let change: f64 = 0;
  if (level > 0) {
    const x = b.along ? number(b.along, 0) : cartesian(b, q, 0);
    const y = b.along ? number(b.along, 1) : cartesian(b, q, 1);
    const z = b.along ? number(b.along, 2) : cartesian(b, q, 2);
    change = 2 * slope(b.numbers + 72, level - 1, x, y, z) * form;
  }
  const slopes = w.pulls + (<usize>(3 * level * b.atoms) << 3);
  const count = number(re, pair), countIm = number(im, pair);
  const turned = number(re, level * b.columns + pair), turnedIm = number(im, level * b.columns + pair);
  for (let a = 0; a < 3; a++) {
    for (let c = 0; c < 3; c++) {
      const left = number(w.pulls, 3 * i + a);
      const right = number(w.pulls, 3 * j + c);
      const value = factor * left * right;
      const at = 2 * (3 * a + c);
      let x = value * turned;
      let y = value * turnedIm;
      if (level > 0) {
        const rise = factor * (number(slopes, 3 * i + a) * right + left * number(slopes, 3 * j + c)) - value * change;
        x += rise * count;
        y += rise * countIm;
      }
      put(to, at, number(to, at) + x);
      put(to, at + 1, number(to, at + 1) + y);
    }
  }
}

/** The sum over lattice vectors of a pair i >= j. */
export function setTile(to: usize, re: usize, im: usize, i: i32, j: i32): void {
  const from = 9 * (((i * (i + 1)) >> 1) + j);
  for (let k = 0; k < 9; k++) {
    put(to, 2 * k, number(re, from + k));
    put(to, 2 * k + 1, number(im, from + k));
  }
}

/** tile += i turn whole: the derivative of the phase of the atoms' places along an axis. */
export function turn(b: Block, w: Work, i: i32, j: i32, axis: i32): void {
  const angle = number(b.turns, 3 * j + axis) - number(b.turns, 3 * i + axis);
  for (let k = 0; k < 18; k += 2) {
    put(w.tile, k, number(w.tile, k) - angle * number(w.whole, k + 1));
    put(w.tile, k + 1, number(w.tile, k + 1) + angle * number(w.whole, k));
  }
}

/** Gives the tile the phase of the atoms' places. */
export function rotate(w: Work, i: i32, j: i32): void {
  const a = number(w.phases, 2 * i), b = number(w.phases, 2 * i + 1);
  const c = number(w.phases, 2 * j), d = number(w.phases, 2 * j + 1);
  const cos = a * c + b * d;
  const sin = a * d - b * c;
  for (let k = 0; k < 18; k += 2) {
    const x = number(w.tile, k);
    const y = number(w.tile, k + 1);
    put(w.tile, k, x * cos - y * sin);
    put(w.tile, k + 1, x * sin + y * cos);
  }
}

/** Writes the tile and its conjugate transpose; of a block on the diagonal the lower triangle counts. */
export function write(b: Block, w: Work, out: usize, i: i32, j: i32): void {
  const side = 3 * b.atoms;
  for (let a = 0; a < 3; a++) {
    for (let c = 0; c < (i == j ? a + 1 : 3); c++) {
      const k = 2 * (3 * a + c);
      const re = number(w.tile, k);
      const im = i == j && a == c ? 0 : number(w.tile, k + 1);
      const down = out + (<usize>((3 * i + a) * side + 3 * j + c) << 4);
      const across = out + (<usize>((3 * j + c) * side + 3 * i + a) << 4);
      store<f64>(across, re);
      store<f64>(across, -im, 8);
      store<f64>(down, re);
      store<f64>(down, im, 8);
    }
  }
}
