import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearLeastSquares } from '../../src/math/least-squares.js';
import { levenbergMarquardt } from '../../src/math/levenberg-marquardt.js';
import {
  fitPolynomial,
  polynomialAt,
  polynomialSlope,
  powerCoefficients,
} from '../../src/math/polynomial.js';

// Whole ones: columns depend on each other wholly or not at all.
const number = fc.integer({ min: -10, max: 10 });

describe('linear least squares', () => {
  it('leave a rest at right angles to all columns', () => {
    fc.assert(
      fc.property(
        fc.array(number, { minLength: 21, maxLength: 21 }),
        fc.array(number, { minLength: 7, maxLength: 7 }),
        (a, b) => {
          const x = linearLeastSquares(Float64Array.from(a), Float64Array.from(b), 3);
          const rest = b.map((y, i) => y - a[3 * i] * x[0] - a[3 * i + 1] * x[1] - a[3 * i + 2] * x[2]);
          const longest = Math.max(1, ...x.map(Math.abs)) * 100;
          for (let k = 0; k < 3; k++) {
            const along = rest.reduce((sum, r, i) => sum + r * a[3 * i + k], 0);
            // Rounding of sums of 7 products of numbers up to 10 and what x makes of them
            expect(Math.abs(along)).toBeLessThan(1e-12 * longest);
          }
        },
      ),
    );
  });

  it('give a column that depends on others nothing', () => {
    const x = linearLeastSquares(Float64Array.of(1, 2, 1, 2, 1, 2), Float64Array.of(3, 4, 5), 2);
    expect(x[0]).toBeCloseTo(4, 12);
    expect(x[1]).toBe(0);
  });
});

describe('polynomials', () => {
  it('are found again, with their slopes, far from zero too', () => {
    const xs = Array.from({ length: 9 }, (_, k) => 1000 + k);
    const f = (x: number) => 2 - 3 * (x - 1004) + 0.5 * (x - 1004) ** 4;
    const fit = fitPolynomial(xs, xs.map(f), 4);
    for (const x of [1000.3, 1004, 1007.9]) {
      // 1e-16 of values up to 130, and four digits for what 9 points make of them
      expect(polynomialAt(fit, x)).toBeCloseTo(f(x), 10);
      expect(polynomialSlope(fit, x)).toBeCloseTo(-3 + 2 * (x - 1004) ** 3, 10);
    }
  });

  it('have the coefficients of powers', () => {
    const fit = fitPolynomial([0, 1, 2, 3, 5], [1, 0, 5, 22, 106], 3);
    const expected = [1, -2, 0.5, 0.5].map((_, k) => powerCoefficients(fit)[k]);
    const sum = (x: number) => expected.reduce((total, c, k) => total + c * x ** k, 0);
    for (const x of [0, 1.7, 4]) expect(sum(x)).toBeCloseTo(polynomialAt(fit, x), 11);
  });
});

describe('the method of Levenberg and Marquardt', () => {
  it('finds the bottom of a bent valley', () => {
    // Rosenbrock's function as squares
    const found = levenbergMarquardt([-1.2, 1], 2, ([x, y], values, slopes) => {
      values.set([10 * (y - x * x), 1 - x]);
      slopes.set([-20 * x, 10, -1, 0]);
    });
    expect(found![0]).toBeCloseTo(1, 13);
    expect(found![1]).toBeCloseTo(1, 13);
  });

  it('fits what no parameters fit exactly to the last digits', () => {
    const ts = Array.from({ length: 12 }, (_, k) => k / 4);
    const ys = ts.map((t) => 2 * Math.exp(-1.3 * t) + 0.01 * Math.sin(5 * t));
    const gradient = ([a, b]: ArrayLike<number> & Iterable<number>) => {
      const rest = ts.map((t, i) => a * Math.exp(-b * t) - ys[i]);
      return [
        rest.reduce((sum, r, i) => sum + r * Math.exp(-b * ts[i]), 0),
        rest.reduce((sum, r, i) => sum - r * a * ts[i] * Math.exp(-b * ts[i]), 0),
      ];
    };
    const found = levenbergMarquardt([1, 0.5], ts.length, ([a, b], values, slopes) => {
      ts.forEach((t, i) => {
        const e = Math.exp(-b * t);
        values[i] = a * e - ys[i];
        slopes.set([e, -a * t * e], 2 * i);
      });
    });
    // The slope of the sum of squares vanishes but for the rounding of its 12 terms.
    for (const g of gradient(found!)) expect(Math.abs(g)).toBeLessThan(1e-15);
  });

  it('says where there is no minimum', () => {
    const away = levenbergMarquardt([1], 1, ([x], values, slopes) => {
      values[0] = x > 1e6 ? Number.NaN : Math.exp(-x);
      slopes[0] = -Math.exp(-x);
    });
    // It goes down for ever: any end is far away, or none.
    expect(away === undefined || away[0] > 20).toBe(true);
    expect(levenbergMarquardt([Number.NaN], 1, ([x], values) => values.set([x]))).toBeUndefined();
  });
});
