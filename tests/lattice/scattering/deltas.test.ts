import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cornerWeight } from '../../../src/lattice/scattering/corner-weight.js';
import { averageEqualBands } from '../../../src/lattice/scattering/deltas-average.js';
import { phononGrid } from '../../../src/lattice/scattering/grid.js';
import { addressOperations } from '../../../src/lattice/scattering/grid-symmetry.js';
import { gridTetrahedra, neighboursOf } from '../../../src/lattice/scattering/grid-tetrahedra.js';
import { latticeOfRecipe } from './helpers.js';

const values = fc.array(fc.integer({ min: -40, max: 40 }), { minLength: 4, maxLength: 4 });

describe('tetrahedra', () => {
  it('share their density of states among four corners, a quarter of the volume to each', () => {
    fc.assert(
      fc.property(values, (v) => {
        const [low, high] = [Math.min(...v), Math.max(...v)];
        if (low === high) return;
        const weight = (own: number, x: number) => {
          const others = v.filter((_, k) => k !== own);
          return cornerWeight(v[own], others[0], others[1], others[2], x);
        };
        const n = 4000;
        const step = (high - low) / n;
        const sums = [0, 0, 0, 0];
        for (let k = 0; k < n; k++) {
          for (let own = 0; own < 4; own++) sums[own] += weight(own, low + (k + 0.5) * step) * step;
        }
        // Weights jump where corners are equal: a step's worth of the largest, 3 / (high - low).
        for (const sum of sums) expect(Math.abs(sum - 1 / 4)).toBeLessThan(2e-3);
      }),
      { numRuns: 60 },
    );
  });

  it('are 24 around a point, which symmetry may turn into more, and neighbours are mutual', () => {
    const { primitive, reciprocal } = latticeOfRecipe('wurtzite');
    const grid = phononGrid([5, 5, 3], primitive.cell);
    const plain = gridTetrahedra(grid);
    expect([plain.corners.length, plain.opposite.length]).toEqual([72, 15]);
    const all = gridTetrahedra(grid, addressOperations(grid, reciprocal));
    expect(all.corners.length).toBeGreaterThan(72);
    expect(all.corners.length % 72).toBe(0);
    const near = neighboursOf(grid, plain);
    for (let p = 0; p < grid.regular.length; p++) {
      expect(near[15 * p]).toBe(p);
      for (let k = 0; k < 15; k++) {
        const back = near[15 * near[15 * p + k] + plain.opposite[k]];
        expect(grid.regular[back]).toBe(grid.regular[p]);
      }
    }
  });

  it('give bands of equal frequency one weight where asked to', () => {
    const decay = Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9);
    const zero = Uint8Array.of(1, 1, 0, 1, 1, 1, 1, 1, 1);
    averageEqualBands(
      { points: 1, decay, merging: decay.slice(), zero },
      { points: Int32Array.of(0, 1, 2) },
      { bands: 3, frequencies: Float64Array.of(0, 0, 0, 1, 1.00005, 2, 3, 4, 4) },
    );
    // Rows 0 and 1 are one set of q1, columns 1 and 2 one of q2.
    expect([...decay]).toEqual([2.5, 4, 4, 2.5, 4, 4, 7, 8.5, 8.5]);
    expect([...zero]).toEqual([1, 0, 0, 1, 0, 0, 1, 1, 1]);
  });
});
