import { PhonolinkError } from '../../model/errors.js';
import { type CellSymmetry, permutationOf, siteSymmetry } from '../../symmetry/cell-symmetry.js';
import { cartesianRotation } from '../../symmetry/operation.js';
import { lowest } from '../../symmetry/primitive-lattice.js';

/** What an operation of the supercell does to vectors and to atoms. */
export interface Image {
  /** [9] Cartesian, for columns */
  readonly rotation: Float64Array;
  /** [n] the atom that each atom is taken to */
  readonly moves: Int32Array;
}

/** The operations that leave an atom where it is; the first is the identity. */
export function siteImages(symmetry: CellSymmetry, atom: number): Image[] {
  return siteSymmetry(symmetry, atom).map((operation) => ({
    rotation: cartesianRotation(operation.rotation, symmetry.structure.cell),
    moves: permutationOf(symmetry, operation),
  }));
}

/** Those operations that leave a vector as it is too. */
export function keeping(images: readonly Image[], vector: ArrayLike<number>): Image[] {
  const length = Math.hypot(vector[0], vector[1], vector[2]);
  return images.filter(({ rotation: r }) => {
    const off = [0, 1, 2].map(
      (k) => r[3 * k] * vector[0] + r[3 * k + 1] * vector[1] + r[3 * k + 2] * vector[2] - vector[k],
    );
    return Math.hypot(...off) < SAME_DIRECTION * length;
  });
}

/** Of a vector's length: a rotation that turns it turns it by far more, and cells are inexact by less. */
const SAME_DIRECTION = 1e-3;

/** An operation that takes one atom to another. */
export interface Source {
  /** The atom that it is taken to */
  readonly atom: number;
  /** Absent where it is a pure shift */
  readonly rotation?: Float64Array;
  readonly moves: Int32Array;
}

/**
 * For each target an operation that takes it to one of the known atoms: a pure shift where there is one, so that
 * nothing is rotated that need not be.
 * @throws PhonolinkError where symmetry takes a target to none of them
 */
export function sourcesOf(
  symmetry: CellSymmetry,
  targets: ArrayLike<number>,
  known: readonly number[],
): Source[] {
  const { operations, permutations, translations, structure } = symmetry;
  const family = lowest(translations);
  const knownOf = new Map<number, number>();
  for (const atom of known) if (!knownOf.has(family[atom])) knownOf.set(family[atom], atom);
  const shiftTo = new Map(known.map((atom) => [atom, shiftsTo(translations, atom)]));
  const rotations = operations.map(({ rotation }) => cartesianRotation(rotation, structure.cell));
  const still = Int32Array.from({ length: structure.count }, (_, i) => i);
  return Array.from(targets, (target) => {
    if (shiftTo.has(target)) return { atom: target, moves: still };
    for (let o = 0; o < operations.length; o++) {
      const atom = knownOf.get(family[permutations[o][target]]);
      if (atom === undefined) continue;
      const shift = translations[shiftTo.get(atom)![permutations[o][target]]];
      return {
        atom,
        rotation: o === 0 ? undefined : rotations[o],
        moves: permutations[o].map((moved) => shift[moved]),
      };
    }
    throw new PhonolinkError(
      `symmetry takes atom ${target + 1} of the supercell to no atom that is displaced`,
      { hint: 'the displacements belong to another supercell, or to a structure of more symmetry' },
    );
  });
}

/** [n] the shift that takes each atom to `to`, -1 where there is none. */
function shiftsTo(translations: readonly Int32Array[], to: number): Int32Array {
  const out = new Int32Array(translations[0].length).fill(-1);
  for (let t = 0; t < translations.length; t++) out[translations[t].indexOf(to)] = t;
  return out;
}
