// C = A B, C + A B or C - A B of row-major f64 matrices. Columns of B are packed four by four, so that the innermost
// loop reads B in one stream, and a tile of 4 x 4 of C stays in registers: eight vectors, which hide the latency of
// their additions. (Goto and van de Geijn, ACM Trans. Math. Softw. 34 (2008) 12, less the packing of A: its rows are
// short enough to stay in the first-level cache as they lie.)

/** What becomes of the product. */
export const SET: i32 = 0;
export const ADD: i32 = 1;
export const SUBTRACT: i32 = 2;

/** Rows and columns of B that are packed at a time: 512 KiB, which fits a second-level cache. */
const DEPTH: i32 = 192;
const COLUMNS: i32 = 336;
/** Bytes of workspace that `gemm` needs: packed B, and a tile. */
export const GEMM_BYTES: usize = (<usize>(DEPTH * COLUMNS) << 3) + 128;

/**
 * c [m x n] = a [m x k] b [k x n] (or added to, or subtracted from, by `mode`); rows are `ca`, `aa`, `ba` bytes apart.
 * `turned`: b holds its transpose [n x k]. c must not overlap a or b; `work` has GEMM_BYTES.
 */
export function gemm(
  c: usize, ca: usize, a: usize, aa: usize, b: usize, ba: usize, turned: bool,
  m: i32, n: i32, k: i32, mode: i32, work: usize,
): void {
  for (let from = 0; from < n; from += COLUMNS) {
    const columns = min(COLUMNS, n - from);
    let first = mode;
    for (let at = 0; at < k; at += DEPTH) {
      const depth = min(DEPTH, k - at);
      if (turned) packTurned(work, b + (<usize>from * ba + (<usize>at << 3)), ba, depth, columns);
      else pack(work, b + (<usize>at * ba + (<usize>from << 3)), ba, depth, columns);
      block(c + (<usize>from << 3), ca, a + (<usize>at << 3), aa, work, m, columns, depth, first);
      if (first == SET) first = ADD;
    }
  }
}

/** Panels of four columns of b [depth x columns], each `depth` rows of 32 bytes; zeros beyond the last column. */
function pack(to: usize, b: usize, ba: usize, depth: i32, columns: i32): void {
  const panel = <usize>depth << 5;
  for (let j = 0; j < columns; j += 4) {
    let from = b + (<usize>j << 3);
    const end = to + panel;
    if (j + 4 <= columns) {
      for (; to < end; to += 32) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        from += ba;
      }
    } else {
      const left = columns - j;
      for (; to < end; to += 32) {
        store<f64>(to, load<f64>(from));
        store<f64>(to, left > 1 ? load<f64>(from, 8) : 0, 8);
        store<f64>(to, left > 2 ? load<f64>(from, 16) : 0, 16);
        store<f64>(to, 0, 24);
        from += ba;
      }
    }
  }
}

/** The same of b that holds its transpose: four rows become a panel. */
function packTurned(to: usize, b: usize, ba: usize, depth: i32, columns: i32): void {
  for (let j = 0; j < columns; j += 4) {
    let r0 = b + <usize>j * ba;
    const left = columns - j;
    if (left >= 4) {
      let r1 = r0 + ba;
      let r2 = r1 + ba;
      let r3 = r2 + ba;
      let i = 0;
      for (; i + 2 <= depth; i += 2) {
        const a = v128.load(r0);
        const b = v128.load(r1);
        const c = v128.load(r2);
        const d = v128.load(r3);
        v128.store(to, v128.shuffle<f64>(a, b, 0, 2));
        v128.store(to, v128.shuffle<f64>(c, d, 0, 2), 16);
        v128.store(to, v128.shuffle<f64>(a, b, 1, 3), 32);
        v128.store(to, v128.shuffle<f64>(c, d, 1, 3), 48);
        r0 += 16;
        r1 += 16;
        r2 += 16;
        r3 += 16;
        to += 64;
      }
      if (i < depth) {
        store<f64>(to, load<f64>(r0));
        store<f64>(to, load<f64>(r1), 8);
        store<f64>(to, load<f64>(r2), 16);
        store<f64>(to, load<f64>(r3), 24);
        to += 32;
      }
    } else {
      for (let i = 0; i < depth; i++) {
        for (let q = 0; q < 4; q++) store<f64>(to + (<usize>q << 3), q < left ? load<f64>(r0 + <usize>q * ba) : 0);
        r0 += 8;
        to += 32;
      }
    }
  }
}

