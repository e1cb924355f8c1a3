// y = H x for a matrix of which only the lower triangle is stored, and squares of 4 x 4 (real) or 2 x 2 (Hermitian) on
// the diagonal in full: each number of the triangle is read once and counts for its row and for its column. x is zero,
// and the matrix finite, up to the next multiple of 4 (2) rows.

@inline function madd(sum: v128, a: v128, b: v128): v128 { return f64x2.add(sum, f64x2.mul(a, b)); }
@inline function msub(sum: v128, a: v128, b: v128): v128 { return f64x2.sub(sum, f64x2.mul(a, b)); }

/** Real: `m` rows `row` bytes apart. */
export function timesReal(y: usize, matrix: usize, row: usize, x: usize, m: i32): void {
  for (let i = 0; i < m; i += 4) fourRows(y, matrix + <usize>i * row, row, x, <usize>i << 3);
}

function fourRows(y: usize, r0: usize, row: usize, x: usize, bytes: usize): void {
  let r1 = r0 + row;
  let r2 = r1 + row;
  let r3 = r2 + row;
  const mine = x + bytes;
  const x0 = v128.load64_splat(mine);
  const x1 = v128.load64_splat(mine, 8);
  const x2 = v128.load64_splat(mine, 16);
  const x3 = v128.load64_splat(mine, 24);
  let s0 = f64x2.splat(0);
  let s1 = s0;
  let s2 = s0;
  let s3 = s0;
  let to = y;
  if (bytes) {
    while (true) {
      let v = v128.load(x);
      let sum = v128.load(to);
      let a = v128.load(r0);
      s0 = madd(s0, a, v);
      sum = madd(sum, a, x0);
      a = v128.load(r1);
      s1 = madd(s1, a, v);
      sum = madd(sum, a, x1);
      a = v128.load(r2);
      s2 = madd(s2, a, v);
      sum = madd(sum, a, x2);
      a = v128.load(r3);
      s3 = madd(s3, a, v);
      sum = madd(sum, a, x3);
      v128.store(to, sum);
      if (x == mine) break; // never: it keeps the two halves apart, for which there are not enough registers together
      v = v128.load(x, 16);
      sum = v128.load(to, 16);
      a = v128.load(r0, 16);
      s0 = madd(s0, a, v);
      sum = madd(sum, a, x0);
      a = v128.load(r1, 16);
      s1 = madd(s1, a, v);
      sum = madd(sum, a, x1);
      a = v128.load(r2, 16);
      s2 = madd(s2, a, v);
      sum = madd(sum, a, x2);
      a = v128.load(r3, 16);
      s3 = madd(s3, a, v);
      sum = madd(sum, a, x3);
      v128.store(to, sum, 16);
      r0 += 32;
      r1 += 32;
      r2 += 32;
      r3 += 32;
      x += 32;
      to += 32;
      if (x == mine) break;
    }
  }
  const v = v128.load(x);
  const w = v128.load(x, 16);
  s0 = madd(madd(s0, v128.load(r0), v), v128.load(r0, 16), w);
  s1 = madd(madd(s1, v128.load(r1), v), v128.load(r1, 16), w);
  s2 = madd(madd(s2, v128.load(r2), v), v128.load(r2, 16), w);
  s3 = madd(madd(s3, v128.load(r3), v), v128.load(r3, 16), w);
  v128.store(to, f64x2.add(v128.shuffle<f64>(s0, s1, 0, 2), v128.shuffle<f64>(s0, s1, 1, 3)));
  v128.store(to, f64x2.add(v128.shuffle<f64>(s2, s3, 0, 2), v128.shuffle<f64>(s2, s3, 1, 3)), 16);
}

/** Hermitian: row i holds column i, real parts, and imaginary parts `plane` bytes behind; so do x and y. */
export function timesHermitian(y: usize, matrix: usize, row: usize, plane: usize, x: usize, m: i32): void {
  for (let i = 0; i < m; i += 2) twoRows(y, matrix + <usize>i * row, row, plane, x, <usize>i << 3);
}

function twoRows(y: usize, r0: usize, row: usize, plane: usize, x: usize, bytes: usize): void {
  let r1 = r0 + row;
  let i0 = r0 + plane;
  let i1 = r1 + plane;
  let xi = x + plane;
  let to = y;
  let ti = y + plane;
  const mine = x + bytes;
  const xr0 = v128.load64_splat(mine);
  const xi0 = v128.load64_splat(mine + plane);
  const xr1 = v128.load64_splat(mine, 8);
  const xi1 = v128.load64_splat(mine + plane, 8);
  let sr0 = f64x2.splat(0);
  let si0 = sr0;
  let sr1 = sr0;
  let si1 = sr0;
  for (; x < mine; x += 16) {
    const vr = v128.load(x);
    const vi = v128.load(xi);
    let yr = v128.load(to);
    let yi = v128.load(ti);
    let g = v128.load(r0);
    sr0 = madd(sr0, g, vr);
    si0 = madd(si0, g, vi);
    yr = madd(yr, g, xr0);
    yi = madd(yi, g, xi0);
    g = v128.load(r1);
    sr1 = madd(sr1, g, vr);
    si1 = madd(si1, g, vi);
    yr = madd(yr, g, xr1);
    yi = madd(yi, g, xi1);
    if (x == mine) break; // never: it keeps the two planes apart, for which there are not enough registers together
    g = v128.load(i0);
    sr0 = madd(sr0, g, vi);
    si0 = msub(si0, g, vr);
    yr = msub(yr, g, xi0);
    yi = madd(yi, g, xr0);
    g = v128.load(i1);
    sr1 = madd(sr1, g, vi);
    si1 = msub(si1, g, vr);
    yr = msub(yr, g, xi1);
    yi = madd(yi, g, xr1);
    v128.store(to, yr);
    v128.store(ti, yi);
    r0 += 16;
    r1 += 16;
    i0 += 16;
    i1 += 16;
    xi += 16;
    to += 16;
    ti += 16;
  }
  const vr = v128.load(x);
  const vi = v128.load(xi);
  let g = v128.load(r0);
  sr0 = madd(sr0, g, vr);
  si0 = madd(si0, g, vi);
  g = v128.load(r1);
  sr1 = madd(sr1, g, vr);
  si1 = madd(si1, g, vi);
  g = v128.load(i0);
  sr0 = madd(sr0, g, vi);
  si0 = msub(si0, g, vr);
  g = v128.load(i1);
  sr1 = madd(sr1, g, vi);
  si1 = msub(si1, g, vr);
  v128.store(to, f64x2.add(v128.shuffle<f64>(sr0, sr1, 0, 2), v128.shuffle<f64>(sr0, sr1, 1, 3)));
  v128.store(ti, f64x2.add(v128.shuffle<f64>(si0, si1, 0, 2), v128.shuffle<f64>(si0, si1, 1, 3)));
}
