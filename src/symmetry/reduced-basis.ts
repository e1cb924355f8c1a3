import { determinant } from '../model/cell.js';
import { IDENTITY } from './integer-matrix.js';

export interface ReducedBasis {
  /** [9] A, rows */
  readonly cell: Float64Array;
  /** [9] whole numbers T, determinant 1 or -1: rows of the reduced cell = T times rows of the given one */
  readonly transform: Int32Array;
}

/**
 * The three shortest vectors that make up a lattice, shortest first (Minkowski reduction), right-handed where the
 * given cell is. No vector gets shorter by adding whole multiples of the others; in three dimensions coefficients
 * of -1, 0 and 1 prove it (Nguyen and Stehle, ACM Trans. Algorithms 5, 46, 2009). Lengths that agree to 1e-10 are
 * taken as equal, so that rounding cannot make it go on for ever.
 */
export function reducedBasis(cell: ArrayLike<number>): ReducedBasis {
  const rows = [0, 1, 2].map((k) => ({
    vector: [cell[3 * k], cell[3 * k + 1], cell[3 * k + 2]],
    whole: Array.from(IDENTITY.subarray(3 * k, 3 * k + 3)),
  }));
  const add = (to: number, from: number, factor: number) => {
    for (let c = 0; c < 3; c++) {
      rows[to].vector[c] += factor * rows[from].vector[c];
      rows[to].whole[c] += factor * rows[from].whole[c];
    }
  };
  for (let changed = true; changed; ) {
    changed = false;
    rows.sort((p, q) => square(p.vector) - square(q.vector));
    for (const [to, from] of [
      [1, 0],
      [2, 0],
      [2, 1],
    ]) {
      const factor = -Math.round(dot(rows[to].vector, rows[from].vector) / square(rows[from].vector));
      if (factor !== 0 && shortens(rows[to].vector, [[rows[from].vector, factor]])) {
        add(to, from, factor);
        changed = true;
      }
    }
    for (const p of [-1, 1]) {
      for (const q of [-1, 1]) {
        if (
          shortens(rows[2].vector, [
            [rows[0].vector, p],
            [rows[1].vector, q],
          ])
        ) {
          add(2, 0, p);
          add(2, 1, q);
          changed = true;
        }
      }
    }
  }
  const transform = Int32Array.from(rows.flatMap((row) => row.whole));
  const reduced = Float64Array.from(rows.flatMap((row) => row.vector));
  if (determinant(transform) < 0) {
    for (let i = 6; i < 9; i++) {
      transform[i] = -transform[i];
      reduced[i] = -reduced[i];
    }
  }
  return { cell: reduced, transform };
}

function shortens(vector: number[], terms: [number[], number][]): boolean {
  const sum = vector.map((x, c) => terms.reduce((s, [v, factor]) => s + factor * v[c], x));
  return square(sum) < square(vector) * (1 - 1e-10);
}

function dot(a: number[], b: number[]): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function square(a: number[]): number {
  return dot(a, a);
}
