import type { CpuDevice } from '../../device/cpu.js';
import { EigenSolver } from '../../device/eigen.js';
import { hermitianEigen } from '../../math/eigen.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { fitsBatch, MatrixBatch } from './matrix-batch.js';

/** Makes and solves many Hermitian eigenvalue problems of one size. */
export interface EigenBatch {
  /** [batch][size][size][2] row-major complex pairs: what to solve */
  readonly matrices: Float64Array;
  /** [batch][size] ascending */
  readonly values: Float64Array;
  /** [batch][size][size][2]: row k of a matrix is the eigenvector of value k, of norm 1; empty without vectors */
  readonly vectors: Float64Array;
  /** Sets the first `count` of the matrices to those of the q points from `first` on: `DynamicalMatrix.evaluate`. */
  fill(
    matrix: DynamicalMatrix,
    points: ArrayLike<number>,
    first: number,
    count: number,
    along?: ArrayLike<number>,
  ): void;
  /** Solves the first `count` of the matrices. */
  solve(count: number): void;
  release(): void;
}

export type EigenMaker = (setup: { size: number; vectors: boolean; batch: number }) => EigenBatch;

/** One matrix after the other, by Jacobi's rotations. */
export const plainEigen: EigenMaker = ({ size, vectors, batch }) => {
  const block = 2 * size * size;
  const all: EigenBatch = {
    matrices: new Float64Array(batch * block),
    values: new Float64Array(batch * size),
    vectors: new Float64Array(vectors ? batch * block : 0),
    fill(matrix, points, first, count, along) {
      for (let m = 0; m < count; m++) matrix.evaluate(points, first + m, all.matrices, m, along);
    },
    solve(count) {
      for (let m = 0; m < count; m++) {
        const eigen = hermitianEigen(all.matrices.subarray(m * block, (m + 1) * block), size);
        all.values.set(eigen.values, m * size);
        if (vectors) all.vectors.set(eigen.vectors, m * block);
      }
    },
    release() {},
  };
  return all;
};

/** On the threads of a device. */
export function deviceEigen(device: CpuDevice): EigenMaker {
  return (setup) => {
    const solver = new EigenSolver(device, { ...setup, kind: 'hermitian' });
    const { matrices, values, vectors } = solver;
    let filled: { matrix: DynamicalMatrix; by: MatrixBatch } | undefined;
    return {
      matrices,
      values,
      vectors,
      fill(matrix, points, first, count, along) {
        if (!fitsBatch(matrix)) {
          for (let m = 0; m < count; m++) matrix.evaluate(points, first + m, matrices, m, along);
          return;
        }
        if (filled?.matrix !== matrix) {
          filled?.by.release();
          filled = { matrix, by: new MatrixBatch(device, matrix, { batch: setup.batch, into: matrices }) };
        }
        filled.by.evaluate(points, first, count, along);
      },
      solve: (count) => solver.solve(count),
      release() {
        filled?.by.release();
        solver.release();
      },
    };
  };
}
