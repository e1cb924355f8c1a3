/** Cells are Float64Array[9], A, row-major; the ROWS are the lattice vectors a, b, c. */

export function determinant(m: ArrayLike<number>): number {
  return (
    m[0] * (m[4] * m[8] - m[5] * m[7]) -
    m[1] * (m[3] * m[8] - m[5] * m[6]) +
    m[2] * (m[3] * m[7] - m[4] * m[6])
  );
}

/** Volume in A^3, always positive; 0 for a cell of fewer than three independent vectors. */
export function volume(cell: ArrayLike<number>): number {
  return Math.abs(determinant(cell));
}

/** Inverse of a 3x3 matrix, row-major. NaN or infinite entries where the matrix is singular: ask `volume` first. */
export function inverse(m: ArrayLike<number>): Float64Array {
  const d = 1 / determinant(m);
  return Float64Array.of(
    (m[4] * m[8] - m[5] * m[7]) * d,
    (m[2] * m[7] - m[1] * m[8]) * d,
    (m[1] * m[5] - m[2] * m[4]) * d,
    (m[5] * m[6] - m[3] * m[8]) * d,
    (m[0] * m[8] - m[2] * m[6]) * d,
    (m[2] * m[3] - m[0] * m[5]) * d,
    (m[3] * m[7] - m[4] * m[6]) * d,
    (m[1] * m[6] - m[0] * m[7]) * d,
    (m[0] * m[4] - m[1] * m[3]) * d,
  );
}

/** Row vectors times a matrix: [3n] x [9] -> [3n]. Cartesian from fractional with the cell, back with its inverse. */
export function rowsTimes(rows: ArrayLike<number>, m: ArrayLike<number>): Float64Array {
  const out = new Float64Array(rows.length);
  for (let i = 0; i < rows.length; i += 3) {
    const x = rows[i];
    const y = rows[i + 1];
    const z = rows[i + 2];
    out[i] = x * m[0] + y * m[3] + z * m[6];
    out[i + 1] = x * m[1] + y * m[4] + z * m[7];
    out[i + 2] = x * m[2] + y * m[5] + z * m[8];
  }
  return out;
}

/** Product of two 3x3 matrices, row-major. */
export function product(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return rowsTimes(Array.from(a), b);
}

/** Transpose of a 3x3 matrix. */
export function transpose(m: ArrayLike<number>): Float64Array {
  return Float64Array.of(m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]);
}

/**
 * Distances in A between opposite faces of the cell, [3]: how far one may go along each reciprocal vector before the
 * next image. The cell must have a volume.
 */
export function heights(cell: ArrayLike<number>): Float64Array {
  const inv = inverse(cell);
  const out = new Float64Array(3);
  for (let k = 0; k < 3; k++) out[k] = 1 / Math.hypot(inv[k], inv[3 + k], inv[6 + k]);
  return out;
}
