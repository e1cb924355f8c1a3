import type { PhononGrid, Triplets } from '../../model/phonon-grid.js';
import { littleGroup } from '../../symmetry/q-points.js';
import { intoBrillouinZone } from '../harmonic/brillouin.js';
import { starsOf } from './grid-symmetry.js';

/**
 * A q point anywhere among the points of a grid: the grid's own, then -q0 - q1 for each of these as q1, then q0. Phonons
 * are solved at all of `points`, and triplets number them.
 */
export interface OffGrid {
  /** Points, with those of the grid first: what strengths take in the place of a grid */
  readonly grid: PhononGrid;
  /** Where those begin that stand for q2 */
  readonly partnersFrom: number;
  readonly triplets: Triplets;
  /** [t] 0 where q0 + q1 + q2 is zero with all three in the first Brillouin zone, 1 where it is a lattice vector */
  readonly umklapp: Int32Array;
}

/**
 * Triplets of a q point that need not be one of the grid: q1 runs over the grid, and q2 = -q0 - q1 over one shifted
 * against it. Weights of tetrahedra stay what they are, because f1 + f2 is a function on q1's grid all the same.
 * @param q0 [3] fractions of the reciprocal cell
 * @param reciprocal operations on q points
 * @param onAddresses the same on the grid's addresses
 */
export function offGrid(
  grid: PhononGrid,
  q0: ArrayLike<number>,
  reciprocal: readonly Int32Array[],
  onAddresses: readonly ArrayLike<number>[],
): OffGrid {
  const own = intoBrillouinZone(q0, grid.cell);
  const count = grid.regular.length;
  const partners = intoBrillouinZone(
    grid.points.map((x, k) => -own[k % 3] - x),
    grid.cell,
  );
  const all = new Float64Array(6 * count + 3);
  all.set(grid.points);
  all.set(partners, 3 * count);
  all.set(own, 6 * count);
  const kept = littleGroup(own, reciprocal, 1e-8).map((o) => onAddresses[o]);
  const stars = starsOf(grid, kept);
  const of = new Int32Array(grid.total);
  const chosen: number[] = [];
  stars.forEach((star, p) => {
    if (star === p) of[p] = chosen.push(p) - 1;
    else of[p] = of[star];
  });
  const weights = new Int32Array(chosen.length);
  for (const t of of) weights[t]++;
  const point = 2 * count;
  const triplets = Int32Array.from(chosen.flatMap((p) => [point, grid.first[p], count + grid.first[p]]));
  return {
    grid: { ...grid, points: all },
    partnersFrom: count,
    triplets: { point, points: triplets, weights, of, stars },
    umklapp: Int32Array.from(chosen, (p) => {
      const at = 3 * grid.first[p];
      return [0, 1, 2].every((k) => Math.abs(own[k] + grid.points[at + k] + partners[at + k]) < 1e-8) ? 0 : 1;
    }),
  };
}
