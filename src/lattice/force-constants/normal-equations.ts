/**
 * Solves A x = b for a symmetric matrix of which the lower half is given, by Cholesky's factors, with rows and columns
 * scaled to ones on the diagonal. Both are overwritten, b by x.
 * @returns whether all unknowns are determined: not where the matrix is singular to working precision
 */
export function solvePositive(a: Float64Array, b: Float64Array): boolean {
  const n = b.length;
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(a[i * n + i] || 1));
  for (let i = 0; i < n; i++) {
    b[i] *= scale[i];
    for (let j = 0; j <= i; j++) a[i * n + j] *= scale[i] * scale[j];
  }
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < i; j++) {
      let sum = a[i * n + j];
      for (let k = 0; k < j; k++) sum -= a[i * n + k] * a[j * n + k];
      a[i * n + j] = sum / a[j * n + j];
    }
    let left = a[i * n + i];
    for (let k = 0; k < i; k++) left -= a[i * n + k] ** 2;
    // What depends on the unknowns before leaves rounding errors, some 1e-16 a term.
    if (!(left > 1e-12)) return false;
    a[i * n + i] = Math.sqrt(left);
  }
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) b[i] -= a[i * n + k] * b[k];
    b[i] /= a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) b[i] -= a[k * n + i] * b[k];
    b[i] /= a[i * n + i];
  }
  for (let i = 0; i < n; i++) b[i] *= scale[i];
  return true;
}
