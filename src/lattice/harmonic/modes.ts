import type { DynamicalMatrix } from './dynamical-matrix.js';
import { type EigenMaker, plainEigen } from './eigen-batch.js';
import { PHONOPY_UNITS, type PhononUnits } from './units.js';

export interface ModeOptions {
  /** Eigenvectors too */
  readonly vectors?: boolean;
  /** [3] fractions: the direction from which Gamma is approached, where the crystal is polar */
  readonly along?: ArrayLike<number>;
  readonly units?: PhononUnits;
  readonly eigen?: EigenMaker;
}

export interface SolvedModes {
  /** [q][b] THz, rising; imaginary ones negative */
  readonly frequencies: Float64Array;
  /** [q][b][n][3][2] */
  readonly eigenvectors?: Float64Array;
}

/** Matrices solved together: enough for the threads of a machine, not much memory. */
const BATCH_NUMBERS = 1 << 20;

/**
 * Frequencies, and where asked for eigenvectors, at q points.
 * @param points [q][3] fractions of the reciprocal vectors of the primitive cell
 */
export function solveModes(
  matrix: DynamicalMatrix,
  points: ArrayLike<number>,
  { vectors = false, along, units = PHONOPY_UNITS, eigen = plainEigen }: ModeOptions = {},
): SolvedModes {
  const { size } = matrix;
  const total = points.length / 3;
  const frequencies = new Float64Array(total * size);
  const eigenvectors = new Float64Array(vectors ? 2 * total * size * size : 0);
  const batch = Math.max(1, Math.min(total, Math.floor(BATCH_NUMBERS / (2 * size * size))));
  const solver = eigen({ size, vectors, batch });
  try {
    for (let begin = 0; begin < total; begin += batch) {
      const count = Math.min(batch, total - begin);
      solver.fill(matrix, points, begin, count, along);
      solver.solve(count);
      for (let k = 0; k < count * size; k++) {
        frequencies[begin * size + k] = frequencyOf(solver.values[k], units);
      }
      if (vectors) {
        eigenvectors.set(solver.vectors.subarray(0, 2 * count * size * size), 2 * begin * size * size);
      }
    }
  } finally {
    solver.release();
  }
  return vectors ? { frequencies, eigenvectors } : { frequencies };
}

/** THz of an eigenvalue in eV/A^2/u, negative where it is. */
export function frequencyOf(value: number, { toTHz }: PhononUnits): number {
  return Math.sign(value) * Math.sqrt(Math.abs(value)) * toTHz;
}
