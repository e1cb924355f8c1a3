// Householder's reduction to tridiagonal form, from the last row upwards: H = Q T Q^H, Q = H_1 H_2 ... H_(n-1) read from
// right to left, H_i = 1 - tau v v^H. Row i of the matrix holds column i of H, of which only the part above the
// diagonal is used; it makes way for v, of i numbers, the last of which is 1.
// (Golub and Van Loan, Matrix Computations, 8.3.1; in panels: Dongarra, Sorensen, Hammarling, J. Comput. Appl. Math. 27
// (1989) 215.)
import { SUBTRACT, gemm } from '../linear/gemm';
import { dot, dots, subtractRows, zero } from '../linear/rows';
import { PANEL, Work, padded } from './layout';
import { timesHermitian, timesReal } from './times';
import { updateHermitian, updateReal } from './update';

/** Sides from which the matrix is changed panel by panel: where it no longer fits the cache. */
const BLOCKED_REAL: i32 = 300;
const BLOCKED_HERMITIAN: i32 = 200;
/** Squares of norms below are taken for zero (the matrix is scaled to 1): they might have lost digits. */
const NOTHING: f64 = 1e-280;

/** Fills d, e, tau and the reflectors. */
export function reduce(w: Work): void {
  let i = w.n - 1;
  const blocked = w.planes == 2 ? BLOCKED_HERMITIAN : BLOCKED_REAL;
  for (; i >= blocked; i -= PANEL) panel(w, i);
  for (; i > 0; i--) step(w, i);
  store<f64>(w.d, load<f64>(w.matrix));
}

/** Eliminates row i and changes the rows above. */
function step(w: Work, i: i32): void {
  const v = w.matrix + <usize>i * w.row;
  reflect(w, v, i);
  if (isIdentity(w, i)) return;
  times(w, v, i, w.y);
  finish(w, v, i, w.y);
  if (w.planes == 2) updateHermitian(w.matrix, w.row, w.plane, v, w.y, i);
  else updateReal(w.matrix, w.row, v, w.y, i);
}

@inline function isIdentity(w: Work, i: i32): bool {
  const tau = w.tau + (<usize>i << 4);
  return load<f64>(tau) == 0 && load<f64>(tau, 8) == 0;
}

/** The reflector that leaves of row i (at v) only its last number before the diagonal, made real; d[i], e[i - 1]. */
function reflect(w: Work, v: usize, i: i32): void {
  const last = v + (<usize>(i - 1) << 3);
  const tau = w.tau + (<usize>i << 4);
  const pairs = padded(i) >> 1;
  const end = v + (<usize>padded(w.n) << 3);
  store<f64>(w.d + (<usize>i << 3), load<f64>(last, 8));
  const re = load<f64>(last);
  for (let p = last; p < end; p += 8) store<f64>(p, 0);
  let rest = dot(v, v, pairs);
  let im: f64 = 0;
  if (w.planes == 2) {
    const lastIm = last + w.plane;
    im = load<f64>(lastIm);
    for (let p = lastIm; p < end + w.plane; p += 8) store<f64>(p, 0);
    rest += dot(v + w.plane, v + w.plane, pairs);
    rest += im * im;
  }
  const square = rest + re * re;
  if (rest == 0 || square < NOTHING) {
    store<f64>(w.e + (<usize>(i - 1) << 3), re);
    store<f64>(tau, 0);
    store<f64>(tau, 0, 8);
    zero(v, pairs);
    if (w.planes == 2) zero(v + w.plane, pairs);
    store<f64>(last, 1);
    return;
  }
  const beta = re > 0 ? -Math.sqrt(square) : Math.sqrt(square);
  store<f64>(w.e + (<usize>(i - 1) << 3), beta);
  store<f64>(tau, (beta - re) / beta);
  store<f64>(tau, -im / beta, 8);
  // v = row / (alpha - beta)
  const difference = re - beta;
  if (w.planes == 2) {
    const inverse = 1 / (difference * difference + im * im);
    const a = f64x2.splat(difference * inverse);
    const b = f64x2.splat(-im * inverse);
    const stop = v + (<usize>pairs << 4);
    for (let p = v, q = v + w.plane; p < stop; p += 16, q += 16) {
      const x = v128.load(p);
      const y = v128.load(q);
      v128.store(p, f64x2.sub(f64x2.mul(x, a), f64x2.mul(y, b)));
      v128.store(q, f64x2.add(f64x2.mul(x, b), f64x2.mul(y, a)));
    }
  } else {
    const a = f64x2.splat(1 / difference);
    const stop = v + (<usize>pairs << 4);
    for (let p = v; p < stop; p += 16) v128.store(p, f64x2.mul(v128.load(p), a));
  }
  store<f64>(last, 1);
}

/** out = H v of the first i rows. */
function times(w: Work, v: usize, i: i32, out: usize): void {
  if (w.planes == 2) timesHermitian(out, w.matrix, w.row, w.plane, v, i);
  else timesReal(out, w.matrix, w.row, v, i);
}

