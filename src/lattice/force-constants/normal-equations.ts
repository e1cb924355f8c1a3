/**
 * Solves A x = b for a symmetric matrix of which the lower half is given, by Cholesky's factors, with rows and columns
 * scaled to ones on the diagonal and the largest that is left taken next, so that what the equations do not determine
 * comes last. Both are overwritten, b by x.
 * @returns whether all unknowns are determined: not where the matrix is singular to working precision
 */
export function solvePositive(a: Float64Array, b: Float64Array): boolean {
  const n = b.length;
  const scale = Float64Array.from({ length: n }, (_, i) => 1 / Math.sqrt(a[i * n + i] || 1));
  for (let i = 0; i < n; i++) {
    b[i] *= scale[i];
    for (let j = 0; j <= i; j++) {
      a[i * n + j] *= scale[i] * scale[j];
    }
  }
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let k = 0; k < n; k++) {
    let largest = k;
    for (let i = k + 1; i < n; i++) if (a[i * n + i] > a[largest * n + largest]) largest = i;
    // Unknowns that depend on others leave rounding errors: some 1e-16 for each of a few hundred.
    if (!(a[largest * n + largest] > 1e-12)) return false;
    exchange(a, n, k, largest);
    [order[k], order[largest]] = [order[largest], order[k]];
    const pivot = Math.sqrt(a[k * n + k]);
    a[k * n + k] = pivot;
    for (let i = k + 1; i < n; i++) a[i * n + k] /= pivot;
    for (let i = k + 1; i < n; i++) {
      const factor = a[i * n + k];
      if (factor === 0) continue;
      for (let j = k + 1; j <= i; j++) a[i * n + j] -= factor * a[j * n + k];
    }
  }
  const x = Float64Array.from(order, (from) => b[from]);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < i; k++) x[i] -= a[i * n + k] * x[k];
    x[i] /= a[i * n + i];
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++) x[i] -= a[k * n + i] * x[k];
    x[i] /= a[i * n + i];
  }
  for (let i = 0; i < n; i++) b[order[i]] = x[i] * scale[order[i]];
  return true;
}

/** Swaps rows and columns p <= q of the lower half of a symmetric matrix, factors to the left of p with them. */
function exchange(a: Float64Array, n: number, p: number, q: number): void {
  if (p === q) return;
  const swap = (s: number, t: number) => {
    [a[s], a[t]] = [a[t], a[s]];
  };
  for (let k = 0; k < p; k++) swap(p * n + k, q * n + k);
  swap(p * n + p, q * n + q);
  for (let k = p + 1; k < q; k++) swap(k * n + p, q * n + k);
  for (let k = q + 1; k < n; k++) swap(k * n + p, k * n + q);
}
