/** Where conjugate gradients came to. */
export interface ConjugateGradients {
  /** [n] */
  readonly solution: Float64Array;
  readonly iterations: number;
  /** |b - A x| / |b| in the metric */
  readonly residual: number;
}

/**
 * Solves A x = b for a symmetric matrix by conjugate gradients in the metric of a diagonal (Hestenes and Stiefel, J. Res.
 * Natl. Bur. Stand. 49, 409, 1952; Golub and Van Loan, Matrix Computations, 11.5). From x = 0, so that a null space that b
 * has no part in stays out, where the metric does not mix it in: the solution is that of the pseudo-inverse. Made for
 * positive matrices; it gets over a few negative eigenvalues as a rule.
 *
 * Undefined where it needs more than `most` iterations, or comes to a stand.
 * @param matrix [n][n]
 * @param metric [n] positive, near the main diagonal; where it is zero, x is
 * @param tolerance of the residual
 */
export function conjugateGradients(
  matrix: Float64Array,
  b: Float64Array,
  metric: Float64Array,
  { tolerance = 1e-10, most = 1000 }: { tolerance?: number; most?: number } = {},
): ConjugateGradients | undefined {
  const n = b.length;
  const inverse = Float64Array.from(b, (_, k) => (metric[k] > 0 ? 1 / metric[k] : 0));
  const solution = new Float64Array(n);
  const rest = Float64Array.from(b);
  const way = rest.map((x, k) => x * inverse[k]);
  const moved = new Float64Array(n);
  let square = dot(rest, way);
  const target = square * tolerance ** 2;
  const whole = square;
  let iterations = 0;
  while (square > target) {
    if (iterations === most) return undefined;
    iterations++;
    multiply(matrix, way, moved);
    const slope = dot(way, moved);
    if (!(Math.abs(slope) > 0)) return undefined;
    const step = square / slope;
    let next = 0;
    for (let k = 0; k < n; k++) {
      solution[k] += step * way[k];
      rest[k] -= step * moved[k];
      next += rest[k] * rest[k] * inverse[k];
    }
    const turn = next / square;
    for (let k = 0; k < n; k++) way[k] = rest[k] * inverse[k] + turn * way[k];
    square = next;
  }
  return { solution, iterations, residual: whole > 0 ? Math.sqrt(square / whole) : 0 };
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let k = 0; k < a.length; k++) sum += a[k] * b[k];
  return sum;
}

function multiply(matrix: Float64Array, x: Float64Array, out: Float64Array): void {
  const n = x.length;
  for (let i = 0, at = 0; i < n; i++, at += n) {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += matrix[at + k] * x[k];
    out[i] = sum;
  }
}
