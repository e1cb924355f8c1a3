/** Whole-number 3x3 matrices, row-major [9]: rotations in fractional coordinates, supercell matrices. */

export const IDENTITY: Int32Array = Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
export const INVERSION: Int32Array = Int32Array.of(-1, 0, 0, 0, -1, 0, 0, 0, -1);

/** a b */
export function multiply(a: ArrayLike<number>, b: ArrayLike<number>): Int32Array {
  const out = new Int32Array(9);
  for (let i = 0; i < 9; i += 3) {
    for (let j = 0; j < 3; j++) out[i + j] = a[i] * b[j] + a[i + 1] * b[3 + j] + a[i + 2] * b[6 + j];
  }
  return out;
}

/** m v for a column v [3] */
export function times(m: ArrayLike<number>, v: ArrayLike<number>): [number, number, number] {
  return [
    m[0] * v[0] + m[1] * v[1] + m[2] * v[2],
    m[3] * v[0] + m[4] * v[1] + m[5] * v[2],
    m[6] * v[0] + m[7] * v[1] + m[8] * v[2],
  ];
}

export function transposed(m: ArrayLike<number>): Int32Array {
  return Int32Array.of(m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]);
}

export function negated(m: ArrayLike<number>): Int32Array {
  return Int32Array.from(m, (x) => -x);
}

/** Inverse of a matrix of determinant 1 or -1, which is whole-numbered too. */
export function unimodularInverse(m: ArrayLike<number>): Int32Array {
  const adjugate = Int32Array.of(
    m[4] * m[8] - m[5] * m[7],
    m[2] * m[7] - m[1] * m[8],
    m[1] * m[5] - m[2] * m[4],
    m[5] * m[6] - m[3] * m[8],
    m[0] * m[8] - m[2] * m[6],
    m[2] * m[3] - m[0] * m[5],
    m[3] * m[7] - m[4] * m[6],
    m[1] * m[6] - m[0] * m[7],
    m[0] * m[4] - m[1] * m[3],
  );
  const det = m[0] * adjugate[0] + m[1] * adjugate[3] + m[2] * adjugate[6];
  return det === 1 ? adjugate : negated(adjugate);
}

/** The whole numbers that a matrix consists of, or undefined where one is farther than `tolerance` from any. */
export function wholeNumbers(m: ArrayLike<number>, tolerance: number): Int32Array | undefined {
  const out = new Int32Array(m.length);
  for (let i = 0; i < m.length; i++) {
    out[i] = Math.round(m[i]);
    if (!(Math.abs(m[i] - out[i]) <= tolerance)) return undefined;
  }
  return out;
}

export function equal(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** A matrix as a key of maps and sets. */
export function keyOf(m: Int32Array): string {
  return m.join();
}
