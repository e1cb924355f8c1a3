import { describe, expect, it } from 'vitest';
import { hermitianEigen, symmetricEigen } from '../../src/math/eigen.js';
import { defects, hardMatrices } from '../helpers/matrices.js';

/** Rounding of some hundred rotations a row, each 2e-16 of the norm. */
const TOLERANCE = 1e-13;

const solvers = { symmetric: symmetricEigen, hermitian: hermitianEigen };

describe.each(['symmetric', 'hermitian'] as const)('eigenvectors of %s matrices, plain', (kind) => {
  it.each([1, 2, 3, 8, 25])('are orthonormal and have no residual, %i rows', (n) => {
    for (const sample of hardMatrices(kind, n)) {
      const { values, vectors } = solvers[kind](sample.matrix, n);
      const { residual, error, orthogonality, disorder } = defects(sample, values, vectors);
      expect(residual, sample.name).toBeLessThan(TOLERANCE);
      expect(error, sample.name).toBeLessThan(TOLERANCE);
      expect(orthogonality, sample.name).toBeLessThan(TOLERANCE);
      expect(disorder, sample.name).toBe(0);
    }
  });

  it('read the lower triangle only, and leave the matrix as it is', () => {
    const [sample] = hardMatrices(kind, 5).filter(({ name }) => name === 'random');
    const lower = sample.matrix.map((x, k) => {
      const element = kind === 'hermitian' ? k >> 1 : k;
      return element % 5 > Math.floor(element / 5) ? Number.NaN : x;
    });
    expect(solvers[kind](lower, 5)).toEqual(solvers[kind](sample.matrix, 5));
    expect(lower.some(Number.isNaN)).toBe(true);
  });

  it('are NaN where the matrix is', () => {
    const matrix = new Float64Array(kind === 'hermitian' ? 8 : 4).fill(Number.NaN);
    expect(solvers[kind](matrix, 2).values.every(Number.isNaN)).toBe(true);
  });
});

it('has the sign of imaginary parts right: spin along y', () => {
  const { values, vectors } = hermitianEigen([0, 0, 0, -1, 0, 1, 0, 0], 2);
  expect(values[0]).toBeCloseTo(-1, 15);
  expect(values[1]).toBeCloseTo(1, 15);
  // (1, i)/sqrt 2 but for a phase: second component over first is i
  const [a, b, c, d] = vectors.subarray(4);
  const norm = a * a + b * b;
  expect((c * a + d * b) / norm).toBeCloseTo(0, 15);
  expect((d * a - c * b) / norm).toBeCloseTo(1, 15);
});
