import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/math/random.js';
import { basisFunctions, evaluatedFunctions } from '../../src/potentials/ace/basis.js';
import { completeCoupled, couplingTree, createCouple } from '../../src/potentials/ace/couplings.js';
import { createHarmonics, harmonicIndex } from '../../src/potentials/ace/harmonics.js';

const couple = createCouple();

/** A complex number for each m of each factor: A_lm of factors with l, of neighbours in given directions. */
type Base = { real: Float64Array; imaginary: Float64Array };

/** Sums of Y_lm over neighbours; factor i weighs them in its own way, or all alike. */
function base(directions: readonly Vector[], lMax: number, weights: readonly number[]): Base {
  const harmonics = createHarmonics(lMax);
  const count = harmonicIndex(lMax + 1, 0);
  const sum = { real: new Float64Array(count), imaginary: new Float64Array(count) };
  directions.forEach(([x, y, z], j) => {
    harmonics.evaluate(x, y, z);
    for (let at = 0; at < count; at++) {
      sum.real[at] += weights[j] * harmonics.real[at];
      sum.imaginary[at] += weights[j] * harmonics.imaginary[at];
    }
  });
  return sum;
}

/** Sum of couplings times the real parts of products, of factor i from bases[i]; and of what is added up, unsigned. */
function summed(l: ArrayLike<number>, m: Int8Array, values: ArrayLike<number>, bases: readonly Base[]) {
  let total = 0;
  let size = 0;
  for (let product = 0; product < values.length; product++) {
    let [re, im] = [1, 0];
    for (let i = 0; i < l.length; i++) {
      const own = m[product * l.length + i];
      const at = harmonicIndex(l[i], Math.abs(own));
      const sign = own < 0 && own % 2 !== 0 ? -1 : 1;
      const a = sign * bases[i].real[at];
      const b = (own < 0 ? -sign : sign) * bases[i].imaginary[at];
      [re, im] = [re * a - im * b, re * b + im * a];
    }
    total += values[product] * re;
    size += Math.abs(values[product]) * Math.hypot(re, im);
  }
  return { total, size };
}

function invariant(...of: Parameters<typeof summed>): number {
  return summed(...of).total;
}

type Vector = [number, number, number];

/** By a unit quaternion. */
function rotated([x, y, z]: Vector, [a, b, c, d]: readonly number[]): Vector {
  return [
    (a * a + b * b - c * c - d * d) * x + 2 * (b * c - a * d) * y + 2 * (b * d + a * c) * z,
    2 * (b * c + a * d) * x + (a * a - b * b + c * c - d * d) * y + 2 * (c * d - a * b) * z,
    2 * (b * d - a * c) * x + 2 * (c * d + a * b) * y + (a * a - b * b - c * c + d * d) * z,
  ];
}

/** [count] vectors of length 1 in `dimension` dimensions */
function directions(count: number, dimension: number, next: () => number): number[][] {
  return Array.from({ length: count }, () => {
    const vector = Array.from({ length: dimension }, () => 2 * next() - 1);
    const length = Math.hypot(...vector);
    return vector.map((x) => x / length);
  });
}

/** Angular momenta and ways to couple them to 0, all of the rank and up to l = 3. */
function allCoupled(l: readonly number[]): number[][] {
  const found: number[][] = [];
  const grow = (coupled: number[]) => {
    if (coupled.length === Math.max(0, l.length - 2)) {
      try {
        found.push(completeCoupled(l, coupled));
      } catch {}
      return;
    }
    for (let L = 0; L <= 6; L++) grow([...coupled, L]);
  };
  grow([]);
  return found;
}

