import { describe, expect, it } from 'vitest';
import { Agreement } from '../../src/math/agreement.js';
import { Reservoir } from '../../src/math/reservoir.js';

describe('agreement of predictions with references', () => {
  it('gives the textbook values on four pairs', () => {
    const agreement = new Agreement();
    const references = [1, 2, 3, 6];
    const predicted = [1.5, 2, 2, 6];
    for (const [i, reference] of references.entries()) agreement.add(predicted[i], reference);
    expect(agreement.rmse).toBeCloseTo(Math.sqrt((0.25 + 1) / 4), 14);
    expect(agreement.mae).toBeCloseTo(1.5 / 4, 14);
    expect(agreement.worst).toBe(1);
    // mean 3, sum of squares 4 + 1 + 0 + 9
    expect(agreement.r2).toBeCloseTo(1 - 1.25 / 14, 14);
  });

  it('keeps its digits far from zero', () => {
    const agreement = new Agreement();
    for (let i = 0; i < 1000; i++) agreement.add(1e9 + (i % 2) + 0.5, 1e9 + (i % 2));
    expect(agreement.r2).toBeCloseTo(1 - 0.25 / 0.25, 6);
  });

  it('is NaN where nothing can be said', () => {
    expect(new Agreement().rmse).toBeNaN();
    const constant = new Agreement();
    constant.add(1, 2);
    constant.add(3, 2);
    expect(constant.r2).toBeNaN();
  });
});

describe('a reservoir', () => {
  it('keeps everything that fits, and a fair sample of what does not', () => {
    const small = new Reservoir<number>(10, 1);
    for (let i = 0; i < 7; i++) small.add(i);
    expect(small.items).toEqual([0, 1, 2, 3, 4, 5, 6]);
    const large = new Reservoir<number>(1000, 1);
    for (let i = 0; i < 100_000; i++) large.add(i);
    const mean = large.items.reduce((a, b) => a + b) / 1000;
    // Uniform on [0, 1e5): the mean of 1000 has a standard deviation of 1e5/sqrt(12*1000) = 913; five of them.
    expect(Math.abs(mean - 50_000)).toBeLessThan(5 * 913);
    expect(large.items).toHaveLength(1000);
  });
});
