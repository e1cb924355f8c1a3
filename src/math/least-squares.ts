/**
 * The x that minimises |A x - b|, by Householder's reflections (Golub and Van Loan, Matrix Computations, algorithms
 * 5.2.1 and 5.3.2): no squares of the condition number, as normal equations have. A column that depends on those
 * before it gets 0.
 * @param a [rows][columns], rows >= columns; overwritten
 * @param b [rows]; overwritten
 * @returns [columns]
 */
export function linearLeastSquares(a: Float64Array, b: Float64Array, columns: number): Float64Array {
  const rows = b.length;
  const diagonal = new Float64Array(columns);
  let largest = 0;
  for (let k = 0; k < columns; k++) {
    let square = 0;
    for (let i = k; i < rows; i++) square += a[i * columns + k] ** 2;
    const norm = Math.sqrt(square);
    diagonal[k] = a[k * columns + k] > 0 ? -norm : norm;
    largest = Math.max(largest, norm);
    if (norm === 0) continue;
    // The reflection's vector, in the column's place; 2 / |v|^2 is 1 / (norm (norm + |a_kk|)).
    a[k * columns + k] -= diagonal[k];
    const scale = 1 / (norm * Math.abs(a[k * columns + k]));
    for (let j = k + 1; j < columns; j++) reflect(a, columns, k, scale, a, columns, j);
    reflect(a, columns, k, scale, b, 1, 0);
  }
  const x = new Float64Array(columns);
  for (let k = columns - 1; k >= 0; k--) {
    if (Math.abs(diagonal[k]) <= rows * Number.EPSILON * largest) continue;
    let sum = b[k];
    for (let j = k + 1; j < columns; j++) sum -= a[k * columns + j] * x[j];
    x[k] = sum / diagonal[k];
  }
  return x;
}

/** Column `j` of `into` without twice its part along the vector in column `k` of `a`, from row k on. */
function reflect(
  a: Float64Array,
  width: number,
  k: number,
  scale: number,
  into: Float64Array,
  step: number,
  j: number,
): void {
  const rows = a.length / width;
  let along = 0;
  for (let i = k; i < rows; i++) along += a[i * width + k] * into[i * step + j];
  along *= scale;
  for (let i = k; i < rows; i++) into[i * step + j] -= along * a[i * width + k];
}
