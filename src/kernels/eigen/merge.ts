// Two tridiagonal eigenproblems become one: with the eigenvectors of the halves, the whole is a diagonal matrix and a
// rank-one change.
// (Cuppen, Numer. Math. 36 (1981) 177; Gu and Eisenstat, SIAM J. Matrix Anal. Appl. 16 (1995) 172.)
import { SET, gemm } from '../linear/gemm';
import { total } from '../linear/rows';
import { Work } from './layout';
import { secularRoot } from './secular';

const EPSILON: f64 = 1.1102230246251565e-16;

/** Which half an eigenvector lives in: both, where two were mixed. */
const UPPER: i32 = 0;
const BOTH: i32 = 1;
const LOWER: i32 = 2;

@inline function get(p: usize, j: i32): f64 { return load<f64>(p + (<usize>j << 3)); }
@inline function put(p: usize, j: i32, x: f64): void { store<f64>(p + (<usize>j << 3), x); }
@inline function getInt(p: usize, j: i32): i32 { return load<i32>(p + (<usize>j << 2)); }
@inline function putInt(p: usize, j: i32, x: i32): void { store<i32>(p + (<usize>j << 2), x); }

/**
 * Rows [start, start + n1) and the n2 behind them hold the eigenvectors of the halves, d their values, `order` each
 * half's rows by ascending value; `beta` coupled the halves. Afterwards the same of the whole.
 */
export function merge(w: Work, start: i32, n1: i32, n2: i32, beta: f64): void {
  const n = n1 + n2;
  const length = w.plane;
  const z0 = w.vectors; // z of each row
  const d = z0 + length; // values and z of those that take part, ascending
  const z = d + length;
  const fresh = z + length; // their new values
  const exact = fresh + length; // z that belongs to the new values exactly
  const scratch = exact + length;
  const dropped = scratch + length; // values that stay as they are
  const list = dropped + length; // i32: rows in ascending order
  const taking = list + length; // i32: rows that take part
  const kinds = taking + length; // i32: of each row, where it lives
  const places = kinds + length; // i32: of those that take part, their places when sorted by kind
  const droppedRows = places + length; // i32
  const order = w.order + (<usize>start << 2);
  const values = w.d + (<usize>start << 3);
  const base = w.rows + <usize>start * w.row + (<usize>start << 3);

  const sign = beta < 0 ? -Math.SQRT1_2 : Math.SQRT1_2;
  let largest: f64 = 0;
  let largestZ: f64 = 0;
  let column = base + (<usize>(n1 - 1) << 3);
  for (let j = 0; j < n; j++) {
    const first = j < n1;
    const x = load<f64>(column + (first ? 0 : 8)) * (first ? Math.SQRT1_2 : sign);
    put(z0, j, x);
    putInt(kinds, j, first ? UPPER : LOWER);
    largestZ = Math.max(largestZ, Math.abs(x));
    largest = Math.max(largest, Math.abs(get(values, j)));
    column += w.row;
  }
  mergeOrders(list, order, n1, order + (<usize>n1 << 2), n2, n1, values);
  const rho = 2 * Math.abs(beta);
  const tolerance = 8 * EPSILON * Math.max(largest, largestZ);
  if (rho * largestZ <= tolerance) {
    memory.copy(order, list, <usize>n << 2);
    return;
  }

  // What the change does not touch drops out, and of two values as good as equal one, after a rotation.
  let count = 0;
  let drops = 0;
  let held = -1; // the last row that takes part, unless the next one is equal
  for (let k = 0; k < n; k++) {
    const row = getInt(list, k);
    if (rho * Math.abs(get(z0, row)) <= tolerance) {
      put(dropped, drops, get(values, row));
      putInt(droppedRows, drops++, row);
      continue;
    }
    if (held >= 0) {
      let s = get(z0, held);
      let c = get(z0, row);
      const r = Math.sqrt(c * c + s * s);
      c /= r;
      s /= r;
      const low = get(values, held);
      const high = get(values, row);
      if (Math.abs((high - low) * c * s) <= tolerance) {
        put(z0, row, r);
        if (getInt(kinds, held) != getInt(kinds, row)) putInt(kinds, row, BOTH);
        rotate(base + <usize>held * w.row, base + <usize>row * w.row, c, s, n);
        put(dropped, drops, low * c * c + high * s * s);
        putInt(droppedRows, drops++, held);
        put(values, row, low * s * s + high * c * c);
      } else {
        put(d, count, low);
        put(z, count, get(z0, held));
        putInt(taking, count++, held);
      }
    }
    held = row;
  }
  put(d, count, get(values, held));
  put(z, count, get(z0, held));
  putInt(taking, count++, held);

  let squares: f64 = 0;
  for (let j = 0; j < count; j++) squares += get(z, j) * get(z, j);
  for (let i = 0; i < count; i++) {
    put(fresh, i, secularRoot(w.mixing + <usize>i * w.plane, d, z, i, count, rho, squares));
  }
  exactZ(exact, d, z, w.mixing, w.plane, count);

  // Rows by kind, so that each half multiplies only what lives in it.
  let uppers = 0;
  let boths = 0;
  for (let j = 0; j < count; j++) {
    const kind = getInt(kinds, getInt(taking, j));
    if (kind == UPPER) uppers++;
    else if (kind == BOTH) boths++;
  }
  const lowers = count - uppers - boths;
  const first = w.gathered; // [uppers + boths][n1]
  const row1 = <usize>((n1 + 1) & ~1) << 3;
  const second = first + <usize>(uppers + boths) * row1; // [boths + lowers][n2]
  const row2 = <usize>((n2 + 1) & ~1) << 3;
  const third = second + <usize>(boths + lowers) * row2; // [drops][n]
  const row3 = <usize>n << 3;
  let upperAt = 0;
  let bothAt = uppers;
  let lowerAt = uppers + boths;
  for (let j = 0; j < count; j++) {
    const row = getInt(taking, j);
    const kind = getInt(kinds, row);
    const place = kind == UPPER ? upperAt++ : kind == BOTH ? bothAt++ : lowerAt++;
    putInt(places, j, place);
    const from = base + <usize>row * w.row;
    if (kind != LOWER) memory.copy(first + <usize>place * row1, from, <usize>n1 << 3);
    if (kind != UPPER) memory.copy(second + <usize>(place - uppers) * row2, from + (<usize>n1 << 3), <usize>n2 << 3);
  }
  for (let j = 0; j < drops; j++) {
    memory.copy(third + <usize>j * row3, base + <usize>getInt(droppedRows, j) * w.row, row3);
  }
  for (let i = 0; i < count; i++) mixture(w.mixing + <usize>i * w.plane, exact, places, count, scratch);

  product(base, w, first, row1, 0, uppers + boths, count, n1);
  product(base + (<usize>n1 << 3), w, second, row2, uppers, boths + lowers, count, n2);
  for (let j = 0; j < drops; j++) {
    memory.copy(base + <usize>(count + j) * w.row, third + <usize>j * row3, row3);
    put(values, count + j, get(dropped, j));
  }
  memory.copy(values, fresh, <usize>count << 3);
  for (let j = 0; j < count; j++) putInt(list, j, j);
  sortDropped(list + (<usize>count << 2), dropped, drops);
  mergeOrders(order, list, count, list + (<usize>count << 2), drops, count, values);
}

