// Sums over lattice vectors R: factors cos(2 pi q R) and sin(2 pi q R) of all q points, then one product of matrices.
import { SET, gemm } from '../linear/gemm';
import { Block, Work, number, put } from './layout';

const TURN: f64 = 6.283185307179586;

/** Powers of exp(2 pi i x) from -reach to reach, in pairs. */
function powers(to: usize, x: f64, reach: i32): void {
  const c = Math.cos(TURN * x);
  const s = Math.sin(TURN * x);
  let re: f64 = 1;
  let im: f64 = 0;
  put(to, 2 * reach, re);
  put(to, 2 * reach + 1, im);
  for (let p = 1; p <= reach; p++) {
    const next = re * c - im * s;
    im = re * s + im * c;
    re = next;
    put(to, 2 * (reach + p), re);
    put(to, 2 * (reach + p) + 1, im);
    put(to, 2 * (reach - p), re);
    put(to, 2 * (reach - p) + 1, -im);
  }
}

/** Sets the factors of the q point at `q`, row `row` of those at work. */
export function setFactors(b: Block, w: Work, q: usize, row: i32): void {
  const ofX = w.powers;
  const ofY = ofX + (<usize>(2 * b.reachX + 1) << 4);
  const ofZ = ofY + (<usize>(2 * b.reachY + 1) << 4);
  powers(ofX, number(q, 0), b.reachX);
  powers(ofY, number(q, 1), b.reachY);
  powers(ofZ, number(q, 2), b.reachZ);
  const bytes = <usize>b.vectors << 3;
  let cosines = w.cosines + <usize>(row * b.levels) * bytes;
  let sines = w.sines + <usize>(row * b.levels) * bytes;
  let step = b.steps;
  let length = b.lengths;
  for (let s = 0; s < b.vectors; s++) {
    const x = ofX + (<usize>(load<i32>(step) + b.reachX) << 4);
    const y = ofY + (<usize>(load<i32>(step, 4) + b.reachY) << 4);
    const z = ofZ + (<usize>(load<i32>(step, 8) + b.reachZ) << 4);
    const re = load<f64>(x) * load<f64>(y) - load<f64>(x, 8) * load<f64>(y, 8);
    const im = load<f64>(x) * load<f64>(y, 8) + load<f64>(x, 8) * load<f64>(y);
    const c = re * load<f64>(z) - im * load<f64>(z, 8);
    const d = re * load<f64>(z, 8) + im * load<f64>(z);
    store<f64>(cosines, c);
    store<f64>(sines, d);
    for (let level = 1; level < b.levels; level++) {
      const along = load<f64>(length + <usize>(level - 1) * bytes);
      store<f64>(cosines + <usize>level * bytes, -along * d);
      store<f64>(sines + <usize>level * bytes, along * c);
    }
    cosines += 8;
    sines += 8;
    length += 8;
    step += 12;
  }
}

/** The sums of `count` q points: [count][levels][columns]. */
export function addUp(b: Block, w: Work, count: i32): void {
  const row = <usize>b.columns << 3;
  const vectors = <usize>b.vectors << 3;
  const rows = count * b.levels;
  gemm(w.re, row, w.cosines, vectors, b.even, row, false, rows, b.columns, b.vectors, SET, w.product);
  gemm(w.im, row, w.sines, vectors, b.odd, row, false, rows, b.columns, b.vectors, SET, w.product);
}

/** exp(2 pi i q r) of all atoms. */
export function setPhases(b: Block, w: Work, q: usize): void {
  for (let i = 0; i < b.atoms; i++) {
    const r = b.places + <usize>i * 24;
    const turns = TURN * (number(q, 0) * number(r, 0) + number(q, 1) * number(r, 1) + number(q, 2) * number(r, 2));
    put(w.phases, 2 * i, Math.cos(turns));
    put(w.phases, 2 * i + 1, Math.sin(turns));
  }
}
