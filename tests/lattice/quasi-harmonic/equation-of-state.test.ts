import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EQUATIONS_OF_STATE,
  type EquationName,
} from '../../../src/lattice/quasi-harmonic/equation-of-state.js';
import { fitEnergies } from '../../../src/lattice/quasi-harmonic/fit.js';
import { PhonolinkError } from '../../../src/model/errors.js';

const NAMES = Object.keys(EQUATIONS_OF_STATE) as EquationName[];
const spread = (low: number, high: number, count: number) =>
  Array.from({ length: count }, (_, k) => low + ((high - low) * k) / (count - 1));

describe.each(NAMES)('the %s equation of state', (name) => {
  const equation = EQUATIONS_OF_STATE[name];

  it('has its parameters as energy, bulk modulus and its slope at the minimum', () => {
    const [e0, b, slope, v0] = [-3, 0.6, 4.4, 41];
    const p = [e0, b, slope, v0];
    const at = (v: number) => equation.at(v, p);
    expect(at(v0)).toBeCloseTo(e0, 14);
    const h = 0.02;
    // Central differences: the error is h^2 of the next two derivatives, about b / v0^2 each, and 1e-15 / h^3.
    const first = (at(v0 + h) - at(v0 - h)) / (2 * h);
    const second = (at(v0 + h) - 2 * at(v0) + at(v0 - h)) / h ** 2;
    expect(Math.abs(first)).toBeLessThan((5 * b * h ** 2) / v0 ** 2);
    expect(v0 * second).toBeCloseTo(b, 5);
    const third = (at(v0 + 2 * h) - 2 * at(v0 + h) + 2 * at(v0 - h) - at(v0 - 2 * h)) / (2 * h ** 3);
    // B = V E'', dB/dP = -(E'' + V E''') / E''
    expect(-(second + v0 * third) / second).toBeCloseTo(slope, 2);
  });

  it('tells its derivatives by the parameters', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.8, max: 1.25, noNaN: true }),
        fc.double({ min: 0.1, max: 3, noNaN: true }),
        fc.double({ min: 2, max: 7, noNaN: true }),
        (part, b, slope) => {
          const p = [-1, b, slope, 20];
          const slopes = new Float64Array(4);
          equation.at(20 * part, p, slopes);
          for (let k = 0; k < 4; k++) {
            const h = 1e-4 * Math.abs(p[k]);
            const moved = (d: number) =>
              equation.at(
                20 * part,
                p.map((x, j) => (j === k ? x + d : x)),
              );
            const expected = (8 * (moved(h) - moved(-h)) - moved(2 * h) + moved(-2 * h)) / (12 * h);
            // Rounding of energies up to 30 eV over steps of 1e-4; the formula's own error is h^4.
            expect(Math.abs(slopes[k] - expected)).toBeLessThan(1e-9 * Math.max(1, Math.abs(slopes[k])));
          }
        },
      ),
    );
  });

  it('is found again in its own energies, in any order and with any offset', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.05, max: 3, noNaN: true }),
        fc.double({ min: 2.5, max: 7, noNaN: true }),
        fc.double({ min: -0.03, max: 0.03, noNaN: true }),
        fc.constantFrom(0, -7, -1e5),
        (b, slope, off, e0) => {
          const v0 = 40 * (1 + off);
          const volumes = spread(37, 43, 9).reverse();
          [volumes[1], volumes[6]] = [volumes[6], volumes[1]];
          const energies = volumes.map((v) => equation.at(v, [e0, b, slope, v0]));
          const found = fitEnergies(equation, volumes, energies);
          // Rounding of the energies, through the third derivative that B' is: 1e-15 (|E0| + 1) (V0/dV)^3 / (b V0)
          const digits = (1e-15 * (1 + Math.abs(e0)) * 13 ** 3 * 10) / (b * v0);
          expect(Math.abs(found.energy - e0)).toBeLessThan(1e-12 + digits);
          expect(Math.abs(found.volume / v0 - 1)).toBeLessThan(1e-12 + digits);
          expect(Math.abs(found.bulkModulus / b - 1)).toBeLessThan(1e-11 + digits);
          expect(Math.abs(found.slope - slope)).toBeLessThan(1e-9 + 100 * digits);
        },
      ),
    );
  });

  it('refuses what it cannot fit', () => {
    const volumes = [38, 39, 40, 41, 42];
    expect(() =>
      fitEnergies(
        equation,
        volumes,
        volumes.map((v) => -((v - 40) ** 2)),
      ),
    ).toThrow(/does not fit the energies: they have no minimum/);
    expect(() => fitEnergies(equation, [1, 2, 2, 3], [1, 0, 0, 1])).toThrow(/there are 3 different volumes/);
    expect(() => fitEnergies(equation, [1, 2, 3], [1, 0, 1])).toThrow(PhonolinkError);
  });
});
