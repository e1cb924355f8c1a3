import type { CpuDevice } from '../../device/cpu.js';
import type { GridModes, PhononGrid } from '../../model/phonon-grid.js';
import type { DynamicalMatrix } from '../harmonic/dynamical-matrix.js';
import { deviceEigen, plainEigen } from '../harmonic/eigen-batch.js';
import { solveModes } from '../harmonic/modes.js';
import type { PhononUnits } from '../harmonic/units.js';

export interface GridModeOptions {
  /** Solves on its threads */
  readonly device?: CpuDevice;
  /** [3] fractions: the direction from which Gamma of a polar crystal is approached; no field there without one */
  readonly along?: ArrayLike<number>;
  /** The three frequencies at Gamma that are nearest to zero are set to it: phono3py's --exclude-gamma-acoustic */
  readonly stillGamma?: boolean;
  readonly units?: PhononUnits;
}

/** Phonons at all BZ points of a grid, each solved by itself as phono3py does: images of a point have their own. */
export function gridModes(
  matrix: DynamicalMatrix,
  grid: Pick<PhononGrid, 'points'>,
  { device, along, stillGamma = false, units }: GridModeOptions = {},
): GridModes {
  const { frequencies, eigenvectors } = solveModes(matrix, grid.points, {
    vectors: true,
    along,
    units,
    eigen: device ? deviceEigen(device) : plainEigen,
  });
  const bands = matrix.size;
  if (stillGamma) quietGamma(grid, bands, frequencies);
  return { bands, frequencies, eigenvectors: eigenvectors! };
}

/** Sets the three frequencies at Gamma that are nearest to zero to it, in place. */
export function quietGamma(
  { points }: Pick<PhononGrid, 'points'>,
  bands: number,
  frequencies: Float64Array,
): void {
  const gamma = Array.from({ length: points.length / 3 }, (_, p) => p).filter((p) =>
    [0, 1, 2].every((k) => points[3 * p + k] === 0),
  );
  for (const p of gamma) {
    const own = frequencies.subarray(p * bands, (p + 1) * bands);
    const nearest = Array.from(own.keys()).sort((a, b) => Math.abs(own[a]) - Math.abs(own[b]));
    for (const band of nearest.slice(0, 3)) own[band] = 0;
  }
}
