// H -= v w^H + w v^H on the lower triangle and the squares on the diagonal (see times.ts).

@inline function two(a: v128, x: v128, b: v128, y: v128): v128 { return f64x2.add(f64x2.mul(a, x), f64x2.mul(b, y)); }

/** Real: `m` rows `row` bytes apart. */
export function updateReal(matrix: usize, row: usize, v: usize, w: usize, m: i32): void {
  for (let i = 0; i < m; i += 4) fourRows(matrix + <usize>i * row, row, v, w, <usize>i << 3);
}

function fourRows(r0: usize, row: usize, v: usize, w: usize, bytes: usize): void {
  let r1 = r0 + row;
  let r2 = r1 + row;
  let r3 = r2 + row;
  let at = v + bytes;
  const v0 = v128.load64_splat(at);
  const v1 = v128.load64_splat(at, 8);
  const v2 = v128.load64_splat(at, 16);
  const v3 = v128.load64_splat(at, 24);
  const end = at + 32;
  at = w + bytes;
  const w0 = v128.load64_splat(at);
  const w1 = v128.load64_splat(at, 8);
  const w2 = v128.load64_splat(at, 16);
  const w3 = v128.load64_splat(at, 24);
  for (; v < end; v += 16) {
    const p = v128.load(v);
    const q = v128.load(w);
    v128.store(r0, f64x2.sub(v128.load(r0), two(v0, q, w0, p)));
    v128.store(r1, f64x2.sub(v128.load(r1), two(v1, q, w1, p)));
    v128.store(r2, f64x2.sub(v128.load(r2), two(v2, q, w2, p)));
    v128.store(r3, f64x2.sub(v128.load(r3), two(v3, q, w3, p)));
    r0 += 16;
    r1 += 16;
    r2 += 16;
    r3 += 16;
    w += 16;
  }
}

/** Hermitian: row i holds column i. */
export function updateHermitian(matrix: usize, row: usize, plane: usize, v: usize, w: usize, m: i32): void {
  for (let i = 0; i < m; i += 2) twoRows(matrix + <usize>i * row, row, plane, v, w, <usize>i << 3);
}

function twoRows(r0: usize, row: usize, plane: usize, v: usize, w: usize, bytes: usize): void {
  let i0 = r0 + plane;
  let r1 = r0 + row;
  let i1 = i0 + row;
  let vi = v + plane;
  let wi = w + plane;
  const vr0 = v128.load64_splat(v + bytes);
  const vr1 = v128.load64_splat(v + bytes, 8);
  const vi0 = v128.load64_splat(vi + bytes);
  const vi1 = v128.load64_splat(vi + bytes, 8);
  const wr0 = v128.load64_splat(w + bytes);
  const wr1 = v128.load64_splat(w + bytes, 8);
  const wi0 = v128.load64_splat(wi + bytes);
  const wi1 = v128.load64_splat(wi + bytes, 8);
  const end = v + bytes + 16;
  for (; v < end; v += 16) {
    const pr = v128.load(v);
    const pi = v128.load(vi);
    const qr = v128.load(w);
    const qi = v128.load(wi);
    v128.store(r0, f64x2.sub(v128.load(r0), f64x2.add(two(wr0, pr, wi0, pi), two(vr0, qr, vi0, qi))));
    v128.store(i0, f64x2.sub(v128.load(i0), f64x2.add(
      f64x2.sub(f64x2.mul(wr0, pi), f64x2.mul(wi0, pr)), f64x2.sub(f64x2.mul(vr0, qi), f64x2.mul(vi0, qr)))));
    if (v == end) break; // never: see times.ts
    v128.store(r1, f64x2.sub(v128.load(r1), f64x2.add(two(wr1, pr, wi1, pi), two(vr1, qr, vi1, qi))));
    v128.store(i1, f64x2.sub(v128.load(i1), f64x2.add(
      f64x2.sub(f64x2.mul(wr1, pi), f64x2.mul(wi1, pr)), f64x2.sub(f64x2.mul(vr1, qi), f64x2.mul(vi1, qr)))));
    r0 += 16;
    i0 += 16;
    r1 += 16;
    i1 += 16;
    vi += 16;
    w += 16;
    wi += 16;
  }
}
