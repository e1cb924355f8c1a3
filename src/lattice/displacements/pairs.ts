import type { PairDisplacement, PairDisplacementSet } from '../../model/displacements.js';
import { type CellSymmetry, permutationOf, siteSymmetry } from '../../symmetry/cell-symmetry.js';
import { shortestDistances } from '../shortest.js';
import { type Direction, isReversed, keeps, leastDirections, opposite } from './directions.js';
import { along, type DisplacementOptions, harmonicDirections } from './harmonic.js';

/** A, phono3py's default */
export const PAIR_DISTANCE = 0.03;

export interface PairOptions extends DisplacementOptions {
  /** A, --cutoff-pair: pairs at least this far apart are listed but not calculated */
  readonly cutoff?: number;
}

interface Pair {
  readonly atom: number;
  readonly directions: readonly Direction[];
}

interface First {
  readonly atom: number;
  readonly direction: Direction;
  readonly pairs: readonly Pair[];
}

/**
 * Displacements of one and of two atoms for third-order force constants, as `phono3py -d` makes them: the first atom
 * along lattice vectors only, the second ones as the symmetry that is left then allows.
 * @throws PhonolinkError where the distance is not positive
 */
export function pairDisplacements(symmetry: CellSymmetry, options: PairOptions = {}): PairDisplacementSet {
  const { distance = PAIR_DISTANCE, cutoff } = options;
  const { structure } = symmetry;
  const firsts = pairDirections(symmetry, options);
  let id = firsts.length;
  return {
    kind: 'pairs',
    count: structure.count,
    cutoff,
    entries: firsts.map(({ atom, direction, pairs }, index) => {
      const distances = shortestDistances(structure, atom);
      return {
        atom,
        displacement: along(direction, structure.cell, distance),
        id: index + 1,
        second: pairs.flatMap((pair) =>
          pair.directions.map(
            (second): PairDisplacement => ({
              atom: pair.atom,
              displacement: along(second, structure.cell, distance),
              distance: distances[pair.atom],
              included: cutoff === undefined || distances[pair.atom] < cutoff,
              id: ++id,
            }),
          ),
        ),
      };
    }),
    duplicates: duplicatesOf(firsts),
  };
}

function pairDirections(symmetry: CellSymmetry, { diagonal = true, opposites }: PairOptions): First[] {
  return harmonicDirections(symmetry, { diagonal: false, opposites }).map(({ atom, direction }) => {
    const left = siteSymmetry(symmetry, atom)
      .filter(({ rotation }) => keeps(direction, rotation))
      .map((operation) => ({ rotation: operation.rotation, moves: permutationOf(symmetry, operation) }));
    const pairs: Pair[] = [];
    for (let second = 0; second < symmetry.structure.count; second++) {
      if (left.some(({ moves }) => moves[second] < second)) continue;
      const rotations = left.filter(({ moves }) => moves[second] === second).map(({ rotation }) => rotation);
      const directions = leastDirections(rotations, diagonal).flatMap((d) =>
        isReversed(d, rotations) ? [d] : [d, opposite(d)],
      );
      pairs.push({ atom: second, directions });
    }
    return { atom, direction, pairs };
  });
}

/** What phono3py lists as occurring twice, in its order: see `PairDisplacementSet`. */
function duplicatesOf(firsts: readonly First[]): [number, number][] {
  interface Both {
    readonly id: number;
    readonly first: Direction;
    readonly second: Direction;
  }
  const lists = new Map<string, Both[]>();
  let id = firsts.length;
  for (const { atom, direction, pairs } of firsts) {
    for (const pair of pairs) {
      const key = `${atom} ${pair.atom}`;
      const list = lists.get(key) ?? [];
      lists.set(key, list);
      for (const second of pair.directions) list.push({ id: ++id, first: direction, second });
    }
  }
  const swapped: [number, number][] = [];
  const undone: [number, number][] = [];
  for (const [key, list] of lists) {
    const [first, second] = key.split(' ').map(Number);
    const mirror = lists.get(`${second} ${first}`);
    if (second > first && mirror) {
      for (const here of list) {
        for (const there of mirror) {
          const same = equal(here.first, there.second) && equal(here.second, there.first);
          if (same && there.id > here.id) swapped.push([there.id, here.id]);
        }
      }
    } else if (first === second) {
      for (const here of list) {
        for (const there of list) {
          if (equal(here.first, opposite(there.second)) && equal(here.second, opposite(there.first))) {
            undone.push([there.id, 0]);
          }
        }
      }
    }
  }
  return [...swapped, ...undone];
}

function equal(a: Direction, b: Direction): boolean {
  return a.every((x, k) => x === b[k]);
}
