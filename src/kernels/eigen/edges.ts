// In and out: matrices as TypeScript has them (rows, complex numbers as pairs) and as the solver works on them.
import { Work, padded } from './layout';

/** The largest size of a real or imaginary part in the lower triangle; not a number, or infinite, where one is. */
function largest(from: usize, n: i32, planes: i32): f64 {
  let most = f64x2.splat(0);
  const row = <usize>(n * planes) << 3;
  for (let i = 0; i < n; i++) {
    // All but the imaginary part on the diagonal, which does not count.
    const numbers = i * planes + 1;
    const end = from + (<usize>(numbers & ~1) << 3);
    let p = from;
    for (; p < end; p += 16) most = f64x2.max(most, f64x2.abs(v128.load(p)));
    if (numbers & 1) most = f64x2.max(most, f64x2.abs(v128.load64_splat(p)));
    from += row;
  }
  return Math.max(f64x2.extract_lane(most, 0), f64x2.extract_lane(most, 1));
}

/** A power of two that brings x near 1, and whose inverse is finite as well. */
function power(x: f64): f64 {
  const exponent = <i32>((reinterpret<u64>(x) >> 52) & 2047) - 1022;
  return reinterpret<f64>(<u64>(1023 - max(-1022, min(1000, exponent))) << 52);
}

/**
 * Reads the lower triangle into the matrix, row i as column i, scaled to about 1, the squares of 4 x 4 on the diagonal
 * in full. Returns the scale, or 0 where a number is not finite. `from`: [n][n][planes].
 */
export function read(w: Work, from: usize): f64 {
  const n = w.n;
  const most = largest(from, n, w.planes);
  if (!(most < Infinity)) return 0;
  const scale = power(most);
  const factor = f64x2.splat(scale);
  const row = <usize>(n * w.planes) << 3;
  const conjugate = f64x2.mul(factor, f64x2(1, -1));
  let to = w.matrix;
  for (let i = 0; i < n; i++) {
    const end = to + (<usize>(i + 1) << 3);
    let q = from;
    if (w.planes == 2) {
      for (let p = to; p < end; p += 16, q += 32) {
        const a = f64x2.mul(v128.load(q), conjugate);
        // Of an even number of columns: the last pair may reach into the next row, or beyond the last.
        const b = p + 8 < end ? f64x2.mul(v128.load(q, 16), conjugate) : f64x2.splat(0);
        v128.store(p, v128.shuffle<f64>(a, b, 0, 2));
        v128.store(p + w.plane, v128.shuffle<f64>(a, b, 1, 3));
      }
      store<f64>(end - 8 + w.plane, 0);
    } else {
      let p = to;
      for (; p + 8 < end; p += 16, q += 16) v128.store(p, f64x2.mul(v128.load(q), factor));
      if (p < end) store<f64>(p, load<f64>(q) * scale);
    }
    clear(to, i + 1, w.plane);
    if (w.planes == 2) clear(to + w.plane, i + 1, w.plane);
    from += row;
    to += w.row;
  }
  memory.fill(to, 0, <usize>(padded(n) - n) * w.row);
  mirror(w);
  return scale;
}

/** Zeros from column `from` to the end of a row. */
@inline function clear(row: usize, from: i32, bytes: usize): void {
  const end = row + bytes;
  for (let p = row + (<usize>from << 3); p < end; p += 8) store<f64>(p, 0);
}

/** Fills the upper halves of the squares of 4 x 4 on the diagonal. */
function mirror(w: Work): void {
  for (let i = 0; i < w.n; i++) {
    const row = w.matrix + <usize>i * w.row;
    for (let j = i & ~3; j < i; j++) {
      const at = row + (<usize>j << 3);
      const other = w.matrix + <usize>j * w.row + (<usize>i << 3);
      store<f64>(other, load<f64>(at));
      if (w.planes == 2) store<f64>(other + w.plane, -load<f64>(at + w.plane));
    }
  }
}

/** Values in order, scaled back. */
export function writeValues(w: Work, to: usize, scale: f64): void {
  const inverse = 1 / scale;
  for (let k = 0; k < w.n; k++, to += 8) {
    store<f64>(to, inverse * load<f64>(w.d + (<usize>load<i32>(w.order + (<usize>k << 2)) << 3)));
  }
}

/** Eigenvectors in order: [n][n][planes], one a row. */
export function writeVectors(w: Work, to: usize): void {
  const n = w.n;
  for (let k = 0; k < n; k++) {
    const row = w.rows + <usize>load<i32>(w.order + (<usize>k << 2)) * w.row;
    if (w.planes == 1) {
      memory.copy(to, row, <usize>n << 3);
      to += <usize>n << 3;
      continue;
    }
    const end = row + (<usize>(n & ~1) << 3);
    let p = row;
    for (; p < end; p += 16, to += 32) {
      const a = v128.load(p);
      const b = v128.load(p + w.plane);
      v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
      v128.store(to, v128.shuffle<f64>(a, b, 1, 3), 16);
    }
    if (n & 1) {
      store<f64>(to, load<f64>(p));
      store<f64>(to, load<f64>(p + w.plane), 8);
      to += 16;
    }
  }
}