describe('couplings to invariants', () => {
  it('pair neighbours, then pairs, then what is left', () => {
    expect(couplingTree(1)).toEqual([]);
    expect(couplingTree(2)).toEqual([[0, 1, 2]]);
    expect(couplingTree(5)).toEqual([
      [0, 1, 5],
      [2, 3, 6],
      [5, 6, 7],
      [7, 4, 8],
    ]);
    expect(couplingTree(6)).toEqual([
      [0, 1, 6],
      [2, 3, 7],
      [4, 5, 8],
      [6, 7, 9],
      [8, 9, 10],
    ]);
  });

  it('put in the last angular momentum where it is left out', () => {
    expect(completeCoupled([2, 2, 4], [])).toEqual([4]);
    expect(completeCoupled([1, 1, 1, 1], [2])).toEqual([2, 2]);
    expect(completeCoupled([1, 1, 1, 1, 2], [1, 1])).toEqual([1, 1, 2]);
    expect(completeCoupled([1, 1, 1, 1, 1, 1], [2, 2, 2])).toEqual([2, 2, 2, 2]);
  });

  it.each([
    [[1], [], /must be 0/],
    [[1, 2], [], /sum is odd/],
    [[1, 3], [], /1 and 3 that do not couple to 0/],
    [[1, 1, 2], [0], /0 and 2 that do not couple to 0/],
    [[1, 1, 1, 1], [], /0 intermediate angular momenta for 4/],
    [[1, 1, 1, 1], [0, 2], /0 and 2 that do not couple to 0/],
    [[1, 1, 1, 1], [3, 3], /1 and 1 that do not couple to 3/],
    [[1, 1], [0], /1 intermediate angular momenta for 2/],
  ])('refuse %j by way of %j', (l, coupled, message) => {
    expect(() => completeCoupled(l, coupled)).toThrow(message);
  });

  it('of two are those of the addition theorem', () => {
    // sum_m (-1)^(l-m) Y_lm(a) Y_l-m(b) / sqrt(2 l + 1) = (-1)^l sqrt(2 l + 1) P_l(a . b) for Y_00 = 1
    const [a, b] = directions(2, 3, uniform(1)) as Vector[];
    const c = a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
    const legendre = [1, c, (3 * c * c - 1) / 2, (5 * c ** 3 - 3 * c) / 2];
    legendre.forEach((p, l) => {
      const { m, values } = couple([l, l], []);
      const found = invariant([l, l], m, values, [base([a], l, [1]), base([b], l, [1])]);
      expect(found).toBeCloseTo((-1) ** l * Math.sqrt(2 * l + 1) * p, 13);
    });
  });

  it('stay what they are when the neighbours turn, at every rank up to 6', () => {
    const shapes = [[0], [2, 2], [3, 2, 1], [1, 2, 3, 2], [2, 1, 1, 1, 3], [1, 1, 2, 1, 2, 1]];
    for (const l of shapes) {
      const ways = allCoupled(l);
      expect(ways.length).toBeGreaterThan(0);
      fc.assert(
        fc.property(fc.integer(), fc.constantFrom(...ways), (seed, coupled) => {
          const next = uniform(seed);
          const { m, values } = couple(l, coupled);
          const vectors = directions(4, 3, next) as Vector[];
          const [turn] = directions(1, 4, next);
          const weights = l.map(() => vectors.map(() => 2 * next() - 1));
          const value = (turned: Vector[]) =>
            summed(
              l,
              m,
              values,
              weights.map((own) => base(turned, 3, own)),
            );
          const before = value(vectors);
          const after = value(vectors.map((vector) => rotated(vector, turn)));
          // Up to 300 products of up to six factors that are each good to 1e-15 of themselves.
          expect(Math.abs(after.total - before.total)).toBeLessThan(1e-13 * before.size);
        }),
        { numRuns: 30 },
      );
    }
  });

  it('take each product and its conjugate once', () => {
    const { m } = couple([1, 1, 1, 1], [2, 2]);
    const rows = Array.from({ length: m.length / 4 }, (_, i) => m.subarray(4 * i, 4 * i + 4).join(' '));
    const conjugates = rows.map((row) =>
      row
        .split(' ')
        .map((x) => String(0 - Number(x)))
        .join(' '),
    );
    expect(new Set([...rows, ...conjugates]).size).toBe(2 * rows.length - 1); // 0 0 0 0 is its own
    expect(rows.length).toBe(10); // of 19 sets of four m that add up to 0
  });

  it('refuse to enumerate what nobody can mean', () => {
    expect(() => couple(new Array(12).fill(10), [])).toThrow(/too many/);
  });
});

describe('a B-basis', () => {
  const shape = (over: object) => ({
    species: [0, 0, 0, 0],
    n: [1, 1, 1, 1],
    l: [1, 1, 1, 1],
    coupled: [2, 2],
    coefficients: [1],
    ...over,
  });

  it('merges products of equal factors, and their sum stays', () => {
    const [f] = basisFunctions([shape({})], couple);
    expect(f.couplings.length).toBe(3);
    const next = uniform(4);
    const one = base(directions(3, 3, next) as Vector[], 1, [0.3, -0.7, 0.9]);
    const bases = [one, one, one, one];
    const { m, values } = couple([1, 1, 1, 1], [2, 2]);
    const whole = invariant(f.l, m, values, bases);
    expect(invariant(f.l, f.m, f.couplings, bases)).toBeCloseTo(whole, 12);
    expect(Math.abs(whole)).toBeGreaterThan(0.01);
  });

  it('makes one function of those that differ by their couplings alone', () => {
    const basis = basisFunctions(
      [shape({ coefficients: [2, 3] }), shape({ coupled: [0, 0], coefficients: [5, 7] })],
      couple,
    );
    const [f, ...others] = evaluatedFunctions(basis);
    expect(others).toEqual([]);
    const at = (g: (typeof basis)[number], m: string) => {
      const rows = Array.from(g.couplings, (_, i) => g.m.subarray(4 * i, 4 * i + 4).join(' '));
      return g.couplings[rows.indexOf(m)];
    };
    const zero = Array.from({ length: f.m.length / 4 }, (_, i) => f.m.subarray(4 * i, 4 * i + 4).join(' '));
    const product = zero.indexOf('0 0 0 0');
    const [a, b] = basis.map((g) => at(g, '0 0 0 0') * g.coefficients[0]);
    expect(f.coefficients[2 * product]).toBeCloseTo(a + b, 14);
  });

  it('comes in the order of rank, species, n and l', () => {
    const pair = { l: [0], coupled: [], coefficients: [1] };
    const sorted = basisFunctions(
      [
        { species: [0, 1], n: [1, 1], l: [0, 0], coupled: [], coefficients: [1] },
        { species: [1], n: [2], ...pair },
        { species: [1], n: [1], ...pair },
        { species: [0], n: [3], ...pair },
        { species: [0, 0], n: [1, 1], l: [2, 2], coupled: [], coefficients: [1] },
        { species: [0, 0], n: [1, 1], l: [1, 1], coupled: [], coefficients: [1] },
      ],
      couple,
    );
    expect(sorted.map(({ species, n, l }) => `${species} ${n} ${l}`)).toEqual([
      '0 3 0',
      '1 1 0',
      '1 2 0',
      '0,0 1,1 1,1',
      '0,0 1,1 2,2',
      '0,1 1,1 0,0',
    ]);
  });
});
