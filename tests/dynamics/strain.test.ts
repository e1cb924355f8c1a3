import { describe, expect, it } from 'vitest';
import { deformationOf, symmetric } from '../../src/dynamics/strain.js';
import { type CellFreedom, parseCellFreedom, strainSpace } from '../../src/dynamics/strain-space.js';
import { uniform } from '../../src/math/random.js';
import { determinant, product } from '../../src/model/cell.js';
import { createSymmetriser } from '../../src/symmetry/symmetriser.js';
import { recipe } from '../helpers/crystals.js';
import { difference } from '../helpers/formats.js';

function random(seed: number): Float64Array {
  const next = uniform(seed);
  return Float64Array.from({ length: 9 }, () => next() - 0.5);
}

const EYE = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

/** exp by its series, which converges at once for small matrices. */
function series(m: Float64Array): Float64Array {
  let sum = EYE;
  let term = EYE as Float64Array;
  for (let k = 1; k < 40; k++) {
    term = product(term, m).map((x) => x / k);
    sum = sum.map((x, i) => x + term[i]) as typeof sum;
  }
  return sum;
}

describe('deformationOf', () => {
  it('is the exponential', () => {
    const u = symmetric(random(1));
    // Jacobi's rotations and the series leave a few rounding errors of numbers up to 3.
    expect(difference(deformationOf(u).f, series(u))).toBeLessThan(2e-14);
    expect(difference(product(deformationOf(u).f, deformationOf(u).inverse), EYE)).toBeLessThan(2e-14);
    expect(difference(deformationOf(new Float64Array(9)).f, EYE)).toBe(0);
  });

  // Equal eigenvalues, where divided differences would divide by zero, and nearly equal ones.
  it.each([
    ['any', symmetric(random(2))],
    ['two equal', Float64Array.of(0.3, 0, 0, 0, 0.3, 0, 0, 0, -0.2)],
    ['two nearly equal', Float64Array.of(0.3, 1e-7, 0, 1e-7, 0.3, 0, 0, 0, -0.2)],
    ['none', new Float64Array(9)],
  ])('has the derivative of its function: %s', (_name, u) => {
    // h(F) = sum c F + det F; dh/d(strain) of F -> (1 + e) F is c F^T + det F.
    const c = random(3);
    const h = (v: Float64Array) => {
      const { f } = deformationOf(v);
      return f.reduce((sum, x, k) => sum + c[k] * x, 0) + determinant(f);
    };
    const { f, derivative } = deformationOf(u);
    const byStrain = product(c, f).map((x, k) => x + (k % 4 === 0 ? determinant(f) : 0));
    const slope = derivative(byStrain);
    for (let seed = 10; seed < 14; seed++) {
      const direction = symmetric(random(seed));
      const step = 1e-4;
      const [up, down] = [1, -1].map((s) => h(u.map((x, k) => x + s * step * direction[k])));
      const expected = slope.reduce((sum, x, k) => sum + x * direction[k], 0);
      // Third derivatives of about 5 times step^2 / 6, and rounding over the step
      expect(Math.abs((up - down) / (2 * step) - expected)).toBeLessThan(5e-8);
    }
  });
});

const CUBE = { cell: Float64Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4), periodic: [true, true, true] as const };

describe('strainSpace', () => {
  it.each<[CellFreedom, number]>([
    ['full', 6],
    ['volume', 1],
    ['shape', 5],
    ['axes', 3],
    [['xx', 'xy'], 2],
  ])('%s has as many numbers as it should', (freedom, dimension) => {
    const space = strainSpace(freedom, CUBE);
    expect(space.dimension).toBe(dimension);
    const once = space.project(random(4));
    expect(difference(space.project(once), once)).toBeLessThan(1e-14);
    expect(difference(once, symmetric(once))).toBeLessThan(1e-14);
    const trace = once[0] + once[4] + once[8];
    if (freedom === 'shape') expect(Math.abs(trace)).toBeLessThan(1e-14);
    if (freedom === 'volume')
      expect(
        difference(
          once,
          EYE.map((x) => (x * trace) / 3),
        ),
      ).toBeLessThan(1e-14);
  });

  it('leaves vacuum as it is', () => {
    const slab = { ...CUBE, periodic: [true, true, false] as const };
    const { dimension, project } = strainSpace('full', slab);
    expect(dimension).toBe(3);
    const strain = project(random(4));
    for (const k of [2, 5, 6, 7, 8]) expect(Math.abs(strain[k])).toBeLessThan(1e-14);
    expect(strainSpace('volume', slab).project([1, 0, 0, 0, 0, 0, 0, 0, 9])).toEqual(
      expect.objectContaining({
        0: expect.closeTo(0.5, 12),
        4: expect.closeTo(0.5, 12),
        8: expect.closeTo(0, 12),
      }),
    );
    expect(strainSpace('full', { ...CUBE, periodic: [false, true, false] }).dimension).toBe(1);
    expect(() => strainSpace(['zz'], slab)).toThrow(/no strain of the cell is left/);
  });

  it.each([
    ['diamond', 1],
    ['rutile', 2],
    ['Pnma', 3],
    ['C2/c', 4],
    ['P-1', 6],
  ])('%s leaves %d', (name, dimension) => {
    const { rotations, structure } = createSymmetriser(recipe(name));
    expect(strainSpace('full', structure, rotations).dimension).toBe(dimension);
  });

  it('says what it does not know', () => {
    expect(parseCellFreedom('xx, yy')).toEqual(['xx', 'yy']);
    expect(parseCellFreedom('shape')).toBe('shape');
    expect(() => parseCellFreedom('x')).toThrow(/--cell x: 'x' is no way for a cell to change/);
  });
});
