import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { EigenSolver } from '../../src/device/eigen.js';
import { hermitianEigen, symmetricEigen } from '../../src/math/eigen.js';
import { PhonolinkError, UsageError } from '../../src/model/errors.js';
import {
  defects,
  hardMatrices,
  type Kind,
  planesOf,
  randomMatrix,
  type Sample,
} from '../helpers/matrices.js';

/** Some ten rounding errors (2e-16 of the norm) a row of blocks, of up to 310 rows; what is promised is 1e-12. */
const TOLERANCE = 1e-13;

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 2 });
});
afterAll(() => device.close());

function solve(kind: Kind, n: number, matrices: Float64Array[], vectors = true) {
  const solver = new EigenSolver(device, { size: n, kind, vectors, batch: matrices.length });
  const step = planesOf(kind) * n * n;
  for (const [k, matrix] of matrices.entries()) solver.matrices.set(matrix, k * step);
  solver.solve();
  const results = matrices.map((_, k) => ({
    values: solver.values.slice(k * n, (k + 1) * n),
    vectors: vectors ? solver.vectors.slice(k * step, (k + 1) * step) : new Float64Array(0),
  }));
  solver.release();
  return results;
}

function expectGood(sample: Sample, values: Float64Array, vectors: Float64Array, vectorsTested?: number) {
  const { residual, error, orthogonality, disorder } = defects(sample, values, vectors, vectorsTested);
  const name = `${sample.name}, ${sample.n} rows`;
  expect(residual, name).toBeLessThan(TOLERANCE);
  expect(error, name).toBeLessThan(TOLERANCE);
  expect(orthogonality, name).toBeLessThan(TOLERANCE);
  expect(disorder, name).toBe(0);
}

describe.each(['symmetric', 'hermitian'] as const)('eigenvectors of %s matrices', (kind) => {
  // Iteration up to 32 rows, above by halves; reflectors back in panels from 64; in panels there from 200 or 300.
  const sizes = [...Array(10).keys()]
    .map((k) => k + 1)
    .concat(16, 31, 32, 33, 34, 47, 60, 63, 64, 65, 68, 97, 130);

  it.each(sizes)('of hard matrices are orthonormal and have no residual, %i rows', (n) => {
    const samples = hardMatrices(kind, n);
    const results = solve(
      kind,
      n,
      samples.map(({ matrix }) => matrix),
    );
    for (const [k, sample] of samples.entries())
      expectGood(sample, results[k].values, results[k].vectors, 40);
  });

  it('of large hard matrices too', () => {
    for (const n of kind === 'hermitian' ? [199, 203, 219, 240] : [256, 299, 303, 333]) {
      const samples = hardMatrices(kind, n).filter(({ name }) => !/1e-9|Hilbert|Clement/.test(name));
      for (const sample of samples) {
        const [{ values, vectors }] = solve(kind, n, [sample.matrix]);
        expectGood(sample, values, vectors, 7);
      }
    }
  });

  it('of any matrix are those of the plain solver', () => {
    const plain = kind === 'hermitian' ? hermitianEigen : symmetricEigen;
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 45 }),
        fc.integer(),
        fc.double({ min: -12, max: 0, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (n, seed, decades, emptiness) => {
          // Elements over many decades, of which many are zero, so that all ways out of the loops are gone.
          const sizes = randomMatrix('symmetric', n, seed + 1);
          const scale = (i: number, j: number) =>
            (sizes[i * n + j] + 1) / 2 < emptiness ? 0 : 10 ** (decades * Math.abs(sizes[j * n + i]));
          const matrix = randomMatrix(kind, n, seed, scale);
          const [{ values, vectors }] = solve(kind, n, [matrix]);
          expectGood({ name: `seed ${seed}`, kind, n, matrix }, values, vectors);
          const expected = plain(matrix, n).values;
          const norm = Math.max(Math.abs(expected[0]), Math.abs(expected[n - 1]));
          for (let k = 0; k < n; k++)
            expect(Math.abs(values[k] - expected[k])).toBeLessThanOrEqual(TOLERANCE * norm);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('do not depend on the thread, the neighbours in a batch, or earlier matrices', () => {
    for (const n of [6, 40, 70]) {
      const matrices = Array.from({ length: 37 }, (_, k) =>
        k === 5 ? new Float64Array(planesOf(kind) * n * n) : randomMatrix(kind, n, k),
      );
      const together = solve(kind, n, matrices);
      for (const [k, matrix] of matrices.entries()) expect(together[k]).toEqual(solve(kind, n, [matrix])[0]);
    }
  });

  it('can be left out', () => {
    for (const n of [1, 2, 7, 40, 130]) {
      const matrices = hardMatrices(kind, n).map(({ matrix }) => matrix);
      const withVectors = solve(kind, n, matrices);
      for (const [k, { values }] of solve(kind, n, matrices, false).entries()) {
        const most = Math.max(...withVectors[k].values.map(Math.abs));
        for (let i = 0; i < n; i++)
          expect(Math.abs(values[i] - withVectors[k].values[i])).toBeLessThanOrEqual(TOLERANCE * most);
      }
    }
  });

  it('come from the lower triangle only', () => {
    for (const n of [6, 35]) {
      const matrix = randomMatrix(kind, n, 3);
      const planes = planesOf(kind);
      const lower = matrix.map((x, k) => {
        const element = Math.floor(k / planes);
        const [i, j] = [Math.floor(element / n), element % n];
        return j > i ? Number.NaN : x;
      });
      expect(lower.some(Number.isNaN)).toBe(true);
      // Nor do the imaginary parts on the diagonal count.
      if (planes === 2) for (let i = 0; i < n; i++) lower[2 * i * (n + 1) + 1] = i % 2 ? Number.NaN : 17;
      expect(solve(kind, n, [lower])).toEqual(solve(kind, n, [matrix]));
    }
  });
});

describe('an eigen solver', () => {
  it('names a matrix with a number that is not finite', () => {
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      const solver = new EigenSolver(device, { size: 6, kind: 'hermitian', vectors: true, batch: 3 });
      solver.matrices[72 + 12] = bad;
      expect(() => solver.solve()).toThrow(PhonolinkError);
      expect(() => solver.solve()).toThrow(
        'matrix 1 of an eigenvalue problem holds a number that is not finite',
      );
      solver.solve(1);
      solver.release();
    }
  });

  it('refuses sizes and counts that make no sense', () => {
    const setup = { size: 3, kind: 'symmetric', vectors: true, batch: 2 } as const;
    for (const size of [0, 8193]) {
      const message = `size of an eigenvalue problem is ${size}, expected a whole number from 1 to 8192`;
      expect(() => new EigenSolver(device, { ...setup, size })).toThrow(new UsageError(message));
    }
    expect(() => new EigenSolver(device, { ...setup, batch: 1.5 })).toThrow(
      'batch of an eigenvalue problem is 1.5',
    );
    const solver = new EigenSolver(device, setup);
    expect(() => solver.solve(3)).toThrow('3 matrices to solve, expected a whole number from 0 to 2');
    solver.release();
  });

  it('gives its memory back', () => {
    const before = device.heap.float64(1);
    device.heap.release(before);
    new EigenSolver(device, { size: 30, kind: 'hermitian', vectors: true, batch: 4 }).release();
    const after = device.heap.float64(1);
    expect(after.byteOffset).toBe(before.byteOffset);
    device.heap.release(after);
  });
});
