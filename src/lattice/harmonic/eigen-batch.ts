import type { CpuDevice } from '../../device/cpu.js';
import { EigenSolver } from '../../device/eigen.js';
import { hermitianEigen } from '../../math/eigen.js';

/** Solves many Hermitian eigenvalue problems of one size. */
export interface EigenBatch {
  /** [batch][size][size][2] row-major complex pairs: what to solve */
  readonly matrices: Float64Array;
  /** [batch][size] ascending */
  readonly values: Float64Array;
  /** [batch][size][size][2]: row k of a matrix is the eigenvector of value k, of norm 1; empty without vectors */
  readonly vectors: Float64Array;
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
  return (setup) => new EigenSolver(device, { ...setup, kind: 'hermitian' });
}
