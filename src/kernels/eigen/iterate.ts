// Eigenvalues of a tridiagonal matrix by the implicit QL method with Wilkinson's shift, and its eigenvectors as rows.
// (Martin and Wilkinson, Numer. Math. 12 (1968) 377; Golub and Van Loan, Matrix Computations, 8.3.5.)

const EPSILON: f64 = 2.220446049250313e-16;
/** Below, squares lose digits: off-diagonals as small as that count as zero in a matrix scaled to 1. */
const NOTHING: f64 = 1e-140;
/** Sweeps an eigenvalue; three are usual. */
const SWEEPS: i32 = 60;

/**
 * d [n] becomes the eigenvalues, in no order; e [n] is lost. Where `rows` is not 0, its n rows of `pairs` pairs, `step`
 * bytes apart, are mixed as the eigenvectors are: from the unit matrix they come out as the eigenvectors. `turns` has
 * room for 2 n numbers. Returns whether it converged.
 */
export function iterate(d: usize, e: usize, n: i32, rows: usize, step: usize, pairs: i32, turns: usize): bool {
  for (let l = 0; l < n - 1; l++) {
    for (let sweep = 0; ; sweep++) {
      // The first off-diagonal from l on that is as good as zero.
      let m = l;
      for (; m < n - 1; m++) {
        const off = Math.abs(load<f64>(e + (<usize>m << 3)));
        const at = d + (<usize>m << 3);
        if (off <= EPSILON * (Math.abs(load<f64>(at)) + Math.abs(load<f64>(at, 8))) || off < NOTHING) break;
      }
      if (m == l) break;
      if (sweep == SWEEPS) return false;
      const count = sweepOnce(d, e, l, m, turns);
      if (rows) turnRows(rows + <usize>m * step, step, pairs, turns, count);
    }
  }
  return true;
}

/** One sweep from m up to l; writes the rotations (cosine, sine) of rows (m - 1, m), (m - 2, m - 1), ...: how many. */
function sweepOnce(d: usize, e: usize, l: i32, m: i32, turns: usize): i32 {
  const first = d + (<usize>l << 3);
  let off = load<f64>(e + (<usize>l << 3));
  let g = (load<f64>(first, 8) - load<f64>(first)) / (2 * off);
  const root = Math.sqrt(g * g + 1);
  g = load<f64>(d + (<usize>m << 3)) - load<f64>(first) + off / (g + (g < 0 ? -root : root));
  let s: f64 = 1;
  let c: f64 = 1;
  let p: f64 = 0;
  let next = load<f64>(d + (<usize>m << 3));
  for (let i = m - 1; i >= l; i--) {
    const at = <usize>i << 3;
    off = load<f64>(e + at);
    const f = s * off;
    const b = c * off;
    const square = f * f + g * g;
    if (square < NOTHING * NOTHING) {
      // The matrix falls apart here by itself.
      store<f64>(e + at, 0, 8);
      store<f64>(d + at, next - p, 8);
      store<f64>(e + (<usize>m << 3), 0);
      return m - 1 - i;
    }
    const r = Math.sqrt(square);
    const inverse = 1 / r;
    store<f64>(e + at, r, 8);
    s = f * inverse;
    c = g * inverse;
    store<f64>(turns, c);
    store<f64>(turns, s, 8);
    turns += 16;
    g = next - p;
    const mine = load<f64>(d + at);
    const t = (mine - g) * s + 2 * c * b;
    p = s * t;
    store<f64>(d + at, g + p, 8);
    next = mine;
    g = c * t - b;
  }
  store<f64>(first, next - p);
  store<f64>(e + (<usize>l << 3), g);
  store<f64>(e + (<usize>m << 3), 0);
  return m - l;
}

/** Rotates the rows (`low` - 1, `low`), then the ones above, ...: eight columns at a time, which stay in registers. */
function turnRows(low: usize, step: usize, pairs: i32, turns: usize, count: i32): void {
  for (; pairs >= 4; pairs -= 4, low += 64) turn4(low, step, turns, count);
  for (; pairs > 0; pairs--, low += 16) turn1(low, step, turns, count);
}

@inline function lower(s: v128, up: v128, c: v128, down: v128): v128 { return f64x2.add(f64x2.mul(s, up), f64x2.mul(c, down)); }
@inline function upper(s: v128, up: v128, c: v128, down: v128): v128 { return f64x2.sub(f64x2.mul(c, up), f64x2.mul(s, down)); }

function turn4(low: usize, step: usize, turns: usize, count: i32): void {
  let p = v128.load(low);
  let q = v128.load(low, 16);
  let r = v128.load(low, 32);
  let t = v128.load(low, 48);
  const end = turns + (<usize>count << 4);
  for (; turns < end; turns += 16) {
    const c = v128.load64_splat(turns);
    const s = v128.load64_splat(turns, 8);
    const high = low - step;
    let x = v128.load(high);
    v128.store(low, lower(s, x, c, p));
    p = upper(s, x, c, p);
    x = v128.load(high, 16);
    v128.store(low, lower(s, x, c, q), 16);
    q = upper(s, x, c, q);
    x = v128.load(high, 32);
    v128.store(low, lower(s, x, c, r), 32);
    r = upper(s, x, c, r);
    x = v128.load(high, 48);
    v128.store(low, lower(s, x, c, t), 48);
    t = upper(s, x, c, t);
    low = high;
  }
  v128.store(low, p);
  v128.store(low, q, 16);
  v128.store(low, r, 32);
  v128.store(low, t, 48);
}

function turn1(low: usize, step: usize, turns: usize, count: i32): void {
  let p = v128.load(low);
  const end = turns + (<usize>count << 4);
  for (; turns < end; turns += 16) {
    const c = v128.load64_splat(turns);
    const s = v128.load64_splat(turns, 8);
    const high = low - step;
    const x = v128.load(high);
    v128.store(low, lower(s, x, c, p));
    p = upper(s, x, c, p);
    low = high;
  }
  v128.store(low, p);
}
