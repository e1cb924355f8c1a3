import { determinant } from '../model/cell.js';
import { pointAxes } from './axes/point-axes.js';

/** A crystallographic point group as it stands in a cell. */
export interface PointGroup {
  /** Hermann and Mauguin's, such as 'm-3m' */
  readonly symbol: string;
  /** [9] columns: axes along which its elements stand, in fractions of the cell; as spglib finds them */
  readonly axes: Int32Array;
}

/**
 * How many rotations of a kind (-6 -4 -3 -2 -1 1 2 3 4 6) each point group has, in the order of the International Tables
 * A, section 3.2.1, by crystal system.
 */
const COUNTS: readonly (readonly [group: number, list: string])[] = [
  [1, '1: 0 0 0 0 0 1 0 0 0 0 | -1: 0 0 0 0 1 1 0 0 0 0'],
  [3, '2: 0 0 0 0 0 1 1 0 0 0 | m: 0 0 0 1 0 1 0 0 0 0 | 2/m: 0 0 0 1 1 1 1 0 0 0'],
  [16, '222: 0 0 0 0 0 1 3 0 0 0 | mm2: 0 0 0 2 0 1 1 0 0 0 | mmm: 0 0 0 3 1 1 3 0 0 0'],
  [75, '4: 0 0 0 0 0 1 1 0 2 0 | -4: 0 2 0 0 0 1 1 0 0 0 | 4/m: 0 2 0 1 1 1 1 0 2 0'],
  [75, '422: 0 0 0 0 0 1 5 0 2 0 | 4mm: 0 0 0 4 0 1 1 0 2 0'],
  [75, '-42m: 0 2 0 2 0 1 3 0 0 0 | 4/mmm: 0 2 0 5 1 1 5 0 2 0'],
  [143, '3: 0 0 0 0 0 1 0 2 0 0 | -3: 0 0 2 0 1 1 0 2 0 0 | 32: 0 0 0 0 0 1 3 2 0 0'],
  [143, '3m: 0 0 0 3 0 1 0 2 0 0 | -3m: 0 0 2 3 1 1 3 2 0 0'],
  [143, '6: 0 0 0 0 0 1 1 2 0 2 | -6: 2 0 0 1 0 1 0 2 0 0 | 6/m: 2 0 2 1 1 1 1 2 0 2'],
  [143, '622: 0 0 0 0 0 1 7 2 0 2 | 6mm: 0 0 0 6 0 1 1 2 0 2'],
  [143, '-6m2: 2 0 0 4 0 1 3 2 0 0 | 6/mmm: 2 0 2 7 1 1 7 2 0 2'],
  [195, '23: 0 0 0 0 0 1 3 8 0 0 | m-3: 0 0 8 3 1 1 3 8 0 0'],
  [207, '432: 0 0 0 0 0 1 9 8 6 0 | -43m: 0 6 0 6 0 1 3 8 0 0 | m-3m: 0 6 8 9 1 1 9 8 6 0'],
];

/** Columns of the counts, by determinant and trace. */
const KINDS = ['-1 -2', '-1 -1', '-1 0', '-1 1', '-1 -3', '1 3', '1 -1', '1 0', '1 1', '1 2'];

const BY_COUNTS: ReadonlyMap<string, { symbol: string; group: number }> = new Map(
  COUNTS.flatMap(([group, list]) =>
    list.split(' | ').map((entry) => {
      const [symbol, counts] = entry.split(': ');
      return [counts, { symbol, group }] as const;
    }),
  ),
);

/**
 * The point group that rotations make up.
 * @param rotations [9] each, in fractions of a cell; what repeats counts once
 * @returns undefined where they make up none
 */
export function pointGroupOf(rotations: readonly Int32Array[]): PointGroup | undefined {
  const each = [...new Map(rotations.map((rotation) => [rotation.join(), rotation])).values()];
  const counts = KINDS.map(() => 0);
  for (const r of each) counts[KINDS.indexOf(`${determinant(r)} ${r[0] + r[4] + r[8]}`)]++;
  const found = BY_COUNTS.get(counts.join(' '));
  return found && { symbol: found.symbol, axes: pointAxes(found.group, each) };
}
