import type { Triplets } from '../../model/phonon-grid.js';
import { setsOf } from '../harmonic/degenerate.js';
import { EQUAL } from './degenerate-average.js';
import type { DeltaWeights, PairFrequencies } from './delta-weights.js';

/**
 * Gives bands of equal frequency at q1, and at q2, the mean of their weights, in place: bands that touch at a point but
 * not around it have different tetrahedra, and linewidths would depend on which vectors span their space (phono3py's
 * --average-degenerate-weights). Where one of a set is not zero, none counts as zero.
 */
export function averageEqualBands(
  weights: DeltaWeights,
  { points }: Pick<Triplets, 'points'>,
  { bands, frequencies }: PairFrequencies,
): void {
  const sets = (point: number) => setsOf(frequencies, point * bands, bands, EQUAL);
  const { decay, merging, total, zero } = weights;
  const size = bands * bands;
  for (let t = 0; 3 * t < points.length; t++) {
    const one = sets(points[3 * t + 1]);
    const two = sets(points[3 * t + 2]);
    if (one.length > bands && two.length > bands) continue;
    for (let k = 0; k < weights.points; k++) {
      const from = (t * weights.points + k) * size;
      forBlocks(one, two, bands, from, (places) => {
        for (const values of total ? [decay, merging, total] : [decay, merging]) {
          const mean = places.reduce((sum, p) => sum + values[p], 0) / places.length;
          for (const p of places) values[p] = mean;
        }
        const all = places.every((p) => zero[p] === 1) ? 1 : 0;
        for (const p of places) zero[p] = all;
      });
    }
  }
}

/** Calls for each pair of sets of which one has more than one band. */
function forBlocks(
  one: readonly number[],
  two: readonly number[],
  bands: number,
  from: number,
  call: (places: number[]) => void,
): void {
  for (let i = 0; i + 1 < one.length; i++) {
    for (let j = 0; j + 1 < two.length; j++) {
      const places: number[] = [];
      for (let a = one[i]; a < one[i + 1]; a++) {
        for (let b = two[j]; b < two[j + 1]; b++) places.push(from + a * bands + b);
      }
      if (places.length > 1) call(places);
    }
  }
}
