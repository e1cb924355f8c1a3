import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/math/random.js';
import { type Product, type ProductPlan, planProducts } from '../../src/potentials/ace/products.js';

interface Complex {
  re: number;
  im: number;
}

const times = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});
const conjugate = ({ re, im }: Complex): Complex => ({ re, im: -im });

/** The densities by the products as they are given. */
function direct(products: readonly Product[], leaves: readonly Complex[], densities: number): number[] {
  const rho = new Array<number>(densities).fill(0);
  for (const { factors, coefficients } of products) {
    const product = factors
      .map((f) => (f & 1 ? conjugate(leaves[f >> 1]) : leaves[f >> 1]))
      .reduce(times, { re: 1, im: 0 });
    for (let p = 0; p < densities; p++) rho[p] += coefficients[p] * product.re;
  }
  return rho;
}

/** The densities by the plan. */
function planned(plan: ProductPlan, leaves: readonly Complex[], densities: number): number[] {
  const values = [...leaves, { re: 1, im: 0 }];
  for (const { x, y, conjugated } of plan.steps) {
    expect(Math.max(x, y)).toBeLessThan(values.length);
    values.push(times(values[x], conjugated ? conjugate(values[y]) : values[y]));
  }
  const rho = new Array<number>(densities).fill(0);
  for (const { x, plain, conjugated } of plan.groups) {
    for (const { y, coefficients } of plain) {
      for (let p = 0; p < densities; p++) rho[p] += coefficients[p] * times(values[x], values[y]).re;
    }
    for (const { y, coefficients } of conjugated) {
      for (let p = 0; p < densities; p++)
        rho[p] += coefficients[p] * times(values[x], conjugate(values[y])).re;
    }
  }
  return rho;
}

describe('plans of products', () => {
  it.each(Array.from({ length: 60 }, (_, seed) => seed))('give what the products give (%i)', (seed) => {
    const next = uniform(seed);
    const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
    const signed = () => 2 * next() - 1;
    const densities = whole(1, 3);
    const real = Array.from({ length: whole(1, 12) }, () => next() < 0.4);
    const leaves = real.map((isReal) => ({ re: signed(), im: isReal ? 0 : signed() }));
    const products = Array.from({ length: whole(0, 200) }, (): Product => {
      const factors = Array.from({ length: whole(1, 6) }, () => {
        const leaf = whole(0, real.length - 1);
        return 2 * leaf + (!real[leaf] && next() < 0.5 ? 1 : 0);
      });
      return { factors, coefficients: Array.from({ length: densities }, signed) };
    });
    const plan = planProducts(products, real, densities);
    const expected = direct(products, leaves, densities);
    const values = planned(plan, leaves, densities);
    // Two hundred products of numbers up to 2^3 in another order.
    expected.forEach((rho, p) => {
      expect(Math.abs(values[p] - rho)).toBeLessThan(1e-12);
    });
  });

  it('merge what is equal or conjugate, and leave out what cancels', () => {
    const one = Float64Array.of(1);
    const products: Product[] = [
      { factors: [0, 2], coefficients: one },
      { factors: [2, 0], coefficients: one },
      { factors: [1, 3], coefficients: one },
      { factors: [0, 0], coefficients: one },
      { factors: [1, 1], coefficients: Float64Array.of(-1) },
    ];
    const { steps, groups } = planProducts(products, [false, false], 1);
    expect(steps).toEqual([]);
    expect(groups.flatMap(({ plain, conjugated }) => [...plain, ...conjugated])).toEqual([
      { y: expect.any(Number), coefficients: Float64Array.of(3) },
    ]);
  });

  it('share factors: all products of three of eight values need less than half as many products of two', () => {
    const products: Product[] = [];
    for (let a = 0; a < 8; a++) {
      for (let b = a; b < 8; b++) {
        for (let c = b; c < 8; c++) products.push({ factors: [2 * a, 2 * b, 2 * c], coefficients: [1] });
      }
    }
    const { steps } = planProducts(products, new Array(8).fill(true), 1);
    // There are 120 products. Of three values two fall in the same half, so the 20 products within halves of four do.
    expect(products.length).toBe(120);
    expect(steps.length).toBeLessThanOrEqual(24);
  });
});
