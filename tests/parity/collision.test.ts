import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { CollisionBlocks } from '../../src/lattice/scattering/collision-rows.js';
import { CollisionSums } from '../../src/lattice/scattering/collision-sums.js';
import { phononGrid } from '../../src/lattice/scattering/grid.js';
import {
  addressOperations,
  irreduciblePoints,
  permutationBy,
} from '../../src/lattice/scattering/grid-symmetry.js';
import { tripletsAt } from '../../src/lattice/scattering/triplets.js';
import { uniform } from '../../src/math/random.js';
import { wavyFrequencies } from '../helpers/wavy-frequencies.js';
import { worst } from '../helpers/worst.js';
import { latticeOfRecipe } from '../lattice/scattering/helpers.js';

const { primitive, reciprocal } = latticeOfRecipe('wurtzite');
const grid = phononGrid([4, 4, 3], primitive.cell);
const operations = addressOperations(grid, reciprocal);
const irreducible = irreduciblePoints(grid, operations);
const points = irreducible.points.map((p) => grid.first[p]);
const moves = operations.map((operation) => permutationBy(grid, operation));
const next = uniform(5);
const random = (length: number) => Float64Array.from({ length }, next);

/** Whatever the rotations are, rows are linear in them. */
const symmetry = {
  points,
  rotations: operations.map(() => random(9)),
  rotated: Int32Array.from(irreducible.points).reduce(
    (all, p, i) => {
      moves.forEach((move, r) => {
        all[i * moves.length + r] = move[p];
      });
      return all;
    },
    new Int32Array(points.length * moves.length),
  ),
};

/** Of the largest value: some hundred terms in another order. */
const ERROR = 1e-13;

describe.each([1, 3])(
  'rows of the collision matrix, the kernel on %i threads beside the plain equations',
  (threads) => {
    const ready = createCpuDevice({ threads });
    afterAll(async () => (await ready).close());

    it.each([
      ['reduced', 3, [300]],
      ['reduced', 4, [0, 100, 300]],
      ['full', 3, [100, 300]],
      ['full', 4, [40, 100, 300]],
    ] as const)('%s, %i bands, %j K', async (kind, bands, temperatures) => {
      const device = await ready;
      const modes = {
        bands,
        frequencies: wavyFrequencies(grid.points, bands),
        eigenvectors: new Float64Array(0),
      };
      const plain = new CollisionBlocks(grid, modes);
      const sums = new CollisionSums({ device, kind, grid, modes, symmetry, temperatures });
      const size = kind === 'full' ? bands * grid.total * bands : 9 * bands * bands * points.length;
      for (const point of [points[1], points[points.length - 1], points[3]]) {
        const triplets = tripletsAt(grid, point, operations);
        const count = triplets.weights.length;
        const strengths = random(count * bands ** 3);
        const deltas = device.heap.float64From(random(count * bands ** 3).map((x) => Math.max(0, x - 0.6)));
        const expected = new Float64Array(temperatures.length * size);
        temperatures.forEach((temperature, t) => {
          plain.set(triplets, strengths, Float64Array.from(deltas), temperature);
          if (kind === 'full') plain.addFull(triplets, expected, t * size);
          else plain.addReduced(triplets, symmetry, expected, t * size);
        });
        sums.begin(triplets);
        const half = count >> 1;
        for (const [begin, end] of [
          [0, half],
          [half, count],
        ]) {
          sums.add(
            { points: triplets.points.subarray(3 * begin, 3 * end) },
            begin,
            strengths.subarray(begin * bands ** 3, end * bands ** 3),
            deltas.subarray(begin * bands ** 3, end * bands ** 3),
          );
        }
        const found = sums.rows(triplets);
        temperatures.forEach((temperature, t) => {
          const rows = expected.subarray(t * size, (t + 1) * size);
          expect(rows.some((x) => x !== 0)).toBe(temperature > 0);
          // A row at 40 K is small beside one at 300 K.
          const scale = rows.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
          const scaled = (values: Float64Array) => values.map((x) => x / scale);
          expect(worst(scaled(found.subarray(t * size, (t + 1) * size)), scaled(rows))).toBeLessThan(ERROR);
        });
        device.heap.release(deltas);
      }
      sums.release();
    });
  },
);
