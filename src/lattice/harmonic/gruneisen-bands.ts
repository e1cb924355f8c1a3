import { inverse } from '../../model/cell.js';
import type { GruneisenBands, GruneisenSegment } from '../../model/phonon-results.js';
import type { Structure } from '../../model/structure.js';
import type { PathSegment } from './bands.js';
import { connectedOrder, reorder } from './connection.js';
import { cartesian } from './dipoles.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { type GruneisenOptions, gruneisenParameters } from './gruneisen.js';

/** The dynamical matrices of a crystal at three volumes. */
export interface ThreeVolumes {
  readonly middle: DynamicalMatrix;
  readonly larger: DynamicalMatrix;
  readonly smaller: DynamicalMatrix;
}

/**
 * Mode Grueneisen parameters along a path: bands go on where their eigenvectors do, and each segment's distances begin
 * at 0. At Gamma a polar crystal has the field of the segment's direction.
 * @throws PhonolinkError as `gruneisenParameters`
 */
export function gruneisenBands(
  { middle, larger, smaller }: ThreeVolumes,
  primitive: Structure,
  path: readonly PathSegment[],
  options: Omit<GruneisenOptions, 'vectors' | 'along'> = {},
): GruneisenBands {
  const { size } = middle;
  const reciprocal = inverse(primitive.cell);
  const segments = path.map(({ points }): GruneisenSegment => {
    const last = points.length - 3;
    const along = [0, 1, 2].map((c) => points[c] - points[last + c]);
    const { frequencies, parameters, eigenvectors } = gruneisenParameters(middle, larger, smaller, points, {
      ...options,
      ...(middle.isPolar && { along }),
      vectors: true,
    });
    const order = connectedOrder(eigenvectors!, size);
    reorder(frequencies, order, size, 1);
    reorder(parameters, order, size, 1);
    const distances = new Float64Array(points.length / 3);
    for (let p = 1; p < distances.length; p++) {
      const step = [0, 1, 2].map((c) => points[3 * p + c] - points[3 * p - 3 + c]);
      distances[p] = distances[p - 1] + Math.hypot(...cartesian(reciprocal, step, 0));
    }
    return { points, frequencies, parameters, distances };
  });
  return { primitive, segments };
}
