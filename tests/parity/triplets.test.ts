import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import type { Smearing } from '../../src/lattice/scattering/delta-weights.js';
import { TripletDeltas } from '../../src/lattice/scattering/deltas.js';
import { plainDeltas } from '../../src/lattice/scattering/deltas-plain.js';
import { phononGrid } from '../../src/lattice/scattering/grid.js';
import { addressOperations } from '../../src/lattice/scattering/grid-symmetry.js';
import { gridTetrahedra } from '../../src/lattice/scattering/grid-tetrahedra.js';
import { tripletsAt } from '../../src/lattice/scattering/triplets.js';
import { wavyFrequencies } from '../helpers/wavy-frequencies.js';
import { worst } from '../helpers/worst.js';
import { latticeOfRecipe } from '../lattice/scattering/helpers.js';

const { primitive, reciprocal } = latticeOfRecipe('wurtzite');
const grid = phononGrid([4, 4, 3], primitive.cell);
const operations = addressOperations(grid, reciprocal);
const tetrahedra = gridTetrahedra(grid);
const smearings: [string, Smearing][] = [
  ['tetrahedra', { kind: 'tetrahedra', tetrahedra }],
  ['symmetric tetrahedra', { kind: 'tetrahedra', tetrahedra: gridTetrahedra(grid, operations) }],
  ['Gaussians', { kind: 'gaussian', sigma: 0.3 }],
  ['cut Gaussians', { kind: 'gaussian', sigma: 0.3, cutoff: 3 }],
  ['principal values', { kind: 'principal', epsilon: 0.05 }],
];

/** Of the largest value: some tens of terms in another order, and quotients taken in another way. */
const ERROR = 1e-12;

describe.each([1, 3])('triplets, kernels on %i threads beside the plain equations', (threads) => {
  const ready = createCpuDevice({ threads });
  afterAll(async () => (await ready).close());

  it.each(smearings)('%s', async (_, smearing) => {
    for (const bands of [3, 4]) {
      const frequencies = wavyFrequencies(grid.points, bands);
      const count = grid.regular.length;
      const partners = wavyFrequencies(
        grid.points.map((x, k) => -x - 0.13 * (k % 3)),
        bands,
      );
      for (const pairs of [
        { bands, frequencies },
        { bands, frequencies: Float64Array.of(...frequencies, ...partners), partnersFrom: count },
      ]) {
        const deltas = new TripletDeltas(await ready, grid, pairs, smearing);
        const triplets = tripletsAt(grid, 5, operations);
        if (pairs.partnersFrom) {
          for (let t = 2; t < triplets.points.length; t += 3)
            triplets.points[t] = triplets.points[t - 1] + pairs.partnersFrom;
        }
        for (const n of [bands, 2, 7]) {
          const at = Float64Array.from({ length: n }, (_, k) => frequencies[5 * bands] + 1.7 * k);
          const withTotal = smearing.kind !== 'principal';
          const found = deltas.at(triplets, at, { withTotal });
          const plain = plainDeltas(grid, pairs, smearing, triplets, at);
          expect(found.decay.some((x) => x !== 0)).toBe(true);
          expect(worst(found.decay, plain.decay)).toBeLessThan(ERROR);
          expect(worst(found.merging, plain.merging)).toBeLessThan(ERROR);
          if (withTotal) expect(worst(found.total!, plain.total)).toBeLessThan(ERROR);
          expect([...found.zero]).toEqual([...plain.zero]);
        }
        deltas.release();
      }
    }
  });
});
