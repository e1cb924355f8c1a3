import { buildPhononCells } from '../../../src/lattice/cells.js';
import type { DisplacementSet, PairDisplacementSet } from '../../../src/model/displacements.js';
import type { CubicForceConstants, ForceConstants } from '../../../src/model/force-constants.js';
import type { PhononCells } from '../../../src/model/phonon-cells.js';
import { type CellSymmetry, findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { recipe } from '../../helpers/crystals.js';
import { type PairConstants, pairConstants, polynomialForces } from '../../helpers/pair-constants.js';
import { pairPotential } from '../../helpers/pair-potential.js';

export interface Model {
  readonly cells: PhononCells;
  readonly symmetry: CellSymmetry;
  readonly constants: PairConstants;
}

/** A recipe's supercell with the closed-form constants of a pair potential that reaches `cutoff` A. */
export function modelOf(name: string, dim: number[], cutoff = 4): Model {
  const cells = buildPhononCells(recipe(name), dim);
  const { parameters } = pairPotential(cells.supercell, cutoff);
  return {
    cells,
    symmetry: findCellSymmetry(cells.supercell),
    constants: pairConstants(cells.supercell, parameters),
  };
}

type AtomSet = Extract<DisplacementSet, { kind: 'atoms' }>;
type Moves = readonly (readonly [number, ArrayLike<number>])[];

/** With the forces of the polynomial, and whatever `more` adds to them. */
export function withForces(
  set: AtomSet,
  constants: PairConstants,
  more: (forces: Float64Array) => Float64Array = (f) => f,
): AtomSet {
  return {
    ...set,
    entries: set.entries.map((entry) => ({
      ...entry,
      forces: more(polynomialForces(constants, [[entry.atom, entry.displacement]])),
    })),
  };
}

export function withForcesOfPairs(
  set: PairDisplacementSet,
  constants: PairConstants,
  more: (forces: Float64Array) => Float64Array = (f) => f,
): PairDisplacementSet {
  const forcesOf = (moves: Moves) => more(polynomialForces(constants, moves));
  return {
    ...set,
    entries: set.entries.map((first) => ({
      ...first,
      forces: forcesOf([[first.atom, first.displacement]]),
      second: first.second.map((second) => ({
        ...second,
        forces: second.included
          ? forcesOf([
              [first.atom, first.displacement],
              [second.atom, second.displacement],
            ])
          : undefined,
      })),
    })),
  };
}

/** The largest difference in units of the largest number. */
export function difference(found: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (found.length !== expected.length) return Number.POSITIVE_INFINITY;
  let worst = 0;
  let largest = 0;
  for (let i = 0; i < found.length; i++) {
    worst = Math.max(worst, Math.abs(found[i] - expected[i]));
    largest = Math.max(largest, Math.abs(expected[i]));
  }
  return worst / largest;
}

export function copy<T extends ForceConstants | CubicForceConstants>(fc: T): T {
  return { ...fc, values: fc.values.slice() };
}

/** Numbers in [-size, size) that look random and are the same in every run (Lehmer's generator). */
export function noise(size: number): (values: Float64Array) => Float64Array {
  let state = 20240229;
  return (values) =>
    values.map((x) => {
      state = (state * 48271) % 2147483647;
      return x + size * (2 * (state / 2147483647) - 1);
    });
}
