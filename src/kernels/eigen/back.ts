// Eigenvectors of the tridiagonal matrix become those of the matrix itself: every row u -> Q u, one reflector after
// another, or a panel of them as a product of matrices (Schreiber and Van Loan, SIAM J. Sci. Stat. Comput. 10 (1989) 53).
import { ADD, SET, SUBTRACT, gemm } from '../linear/gemm';
import { zero } from '../linear/rows';
import { PANEL, Work, padded } from './layout';
import { keep } from './reduce';

/** Side from which panels are quicker. */
const BLOCKED: i32 = 80;

/** Side from which the rows no longer fit the cache, and go through it less often with larger panels. */
const LARGE: i32 = 1000;

export function transformBack(w: Work): void {
  if (w.n < BLOCKED) {
    for (let r = 0; r < w.n; r += 2) {
      const row = w.rows + <usize>r * w.row;
      for (let i = 1; i < w.n; i++) {
        const v = w.matrix + <usize>i * w.row;
        const tau = w.tau + (<usize>i << 4);
        if (w.planes == 2) reflectHermitian(row, w.row, w.plane, v, tau, (i + 1) >> 1);
        else reflectReal(row, w.row, v, tau, (i + 1) >> 1);
      }
    }
    return;
  }
  const most = w.n < LARGE ? PANEL : 4 * PANEL / w.planes;
  for (let i = 1; i < w.n; i += most) panel(w, i, min(most, w.n - i));
}

/** Sum of the first lanes and of the second ones, of a and of b. */
@inline function lanes(a: v128, b: v128): v128 {
  return f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
}
@inline function madd(sum: v128, a: v128, b: v128): v128 { return f64x2.add(sum, f64x2.mul(a, b)); }
@inline function msub(sum: v128, a: v128, b: v128): v128 { return f64x2.sub(sum, f64x2.mul(a, b)); }

/** Two rows u -= tau v (v . u). */
function reflectReal(row: usize, step: usize, v: usize, tau: usize, pairs: i32): void {
  const next = row + step;
  const bytes = <usize>pairs << 4;
  let a = f64x2.splat(0);
  let b = a;
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(v + at);
    a = madd(a, x, v128.load(row + at));
    b = madd(b, x, v128.load(next + at));
  }
  const s = f64x2.mul(lanes(a, b), v128.load64_splat(tau));
  const p = v128.shuffle<f64>(s, s, 0, 0);
  const q = v128.shuffle<f64>(s, s, 1, 1);
  for (let at: usize = 0; at < bytes; at += 16) {
    const x = v128.load(v + at);
    v128.store(row + at, msub(v128.load(row + at), p, x));
    v128.store(next + at, msub(v128.load(next + at), q, x));
  }
}

/** The same of complex rows, v^H u. */
function reflectHermitian(row: usize, step: usize, plane: usize, v: usize, tau: usize, pairs: i32): void {
  const next = row + step;
  const end = row + (<usize>pairs << 4);
  let ar = f64x2.splat(0);
  let ai = ar;
  let br = ar;
  let bi = ar;
  let p = row;
  let q = next;
  let from = v;
  for (; p < end; p += 16, q += 16, from += 16) {
    const x = v128.load(from);
    const y = v128.load(from + plane);
    const pr = v128.load(p);
    const pi = v128.load(p + plane);
    ar = madd(madd(ar, x, pr), y, pi);
    ai = msub(madd(ai, x, pi), y, pr);
    const qr = v128.load(q);
    const qi = v128.load(q + plane);
    br = madd(madd(br, x, qr), y, qi);
    bi = msub(madd(bi, x, qi), y, qr);
  }
  const real = lanes(ar, br);
  const imaginary = lanes(ai, bi);
  const tr = v128.load64_splat(tau);
  const ti = v128.load64_splat(tau, 8);
  const r = msub(f64x2.mul(tr, real), ti, imaginary);
  const i = madd(f64x2.mul(tr, imaginary), ti, real);
  ar = v128.shuffle<f64>(r, r, 0, 0);
  ai = v128.shuffle<f64>(i, i, 0, 0);
  br = v128.shuffle<f64>(r, r, 1, 1);
  bi = v128.shuffle<f64>(i, i, 1, 1);
  p = row;
  q = next;
  from = v;
  for (; p < end; p += 16, q += 16, from += 16) {
    const x = v128.load(from);
    const y = v128.load(from + plane);
    v128.store(p, madd(msub(v128.load(p), ar, x), ai, y));
    v128.store(p + plane, msub(msub(v128.load(p + plane), ai, x), ar, y));
    v128.store(q, madd(msub(v128.load(q), br, x), bi, y));
    v128.store(q + plane, msub(msub(v128.load(q + plane), bi, x), br, y));
  }
}

