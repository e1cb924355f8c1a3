import { expect, it } from 'vitest';
import {
  completeReduced,
  pointProjectors,
  starRoots,
} from '../../../src/lattice/scattering/collision-matrix.js';
import { CollisionBlocks } from '../../../src/lattice/scattering/collision-rows.js';
import { phononGrid } from '../../../src/lattice/scattering/grid.js';
import {
  addressOperations,
  irreduciblePoints,
  permutationBy,
} from '../../../src/lattice/scattering/grid-symmetry.js';
import { matrixBasis, projectMatrix, wholeBasis } from '../../../src/lattice/scattering/matrix-basis.js';
import { applyInverse } from '../../../src/lattice/scattering/pseudo-inverse.js';
import { tripletsAt } from '../../../src/lattice/scattering/triplets.js';
import { symmetricEigen } from '../../../src/math/eigen.js';
import { uniform } from '../../../src/math/random.js';
import { inverse, product } from '../../../src/model/cell.js';
import { wavyFrequencies } from '../../helpers/wavy-frequencies.js';
import { worst } from '../../helpers/worst.js';
import { latticeOfRecipe } from './helpers.js';

const BANDS = 3;

/** A collision matrix of made-up strengths, of a crystal and with equal modes at its third point. */
function collisions() {
  const { primitive, reciprocal } = latticeOfRecipe('wurtzite');
  const grid = phononGrid([3, 3, 2], primitive.cell);
  const operations = addressOperations(grid, reciprocal);
  const { points: own, weights } = irreduciblePoints(grid, operations);
  const points = own.map((p) => grid.first[p]);
  const moves = operations.map((operation) => permutationBy(grid, operation));
  const rotated = new Int32Array(points.length * moves.length);
  own.forEach((p, i) => {
    moves.forEach((move, r) => {
      rotated[i * moves.length + r] = move[p];
    });
  });
  const toCartesian = inverse(primitive.cell);
  const rotations = reciprocal.map((r) =>
    product(product(toCartesian, Float64Array.from(r)), primitive.cell),
  );
  const symmetry = { points, rotations, rotated };
  const all = wavyFrequencies(grid.points, BANDS);
  all[BANDS * points[2] + 1] = all[BANDS * points[2]];
  const modes = { bands: BANDS, frequencies: all, eigenvectors: new Float64Array(0) };
  const size = 3 * BANDS * points.length;
  const matrix = new Float64Array(size * size);
  const next = uniform(3);
  const blocks = new CollisionBlocks(grid, modes);
  points.forEach((point, i) => {
    const triplets = tripletsAt(grid, point, operations);
    const random = () => Float64Array.from({ length: triplets.weights.length * BANDS ** 3 }, next);
    blocks.set(triplets, random(), random(), 300);
    blocks.addReduced(triplets, symmetry, matrix, 3 * BANDS * size * i);
  });
  const linewidths = Float64Array.from({ length: size / 3 }, () => 1e5 * (1 + next()));
  const frequencies = Float64Array.from(points).reduce(
    (some, p, i) => {
      some.set(all.subarray(p * BANDS, (p + 1) * BANDS), i * BANDS);
      return some;
    },
    new Float64Array(size / 3),
  );
  const diagonal = { linewidths, frequencies, bands: BANDS };
  completeReduced(matrix, diagonal, symmetry, own, starRoots(weights, rotations.length));
  return { matrix, size, linewidths, frequencies, projectors: pointProjectors(symmetry, own) };
}

/** Rounding of decompositions, of some hundred rows, each to some 1e-15 of the largest eigenvalue */
const ERROR = 1e-10;

it('what is not in the basis of a collision matrix is null space', () => {
  const { matrix, size, linewidths, frequencies, projectors } = collisions();
  const basis = matrixBasis(frequencies, BANDS, projectors);
  expect(basis.count).toBeLessThan(0.8 * size);
  const next = uniform(8);
  const side = Float64Array.from({ length: size }, () => next() - 0.5);
  const cutoff = { value: 1e-8, rule: 'relative' } as const;
  const whole = applyInverse(Float64Array.from(matrix), [side], linewidths, { kind: 'eigen', cutoff });
  for (const some of [basis, wholeBasis(size)]) {
    const small = new Float64Array(some.count ** 2);
    projectMatrix(some, matrix, small);
    const eigen = symmetricEigen(small, some.count);
    const found = applyInverse(matrix, [side], linewidths, { kind: 'known', eigen, basis: some, cutoff });
    expect(found.dropped).toBe(whole.dropped);
    expect(worst(found.eigenvalues!, whole.eigenvalues!)).toBeLessThan(ERROR);
    const scaled = (x: Float64Array) => x.map((y) => y * 1e5);
    expect(worst(scaled(found.solutions[0]), scaled(whole.solutions[0]))).toBeLessThan(ERROR);
  }
});
