import type { PointModes } from '../../model/phonon-results.js';
import type { Structure } from '../../model/structure.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { velocitiesAt } from './mesh.js';
import { type ModeOptions, solveModes } from './modes.js';

export interface PointRequest {
  /** [q][3] fractions of the reciprocal vectors */
  readonly points: ArrayLike<number>;
  readonly eigenvectors?: boolean;
  readonly velocities?: boolean;
  /** Dynamical matrices too */
  readonly matrices?: boolean;
  /** [3] fractions: the direction from which Gamma is approached, where the crystal is polar */
  readonly along?: ArrayLike<number>;
}

export interface PointOptions extends Pick<ModeOptions, 'units' | 'eigen'> {
  /** Operations on q points that velocities are averaged over where they leave a point where it is */
  readonly operations?: readonly Int32Array[];
}

/** Modes at q points, where they are: none is taken into the first Brillouin zone. */
export function solvePoints(
  matrix: DynamicalMatrix,
  primitive: Structure,
  { points: given, eigenvectors: wantsVectors, velocities, matrices, along }: PointRequest,
  { operations, ...options }: PointOptions = {},
): PointModes {
  const points = Float64Array.from(given);
  const own = { ...options, ...(along && { along }) };
  const vectors = Boolean(wantsVectors || velocities);
  const { frequencies, eigenvectors } = solveModes(matrix, points, { ...own, vectors });
  const { units } = options;
  return {
    primitive,
    points,
    frequencies,
    ...(wantsVectors && { eigenvectors }),
    ...(velocities && {
      velocities: velocitiesAt(matrix, points, frequencies, eigenvectors!, {
        ...(units && { units }),
        ...(along && { along }),
        ...(operations && { operations }),
      }),
    }),
    ...(matrices && { matrices: matricesAt(matrix, points, along) }),
  };
}

/** [q][3n][3n][2] eV/A^2/u */
function matricesAt(
  matrix: DynamicalMatrix,
  points: Float64Array,
  along: ArrayLike<number> | undefined,
): Float64Array {
  const total = points.length / 3;
  const out = new Float64Array(2 * total * matrix.size ** 2);
  for (let p = 0; p < total; p++) matrix.evaluate(points, p, out, p, along);
  return out;
}
