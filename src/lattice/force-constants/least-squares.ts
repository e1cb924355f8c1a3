/**
 * Moore and Penrose's inverse of m rows of three numbers: `inverse` times values at the rows is the least-squares
 * solution x of rows x = values. By Gram and Schmidt's orthogonal basis of the three columns, made orthogonal twice so
 * that rounding does not grow with the square of the condition.
 * @param rows [3m]
 * @returns [3][m], or how many dimensions the rows span where that is fewer than three
 */
export function pseudoInverse(rows: Float64Array): Float64Array | number {
  const m = rows.length / 3;
  const basis = [0, 1, 2].map((k) => Float64Array.from({ length: m }, (_, i) => rows[3 * i + k]));
  const triangle = new Float64Array(9);
  for (let k = 0; k < 3; k++) {
    const before = norm(basis[k]);
    for (let pass = 0; pass < 2; pass++) {
      for (let p = 0; p < k; p++) {
        const overlap = dot(basis[p], basis[k]);
        triangle[3 * p + k] += overlap;
        for (let i = 0; i < m; i++) basis[k][i] -= overlap * basis[p][i];
      }
    }
    const left = norm(basis[k]);
    if (!(left > DEPENDENT * before)) return rankOf(rows);
    triangle[4 * k] = left;
    for (let i = 0; i < m; i++) basis[k][i] /= left;
  }
  const out = new Float64Array(3 * m);
  for (let k = 2; k >= 0; k--) {
    for (let i = 0; i < m; i++) {
      let sum = basis[k][i];
      for (let q = k + 1; q < 3; q++) sum -= triangle[3 * k + q] * out[q * m + i];
      out[k * m + i] = sum / triangle[4 * k];
    }
  }
  return out;
}

/**
 * What is left of a direction that depends on the others is a rounding error, or as large as positions are inexact
 * (1e-5 A of a cell); directions that are meant to differ do so by far more.
 */
const DEPENDENT = 1e-4;

/** Dimensions that rows of three numbers span, each row as it comes. */
function rankOf(rows: Float64Array): number {
  const basis: number[][] = [];
  for (let i = 0; i < rows.length; i += 3) {
    let vector = [rows[i], rows[i + 1], rows[i + 2]];
    const length = Math.hypot(...vector);
    for (const b of basis) {
      const overlap = dot(b, vector);
      vector = vector.map((x, k) => x - overlap * b[k]);
    }
    const left = Math.hypot(...vector);
    if (left > DEPENDENT * length) basis.push(vector.map((x) => x / left));
  }
  return basis.length;
}

function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}

function norm(a: ArrayLike<number>): number {
  return Math.sqrt(dot(a, a));
}
