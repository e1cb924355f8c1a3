import type { DisplacementSet, PairDisplacementSet } from '../../model/displacements.js';
import { type Structure, withPositions } from '../../model/structure.js';

/** A supercell with one, two or all of its atoms displaced. */
export interface DisplacedCell {
  /** From 1; phono3py's number of the supercell for pairs */
  readonly id: number;
  /** Atoms and their displacements, A; an atom that is displaced twice moves by the sum */
  readonly moves: readonly (readonly [number, ArrayLike<number>])[];
}

/** The supercells that a set stands for, in the order of its files; pairs that are not included are none. */
export function displacedCells(set: DisplacementSet | PairDisplacementSet): DisplacedCell[] {
  if (set.kind === 'pairs') return pairCells(set);
  if (set.kind === 'atoms') {
    return set.entries.map(({ atom, displacement }, i) => ({ id: i + 1, moves: [[atom, displacement]] }));
  }
  return set.entries.map(({ displacements }, i) => ({
    id: i + 1,
    moves: Array.from({ length: set.count }, (_, atom) => [
      atom,
      displacements.subarray(3 * atom, 3 * atom + 3),
    ]),
  }));
}

function pairCells(set: PairDisplacementSet): DisplacedCell[] {
  const firsts = set.entries.map(({ id, atom, displacement }) => ({
    id,
    moves: [[atom, displacement] as const],
  }));
  const seconds = set.entries.flatMap((first) =>
    first.second
      .filter(({ included }) => included)
      .map(({ id, atom, displacement }) => ({
        id,
        moves: [[first.atom, first.displacement] as const, [atom, displacement] as const],
      })),
  );
  return [...firsts, ...seconds];
}

/** The supercell with its atoms displaced. */
export function displace(supercell: Structure, moves: DisplacedCell['moves']): Structure {
  const positions = supercell.positions.slice();
  for (const [atom, vector] of moves) for (let k = 0; k < 3; k++) positions[3 * atom + k] += vector[k];
  return withPositions(supercell, positions);
}

/**
 * Each supercell once, and for each number that which stands for it: displacements in another order, and of one atom
 * by the same sum, end in the same place. The sets' own lists of duplicates are not asked: phono3py's lists as back in
 * place (0) what is displaced by the opposite of another pair, too.
 */
export function distinctCells(cells: readonly DisplacedCell[]): {
  cells: DisplacedCell[];
  standIn: Map<number, number>;
} {
  const first = new Map<string, DisplacedCell>();
  const standIn = new Map<number, number>();
  for (const cell of cells) {
    const key = keyOf(cell);
    if (!first.has(key)) first.set(key, cell);
    standIn.set(cell.id, first.get(key)!.id);
  }
  return { cells: [...first.values()], standIn };
}

/** Where atoms end: 1e-13 A apart is a rounding error of the same place, and moves forces by no more. */
function keyOf({ moves }: DisplacedCell): string {
  const sums = new Map<number, number[]>();
  for (const [atom, vector] of moves) {
    const sum = sums.get(atom) ?? [0, 0, 0];
    sums.set(
      atom,
      sum.map((x, k) => x + vector[k]),
    );
  }
  return [...sums]
    .map(([atom, sum]) => ({ atom, places: sum.map((x) => Math.round(x * 1e13) + 0) }))
    .filter(({ places }) => places.some((x) => x !== 0))
    .sort((a, b) => a.atom - b.atom)
    .map(({ atom, places }) => `${atom}:${places.join()}`)
    .join(' ');
}
