import { IDENTITY, multiply } from '../integer-matrix.js';

/** [9] columns: new axes in terms of old ones. */
export type Columns = Float64Array;

function columns(...m: number[]): Columns {
  return Float64Array.from(m);
}

/** Orders of three axes: abc, bca, cab, ba-c, a-cb, -cba. */
export const CYCLES: readonly Columns[] = [
  columns(1, 0, 0, 0, 1, 0, 0, 0, 1),
  columns(0, 0, 1, 1, 0, 0, 0, 1, 0),
  columns(0, 1, 0, 0, 0, 1, 1, 0, 0),
  columns(0, 1, 0, 1, 0, 0, 0, 0, -1),
  columns(1, 0, 0, 0, 0, 1, 0, -1, 0),
  columns(0, 0, 1, 0, 1, 0, -1, 0, 0),
];

/** Turns about c by quarters or sixths, and all of them again after c has been turned over. */
export const TURNS_4 = turns([0, -1, 0, 1, 0, 0, 0, 0, 1], 4);
export const TURNS_6 = turns([1, -1, 0, 1, 0, 0, 0, 0, 1], 6);

function turns(quarter: readonly number[], order: number): Columns[] {
  const over = [0, 1, 0, 1, 0, 0, 0, 0, -1];
  let power: Int32Array = IDENTITY;
  const powers: Int32Array[] = [];
  for (let k = 0; k < order; k++) {
    powers.push(power);
    power = multiply(quarter, power);
  }
  return [...powers, ...powers.map((p) => multiply(p, over))].map((m) => Float64Array.from(m));
}

/** Hexagonal axes of a rhombohedral lattice a = b = c, whose axes may be taken in turn, or backwards turned over. */
export const RHOMBOHEDRAL: readonly Columns[] = [
  [1, 0, 0, 0, 1, 0, 0, 0, 1],
  [0, 0, 1, 1, 0, 0, 0, 1, 0],
  [0, 1, 0, 0, 0, 1, 1, 0, 0],
  [0, 0, -1, 0, -1, 0, -1, 0, 0],
  [0, -1, 0, -1, 0, 0, 0, 0, -1],
  [-1, 0, 0, 0, 0, -1, 0, -1, 0],
].map((m) => Float64Array.from(multiply(m, [1, 0, 1, -1, 1, 1, 0, -1, 1])));

/** Two axes turned over, by where the unique axis is. */
const OVER: readonly (readonly number[])[] = [
  [-1, 0, 0, 0, -1, 0, 0, 0, 1],
  [1, 0, 0, 0, -1, 0, 0, 0, -1],
  [-1, 0, 0, 0, 1, 0, 0, 0, -1],
];

/**
 * Monoclinic axes: three cuts of the plane across the unique axis b, each with the axes in six orders, and all of them
 * again with two axes turned over. `unique` is where the unique axis is then.
 */
export const MONOCLINIC: readonly { readonly change: Columns; readonly unique: number }[] = [
  false,
  true,
].flatMap((over) =>
  [
    [1, 0, 0, 0, 1, 0, 0, 0, 1],
    [-1, 0, 1, 0, 1, 0, -1, 0, 0],
    [0, 0, -1, 0, 1, 0, 1, 0, -1],
  ].flatMap((cut) =>
    [
      { order: [1, 0, 0, 0, 1, 0, 0, 0, 1], unique: 1 },
      { order: [0, 0, 1, 0, -1, 0, 1, 0, 0], unique: 1 },
      { order: [0, 0, 1, 1, 0, 0, 0, 1, 0], unique: 0 },
      { order: [1, 0, 0, 0, 0, 1, 0, -1, 0], unique: 2 },
      { order: [0, 1, 0, 0, 0, 1, 1, 0, 0], unique: 2 },
      { order: [0, -1, 0, 1, 0, 0, 0, 0, 1], unique: 0 },
    ].map(({ order, unique }) => {
      const change = multiply(cut, order);
      return { change: Float64Array.from(over ? multiply(change, OVER[unique]) : change), unique };
    }),
  ),
);

/**
 * What makes axes of a cell of two lattice points C-centred: by which face, if any, the second point is on.
 * @param axes [9] columns in primitive lattice vectors
 */
export function baseCentring(axes: Int32Array, isMonoclinic: boolean): Columns {
  const rows = [0, 3, 6].map((i) => Array.from(axes.subarray(i, i + 3), Math.abs));
  const has = (pattern: string) => rows.some((row) => row.join() === pattern);
  if (has('0,0,1')) return Float64Array.from(IDENTITY);
  if (has('1,0,0'))
    return isMonoclinic ? columns(0, 0, 1, 0, -1, 0, 1, 0, 0) : columns(0, 0, 1, 1, 0, 0, 0, 1, 0);
  if (has('0,1,0')) return columns(0, 1, 0, 0, 0, 1, 1, 0, 0);
  return isMonoclinic ? columns(1, 0, -1, 0, 1, 0, 1, 0, 0) : Float64Array.from(IDENTITY);
}