/**
 * Reflectors first ... first + count - 1 at once: their product is 1 - V T V^H with T lower triangular. As in reduce.ts
 * a complex v is two real rows, so that all products are real ones.
 */
function panel(w: Work, first: i32, count: i32): void {
  const planes = w.planes;
  const rows = count * planes;
  for (let k = 0; k < count; k++) keep(w, w.panel + <usize>(k * planes) * w.row, w.matrix + <usize>(first + k) * w.row);
  const length = first + count - 1;
  const bytes = <usize>rows << 3;
  const overlaps = w.factor;
  const t = overlaps + <usize>rows * bytes;
  products(w, overlaps, bytes, w.panel, rows, length, rows);
  triangle(w, t, overlaps, bytes, first, count);
  const a = w.gathered;
  const b = w.mixing;
  products(w, a, bytes, w.rows, w.n, length, rows);
  gemm(b, bytes, a, bytes, t, bytes, true, w.n, rows, rows, SET, w.product);
  for (let q = 0; q < planes; q++) {
    const plane = <usize>q * w.plane;
    gemm(w.rows + plane, w.row, b, bytes, w.panel + plane, w.row, false, w.n, length, rows, SUBTRACT, w.product);
  }
}

/** Dot products of `count` rows with the `rows` of the panel, over all planes. */
function products(w: Work, out: usize, bytes: usize, left: usize, count: i32, length: i32, rows: i32): void {
  gemm(out, bytes, left, w.row, w.panel, w.row, true, count, rows, length, SET, w.product);
  if (w.planes == 2) {
    gemm(out, bytes, left + w.plane, w.row, w.panel + w.plane, w.row, true, count, rows, length, ADD, w.product);
  }
}

/** T in real form, row by row: row k is tau (1 at k, and minus the overlaps with v_k of the rows before, times these). */
function triangle(w: Work, t: usize, overlaps: usize, bytes: usize, first: i32, count: i32): void {
  const planes = w.planes;
  const pairs = (count * planes * count * planes + 1) >> 1;
  zero(t, pairs);
  const width = <usize>planes << 3;
  for (let k = 0; k < count; k++) {
    const row = t + <usize>(k * planes) * bytes;
    const tau = w.tau + (<usize>(first + k) << 4);
    const tr = load<f64>(tau);
    const ti = load<f64>(tau, 8);
    const overlap = overlaps + <usize>(k * planes) * bytes;
    for (let j = 0; j < k; j++) {
      let re: f64 = 0;
      let im: f64 = 0;
      for (let l = j; l < k; l++) {
        const o = overlap + <usize>l * width;
        const p = t + <usize>(l * planes) * bytes + <usize>j * width;
        const or = load<f64>(o);
        const pr = load<f64>(p);
        re += or * pr;
        if (planes == 2) {
          const oi = load<f64>(o + bytes);
          const pi = load<f64>(p + bytes);
          re -= oi * pi;
          im += or * pi + oi * pr;
        }
      }
      entry(row + <usize>j * width, bytes, ti * im - tr * re, -tr * im - ti * re, planes);
    }
    entry(row + <usize>k * width, bytes, tr, ti, planes);
  }
}

@inline function entry(p: usize, bytes: usize, re: f64, im: f64, planes: i32): void {
  store<f64>(p, re);
  if (planes == 2) {
    store<f64>(p, -im, 8);
    store<f64>(p + bytes, im);
    store<f64>(p + bytes, re, 8);
  }
}