/** All tiles of c [m x columns] from packed panels. */
function block(c: usize, ca: usize, a: usize, aa: usize, packed: usize, m: i32, columns: i32, depth: i32, mode: i32): void {
  const scratch = packed + (<usize>(DEPTH * COLUMNS) << 3);
  const panel = <usize>depth << 5;
  for (let i = 0; i < m; i += 4) {
    const rows = min(4, m - i);
    const a0 = a + <usize>i * aa;
    // Rows beyond the last are the last once more.
    const a1 = rows > 1 ? a0 + aa : a0;
    const a2 = rows > 2 ? a1 + aa : a1;
    const a3 = rows > 3 ? a2 + aa : a2;
    let to = c + <usize>i * ca;
    let b = packed;
    for (let j = 0; j < columns; j += 4) {
      if (rows == 4 && j + 4 <= columns) tile(to, ca, a0, a1, a2, a3, b, depth, mode);
      else {
        tile(scratch, 32, a0, a1, a2, a3, b, depth, SET);
        edge(to, ca, scratch, rows, min(4, columns - j), mode);
      }
      b += panel;
      to += 32;
    }
  }
}

/** The part of a tile that lies within c. */
function edge(c: usize, ca: usize, from: usize, rows: i32, columns: i32, mode: i32): void {
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) {
      const at = c + (<usize>j << 3);
      const x = load<f64>(from + (<usize>j << 3));
      store<f64>(at, mode == SET ? x : mode == ADD ? load<f64>(at) + x : load<f64>(at) - x);
    }
    c += ca;
    from += 32;
  }
}

@inline function put(p: usize, x: v128, mode: i32): void {
  v128.store(p, mode == SET ? x : mode == ADD ? f64x2.add(v128.load(p), x) : f64x2.sub(v128.load(p), x));
}

/**
 * A tile of 4 x 4: rows of a at a0 to a3, a panel of b; depth > 0. The exits between the steps keep the engine from
 * loading the operands of all steps first, for which there are not enough registers.
 */
function tile(c: usize, ca: usize, a0: usize, a1: usize, a2: usize, a3: usize, b: usize, depth: i32, mode: i32): void {
  let p0 = f64x2.splat(0);
  let p1 = p0;
  let q0 = p0;
  let q1 = p0;
  let r0 = p0;
  let r1 = p0;
  let s0 = p0;
  let s1 = p0;
  while (true) {
    let b0 = v128.load(b);
    let b1 = v128.load(b, 16);
    let x = v128.load64_splat(a0);
    p0 = f64x2.add(p0, f64x2.mul(x, b0));
    p1 = f64x2.add(p1, f64x2.mul(x, b1));
    x = v128.load64_splat(a1);
    q0 = f64x2.add(q0, f64x2.mul(x, b0));
    q1 = f64x2.add(q1, f64x2.mul(x, b1));
    x = v128.load64_splat(a2);
    r0 = f64x2.add(r0, f64x2.mul(x, b0));
    r1 = f64x2.add(r1, f64x2.mul(x, b1));
    x = v128.load64_splat(a3);
    s0 = f64x2.add(s0, f64x2.mul(x, b0));
    s1 = f64x2.add(s1, f64x2.mul(x, b1));
    if (depth == 1) break;
    b0 = v128.load(b, 32);
    b1 = v128.load(b, 48);
    x = v128.load64_splat(a0, 8);
    p0 = f64x2.add(p0, f64x2.mul(x, b0));
    p1 = f64x2.add(p1, f64x2.mul(x, b1));
    x = v128.load64_splat(a1, 8);
    q0 = f64x2.add(q0, f64x2.mul(x, b0));
    q1 = f64x2.add(q1, f64x2.mul(x, b1));
    x = v128.load64_splat(a2, 8);
    r0 = f64x2.add(r0, f64x2.mul(x, b0));
    r1 = f64x2.add(r1, f64x2.mul(x, b1));
    x = v128.load64_splat(a3, 8);
    s0 = f64x2.add(s0, f64x2.mul(x, b0));
    s1 = f64x2.add(s1, f64x2.mul(x, b1));
    depth -= 2;
    if (depth == 0) break;
    a0 += 16;
    a1 += 16;
    a2 += 16;
    a3 += 16;
    b += 64;
  }
  put(c, p0, mode);
  put(c + 16, p1, mode);
  c += ca;
  put(c, q0, mode);
  put(c + 16, q1, mode);
  c += ca;
  put(c, r0, mode);
  put(c + 16, r1, mode);
  c += ca;
  put(c, s0, mode);
  put(c + 16, s1, mode);
}
