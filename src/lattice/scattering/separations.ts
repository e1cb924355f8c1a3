import { inverse, product } from '../../model/cell.js';
import type { InteractionGrid } from './interaction-setup.js';
import type { InteractionTensors } from './interaction-tensors.js';

/**
 * Lattice vectors between two atoms that see the same home atom, as steps s of a grid of points: q R = sum over its
 * axes of address s / size, so that a vector counts modulo the size. Sorted by s_0, then s_1, then s_2: a line has the
 * first two in common, a plane the first.
 */
export interface Separations {
  readonly count: number;
  /** [count] s_2, [lines] s_1, [planes] s_0 */
  readonly steps: readonly [Int32Array, Int32Array, Int32Array];
  /** [lines + 1] the first separation of a line, [planes + 1] the first line of a plane */
  readonly lineStarts: Int32Array;
  readonly planeStarts: Int32Array;
  /** [m][m] which separation the first lattice vector less the second is, -1 where none is needed */
  readonly differences: Int32Array;
  /** [m] which one a lattice vector is, and its opposite; [0] where only differences are needed */
  readonly plus: Int32Array;
  readonly minus: Int32Array;
}

export function separationsOf(tensors: InteractionTensors, grid: InteractionGrid): Separations {
  const { vectors, n, starts, imageStarts, images, legs } = tensors;
  const m = vectors.length / 3;
  const { diagonal } = grid;
  const steps = stepsOf(vectors, grid);
  const keyOf = (x: number, y: number) => {
    let key = 0;
    for (let c = 0; c < 3; c++) {
      const d = diagonal[c];
      const step = (x < 0 ? 0 : steps[3 * x + c]) - (y < 0 ? 0 : steps[3 * y + c]);
      key = key * d + (((step % d) + d) % d);
    }
    return key;
  };
  // Keys first, in the place of numbers.
  const differences = new Int32Array(m * m).fill(-1);
  for (let home = 0; home < n; home++) {
    const seen = new Set(images.subarray(imageStarts[starts[home * n]], imageStarts[starts[home * n + n]]));
    for (const x of seen) for (const y of seen) differences[x * m + y] = keyOf(x, y);
  }
  const alone = legs.length > 1 ? Array.from({ length: m }, (_, x) => x) : [];
  const plus = Int32Array.from(alone, (x) => keyOf(x, -1));
  const minus = Int32Array.from(alone, (x) => keyOf(-1, x));
  const keys = [...new Set([...differences, ...plus, ...minus])]
    .filter((key) => key >= 0)
    .sort((a, b) => a - b);
  const numbers = new Map(keys.map((key, k) => [key, k]));
  const numbered = (list: Int32Array) => list.map((key) => numbers.get(key) ?? -1);
  const lines = distinct(keys.map((key) => Math.floor(key / diagonal[2])));
  const planes = distinct(lines.values.map((key) => Math.floor(key / diagonal[1])));
  return {
    count: keys.length,
    steps: [
      Int32Array.from(keys, (key) => key % diagonal[2]),
      Int32Array.from(lines.values, (key) => key % diagonal[1]),
      Int32Array.from(planes.values),
    ],
    lineStarts: lines.starts,
    planeStarts: planes.starts,
    differences: numbered(differences),
    plus: numbered(plus),
    minus: numbered(minus),
  };
}

/** Different values of a rising list, and where each begins. */
function distinct(list: readonly number[]): { values: number[]; starts: Int32Array } {
  const begins = list.flatMap((value, k) => (k === 0 || value !== list[k - 1] ? [k] : []));
  return { values: begins.map((k) => list[k]), starts: Int32Array.from([...begins, list.length]) };
}

/** [m][3] whole numbers Q^T R, where the grid's points are q = Q D^-1 address. */
function stepsOf(vectors: Int32Array, { points, addresses, diagonal }: InteractionGrid): Int32Array {
  // Q D^-1 from all points; a sum of squares is zero only where there is one point along an axis, whose steps are none.
  const squares = new Float64Array(9);
  const mixed = new Float64Array(9);
  for (let p = 0; p < addresses.length; p += 3) {
    for (let k = 0; k < 9; k++) {
      const [r, c] = [Math.floor(k / 3), k % 3];
      squares[k] += addresses[p + r] * addresses[p + c];
      mixed[k] += points[p + r] * addresses[p + c];
    }
  }
  for (const k of [0, 4, 8]) if (squares[k] === 0) squares[k] = 1;
  const slope = product(mixed, inverse(squares));
  return vectors.map((_, v) => {
    const axis = v % 3;
    const at = v - axis;
    let step = 0;
    for (let r = 0; r < 3; r++) step += slope[3 * r + axis] * diagonal[axis] * vectors[at + r];
    return Math.round(step);
  });
}
