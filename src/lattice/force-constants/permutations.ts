import type { CubicForceConstants } from '../../model/force-constants.js';
import type { RowLayout } from './rows.js';

/**
 * Where the six permutations of the triplets of a row begin in third-order force constants, in the order ijk ikj jik
 * jki kij kji: a shift takes whichever atom comes first to its row.
 */
export class TripletPlaces {
  /** [6] positions in `values`, in tensors of 27 */
  readonly places = new Float64Array(6);
  /** [6][2] the row and the second atom of each */
  readonly pairs = new Int32Array(12);

  constructor(private readonly layout: RowLayout) {}

  set(row: number, j: number, k: number): void {
    const { rows, rowOf, shifts, count } = this.layout;
    const i = rows[row];
    const [byJ, byK] = [shifts[j], shifts[k]];
    this.put(0, count, row, j, k);
    this.put(1, count, row, k, j);
    this.put(2, count, rowOf[j], byJ[i], byJ[k]);
    this.put(3, count, rowOf[j], byJ[k], byJ[i]);
    this.put(4, count, rowOf[k], byK[i], byK[j]);
    this.put(5, count, rowOf[k], byK[j], byK[i]);
  }

  /** Whether no other permutation comes first: each set of six is then met once or more, and treated alike. */
  get isFirst(): boolean {
    for (let p = 1; p < 6; p++) if (this.places[p] < this.places[0]) return false;
    return true;
  }

  private put(p: number, count: number, row: number, second: number, third: number): void {
    this.places[p] = (row * count + second) * count + third;
    this.pairs[2 * p] = row;
    this.pairs[2 * p + 1] = second;
  }
}

/** Entry of a permuted tensor that stands where entry (k, l, m) of the tensor ijk does, [6][27]. */
const ENTRIES: readonly Int32Array[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
].map((order) =>
  Int32Array.from({ length: 27 }, (_, entry) => {
    const axes = [Math.floor(entry / 9), Math.floor(entry / 3) % 3, entry % 3];
    return 9 * axes[order[0]] + 3 * axes[order[1]] + axes[order[2]];
  }),
);

/** Replaces every tensor by a weighted mean of its six permutations; where all weights are 0, by zero. In place. */
export function averagePermutations(
  { values }: CubicForceConstants,
  layout: RowLayout,
  weightOf: (row: number, second: number) => number,
): void {
  const triplet = new TripletPlaces(layout);
  const mean = new Float64Array(27);
  const weights = new Float64Array(6);
  for (let row = 0; row < layout.rows.length; row++) {
    for (let j = 0; j < layout.count; j++) {
      for (let k = 0; k < layout.count; k++) {
        triplet.set(row, j, k);
        if (!triplet.isFirst) continue;
        let total = 0;
        for (let p = 0; p < 6; p++) {
          weights[p] = weightOf(triplet.pairs[2 * p], triplet.pairs[2 * p + 1]);
          total += weights[p];
        }
        mean.fill(0);
        for (let p = 0; p < 6; p++) {
          if (weights[p] === 0) continue;
          const start = 27 * triplet.places[p];
          const entries = ENTRIES[p];
          for (let e = 0; e < 27; e++) mean[e] += weights[p] * values[start + entries[e]];
        }
        for (let e = 0; e < 27; e++) mean[e] = total === 0 ? 0 : mean[e] / total;
        for (let p = 0; p < 6; p++) {
          const start = 27 * triplet.places[p];
          const entries = ENTRIES[p];
          for (let e = 0; e < 27; e++) values[start + entries[e]] = mean[e];
        }
      }
    }
  }
}
