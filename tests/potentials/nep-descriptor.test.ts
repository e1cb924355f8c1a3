import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/math/random.js';
import {
  component,
  createHarmonics,
  evaluateHarmonics,
  harmonicsGradient,
} from '../../src/potentials/nep/harmonics.js';
import { createInvariants } from '../../src/potentials/nep/invariants.js';
import { radialBasis } from '../../src/potentials/nep/radial.js';

const L = 8;
const harmonics = createHarmonics(L);
const next = uniform(3);

type Vector = [number, number, number];

function direction(): Vector {
  for (;;) {
    const v: Vector = [2 * next() - 1, 2 * next() - 1, 2 * next() - 1];
    const norm = Math.hypot(...v);
    if (norm > 0.1 && norm < 1) return v.map((x) => x / norm) as Vector;
  }
}

function ylm(u: Vector): Float64Array {
  const values = new Float64Array(harmonics.count);
  evaluateHarmonics(harmonics, ...u, values);
  return values;
}

/** sum over m of Y_lm(u) Y_lm(v)^* */
function dot(a: Float64Array, b: Float64Array, l: number): number {
  let sum = a[component(l, 0)] * b[component(l, 0)];
  for (let c = component(l, 1); c < component(l, 1) + 2 * l; c++) sum += 2 * a[c] * b[c];
  return sum;
}

describe('spherical harmonics', () => {
  it('obey the addition theorem with the Legendre polynomials', () => {
    for (let round = 0; round < 20; round++) {
      const [u, v] = [direction(), direction()];
      const [a, b] = [ylm(u), ylm(v)];
      const x = u[0] * v[0] + u[1] * v[1] + u[2] * v[2];
      let [before, legendre] = [1, x];
      for (let l = 1; l <= L; l++) {
        expect(dot(a, b, l)).toBeCloseTo(((2 * l + 1) / (4 * Math.PI)) * legendre, 12);
        [before, legendre] = [legendre, ((2 * l + 1) * x * legendre - l * before) / (l + 1)];
      }
    }
  });

  it('have the gradients that differences give', () => {
    const weights = Float64Array.from({ length: harmonics.count }, () => 2 * next() - 1);
    const value = (u: Vector) => ylm(u).reduce((sum, y, c) => sum + y * weights[c], 0);
    const u = direction();
    const gradient = new Float64Array(3);
    harmonicsGradient(harmonics, ...u, weights, gradient);
    for (let k = 0; k < 3; k++) {
      const shifted = (h: number) => value(u.map((x, i) => (i === k ? x + h : x)) as Vector);
      // Central differences: error h^2/6 of the third derivative (< 1e4) and 1e-16/h of rounding.
      expect(gradient[k]).toBeCloseTo((shifted(1e-5) - shifted(-1e-5)) / 2e-5, 5);
    }
  });
});

describe('invariants', () => {
  const all = { q222: true, q1111: true, q112: true, q123: true, q233: true, q134: true };
  const invariants = createInvariants({ lMax: L, invariants: all });
  const vectors = Array.from({ length: 7 }, () => ({ u: direction(), weight: 2 * next() - 1 }));
  const moments = (rotate: (u: Vector) => Vector) => {
    const a = new Float64Array(harmonics.count);
    for (const { u, weight } of vectors) {
      const y = ylm(rotate(u));
      for (let c = 0; c < a.length; c++) a[c] += weight * y[c];
    }
    return a;
  };

  it('do not change when everything is rotated', () => {
    const [c1, s1, c2, s2] = [Math.cos(0.7), Math.sin(0.7), Math.cos(-1.9), Math.sin(-1.9)];
    const rotate = ([x, y, z]: Vector): Vector => {
      const [x1, y1] = [c1 * x - s1 * y, s1 * x + c1 * y];
      return [x1, c2 * y1 - s2 * z, s2 * y1 + c2 * z];
    };
    const [a, b] = [moments((u) => u), moments(rotate)];
    expect(invariants.length).toBe(L + 6);
    for (const invariant of invariants) {
      expect(Math.abs(invariant.value(a, 0))).toBeGreaterThan(1e-6);
      expect(invariant.value(b, 0)).toBeCloseTo(invariant.value(a, 0), 13);
    }
  });

  it('have the slopes that differences give', () => {
    const a = moments((u) => u);
    for (const invariant of invariants) {
      const slope = new Float64Array(a.length);
      invariant.addSlope(a, 0, 1, slope);
      a.forEach((value, c) => {
        const at = (h: number) => invariant.value(a.with(c, value + h), 0);
        // Central differences of a polynomial of degree 4: h^2 and 1e-16/h
        expect(slope[c]).toBeCloseTo((at(1e-5) - at(-1e-5)) / 2e-5, 8);
      });
    }
  });

  it('of an l beyond l_max are zero', () => {
    const low = createInvariants({ lMax: 1, invariants: { ...all } });
    const a = Float64Array.of(1, 2, 3);
    expect(low.slice(1).map((invariant) => invariant.value(a, 0) !== 0)).toEqual([
      false,
      true,
      false,
      false,
      false,
      false,
    ]);
  });
});

describe('the radial basis', () => {
  it('is half of Chebyshev plus one, cut off smoothly, with the slopes that differences give', () => {
    const [rc, size] = [5, 8];
    const at = (r: number) => {
      const [values, slopes] = [new Float64Array(size + 1), new Float64Array(size + 1)];
      radialBasis(size, rc, r, values, slopes);
      return { values, slopes };
    };
    for (const r of [0.7, 2.5, 4.9]) {
      const x = 2 * (r / rc - 1) ** 2 - 1;
      const fc = 0.5 * (1 + Math.cos((Math.PI * r) / rc));
      const { values, slopes } = at(r);
      for (let k = 0; k <= size; k++) {
        expect(values[k]).toBeCloseTo(0.5 * (Math.cos(k * Math.acos(x)) + 1) * fc, 13);
        const difference = (at(r + 1e-5).values[k] - at(r - 1e-5).values[k]) / 2e-5;
        // h^2/6 of a third derivative below 100
        expect(slopes[k]).toBeCloseTo(difference, 7);
      }
    }
    expect(Math.max(...at(rc - 1e-9).values)).toBeLessThan(1e-15);
  });
});
