import type { CpuDevice } from '../../device/cpu.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { fitsBatch, MatrixBatch } from './matrix-batch.js';

/** Makes derivatives of dynamical matrices at many q points. */
export interface SlopeBatch {
  /** [batch][3][size][size][2] along x, y, z: eV/A/u, per 1/A of q without 2 pi */
  readonly slopes: Float64Array;
  /** Sets the first `count` to those of the q points from `first` on: `DynamicalMatrix.evaluateGradient`. */
  fill(points: ArrayLike<number>, first: number, count: number, along?: ArrayLike<number>): void;
  release(): void;
}

export type SlopeMaker = (matrix: DynamicalMatrix, batch: number) => SlopeBatch;

const AXES = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;

/** One derivative after the other. */
export const plainSlopes: SlopeMaker = (matrix, batch) => {
  const slopes = new Float64Array(6 * batch * matrix.size ** 2);
  return {
    slopes,
    fill(points, first, count, along) {
      for (let p = 0; p < 3 * count; p++) {
        matrix.evaluateGradient(points, first + Math.floor(p / 3), AXES[p % 3], slopes, p, along);
      }
    },
    release() {},
  };
};

/** On the threads of a device. */
export function deviceSlopes(device: CpuDevice): SlopeMaker {
  return (matrix, batch) => {
    if (!fitsBatch(matrix)) return plainSlopes(matrix, batch);
    const made = new MatrixBatch(device, matrix, { batch, slopes: true });
    return {
      slopes: made.matrices,
      fill: (points, first, count, along) => made.evaluate(points, first, count, along),
      release: () => made.release(),
    };
  };
}
