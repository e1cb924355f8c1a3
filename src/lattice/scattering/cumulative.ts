import { PhonolinkError } from '../../model/errors.js';
import { cornerShare } from './corner-share.js';
import { cornerWeight } from './corner-weight.js';

/** The tetrahedra of a grid as irreducible points see them. */
export interface SpectrumGrid {
  /** N, and how many of them are irreducible */
  readonly total: number;
  readonly irreducible: number;
  /** [q][v] which of the q stands for each of the points beside it, the first of which is itself */
  readonly neighbours: Int32Array;
  /** [k][3] which of the points beside it are the other corners of each tetrahedron */
  readonly corners: Int32Array;
}

/** What modes have together, against something else that they have. */
export interface Spectrum {
  /** [s] */
  readonly points: Float64Array;
  /** [s][c] of all modes up to a point */
  readonly cumulative: Float64Array;
  /** [s][c] its derivative */
  readonly density: Float64Array;
}

/** phono3py-kaccum's own: from the least to the most, in equal steps. */
export function samplingPoints(values: ArrayLike<number>, count = 100): Float64Array {
  if (!(Number.isInteger(count) && count > 1))
    throw new PhonolinkError(`${count} points, expected a whole number from 2 on`);
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < values.length; k++) {
    low = Math.min(low, values[k]);
    high = Math.max(high, values[k]);
  }
  const step = (high + 1e-8 - low) / (count - 1);
  return Float64Array.from({ length: count }, (_, s) => low + s * step);
}

/**
 * A property of modes summed up by tetrahedra against values of modes: frequencies or mean free paths.
 * @param values [q][b]
 * @param property [q][b][c] of a point and all that are equivalent to it
 * @param points [s] rising
 */
export function cumulativeSpectrum(
  { total, irreducible, neighbours, corners }: SpectrumGrid,
  values: Float64Array,
  property: Float64Array,
  points: Float64Array,
): Spectrum {
  const bands = values.length / irreducible;
  const components = property.length / values.length;
  if (!Number.isInteger(bands) || !Number.isInteger(components) || components < 1)
    throw new PhonolinkError(
      `${values.length} values and ${property.length} numbers do not belong to ${irreducible} points`,
    );
  const width = neighbours.length / irreducible;
  const cumulative = new Float64Array(points.length * components);
  const density = new Float64Array(points.length * components);
  const near = new Float64Array(width);
  // Each is a sixth of a cell of the grid, and each point has four in six of its own.
  const share = 12 / corners.length / total;
  for (let q = 0; q < irreducible; q++) {
    for (let band = 0; band < bands; band++) {
      const m = q * bands + band;
      let high = Number.NEGATIVE_INFINITY;
      let low = Number.POSITIVE_INFINITY;
      for (let v = 0; v < width; v++) {
        near[v] = values[neighbours[q * width + v] * bands + band];
        high = Math.max(high, near[v]);
        low = Math.min(low, near[v]);
      }
      for (let s = 0; s < points.length; s++) {
        const x = points[s];
        if (x < low) continue;
        let below = corners.length / 12;
        let at = 0;
        if (x < high) {
          below = 0;
          for (let k = 0; k < corners.length; k += 3) {
            const [a, b, c] = [near[corners[k]], near[corners[k + 1]], near[corners[k + 2]]];
            below += cornerShare(near[0], a, b, c, x);
            at += cornerWeight(near[0], a, b, c, x);
          }
        }
        for (let c = 0; c < components; c++) {
          const y = share * property[m * components + c];
          cumulative[s * components + c] += below * y;
          density[s * components + c] += at * y;
        }
      }
    }
  }
  return { points, cumulative, density };
}

/**
 * Tetrahedra around the irreducible points, out of those around all.
 * @param neighbours [m][v] BZ points beside each BZ point
 * @param irreducible [q] BZ points
 * @param regular [m] which of the N points each BZ point is
 * @param map [N] the first of the points that are equivalent to each, of the N
 */
export function spectrumGrid(
  tetrahedra: { readonly neighbours: Int32Array; readonly corners: Int32Array },
  irreducible: ArrayLike<number>,
  regular: ArrayLike<number>,
  map: ArrayLike<number>,
): SpectrumGrid {
  const places = new Map(Array.from(irreducible, (point, q) => [regular[point], q]));
  const width = tetrahedra.neighbours.length / regular.length;
  const neighbours = Int32Array.from({ length: irreducible.length * width }, (_, k) => {
    const beside = tetrahedra.neighbours[irreducible[Math.floor(k / width)] * width + (k % width)];
    return places.get(map[regular[beside]])!;
  });
  return { total: map.length, irreducible: irreducible.length, neighbours, corners: tetrahedra.corners };
}
