/** Which components of a symmetric tensor its six numbers are: xx, yy, zz, yz, xz, xy. */
export const VOIGT = [
  [0, 0],
  [1, 1],
  [2, 2],
  [1, 2],
  [0, 2],
  [0, 1],
] as const;

/** Where a component of a symmetric tensor is among its six numbers, by 3 row + column. */
const PLACE = [0, 5, 4, 5, 1, 3, 4, 3, 2] as const;

/**
 * What sums symmetric tensors over a point group: R S R^T added up over all R, as a matrix on the six numbers.
 * @param rotations [9] each, Cartesian
 * @returns [6][6]
 */
export function groupSum(rotations: readonly ArrayLike<number>[]): Float64Array {
  const out = new Float64Array(36);
  for (const r of rotations) {
    VOIGT.forEach(([a, b], to) => {
      for (let c = 0; c < 3; c++) {
        for (let d = 0; d < 3; d++) out[6 * to + PLACE[3 * c + d]] += r[3 * a + c] * r[3 * b + d];
      }
    });
  }
  return out;
}

/** out = matrix [6][6] times six numbers, times a factor. */
export function applySix(
  matrix: Float64Array,
  six: ArrayLike<number>,
  factor: number,
  out: Float64Array,
  to: number,
): void {
  for (let k = 0; k < 6; k++) {
    let sum = 0;
    for (let l = 0; l < 6; l++) sum += matrix[6 * k + l] * six[l];
    out[to + k] = factor * sum;
  }
}

/**
 * Products of group velocities summed over the star of each point: what a mode and its equivalents carry together
 * (phono3py's gv_by_gv).
 * @param velocities [q][b][3] THz A
 * @param weights [q] points in the star of each
 * @param rotations [9] each, Cartesian: the point group, which the stars are made by
 * @returns [q][b][6] THz^2 A^2
 */
export function velocityProducts(
  velocities: Float64Array,
  weights: ArrayLike<number>,
  rotations: readonly ArrayLike<number>[],
): Float64Array {
  const points = weights.length;
  const bands = velocities.length / (3 * points);
  const sum = groupSum(rotations);
  const out = new Float64Array(2 * velocities.length);
  const six = new Float64Array(6);
  for (let q = 0; q < points; q++) {
    // The group makes each point of the star as many times.
    const share = weights[q] / rotations.length;
    for (let m = q * bands; m < (q + 1) * bands; m++) {
      VOIGT.forEach(([a, b], k) => {
        six[k] = velocities[3 * m + a] * velocities[3 * m + b];
      });
      applySix(sum, six, share, out, 6 * m);
    }
  }
  return out;
}
