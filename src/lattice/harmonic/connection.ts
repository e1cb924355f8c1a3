/**
 * [q][b] which mode continues each band: from point to point, each in turn goes on where its eigenvector overlaps most
 * with one that is still free.
 */
export function connectedOrder(eigenvectors: Float64Array, size: number): Int32Array {
  const width = 2 * size;
  const total = eigenvectors.length / (width * size);
  const order = new Int32Array(total * size);
  for (let b = 0; b < size; b++) order[b] = b;
  for (let p = 1; p < total; p++) {
    const free = new Set(Array.from({ length: size }, (_, b) => size - 1 - b));
    const next = new Int32Array(size);
    for (let b = 0; b < size; b++) {
      let best = -1;
      let most = Number.NEGATIVE_INFINITY;
      for (const other of free) {
        const square = overlapSquare(
          eigenvectors,
          ((p - 1) * size + b) * width,
          (p * size + other) * width,
          width,
        );
        if (square <= most) continue;
        most = square;
        best = other;
      }
      free.delete(best);
      next[b] = best;
    }
    for (let b = 0; b < size; b++) order[p * size + b] = next[order[(p - 1) * size + b]];
  }
  return order;
}

function overlapSquare(e: Float64Array, a: number, b: number, width: number): number {
  let re = 0;
  let im = 0;
  for (let k = 0; k < width; k += 2) {
    re += e[a + k] * e[b + k] + e[a + k + 1] * e[b + k + 1];
    im += e[a + k] * e[b + k + 1] - e[a + k + 1] * e[b + k];
  }
  return re * re + im * im;
}

/** Puts values [q][b][width] into the order of the bands that `connectedOrder` found. */
export function reorder(values: Float64Array, order: Int32Array, size: number, width: number): void {
  const old = values.slice();
  for (let k = 0; k < order.length; k++) {
    const from = (k - (k % size) + order[k]) * width;
    values.set(old.subarray(from, from + width), k * width);
  }
}
