import { expect } from 'vitest';

/** The largest difference of two arrays over the largest value of the second; infinite where one is not a number. */
export function worst(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let scale = 0;
  let error = 0;
  for (let k = 0; k < b.length; k++) {
    if (Number.isNaN(a[k]) || Number.isNaN(b[k])) return Infinity;
    scale = Math.max(scale, Math.abs(b[k]));
    error = Math.max(error, Math.abs(a[k] - b[k]));
  }
  return error / Math.max(scale, 1e-3);
}
