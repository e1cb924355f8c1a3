import { heights, inverse, product } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import { completeCell } from '../model/structure.js';
import { periodicRows, workingLattice } from './lattice.js';

/** Steps of a coordinate along a box vector, and of its upper bits, of which bins are made: shaders/box.wgsl. */
export const STEPS = 2 ** 32;
const COARSE = 2 ** 16;
const BINS_PER_POINT = 4;
/**
 * A; the longest box vector. A step is 2.3e-6 A there, ten times the rounding of a bond length in f32: in a longer
 * box, forces would be worse than f32.
 */
const LONGEST = 1e4;
const MOST_POINTS = 2 ** 27;

/** What of a box stays while the cell strains and the list is not built anew. */
export interface BoxShape {
  /** [9] whole numbers: the reduced lattice vectors counted in those of the cell */
  readonly transform: Float64Array;
  /** How often the reduced cell stands along each vector, so that the box is two reaches wide; 1 where not periodic. */
  readonly replicas: readonly number[];
  /** Factors of the unit vectors along directions that are not periodic, A; 1 along the others. */
  readonly lengths: readonly number[];
  /** [3] where the box begins, in fractions of the stretched vectors; 0 along periodic ones. */
  readonly origin: readonly number[];
  /** Bins along each box vector, each at least a reach wide. */
  readonly bins: readonly number[];
}

/**
 * The box in which no two images of an atom are both within `reach` of another: replicas of a small cell, and along
 * directions that are not periodic a length that keeps the atoms from their own images, with `slack` for their moves.
 * @throws PhonolinkError where a coordinate is not finite or the box is too large for fixed-point coordinates
 */
export function chooseBox(
  positions: Float64Array,
  cell: Float64Array,
  periodic: readonly [boolean, boolean, boolean],
  reach: number,
  slack: number,
): BoxShape {
  const { vectors, inverse: inverted, transform } = workingLattice(cell, periodic);
  const [lowest, highest] = extremes(positions, inverted);
  const spacing = heights(vectors);
  const lengths = [0, 1, 2].map((k) => (periodic[k] ? 1 : highest[k] - lowest[k] + reach + 2 * slack));
  const origin = [0, 1, 2].map((k) => (periodic[k] ? 0 : (lowest[k] - slack) / lengths[k]));
  const replicas = [0, 1, 2].map((k) => (periodic[k] ? Math.ceil((2 * reach) / spacing[k]) : 1));
  for (let k = 0; k < 3; k++) {
    const row = [0, 1, 2].map((c) => vectors[3 * k + c] * lengths[k] * replicas[k]);
    const length = Math.hypot(...row);
    if (length <= LONGEST) continue;
    throw new PhonolinkError(
      `the box is ${length.toPrecision(4)} A long, more than the ${LONGEST} A that single precision on a GPU can resolve`,
      { hint: 'run it with --device cpu' },
    );
  }
  const points = (positions.length / 3) * replicas[0] * replicas[1] * replicas[2];
  if (points > MOST_POINTS) {
    throw new PhonolinkError(
      `the cell is so small for the cutoff that ${points.toPrecision(3)} images are needed, more than ${MOST_POINTS}`,
    );
  }
  const sizes = [0, 1, 2].map((k) => spacing[k] * lengths[k] * replicas[k]);
  return { transform, replicas, lengths, origin, bins: chooseBins(sizes, reach, points) };
}

/** Lowest and highest fractions of all atoms, [3] each. */
function extremes(positions: Float64Array, inverted: Float64Array): [number[], number[]] {
  if (positions.length === 0) return [Array(3).fill(0), Array(3).fill(0)];
  const lowest = [Infinity, Infinity, Infinity];
  const highest = [-Infinity, -Infinity, -Infinity];
  for (let i = 0; i < positions.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      const f =
        positions[i] * inverted[k] + positions[i + 1] * inverted[3 + k] + positions[i + 2] * inverted[6 + k];
      if (!Number.isFinite(f)) {
        throw new PhonolinkError(
          `atom ${i / 3 + 1} is at ${positions.subarray(i, i + 3).join(' ')} A, which is not finite`,
          { hint: 'the simulation has become unstable', exitCode: 3 },
        );
      }
      lowest[k] = Math.min(lowest[k], f);
      highest[k] = Math.max(highest[k], f);
    }
  }
  return [lowest, highest];
}

function chooseBins(sizes: readonly number[], reach: number, points: number): number[] {
  const bins = sizes.map((size) => {
    let count = Math.min(COARSE / 2, Math.max(1, Math.floor(size / reach)));
    // The narrowest bin holds floor(COARSE / count) coarse steps.
    while (count > 1 && (Math.floor(COARSE / count) / COARSE) * size < reach) count--;
    return count;
  });
  while (bins[0] * bins[1] * bins[2] > BINS_PER_POINT * points + 64) {
    const k = bins.indexOf(Math.max(...bins));
    bins[k] = Math.ceil(bins[k] / 2);
  }
  return bins;
}

/** [9] A, rows: the reduced cell, once, in a box of this shape; `cell` may have strained since. */
export function reducedCell(
  shape: BoxShape,
  cell: Float64Array,
  periodic: readonly [boolean, boolean, boolean],
): Float64Array {
  const rows = product(shape.transform, completeCell(periodicRows(cell, periodic)));
  return rows.map((x, i) => x * shape.lengths[Math.floor(i / 3)]);
}

/**
 * Writes [4 points] of shaders/box.wgsl: for each replica of the cell, for each atom, three fractions of the box (the
 * lower ends count modulo 1: atoms may be anywhere) and the kind.
 */
export function writePoints(
  out: Uint32Array,
  shape: BoxShape,
  reduced: Float64Array,
  positions: Float64Array,
  kinds: ArrayLike<number>,
): void {
  const inverted = inverse(reduced);
  const { replicas, origin } = shape;
  const count = positions.length / 3;
  const fractions = new Float64Array(positions.length);
  for (let i = 0; i < positions.length; i += 3) {
    for (let k = 0; k < 3; k++) {
      fractions[i + k] =
        positions[i] * inverted[k] +
        positions[i + 1] * inverted[3 + k] +
        positions[i + 2] * inverted[6 + k] -
        origin[k];
    }
  }
  let at = 0;
  for (let c = 0; c < replicas[2]; c++) {
    for (let b = 0; b < replicas[1]; b++) {
      for (let a = 0; a < replicas[0]; a++) {
        for (let i = 0; i < count; i++) {
          out[at] = fixed((fractions[3 * i] + a) / replicas[0]);
          out[at + 1] = fixed((fractions[3 * i + 1] + b) / replicas[1]);
          out[at + 2] = fixed((fractions[3 * i + 2] + c) / replicas[2]);
          out[at + 3] = kinds[i];
          at += 4;
        }
      }
    }
  }
}

/** The nearest of 2^32 steps, modulo 1. */
const fixed = (fraction: number) => Math.round((fraction - Math.floor(fraction)) * STEPS) >>> 0;
