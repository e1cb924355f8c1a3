import { inverse } from '../../model/cell.js';
import type { BandSegment, BandStructure } from '../../model/phonon-results.js';
import type { Structure } from '../../model/structure.js';
import { connectedOrder, reorder } from './connection.js';
import { cartesian } from './dipoles.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { velocitiesAt } from './mesh.js';
import { type ModeOptions, solveModes } from './modes.js';
import type { SlopeMaker } from './slope-batch.js';

/** A straight line between two wave vectors. */
export interface PathSegment {
  /** [q][3] fractions of the reciprocal vectors */
  readonly points: Float64Array;
  readonly labels?: readonly [string, string];
}

export interface BandOptions extends Omit<ModeOptions, 'along'> {
  readonly velocities?: boolean;
  /** Operations on q points that velocities are averaged over where they leave a point where it is */
  readonly operations?: readonly Int32Array[];
  /** Makes the derivatives that velocities come from; one at a time where absent */
  readonly slopes?: SlopeMaker;
  /** Bands go on where their eigenvectors do, and not in the order of the frequencies */
  readonly connected?: boolean;
}

/** [count][3] points from one wave vector to another, both included. */
export function straightLine(from: ArrayLike<number>, to: ArrayLike<number>, count: number): Float64Array {
  return Float64Array.from({ length: 3 * count }, (_, at) => {
    const k = Math.floor(at / 3);
    return count > 1 ? from[at % 3] + ((to[at % 3] - from[at % 3]) * k) / (count - 1) : from[at % 3];
  });
}

/** Below it a point of a path counts as Gamma: fractions, phonopy's number. */
const AT_GAMMA = 1e-4;

/**
 * Modes along a path. At Gamma a polar crystal has the field of the segment's direction; a jump between segments adds
 * nothing to the distance.
 */
export function solveBands(
  matrix: DynamicalMatrix,
  primitive: Structure,
  path: readonly PathSegment[],
  options: BandOptions = {},
): BandStructure {
  const reciprocal = inverse(primitive.cell);
  let distance = 0;
  const segments = path.map(({ points, labels }): BandSegment => {
    const distances = new Float64Array(points.length / 3);
    for (let p = 0; p < distances.length; p++) {
      if (p > 0) {
        const step = [0, 1, 2].map((c) => points[3 * p + c] - points[3 * p - 3 + c]);
        distance += Math.hypot(...cartesian(reciprocal, step, 0));
      }
      distances[p] = distance;
    }
    return { ...solveSegment(matrix, points, options), distances, ...(labels && { labels }) };
  });
  return { primitive, segments };
}

function solveSegment(
  matrix: DynamicalMatrix,
  points: Float64Array,
  { velocities, operations, slopes: maker, connected = false, ...options }: BandOptions,
): Omit<BandSegment, 'distances'> {
  const { size } = matrix;
  const vectors = options.vectors || connected || velocities;
  const { frequencies, eigenvectors } = solveModes(matrix, points, { ...options, vectors });
  const last = points.length - 3;
  const along = [0, 1, 2].map((c) => points[c] - points[last + c]);
  for (let p = 0; matrix.isPolar && p < points.length; p += 3) {
    if ([0, 1, 2].some((c) => Math.abs(points[p + c]) >= AT_GAMMA)) continue;
    const own = solveModes(matrix, points.subarray(p, p + 3), { ...options, vectors, along });
    frequencies.set(own.frequencies, (p / 3) * size);
    eigenvectors?.set(own.eigenvectors!, (p / 3) * 2 * size * size);
  }
  const slopes = velocities
    ? velocitiesAt(matrix, points, frequencies, eigenvectors!, {
        units: options.units,
        operations,
        slopes: maker,
      })
    : undefined;
  if (connected) {
    const order = connectedOrder(eigenvectors!, size);
    reorder(frequencies, order, size, 1);
    reorder(eigenvectors!, order, size, 2 * size);
    if (slopes) reorder(slopes, order, size, 3);
  }
  return {
    points,
    frequencies,
    ...(options.vectors && { eigenvectors }),
    ...(slopes && { velocities: slopes }),
  };
}
