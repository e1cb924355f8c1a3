import { determinant } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import { IDENTITY, multiply, negated, transposed } from './integer-matrix.js';

/** D = P M Q with whole, unimodular P and Q, and D diagonal. */
export interface SmithForm {
  /** [3] diagonal of D, positive */
  readonly diagonal: [number, number, number];
  /** [9] P, determinant 1 */
  readonly left: Int32Array;
  /** [9] Q */
  readonly right: Int32Array;
}

/**
 * Smith's normal form of a whole-number matrix. P and Q are not unique: addresses of grid points depend on them,
 * so the steps are those of phono3py, which are the schoolbook's (Newman, Integral Matrices, 1972): the first column is
 * cleared below its first entry by Euclid's extended algorithm, then the first row, until both are clear; then the same
 * for what is left. As there, in rare cases the numbers of D do not divide each other: grids do not need it.
 * @param matrix [9]
 * @throws PhonolinkError where it is singular
 */
export function smithForm(matrix: ArrayLike<number>): SmithForm {
  if (determinant(matrix) === 0) {
    throw new PhonolinkError(`the grid matrix '${Array.from(matrix).join(' ')}' is singular`);
  }
  const work = new Reduction(matrix);
  work.clear(0);
  work.clear(1);
  work.makePositive();
  work.sort();
  work.spread(0, 1);
  work.clear(0);
  work.sort();
  work.spread(1, 2);
  work.clear(1);
  // Clearing may turn a sign once more; phono3py leaves it so, and its grid fails.
  work.makePositive();
  const { a, p, q } = work;
  const mirrored = determinant(p) < 0;
  return {
    diagonal: [a[0], a[4], a[8]],
    left: mirrored ? negated(p) : p,
    right: transposed(mirrored ? negated(q) : q),
  };
}

/** The matrix on its way to the diagonal; row steps gather in p, column steps, as rows, in q. */
class Reduction {
  a: Int32Array;
  p: Int32Array = IDENTITY.slice();
  q: Int32Array = IDENTITY.slice();

  constructor(matrix: ArrayLike<number>) {
    this.a = Int32Array.from(matrix);
  }

  /** Clears row and column k (0 or 1) beside the diagonal. */
  clear(k: number): void {
    for (;;) {
      this.p = this.clearColumn(k, this.p);
      this.a = transposed(this.a);
      this.q = this.clearColumn(k, this.q);
      this.a = transposed(this.a);
      // The row is clear now. What stands in the column still goes at one blow where the pivot divides it.
      const factors = this.below(k).map((row) => -this.a[3 * row + k] / this.a[4 * k]);
      if (!factors.every(Number.isInteger)) continue;
      if (factors.some((f) => f !== 0)) {
        const step = IDENTITY.slice();
        this.below(k).forEach((row, i) => {
          step[3 * row + k] = factors[i];
        });
        this.p = this.apply(step, this.p);
      }
      return;
    }
  }

  makePositive(): void {
    for (let k = 0; k < 3; k++) {
      if (this.a[4 * k] >= 0) continue;
      const step = IDENTITY.slice();
      step[4 * k] = -1;
      this.p = this.apply(step, this.p);
    }
  }

  /** Puts the diagonal in rising order. */
  sort(): void {
    for (const [i, j] of [
      [0, 1],
      [1, 2],
      [0, 1],
    ]) {
      if (this.a[4 * i] <= this.a[4 * j]) continue;
      this.p = this.apply(swapped(i, j), this.p);
      this.a = transposed(this.a);
      this.q = this.apply(swapped(i, j), this.q);
      this.a = transposed(this.a);
    }
  }

  /** Where one number of the diagonal does not divide another, brings the other into its row, to be cleared again. */
  spread(i: number, j: number): void {
    if (this.a[4 * j] % this.a[4 * i] === 0) return;
    const step = IDENTITY.slice();
    step[3 * i + j] = 1;
    this.a = transposed(this.a);
    this.q = this.apply(step, this.q);
    this.a = transposed(this.a);
  }

  private below(k: number): number[] {
    return k === 0 ? [1, 2] : [2];
  }

  private clearColumn(k: number, side: Int32Array): Int32Array {
    let gathered = side;
    const pivot = [k, ...this.below(k)].find((row) => this.a[3 * row + k] !== 0);
    if (pivot === undefined) return gathered;
    if (pivot !== k) gathered = this.apply(swapped(k, pivot), gathered);
    for (const row of this.below(k)) {
      const [x, y] = [this.a[4 * k], this.a[3 * row + k]];
      if (y === 0) continue;
      const [r, s, t] = euclid(x, y);
      const step = IDENTITY.slice();
      step[4 * k] = s;
      step[3 * k + row] = t;
      step[3 * row + k] = -y / r;
      step[4 * row] = x / r;
      gathered = this.apply(step, gathered);
    }
    return gathered;
  }

  private apply(step: Int32Array, side: Int32Array): Int32Array {
    this.a = multiply(step, this.a);
    return multiply(step, side);
  }
}

/** [r, s, t] with r = s x + t y their greatest common divisor up to a sign, by division with a remainder >= 0. */
function euclid(x: number, y: number): [number, number, number] {
  let [r0, r1, s0, s1, t0, t1] = [x, y, 1, 0, 0, 1];
  while (r1 !== 0) {
    const rest = ((r0 % r1) + Math.abs(r1)) % Math.abs(r1);
    const times = (r0 - rest) / r1;
    [r0, r1] = [r1, rest];
    [s0, s1] = [s1, s0 - times * s1];
    [t0, t1] = [t1, t0 - times * t1];
  }
  return [r0, s0, t0];
}

function swapped(i: number, j: number): Int32Array {
  const step = IDENTITY.slice();
  step[4 * i] = 0;
  step[4 * j] = 0;
  step[3 * i + j] = 1;
  step[3 * j + i] = 1;
  return step;
}
