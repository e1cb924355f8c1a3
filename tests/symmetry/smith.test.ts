import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { determinant } from '../../src/model/cell.js';
import { multiply } from '../../src/symmetry/integer-matrix.js';
import { smithForm } from '../../src/symmetry/smith.js';

const matrices = fc
  .array(fc.integer({ min: -9, max: 9 }), { minLength: 9, maxLength: 9 })
  .filter((m) => determinant(m) !== 0);

describe('Smith normal form', () => {
  it('is a diagonal P M Q of positive numbers', () => {
    fc.assert(
      fc.property(matrices, (matrix) => {
        const { diagonal, left, right } = smithForm(matrix);
        const [a, b, c] = diagonal;
        expect([...multiply(multiply(left, matrix), right)]).toEqual([a, 0, 0, 0, b, 0, 0, 0, c]);
        expect(determinant(left)).toBe(1);
        expect(Math.abs(determinant(right))).toBe(1);
        expect(Math.min(a, b, c)).toBeGreaterThan(0);
      }),
    );
  });

  it('refuses a singular matrix', () => {
    expect(() => smithForm([1, 2, 3, 2, 4, 6, 0, 0, 1])).toThrow("'1 2 3 2 4 6 0 0 1' is singular");
  });
});
