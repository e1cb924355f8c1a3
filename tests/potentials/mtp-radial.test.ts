import { describe, expect, it } from 'vitest';
import { MTP_RADIAL_TYPES, type MtpRadial } from '../../src/potentials/mtp/parameters.js';
import { createRadialBasis, isClamped, repulsion } from '../../src/potentials/mtp/radial.js';

const radialOf = (type: MtpRadial['type'], size = 8): MtpRadial => ({
  type,
  minimum: 2,
  maximum: 5,
  size,
  functions: 1,
});

function at(radial: MtpRadial, r: number): { values: Float64Array; slopes: Float64Array } {
  const [values, slopes] = [new Float64Array(radial.size), new Float64Array(radial.size)];
  createRadialBasis(radial)(r, values, slopes);
  return { values, slopes };
}

describe('radial bases of MTP', () => {
  it.each(MTP_RADIAL_TYPES)('%s: slopes are those of the values', (type) => {
    const radial = radialOf(type);
    const h = 4e-6;
    for (const r of [1.7, 2.2, 3.1, 4.4, 4.99]) {
      const { slopes } = at(radial, r);
      const [above, below] = [at(radial, r + h).values, at(radial, r - h).values];
      // h^2 of third derivatives up to 1e3, and rounding of values over h, both relative to what they belong to
      slopes.forEach((slope, k) => {
        const scale = Math.max(1, Math.abs(slope), Math.abs(above[k]));
        expect(Math.abs((above[k] - below[k]) / (2 * h) - slope)).toBeLessThan(1e-8 * scale);
      });
    }
  });

  it('Chebyshev polynomials with and without the envelope, powers', () => {
    const r = 3;
    const x = -1 / 3;
    const chebyshev = Float64Array.from({ length: 8 }, (_, k) => Math.cos(k * Math.acos(x)));
    const smooth = at(radialOf('RBChebyshev'), r).values;
    const bare = at(radialOf('BChebyshev'), r).values;
    const powers = at(radialOf('RBTaylor'), r).values;
    for (let k = 0; k < 8; k++) {
      expect(smooth[k]).toBeCloseTo(4 * chebyshev[k], 13);
      expect(bare[k]).toBeCloseTo(chebyshev[k], 13);
      expect(powers[k] / 3 ** k).toBeCloseTo(1, 13);
    }
  });

  it.each([
    [2.3, 1.4033596646178568, 0.0058556793090680515, -0.17314036604822292],
    [3, 0.45260006863761415, -0.027978159196614172, 0.0812258052780237],
    [4.4, 0.018936263202297132, 0.06257887584871469, 0.055212738451700716],
  ])(
    'RBShapeev at %f A is what the coefficients that MLIP tabulates give for k = 0, 3, 4',
    (r, ...expected) => {
      const { values } = at(radialOf('RBShapeev', 12), r);
      // The table's powers of r cancel to 1e-3 of their terms.
      [0, 3, 4].forEach((k, n) => {
        expect(values[k]).toBeCloseTo(expected[n], 11);
      });
    },
  );

  it.each(MTP_RADIAL_TYPES.filter((type) => isClamped(radialOf(type))))(
    '%s is constant below the minimum',
    (type) => {
      const radial = radialOf(type);
      for (const r of [0.5, 1.9, 2]) {
        expect(at(radial, r).values).toEqual(at(radial, 2).values);
        expect(at(radial, r).slopes).toEqual(new Float64Array(8));
      }
      expect(at(radial, 2.1).values).toEqual(
        at(radialOf(type === 'RBChebyshev_repuls' ? 'RBChebyshev' : 'BChebyshev'), 2.1).values,
      );
    },
  );

  it('RBChebyshev_repuls pushes pairs apart below the minimum, and nothing else does', () => {
    const stiff = radialOf('RBChebyshev_repuls');
    // 1e4 (exp(-10 (1.5 - 1)) - exp(-10 (2 - 1)))
    expect(repulsion(stiff, 1.5)[0]).toBeCloseTo(66.92547069322823, 9);
    expect(repulsion(stiff, 1.5)[1]).toBeCloseTo(-673.7946999085467, 9);
    expect(repulsion(stiff, 2)).toEqual([0, 0]);
    expect(repulsion(radialOf('RBChebyshev'), 1.5)).toEqual([0, 0]);
    expect(repulsion(radialOf('BChebyshev_repuls'), 1.5)).toEqual([0, 0]);
  });
});
