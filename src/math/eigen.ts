/** What an eigenvalue problem comes to. */
export interface Eigen {
  /** Ascending. */
  values: Float64Array;
  /** Row k is the eigenvector of value k, of norm 1; complex numbers as pairs. */
  vectors: Float64Array;
}

/** Sweeps over all pairs; ten are usual. */
const SWEEPS = 60;

/**
 * Eigenvalues and eigenvectors of a real symmetric matrix [n][n], as `hermitianEigen`.
 */
export function symmetricEigen(matrix: ArrayLike<number>, n: number): Eigen {
  const pairs = Float64Array.from({ length: 2 * n * n }, (_, k) => (k % 2 ? 0 : matrix[k / 2]));
  const { values, vectors } = hermitianEigen(pairs, n);
  return { values, vectors: vectors.filter((_, k) => k % 2 === 0) };
}

/**
 * Eigenvalues and eigenvectors of a Hermitian matrix [n][n], complex numbers as pairs (real, imaginary), of which the
 * lower triangle is read: by Jacobi's rotations, pair after pair until nothing is left off the diagonal (Jacobi, J.
 * reine angew. Math. 30 (1846) 51; Golub and Van Loan, Matrix Computations, 8.5). Slow and plain; src/device/eigen.ts
 * is the quick one. Values are NaN where the matrix holds numbers that are not finite.
 */
export function hermitianEigen(matrix: ArrayLike<number>, n: number): Eigen {
  // Row i of `a` is the matrix's row, from its lower triangle; row i of `v` will be eigenvector i.
  const a = new Float64Array(2 * n * n);
  const v = new Float64Array(2 * n * n);
  let scale = 0;
  for (let i = 0; i < n; i++) {
    v[2 * (i * n + i)] = 1;
    for (let j = 0; j <= i; j++) {
      const [at, turned] = [2 * (i * n + j), 2 * (j * n + i)];
      a[at] = a[turned] = matrix[at];
      a[at + 1] = i === j ? 0 : matrix[at + 1];
      a[turned + 1] = -a[at + 1];
      scale = Math.max(scale, Math.abs(a[at]), Math.abs(a[at + 1]));
    }
  }
  if (scale > 0) for (let k = 0; k < a.length; k++) a[k] /= scale;

  // What is smaller changes no value by more than a rounding error of the norm.
  const limit = Number.EPSILON / (4 * n);
  for (let sweep = 0, turns = 1; sweep < SWEEPS && turns > 0; sweep++) {
    turns = 0;
    for (let q = 1; q < n; q++) {
      for (let p = 0; p < q; p++) {
        if (Math.hypot(a[2 * (p * n + q)], a[2 * (p * n + q) + 1]) <= limit) continue;
        turns++;
        eliminate(a, v, n, p, q);
      }
    }
  }

  const order = Array.from({ length: n }, (_, k) => k).sort(
    (k, l) => a[2 * (k * n + k)] - a[2 * (l * n + l)],
  );
  const vectors = new Float64Array(2 * n * n);
  for (const [k, from] of order.entries())
    vectors.set(v.subarray(2 * from * n, 2 * (from + 1) * n), 2 * k * n);
  return { values: Float64Array.from(order, (k) => scale * a[2 * (k * n + k)]), vectors };
}

/** Rotates p and q so that the element (p, q) becomes zero: a -> U^H a U; the columns of U gather in the rows of v. */
function eliminate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const at = 2 * (p * n + q);
  const size = Math.hypot(a[at], a[at + 1]);
  const theta = (a[2 * (q * n + q)] - a[2 * (p * n + p)]) / (2 * size);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(t, 1);
  // The sine has the element's phase.
  const [re, im] = [(t * cosine * a[at]) / size, (t * cosine * a[at + 1]) / size];
  mix(a, p * n, q * n, 1, n, cosine, re, -im);
  mix(a, p, q, n, n, cosine, re, im);
  mix(v, p * n, q * n, 1, n, cosine, re, im);
}

/** (x, y) -> (c x - s* y, s x + c y) for n complex numbers from x and y on, `step` apart; s = re + i im. */
function mix(
  data: Float64Array,
  x: number,
  y: number,
  step: number,
  n: number,
  c: number,
  re: number,
  im: number,
): void {
  for (let k = 0; k < n; k++) {
    const [p, q] = [2 * (x + k * step), 2 * (y + k * step)];
    const [xr, xi, yr, yi] = [data[p], data[p + 1], data[q], data[q + 1]];
    data[p] = c * xr - (re * yr + im * yi);
    data[p + 1] = c * xi - (re * yi - im * yr);
    data[q] = re * xr - im * xi + c * yr;
    data[q + 1] = re * xi + im * xr + c * yi;
  }
}
