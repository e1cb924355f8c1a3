import { rowsTimes } from '../../model/cell.js';
import type { AtomDisplacement, DisplacementSet } from '../../model/displacements.js';
import { PhonolinkError } from '../../model/errors.js';
import { type CellSymmetry, siteSymmetry } from '../../symmetry/cell-symmetry.js';
import { type Direction, isReversed, leastDirections, opposite } from './directions.js';

/** A, phonopy's default, save for the codes that count in bohr: 0.02 bohr */
export const HARMONIC_DISTANCE = 0.01;

export interface DisplacementOptions {
  /** A, how far an atom is displaced */
  readonly distance?: number;
  /** Whether directions off the lattice vectors may be taken where they save displacements; false is --nodiag */
  readonly diagonal?: boolean;
  /** Opposite displacements where symmetry does not give them ('where-needed'), always (--pm), or never */
  readonly opposites?: 'where-needed' | 'always' | 'never';
}

/** An atom and the direction, in the supercell's lattice vectors, in which it is displaced. */
export interface DirectedAtom {
  readonly atom: number;
  readonly direction: Direction;
}

/** The fewest displacements that give all second-order force constants, in phonopy's order and choice. */
export function harmonicDirections(
  symmetry: CellSymmetry,
  { diagonal = true, opposites = 'where-needed' }: DisplacementOptions = {},
): DirectedAtom[] {
  const atoms = Array.from(symmetry.equivalent.keys()).filter((i) => symmetry.equivalent[i] === i);
  return atoms.flatMap((atom) => {
    const rotations = siteSymmetry(symmetry, atom).map(({ rotation }) => rotation);
    return leastDirections(rotations, diagonal).flatMap((direction) => {
      const both =
        opposites === 'always' || (opposites === 'where-needed' && !isReversed(direction, rotations));
      return (both ? [direction, opposite(direction)] : [direction]).map((d) => ({ atom, direction: d }));
    });
  });
}

/**
 * Displacements for second-order force constants, as `phonopy -d` makes them.
 * @throws PhonolinkError where the distance is not positive
 */
export function harmonicDisplacements(
  symmetry: CellSymmetry,
  options: DisplacementOptions = {},
): Extract<DisplacementSet, { kind: 'atoms' }> {
  const { cell, count } = symmetry.structure;
  const entries: AtomDisplacement[] = harmonicDirections(symmetry, options).map(({ atom, direction }) => ({
    atom,
    displacement: along(direction, cell, options.distance ?? HARMONIC_DISTANCE),
  }));
  return { kind: 'atoms', count, entries };
}

/**
 * [3] A, a direction in lattice vectors as a displacement of a given length.
 * @throws PhonolinkError where the length is not positive
 */
export function along(direction: Direction, cell: ArrayLike<number>, distance: number): Float64Array {
  if (!(distance > 0 && Number.isFinite(distance))) {
    throw new PhonolinkError(`the displacement distance is ${distance} A, expected a positive number`);
  }
  const vector = rowsTimes(direction, cell);
  const factor = distance / Math.hypot(...vector);
  return vector.map((x) => x * factor);
}
