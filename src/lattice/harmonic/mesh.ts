import type { MeshModes } from '../../model/phonon-results.js';
import type { Structure } from '../../model/structure.js';
import type { QMesh } from '../../symmetry/q-mesh.js';
import { intoBrillouinZone } from './brillouin.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { type ModeOptions, solveModes } from './modes.js';
import type { SlopeMaker } from './slope-batch.js';
import { GroupVelocities, type VelocityOptions } from './velocities.js';

export interface MeshOptions extends ModeOptions {
  /** Group velocities too, averaged over the mesh's operations that leave a point where it is */
  readonly velocities?: boolean;
  /** Makes the derivatives that they come from; one at a time where absent */
  readonly slopes?: SlopeMaker;
}

/** Modes at the irreducible points of a mesh, taken into the first Brillouin zone. */
export function solveMesh(
  matrix: DynamicalMatrix,
  primitive: Structure,
  mesh: QMesh,
  { velocities = false, ...options }: MeshOptions = {},
): MeshModes {
  // As phonopy does; the dipole sum, which is not quite periodic, is best there.
  const points = intoBrillouinZone(mesh.points, primitive.cell);
  const modes = solveModes(matrix, points, { ...options, vectors: velocities || options.vectors });
  return {
    primitive,
    mesh: mesh.mesh,
    points,
    weights: mesh.weights,
    frequencies: modes.frequencies,
    ...(options.vectors && { eigenvectors: modes.eigenvectors }),
    ...(velocities && {
      velocities: velocitiesAt(matrix, points, modes.frequencies, modes.eigenvectors!, {
        ...options,
        operations: mesh.operations,
      }),
    }),
  };
}

/** [q][b][3] THz A, of modes that are known with their vectors. */
export function velocitiesAt(
  matrix: DynamicalMatrix,
  points: ArrayLike<number>,
  frequencies: Float64Array,
  eigenvectors: Float64Array,
  options: VelocityOptions = {},
): Float64Array {
  const { size } = matrix;
  const total = points.length / 3;
  const out = new Float64Array(3 * total * size);
  const at = new GroupVelocities(matrix, options, total);
  try {
    for (let first = 0; first < total; first += at.batch) {
      const end = Math.min(total, first + at.batch);
      at.prepare(points, first, end - first);
      for (let p = first; p < end; p++) {
        at.evaluate(points, p, frequencies, p * size, eigenvectors, 2 * p * size * size, out, p);
      }
    }
  } finally {
    at.release();
  }
  return out;
}
