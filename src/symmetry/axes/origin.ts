import { inverse, product, transpose } from '../../model/cell.js';
import { centringMatrix } from '../centring.js';
import { equal, keyOf, times, unimodularInverse } from '../integer-matrix.js';
import type { Operation } from '../operation.js';
import { operationsIn, type SpaceGroup } from '../space-group.js';
import { axesBeforeTurn } from './conventional.js';
import { operationsInHallOrder } from './hall-order.js';
import { nearestOrientation } from './orientation.js';
import { type OriginSolution, originSolutions } from './origin-solutions.js';

/** Where a space group's standard setting lies in a crystal. */
export interface StandardSetting {
  /** [9] columns: (a b c)_standard = (a b c)_cell times it */
  readonly axes: Float64Array;
  /** [3] p: x_standard = axes^-1 x_cell + p */
  readonly origin: Float64Array;
}

/**
 * Axes and origin of a space group's standard setting, spglib's choice of both: of the origins that the symmetry allows
 * (half a cell away in rock salt, anywhere along c in wurtzite) the same one.
 * @param cell [9] A, rows: the cell that `group` was found in
 */
export function standardSetting(group: SpaceGroup, cell: Float64Array, tolerance: number): StandardSetting {
  const axes = axesBeforeTurn(group, cell, tolerance);
  const rows = product(transpose(axes), cell);
  const standard = operationsInHallOrder(group.hallSymbol);
  const found = findOrigin(group, rows, standard, tolerance);
  // moyo knows the setting to be there: its own origin, where spglib's tables have none at this tolerance.
  const origin = found ?? new Float64Array(3);
  const turn = nearestOrientation(group, rows, tolerance);
  if (!turn) return { axes, origin };
  const back = unimodularInverse(turn);
  // x' = W^-1 (x - w) for the operations (W, w) of that turn: those of a centred cell differ by their shifts.
  let nearest = origin;
  let least = 2;
  for (const { rotation, translation } of standard) {
    if (!equal(rotation, turn)) continue;
    const moved = times(
      back,
      origin.map((p, k) => p - translation[k]),
    ).map((p) => p - Math.round(p));
    const length = Math.hypot(...moved);
    if (length < least - tolerance) {
      least = length;
      nearest = Float64Array.from(moved, wrapLoosely);
    }
  }
  return { axes: product(axes, turn), origin: nearest };
}

/** [3] the origin in conventional fractions; undefined where no solution holds for all operations. */
function findOrigin(
  group: SpaceGroup,
  rows: Float64Array,
  standard: readonly Operation[],
  tolerance: number,
): Float64Array | undefined {
  const centring = centringMatrix(group.centring);
  const toPrimitive = inverse(centring);
  const known = new Map(standard.map(({ rotation, translation }) => [keyOf(rotation), translation]));
  /** Shifts that are too many, in primitive vectors, by the rotation */
  const excess = new Map<string, readonly number[]>();
  for (const { rotation, translation } of operationsIn(group, rows)) {
    const wanted = known.get(keyOf(rotation));
    if (!wanted) return undefined;
    excess.set(
      keyOf(rotation),
      times(
        toPrimitive,
        translation.map((t, k) => t - wanted[k]),
      ),
    );
  }
  const primitive = product(transpose(centring), rows);
  for (const solution of originSolutions(group.number, group.centring)) {
    const p = solve(solution, excess);
    if (p && holds(p, standard, excess, { centring, toPrimitive, primitive }, tolerance))
      return Float64Array.from(times(centring, p));
  }
  return undefined;
}

function solve(
  { generators, matrix }: OriginSolution,
  excess: ReadonlyMap<string, readonly number[]>,
): number[] | undefined {
  const shifts = generators.map((rotation) => excess.get(keyOf(rotation)));
  if (shifts.some((shift) => !shift)) return undefined;
  const d = shifts.flatMap((shift) => shift!.map(wrapLoosely));
  return matrix.map((row) => wrapLoosely(d.reduce((sum, x, k) => sum + row[k] * x, 0)));
}

interface Bases {
  readonly centring: Float64Array;
  readonly toPrimitive: Float64Array;
  /** [9] A, rows */
  readonly primitive: Float64Array;
}

/** Whether an origin has (W - I) p = d within the tolerance for every operation. */
function holds(
  p: readonly number[],
  standard: readonly Operation[],
  excess: ReadonlyMap<string, readonly number[]>,
  { centring, toPrimitive, primitive }: Bases,
  tolerance: number,
): boolean {
  return standard.every(({ rotation }) => {
    const moved = times(product(product(toPrimitive, rotation), centring), p);
    const shift = excess.get(keyOf(rotation))!;
    const apart = shift.map((d, k) => d + p[k] - moved[k]).map((x) => x - Math.round(x));
    return Math.hypot(...times(transpose(primitive), apart)) < tolerance;
  });
}

/** Into [0, 1), where what is a rounding error below zero stays there: from which side a shift comes decides. */
export function wrapLoosely(x: number): number {
  const rest = x - Math.round(x);
  return rest < -1e-10 ? rest + 1 : rest;
}
