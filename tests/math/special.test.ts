import { describe, expect, it } from 'vitest';
import { erfc } from '../../src/math/erfc.js';
import { clebschGordan, wigner3j } from '../../src/math/wigner.js';

describe('complementary error function', () => {
  it('has the values of tables', () => {
    // C's erfc (glibc), good to an ulp
    const table: [number, number][] = [
      [-1, 1.842700792949715],
      [0, 1],
      [0.1, 0.8875370839817152],
      [0.5, 0.4795001221869535],
      [1, 0.15729920705028513],
      [1.999, 0.004698443348629488],
      [2, 0.004677734981047265],
      [3, 2.2090496998585438e-5],
      [5, 1.5374597944280351e-12],
      [10, 2.088487583762545e-45],
    ];
    // 1e-15 absolute below 2 (five roundings of numbers up to 1), 1e-14 relative above (exp(-x^2) at large x)
    for (const [x, value] of table)
      expect(Math.abs(erfc(x) - value)).toBeLessThan(x < 2 ? 1e-15 : 1e-14 * value);
  });
});

describe('Wigner 3j symbols', () => {
  it('have the values of tables', () => {
    expect(wigner3j(2, 2, 2, 0, 0, 0)).toBeCloseTo(-Math.sqrt(2 / 35), 15);
    expect(wigner3j(1, 2, 3, 0, 0, 0)).toBeCloseTo(-Math.sqrt(3 / 35), 15);
    expect(wigner3j(1, 1, 2, 1, -1, 0)).toBeCloseTo(Math.sqrt(1 / 30), 15);
    expect(wigner3j(1, 1, 1, 1, -1, 0)).toBeCloseTo(Math.sqrt(1 / 6), 15);
    expect(wigner3j(1, 1, 3, 0, 0, 0)).toBe(0);
    expect(wigner3j(1, 2, 3, 1, 0, 0)).toBe(0);
  });

  it('are orthogonal', () => {
    for (const [l1, l2] of [
      [1, 2],
      [3, 4],
      [4, 4],
    ]) {
      for (let l = Math.abs(l1 - l2); l <= l1 + l2; l++) {
        for (let k = Math.abs(l1 - l2); k <= l1 + l2; k++) {
          let sum = 0;
          for (let m1 = -l1; m1 <= l1; m1++)
            sum += wigner3j(l1, l2, l, m1, -m1, 0) * wigner3j(l1, l2, k, m1, -m1, 0);
          expect((2 * l + 1) * sum).toBeCloseTo(l === k ? 1 : 0, 13);
        }
      }
    }
  });
});

describe('Clebsch-Gordan coefficients', () => {
  it('have the values of tables', () => {
    // Particle Data Group, and the closed form of L = 0: (-1)^(l - m) / sqrt(2 l + 1)
    const table: [Parameters<typeof clebschGordan>, number][] = [
      [[1, 1, 1, -1, 0, 0], Math.sqrt(1 / 3)],
      [[1, 0, 1, 0, 0, 0], -Math.sqrt(1 / 3)],
      [[1, 1, 1, 0, 1, 1], Math.sqrt(1 / 2)],
      [[1, 0, 1, 1, 1, 1], -Math.sqrt(1 / 2)],
      [[2, 2, 1, -1, 1, 1], Math.sqrt(3 / 5)],
      [[2, 1, 2, -1, 4, 0], Math.sqrt(8 / 35)],
      [[2, 0, 2, 0, 2, 0], -Math.sqrt(2 / 7)],
      [[40, 7, 40, -7, 0, 0], -1 / 9],
    ];
    for (const [numbers, value] of table) expect(clebschGordan(...numbers)).toBeCloseTo(value, 15);
  });

  it('are 0 beyond the triangle, off the sum, and where symmetry or chance makes them so', () => {
    expect(clebschGordan(1, 0, 1, 0, 3, 0)).toBe(0);
    expect(clebschGordan(1, 1, 1, 0, 2, 0)).toBe(0);
    expect(clebschGordan(1, 0, 1, 0, 1, 0)).toBe(0);
    expect(clebschGordan(3, 2, 3, -2, 2, 0)).toBe(0);
  });

  it('are orthogonal at large l', () => {
    for (const [l1, l2] of [
      [2, 3],
      [12, 12],
      [20, 17],
    ]) {
      for (let L = Math.abs(l1 - l2); L <= l1 + l2; L++) {
        for (let K = Math.abs(l1 - l2); K <= L; K++) {
          let sum = 0;
          for (let m = -Math.min(l1, l2); m <= Math.min(l1, l2); m++)
            sum += clebschGordan(l1, m, l2, -m, L, 0) * clebschGordan(l1, m, l2, -m, K, 0);
          // Up to 35 terms that add up to 1 at most, each good to 4e-16 of itself.
          expect(Math.abs(sum - (L === K ? 1 : 0))).toBeLessThan(1e-14);
        }
      }
    }
  });
});
