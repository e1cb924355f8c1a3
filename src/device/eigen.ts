import { PhonolinkError, UsageError } from '../model/errors.js';
import type { CpuDevice } from './cpu.js';

/** What a solver is made for. */
export interface EigenSetup {
  /** Rows of a matrix. */
  size: number;
  /** Real symmetric matrices, or Hermitian ones with complex numbers as pairs (real, imaginary). */
  kind: 'symmetric' | 'hermitian';
  /** Eigenvectors too, or only the eigenvalues. */
  vectors: boolean;
  /** Matrices that `solve` takes at most at a time. */
  batch: number;
}

const SYMMETRIC = 1;
const HERMITIAN = 2;

/** More would not fit the memory that a device can address. */
const MOST_ROWS = 8192;

/** What the kernel says of a matrix. */
const NOT_FINITE = 1;

/**
 * Eigenvalues and eigenvectors of many matrices of one size, on the threads of a device (one matrix a thread): for one
 * matrix, and in words that are quick to check, src/math/eigen.ts has the same. Residuals |A v - x v| and the vectors'
 * deviations from orthonormality are some rounding errors times the norm of the matrix, equal eigenvalues included.
 *
 * Householder's tridiagonal form, divide and conquer (iteration for small matrices), and back: the sources stand with
 * the kernels in src/kernels/eigen.
 */
export class EigenSolver {
  /** [batch][size][size], complex numbers as pairs; only the lower triangle (column <= row) is read. Kept as it is. */
  readonly matrices: Float64Array;
  /** [batch][size], ascending. */
  readonly values: Float64Array;
  /** [batch][size][size]: row k of a matrix is the eigenvector of value k, of norm 1; empty without vectors. */
  readonly vectors: Float64Array;
  private readonly states: Int32Array;
  private readonly work: Float64Array;
  private readonly block: Int32Array;

  /**
   * @throws UsageError where size or batch are not whole numbers from 1 on (the size up to 8192)
   * @throws PhonolinkError where the memory does not suffice
   */
  constructor(
    private readonly device: CpuDevice,
    private readonly setup: EigenSetup,
  ) {
    const { size, kind, batch } = setup;
    if (!Number.isInteger(size) || size < 1 || size > MOST_ROWS)
      throw new UsageError(
        `size of an eigenvalue problem is ${size}, expected a whole number from 1 to ${MOST_ROWS}`,
      );
    if (!Number.isInteger(batch) || batch < 1)
      throw new UsageError(`batch of an eigenvalue problem is ${batch}, expected a whole number from 1 on`);
    const planes = kind === 'hermitian' ? HERMITIAN : SYMMETRIC;
    const { heap } = device;
    const workBytes = device.kernel('eigen').workBytes as (n: number, planes: number) => number;
    const numbers = planes * size * size * batch;
    this.matrices = heap.float64(numbers);
    this.values = heap.float64(size * batch);
    this.vectors = heap.float64(setup.vectors ? numbers : 0);
    this.states = heap.int32(batch);
    // A single matrix is the calling thread's; of several, any thread may take one.
    this.work = heap.float64(((batch === 1 ? 1 : device.threads) * (workBytes(size, planes) >>> 0)) / 8);
    this.block = heap.int32From([
      size,
      planes,
      setup.vectors ? 1 : 0,
      this.matrices.byteOffset,
      this.values.byteOffset,
      this.vectors.byteOffset,
      this.states.byteOffset,
      this.work.byteOffset,
    ]);
  }

  /**
   * Solves the first `count` of `matrices`, all where absent.
   * @throws PhonolinkError where a matrix holds a number that is not finite, or its values did not converge
   */
  solve(count = this.setup.batch): void {
    const { size, batch } = this.setup;
    if (!Number.isInteger(count) || count < 0 || count > batch)
      throw new UsageError(`${count} matrices to solve, expected a whole number from 0 to ${batch}`);
    this.device.parallel('eigen', 'solve', this.block.byteOffset, count, chunk(size));
    const bad = this.states.subarray(0, count).findIndex((state) => state !== 0);
    if (bad < 0) return;
    throw new PhonolinkError(
      this.states[bad] === NOT_FINITE
        ? `matrix ${bad} of an eigenvalue problem holds a number that is not finite`
        : `the eigenvalues of matrix ${bad} did not converge`,
    );
  }

  /** Gives the memory back. */
  release(): void {
    const { heap } = this.device;
    for (const view of [this.matrices, this.values, this.vectors, this.states, this.work, this.block])
      heap.release(view);
  }
}

/** Matrices a piece: about a hundred microseconds of work. */
function chunk(size: number): number {
  return Math.max(1, Math.ceil(30_000 / size ** 3));
}
