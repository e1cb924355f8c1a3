import { BYTES, SHIFT, add, fill, mul, splat } from '../ops';

/** out[column] = sum over rows of weights[row] matrix[row][column], `vectors` a row; added to out if `more`. */
export function combine(out: usize, weights: usize, matrix: usize, rows: i32, vectors: i32, more: bool): void {
  const row = (<usize>vectors) << 4;
  const end = weights + ((<usize>rows) << SHIFT);
  let left = vectors;
  for (; left >= 6; left -= 6) {
    let m = matrix;
    let a = fill(0);
    let b = a;
    let c = a;
    let d = a;
    let e = a;
    let f = a;
    if (more) {
      a = v128.load(out);
      b = v128.load(out, 16);
      c = v128.load(out, 32);
      d = v128.load(out, 48);
      e = v128.load(out, 64);
      f = v128.load(out, 80);
    }
    for (let at = weights; at < end; at += BYTES) {
      const w = splat(at);
      a = add(a, mul(w, v128.load(m)));
      b = add(b, mul(w, v128.load(m, 16)));
      c = add(c, mul(w, v128.load(m, 32)));
      d = add(d, mul(w, v128.load(m, 48)));
      e = add(e, mul(w, v128.load(m, 64)));
      f = add(f, mul(w, v128.load(m, 80)));
      m += row;
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
    v128.store(out, e, 64);
    v128.store(out, f, 80);
    out += 96;
    matrix += 96;
  }
  for (; left >= 3; left -= 3) {
    let m = matrix;
    let a = fill(0);
    let b = a;
    let c = a;
    if (more) {
      a = v128.load(out);
      b = v128.load(out, 16);
      c = v128.load(out, 32);
    }
    for (let at = weights; at < end; at += BYTES) {
      const w = splat(at);
      a = add(a, mul(w, v128.load(m)));
      b = add(b, mul(w, v128.load(m, 16)));
      c = add(c, mul(w, v128.load(m, 32)));
      m += row;
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    out += 48;
    matrix += 48;
  }
  for (; left > 0; left--) {
    let m = matrix;
    let a = more ? v128.load(out) : fill(0);
    for (let at = weights; at < end; at += BYTES) {
      a = add(a, mul(splat(at), v128.load(m)));
      m += row;
    }
    v128.store(out, a);
    out += 16;
    matrix += 16;
  }
}

/**
 * out[i][column] = sum over k of left[i][k] right[k][column]: `count` rows i, `depth` terms k, `vectors` a row of out and
 * right; left[i][k] stands at left + i leftRow + k leftStep (bytes). Added to out if `more`.
 */
export function multiply(
  out: usize,
  left: usize,
  leftRow: usize,
  leftStep: usize,
  right: usize,
  count: i32,
  depth: i32,
  vectors: i32,
  more: bool,
): void {
  const row = (<usize>vectors) << 4;
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    fourRows(out, left, leftRow, leftStep, right, depth, vectors, more);
    out += row << 2;
    left += leftRow << 2;
  }
  for (; i < count; i++) {
    oneRow(out, left, leftStep, right, depth, vectors, more);
    out += row;
    left += leftRow;
  }
}

function fourRows(
  out: usize,
  left: usize,
  leftRow: usize,
  leftStep: usize,
  right: usize,
  depth: i32,
  vectors: i32,
  more: bool,
): void {
  const row = (<usize>vectors) << 4;
  let i = vectors;
  for (; i >= 2; i -= 2) {
    const out1 = out + row;
    const out2 = out1 + row;
    const out3 = out2 + row;
    let a0 = fill(0);
    let a1 = a0;
    let b0 = a0;
    let b1 = a0;
    let c0 = a0;
    let c1 = a0;
    let d0 = a0;
    let d1 = a0;
    if (more) {
      a0 = v128.load(out);
      a1 = v128.load(out, 16);
      b0 = v128.load(out1);
      b1 = v128.load(out1, 16);
      c0 = v128.load(out2);
      c1 = v128.load(out2, 16);
      d0 = v128.load(out3);
      d1 = v128.load(out3, 16);
    }
    let r = right;
    let l0 = left;
    let l1 = l0 + leftRow;
    let l2 = l1 + leftRow;
    let l3 = l2 + leftRow;
    for (let k = 0; k < depth; k++) {
      const r0 = v128.load(r);
      const r1 = v128.load(r, 16);
      const a = splat(l0);
      a0 = add(a0, mul(a, r0));
      a1 = add(a1, mul(a, r1));
      const b = splat(l1);
      b0 = add(b0, mul(b, r0));
      b1 = add(b1, mul(b, r1));
      const c = splat(l2);
      c0 = add(c0, mul(c, r0));
      c1 = add(c1, mul(c, r1));
      const d = splat(l3);
      d0 = add(d0, mul(d, r0));
      d1 = add(d1, mul(d, r1));
      r += row;
      l0 += leftStep;
      l1 += leftStep;
      l2 += leftStep;
      l3 += leftStep;
    }
    v128.store(out, a0);
    v128.store(out, a1, 16);
    v128.store(out1, b0);
    v128.store(out1, b1, 16);
    v128.store(out2, c0);
    v128.store(out2, c1, 16);
    v128.store(out3, d0);
    v128.store(out3, d1, 16);
    out += 32;
    right += 32;
  }
  if (i == 0) return;
  const out1 = out + row;
  const out2 = out1 + row;
  const out3 = out2 + row;
  let a0 = fill(0);
  let b0 = a0;
  let c0 = a0;
  let d0 = a0;
  if (more) {
    a0 = v128.load(out);
    b0 = v128.load(out1);
    c0 = v128.load(out2);
    d0 = v128.load(out3);
  }
  let r = right;
  let l0 = left;
  let l1 = l0 + leftRow;
  let l2 = l1 + leftRow;
  let l3 = l2 + leftRow;
  for (let k = 0; k < depth; k++) {
    const r0 = v128.load(r);
    a0 = add(a0, mul(splat(l0), r0));
    b0 = add(b0, mul(splat(l1), r0));
    c0 = add(c0, mul(splat(l2), r0));
    d0 = add(d0, mul(splat(l3), r0));
    r += row;
    l0 += leftStep;
    l1 += leftStep;
    l2 += leftStep;
    l3 += leftStep;
  }
  v128.store(out, a0);
  v128.store(out1, b0);
  v128.store(out2, c0);
  v128.store(out3, d0);
}

function oneRow(
  out: usize,
  left: usize,
  leftStep: usize,
  right: usize,
  depth: i32,
  vectors: i32,
  more: bool,
): void {
  const row = (<usize>vectors) << 4;
  for (let i = 0; i < vectors; i++) {
    let a = more ? v128.load(out) : fill(0);
    let r = right;
    let l = left;
    for (let k = 0; k < depth; k++) {
      a = add(a, mul(splat(l), v128.load(r)));
      r += row;
      l += leftStep;
    }
    v128.store(out, a);
    out += 16;
    right += 16;
  }
}
