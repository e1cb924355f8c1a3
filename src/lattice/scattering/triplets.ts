import { inverse, product, transpose } from '../../model/cell.js';
import type { PhononGrid, Triplets } from '../../model/phonon-grid.js';
import { times } from '../../symmetry/integer-matrix.js';
import { regularPoint } from './grid.js';
import { stabiliserOf, starsOf } from './grid-symmetry.js';

export interface TripletOptions {
  /** Triplets that differ by the order of q1 and q2 are one; true where absent */
  readonly swap?: boolean;
}

/**
 * Triplets of q0 with its weights, number for number those of phono3py: q1 runs over what is left of the grid by the
 * operations that leave q0 where it is; images on the zone's surface are chosen so that q0 + q1 + q2 is zero where it
 * can be, otherwise as short as it can be.
 * @param point q0, a BZ point
 * @param operations on addresses, from `addressOperations`: those that move q0 are left out here
 */
export function tripletsAt(
  grid: PhononGrid,
  point: number,
  operations: readonly ArrayLike<number>[],
  { swap = true }: TripletOptions = {},
): Triplets {
  const stars = starsOf(grid, stabiliserOf(grid, point, operations));
  const partner = partnersOf(grid, point);
  // Which of the N points, as q1, stands for each.
  const map = new Int32Array(grid.total);
  const of = new Int32Array(grid.total);
  let count = 0;
  for (let p = 0; p < grid.total; p++) {
    if (stars[p] !== p) map[p] = map[stars[p]];
    else if (swap && stars[partner[p]] < p) map[p] = stars[partner[p]];
    else {
      map[p] = p;
      of[p] = count++;
    }
    of[p] = of[map[p]];
  }
  const weights = new Int32Array(count);
  for (const t of of) weights[t]++;
  const points = new Int32Array(3 * count);
  const choice = new ImageChoice(grid);
  for (let p = 0, t = 0; p < grid.total; p++) {
    if (map[p] === p) choice.choose(grid.regular[point], p, partner[p], points, 3 * t++);
  }
  return { point, points, weights, of, stars };
}

/** [N] for q1 the point q2 = -q0 - q1. */
function partnersOf(grid: PhononGrid, point: number): Int32Array {
  const [a, b, c] = grid.diagonal;
  const [x0, y0, z0] = grid.addresses.subarray(3 * point, 3 * point + 3);
  const out = new Int32Array(grid.total);
  for (let z = 0, p = 0; z < c; z++) {
    for (let y = 0; y < b; y++) {
      for (let x = 0; x < a; x++, p++) out[p] = regularPoint(grid, -x0 - x, -y0 - y, -z0 - z);
    }
  }
  return out;
}

/** Chooses among the images of three points. */
class ImageChoice {
  /** [9] 1/A for a step of each address, rows */
  private readonly steps: Float64Array;

  constructor(private readonly grid: PhononGrid) {
    const { cell, right, diagonal } = grid;
    const columns = Float64Array.from(right, (x, e) => x / diagonal[e % 3]);
    this.steps = product(transpose(columns), transpose(inverse(cell)));
  }

  /** Writes the first of the triples that add up to nothing, or the first of the shortest sums. */
  choose(p0: number, p1: number, p2: number, out: Int32Array, at: number): void {
    const { first, addresses: x, tolerance } = this.grid;
    let least = -1;
    for (let i = first[p0]; i < first[p0 + 1]; i++) {
      for (let j = first[p1]; j < first[p1 + 1]; j++) {
        for (let k = first[p2]; k < first[p2 + 1]; k++) {
          const a = x[3 * i] + x[3 * j] + x[3 * k];
          const b = x[3 * i + 1] + x[3 * j + 1] + x[3 * k + 1];
          const c = x[3 * i + 2] + x[3 * j + 2] + x[3 * k + 2];
          const zero = a === 0 && b === 0 && c === 0;
          const square = zero ? 0 : this.square(a, b, c);
          if (!zero && least >= 0 && square >= least - tolerance) continue;
          least = square;
          out[at] = i;
          out[at + 1] = j;
          out[at + 2] = k;
          if (zero) return;
        }
      }
    }
  }

  private square(a: number, b: number, c: number): number {
    const s = this.steps;
    return (
      (a * s[0] + b * s[3] + c * s[6]) ** 2 +
      (a * s[1] + b * s[4] + c * s[7]) ** 2 +
      (a * s[2] + b * s[5] + c * s[8]) ** 2
    );
  }
}

/**
 * Operations on addresses that leave a direction in which Gamma is approached as it is: without the time reversal that
 * turns it round.
 * @param along [3] fractions
 * @param operations on q points, as many and in the same order
 * @param onAddresses those of the grid
 */
export function operationsAlong<T>(
  along: ArrayLike<number>,
  operations: readonly ArrayLike<number>[],
  onAddresses: readonly T[],
): T[] {
  const length = Math.hypot(along[0], along[1], along[2]);
  return onAddresses.filter((_, o) =>
    times(operations[o], along).every((x, k) => Math.abs(x - along[k]) < 1e-5 * length),
  );
}