/** Merges two ascending lists of rows; the second's count from `offset`. */
function mergeOrders(to: usize, a: usize, countA: i32, b: usize, countB: i32, offset: i32, values: usize): void {
  let i = 0;
  let j = 0;
  while (i < countA || j < countB) {
    const row = j < countB ? offset + getInt(b, j) : 0;
    const takeA = j == countB || (i < countA && get(values, getInt(a, i)) <= get(values, row));
    store<i32>(to, takeA ? getInt(a, i++) : row);
    if (!takeA) j++;
    to += 4;
  }
}

/** Insertion: they come almost in order. */
function sortDropped(list: usize, values: usize, count: i32): void {
  for (let j = 0; j < count; j++) {
    const x = get(values, j);
    let k = j;
    for (; k > 0 && get(values, getInt(list, k - 1)) > x; k--) putInt(list, k, getInt(list, k - 1));
    putInt(list, k, j);
  }
}

/** (p, q) -> (c p - s q, c q + s p): p drops out of the change, q takes all of it. */
function rotate(p: usize, q: usize, cosine: f64, sine: f64, n: i32): void {
  for (const end = p + (<usize>n << 3); p < end; p += 8, q += 8) {
    const x = load<f64>(p);
    const y = load<f64>(q);
    store<f64>(p, cosine * x - sine * y);
    store<f64>(q, cosine * y + sine * x);
  }
}

/**
 * The z of which the computed roots are the exact ones: |z_j|^2 is a product over the roots (Loewner's formula), which
 * makes the eigenvectors orthogonal to rounding, however close the roots. Row i of `differences` has d_j - x_i.
 */
function exactZ(exact: usize, d: usize, z: usize, differences: usize, step: usize, count: i32): void {
  const one = f64x2.splat(1);
  for (let j = 0; j < count; j += 2) v128.store(exact + (<usize>j << 3), one);
  let row = differences;
  for (let i = 0; i < count; i++) {
    const own = get(exact, i) * get(row, i);
    const center = f64x2.splat(get(d, i));
    for (let at: usize = 0; at < <usize>count << 3; at += 16) {
      const ratio = f64x2.div(v128.load(row + at), f64x2.sub(v128.load(d + at), center));
      v128.store(exact + at, f64x2.mul(v128.load(exact + at), ratio));
    }
    put(exact, i, own);
    row += step;
  }
  for (let j = 0; j < count; j++) {
    const size = Math.sqrt(Math.abs(get(exact, j)));
    put(exact, j, get(z, j) < 0 ? -size : size);
  }
}

/** A row of differences becomes an eigenvector of the change, its numbers in the places of their kinds. */
function mixture(row: usize, exact: usize, places: usize, count: i32, scratch: usize): void {
  let squares = f64x2.splat(0);
  const whole = count & ~1;
  for (let at: usize = 0; at < <usize>whole << 3; at += 16) {
    const x = f64x2.div(v128.load(exact + at), v128.load(row + at));
    v128.store(scratch + at, x);
    squares = f64x2.add(squares, f64x2.mul(x, x));
  }
  let square = total(squares);
  if (whole < count) {
    const x = get(exact, whole) / get(row, whole);
    put(scratch, whole, x);
    square += x * x;
  }
  const factor = 1 / Math.sqrt(square);
  for (let j = 0; j < count; j++) put(row, getInt(places, j), factor * get(scratch, j));
}

/** Columns of the new rows: the mixing of `depth` gathered rows, from number `from` of each mixture on. */
function product(to: usize, w: Work, rows: usize, step: usize, from: i32, depth: i32, count: i32, columns: i32): void {
  if (depth > 0) {
    gemm(to, w.row, w.mixing + (<usize>from << 3), w.plane, rows, step, false, count, columns, depth, SET, w.product);
    return;
  }
  for (let i = 0; i < count; i++, to += w.row) memory.fill(to, 0, <usize>columns << 3);
}
