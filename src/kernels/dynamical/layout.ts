// The records that src/lattice/harmonic/matrix-batch.ts writes, and what a thread's workspace consists of. A "level" is
// 0 the matrix itself, 1 to 3 its derivative along x, y, z.
import { GEMM_BYTES } from '../linear/gemm';

export const DIPOLES: i32 = 1;
export const UNIFORM: i32 = 2;

@unmanaged
export class Block {
  atoms: i32;
  /** DIPOLES or UNIFORM, 0 where there is no field. */
  field: i32;
  /** 1, or 4 where derivatives are wanted; and q points that are taken at a time. */
  levels: i32;
  rows: i32;
  /** Lattice vectors of the sum; columns: 9 a pair of atoms i >= j, and with UNIFORM one more for each behind them. */
  vectors: i32;
  columns: i32;
  /** i32 [vectors][3], and the largest of each component. */
  steps: usize;
  reachX: i32;
  reachY: i32;
  reachZ: i32;
  /** f64 [3][vectors] 2 pi R, Cartesian. */
  lengths: usize;
  /** f64 [vectors][columns] */
  even: usize;
  odd: usize;
  /** f64 [atoms][3] fractions, and 2 pi r, Cartesian. */
  places: usize;
  turns: usize;
  /** f64 [atoms][3][3] Born charges over the root of the mass, those with the field's factor, and DIPOLES' balance. */
  charges: usize;
  scaled: usize;
  balance: usize;
  /** Reciprocal lattice vectors, an even number, and f64 [3][waves] of them. */
  waves: i32;
  wave: usize;
  /** f64 [1 + 2 pairs][waves]: 1, then cosines and sines of pairs i > j. */
  factors: usize;
  /** f64: reciprocal cell [9] as columns, dielectric tensor's symmetric part [9], 1 / width, least square of a length. */
  numbers: usize;
  /** f64 [..][3] fractions; [3] Cartesian direction or 0; [..][levels or 3][3 atoms][3 atoms][2] */
  points: usize;
  along: usize;
  out: usize;
  work: usize;
}

@unmanaged
export class Work {
  /** [3][2 reach + 1] pairs: powers of exp(2 pi i q). */
  powers: usize;
  /** [levels][vectors] of a q point, then the next: what multiplies `even`, and `odd`. */
  cosines: usize;
  sines: usize;
  /** [rows][levels][columns] */
  re: usize;
  im: usize;
  /** [rows][levels or 3][6][waves], and their sums [1 + 2 pairs][rows][levels or 3][6]. */
  terms: usize;
  sums: usize;
  /** [atoms] pairs exp(2 pi i q r) */
  phases: usize;
  /** UNIFORM: [4][atoms][3] q Z, and its derivatives */
  pulls: usize;
  /** [9] pairs: the block of a pair of atoms, and its matrix where that is a derivative */
  tile: usize;
  whole: usize;
  product: usize;
}

@inline export function pairsOf(b: Block): i32 { return (b.atoms * (b.atoms - 1)) >> 1; }
/** Derivatives of terms stand without the terms themselves. */
@inline export function outputs(b: Block): i32 { return b.levels == 1 ? 1 : 3; }
@inline export function number(base: usize, index: i32): f64 { return load<f64>(base + (<usize>index << 3)); }
@inline export function put(base: usize, index: i32, x: f64): void { store<f64>(base + (<usize>index << 3), x); }

const RECORD: usize = 128;

/** Divides `at` into the parts of a workspace; returns its bytes. With `at` 0 it only counts. */
export function divide(at: usize, b: Block): usize {
  const levels = <usize>(b.levels * b.rows) << 3;
  const powers = at + RECORD;
  const cosines = powers + (<usize>(2 * (b.reachX + b.reachY + b.reachZ) + 3) << 4);
  const sines = cosines + levels * <usize>b.vectors;
  const re = sines + levels * <usize>b.vectors;
  const im = re + levels * <usize>b.columns;
  const terms = im + levels * <usize>b.columns;
  const columns = <usize>(6 * b.rows * outputs(b)) << 3;
  const sums = terms + columns * <usize>b.waves;
  const phases = sums + (b.field == DIPOLES ? columns * <usize>(1 + 2 * pairsOf(b)) : 0);
  const pulls = phases + (<usize>b.atoms << 4);
  const tile = pulls + <usize>b.atoms * 96;
  const whole = tile + 144;
  const product = whole + 144;
  const end = (product + GEMM_BYTES + 63) & ~63;
  if (at) {
    const w = changetype<Work>(at);
    w.powers = powers;
    w.cosines = cosines;
    w.sines = sines;
    w.re = re;
    w.im = im;
    w.terms = terms;
    w.sums = sums;
    w.phases = phases;
    w.pulls = pulls;
    w.tile = tile;
    w.whole = whole;
    w.product = product;
  }
  return end - at;
}
