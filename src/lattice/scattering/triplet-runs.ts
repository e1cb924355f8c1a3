import type { InteractionGrid } from './interaction-setup.js';

/** Triplets of one image of a first point, in the order in which their sums are made. */
export interface TripletRuns {
  /** The first point */
  readonly point: number;
  /** Runs: pieces of work with one step along the third axis of the grid */
  readonly count: number;
  /** [count + 1] first triplets of the runs; behind them the triplets and the steps of the runs */
  readonly words: Int32Array;
  /** Where in it [t][5] begin: second point, third point, place in the list given, steps along the first and second axis */
  readonly triplets: number;
  /** Where in it [count] steps along the third axis begin */
  readonly steps: number;
}

/**
 * Sorts triplets by the second point: third axis of the grid first, so that those that follow each other share parts of
 * their sums.
 * @param points [t][3]
 * @param pieces runs that there should be at least, so that all threads have some
 */
export function tripletRuns(points: Int32Array, grid: InteractionGrid, pieces: number): TripletRuns[] {
  const groups = new Map<number, number[]>();
  for (let t = 0; t < points.length; t += 3) {
    const list = groups.get(points[t]) ?? [];
    groups.set(points[t], list);
    list.push(t / 3);
  }
  return Array.from(groups, ([point, list]) => runsOf(point, list, points, grid, pieces));
}

function runsOf(
  point: number,
  list: readonly number[],
  points: Int32Array,
  { regular, diagonal }: InteractionGrid,
  pieces: number,
): TripletRuns {
  const [size0, size1] = diagonal;
  const most = Math.ceil(list.length / pieces);
  // A point of the grid is numbered with the third axis slowest; products of both numbers are exact.
  const order = Float64Array.from(list, (t, k) => regular[points[3 * t + 1]] * list.length + k).sort();
  const records = new Int32Array(5 * list.length);
  const firsts: number[] = [];
  const steps: number[] = [];
  let length = 0;
  order.forEach((key, place) => {
    const t = list[key % list.length];
    const index = regular[points[3 * t + 1]];
    const step2 = Math.floor(index / (size0 * size1));
    if (steps.at(-1) !== step2 || length === most) {
      firsts.push(place);
      steps.push(step2);
      length = 0;
    }
    length++;
    const at = 5 * place;
    records[at] = points[3 * t + 1];
    records[at + 1] = points[3 * t + 2];
    records[at + 2] = t;
    records[at + 3] = index % size0;
    records[at + 4] = Math.floor(index / size0) % size1;
  });
  const triplets = firsts.length + 1;
  const words = new Int32Array(triplets + records.length + steps.length);
  words.set([...firsts, list.length]);
  words.set(records, triplets);
  words.set(steps, triplets + records.length);
  return { point, count: steps.length, words, triplets, steps: triplets + records.length };
}
