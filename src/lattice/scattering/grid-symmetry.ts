import { PhonolinkError } from '../../model/errors.js';
import type { PhononGrid } from '../../model/phonon-grid.js';
import { multiply, unimodularInverse, wholeNumbers } from '../../symmetry/integer-matrix.js';
import { regularPoint, zonePoint } from './grid.js';

/** The grid's points that symmetry leaves. */
export interface IrreduciblePoints {
  /** [N] the first of the points that are equivalent to each */
  readonly map: Int32Array;
  /** [i] those first ones, rising: of the N points */
  readonly points: Int32Array;
  /** [i] how many of the N each stands for */
  readonly weights: Int32Array;
}

/**
 * Operations on q points as matrices on a grid's addresses: D Q^-1 R Q D^-1.
 * @param operations [9] each, q' = R q in fractions of the reciprocal cell, from `reciprocalOperations`
 * @throws PhonolinkError where one does not map the grid onto itself
 */
export function addressOperations(
  { diagonal, right, matrix }: PhononGrid,
  operations: readonly ArrayLike<number>[],
): Int32Array[] {
  const back = unimodularInverse(right);
  return operations.map((operation) => {
    const turned = multiply(multiply(back, operation), right);
    const whole = wholeNumbers(
      Float64Array.from(turned, (x, e) => (x * diagonal[Math.floor(e / 3)]) / diagonal[e % 3]),
      1e-5,
    );
    if (whole) return whole;
    const shown = [1, 2, 3, 5, 6, 7].every((e) => matrix[e] === 0) ? diagonal : matrix;
    throw new PhonolinkError(`the mesh '${Array.from(shown).join(' ')}' lacks the symmetry of the crystal`, {
      hint: 'choose equal numbers along equivalent axes, a generalised regular grid, or do without the symmetry',
    });
  });
}

/** [N] where an operation on addresses takes each of the N points. */
export function permutationBy(grid: PhononGrid, m: ArrayLike<number>): Int32Array {
  const [a, b, c] = grid.diagonal;
  const out = new Int32Array(grid.total);
  for (let z = 0, p = 0; z < c; z++) {
    for (let y = 0; y < b; y++) {
      for (let x = 0; x < a; x++, p++) {
        out[p] = regularPoint(
          grid,
          m[0] * x + m[1] * y + m[2] * z,
          m[3] * x + m[4] * y + m[5] * z,
          m[6] * x + m[7] * y + m[8] * z,
        );
      }
    }
  }
  return out;
}

/** The BZ point that an operation on addresses takes a BZ point to, on the zone's surface the very image. */
export function rotatedZonePoint(grid: PhononGrid, m: ArrayLike<number>, point: number): number {
  const [x, y, z] = grid.addresses.subarray(3 * point, 3 * point + 3);
  return zonePoint(
    grid,
    m[0] * x + m[1] * y + m[2] * z,
    m[3] * x + m[4] * y + m[5] * z,
    m[6] * x + m[7] * y + m[8] * z,
  );
}

/**
 * Points that are equivalent by operations on addresses.
 * @param operations a group: all of `addressOperations`, or those that leave a point where it is
 */
export function irreduciblePoints(
  grid: PhononGrid,
  operations: readonly ArrayLike<number>[],
): IrreduciblePoints {
  const map = starsOf(grid, operations);
  const weights = new Int32Array(grid.total);
  for (const point of map) weights[point]++;
  const points = Int32Array.from(map.keys()).filter((p) => map[p] === p);
  return { map, points, weights: points.map((p) => weights[p]) };
}

/** [N] the first of the points that are equivalent to each. */
export function starsOf(grid: PhononGrid, operations: readonly ArrayLike<number>[]): Int32Array {
  const [a, b] = grid.diagonal;
  const map = new Int32Array(grid.total).fill(-1);
  for (let p = 0; p < grid.total; p++) {
    if (map[p] >= 0) continue;
    map[p] = p;
    const x = p % a;
    const y = Math.floor(p / a) % b;
    const z = Math.floor(p / (a * b));
    for (const m of operations) {
      const to = regularPoint(
        grid,
        m[0] * x + m[1] * y + m[2] * z,
        m[3] * x + m[4] * y + m[5] * z,
        m[6] * x + m[7] * y + m[8] * z,
      );
      map[to] = p;
    }
  }
  return map;
}

/** Of operations on addresses those that leave a point where it is, modulo reciprocal lattice vectors. */
export function stabiliserOf<T extends ArrayLike<number>>(
  grid: PhononGrid,
  point: number,
  operations: readonly T[],
): T[] {
  const { regular } = grid;
  return operations.filter((m) => regular[rotatedZonePoint(grid, m, point)] === regular[point]);
}