/** Makes of out = H v the w of H - v w^H - w v^H = H_i^H H H_i: tau out - |tau|^2 (v^H out) / 2 v, zero from i on. */
function finish(w: Work, v: usize, i: i32, out: usize): void {
  const pairs = padded(i) >> 1;
  const tail = out + (<usize>i << 3);
  const end = out + (<usize>pairs << 4);
  for (let p = tail; p < end; p += 8) store<f64>(p, 0);
  let product = dot(v, out, pairs);
  const at = w.tau + (<usize>i << 4);
  const tr = load<f64>(at);
  const ti = load<f64>(at, 8);
  if (w.planes == 2) {
    for (let p = tail; p < end; p += 8) store<f64>(p + w.plane, 0);
    product += dot(v + w.plane, out + w.plane, pairs);
    const c = f64x2.splat(-0.5 * (tr * tr + ti * ti) * product);
    const a = f64x2.splat(tr);
    const b = f64x2.splat(ti);
    for (let p = out; p < end; p += 16, v += 16) {
      const q = p + w.plane;
      const x = v128.load(p);
      const y = v128.load(q);
      v128.store(p, f64x2.add(f64x2.sub(f64x2.mul(a, x), f64x2.mul(b, y)), f64x2.mul(c, v128.load(v))));
      v128.store(q, f64x2.add(f64x2.add(f64x2.mul(a, y), f64x2.mul(b, x)), f64x2.mul(c, v128.load(v + w.plane))));
    }
  } else {
    const c = f64x2.splat(-0.5 * tr * tr * product);
    const a = f64x2.splat(tr);
    for (let p = out; p < end; p += 16, v += 16) {
      v128.store(p, f64x2.add(f64x2.mul(a, v128.load(p)), f64x2.mul(c, v128.load(v))));
    }
  }
}

/**
 * Eliminates PANEL rows, the last of them i, each with what the earlier ones of the panel did to it, and changes the
 * rows above once, by a matrix product. The panel holds the v, then the w, each as `planes` real rows: of a complex
 * x also i x, so that a complex factor is two real ones.
 */
function panel(w: Work, i: i32): void {
  const planes = w.planes;
  const half = PANEL * planes;
  const vs = w.panel;
  const ws = vs + <usize>half * w.row;
  for (let k = 0; k < PANEL; k++) {
    const row = i - k;
    const v = w.matrix + <usize>row * w.row;
    const known = k * planes;
    const here = <usize>row << 3;
    const pairs = padded(row + 1) >> 1;
    for (let q = 0; q < planes; q++) {
      const plane = <usize>q * w.plane;
      subtractRows(v + plane, ws + here, w.row, vs + plane, w.row, known, pairs);
      subtractRows(v + plane, vs + here, w.row, ws + plane, w.row, known, pairs);
    }
    reflect(w, v, row);
    keep(w, vs + <usize>known * w.row, v);
    const y = w.y;
    const short = padded(row) >> 1;
    times(w, v, row, y);
    const factors = w.factor;
    zero(factors, 2 * half);
    for (let q = 0; q < planes; q++) {
      const plane = <usize>q * w.plane;
      dots(factors, ws + plane, w.row, known, v + plane, short);
      dots(factors + (<usize>half << 3), vs + plane, w.row, known, v + plane, short);
    }
    for (let q = 0; q < planes; q++) {
      const plane = <usize>q * w.plane;
      subtractRows(y + plane, factors, 8, vs + plane, w.row, known, short);
      subtractRows(y + plane, factors + (<usize>half << 3), 8, ws + plane, w.row, known, short);
    }
    finish(w, v, row, y);
    const rest = (padded(w.n) - padded(row)) >> 1;
    for (let q = 0; q < planes; q++) zero(y + <usize>q * w.plane + (<usize>short << 4), rest);
    keep(w, ws + <usize>known * w.row, y);
  }
  changeAbove(w, i - PANEL + 1, half);
}

/** Copies a row, and of a Hermitian matrix the same times i behind it. */
export function keep(w: Work, to: usize, from: usize): void {
  memory.copy(to, from, w.row);
  if (w.planes == 1) return;
  to += w.row;
  memory.copy(to + w.plane, from, w.plane);
  from += w.plane;
  for (const end = to + w.plane; to < end; to += 16, from += 16) v128.store(to, f64x2.neg(v128.load(from)));
}

/** The first m rows lose the products of the panel's v and w: the factors of a row are the other half's columns. */
function changeAbove(w: Work, m: i32, half: i32): void {
  const left = w.gathered;
  const apart = <usize>half << 4;
  for (let k = 0; k < 2 * half; k++) {
    const column = w.panel + <usize>(k < half ? k + half : k - half) * w.row;
    let to = left + (<usize>k << 3);
    for (let r = 0; r < m; r++, to += apart) store<f64>(to, load<f64>(column + (<usize>r << 3)));
  }
  for (let q = 0; q < w.planes; q++) {
    const plane = <usize>q * w.plane;
    for (let r = 0; r < m; r += 64) {
      const rows = min(64, m - r);
      gemm(
        w.matrix + <usize>r * w.row + plane, w.row, left + <usize>r * apart, apart,
        w.panel + plane, w.row, false, rows, r + rows, 2 * half, SUBTRACT, w.product,
      );
    }
  }
}
