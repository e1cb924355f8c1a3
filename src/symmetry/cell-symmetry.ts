import { inverse, rowsTimes } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import { IDENTITY } from './integer-matrix.js';
import type { Operation } from './operation.js';
import { PositionIndex } from './position-index.js';
import { lowest, requireCrystal } from './primitive-lattice.js';
import { findSpaceGroup, operationsIn, type SpaceGroup, TOLERANCE } from './space-group.js';

/**
 * What maps a cell and its atoms onto themselves: every product of one of `operations` and one of the pure
 * translations. The two are kept apart because a supercell has so many of the latter.
 */
export interface CellSymmetry {
  readonly structure: Structure;
  /** A */
  readonly tolerance: number;
  /** [m] one for each point operation, in fractions of the cell; the first is the identity */
  readonly operations: readonly Operation[];
  /** [m][n] the atom that an operation takes each atom to */
  readonly permutations: readonly Int32Array[];
  /** [t][n] the atom that a pure translation takes each atom to; the first leaves them where they are */
  readonly translations: readonly Int32Array[];
  /** [n] the lowest atom that symmetry takes an atom to */
  readonly equivalent: Int32Array;
  /** Absent where symmetry was not asked for */
  readonly spaceGroup?: SpaceGroup;
}

/** An operation that leaves an atom where it is. */
export interface SiteOperation {
  /** [9] in fractions of the cell */
  readonly rotation: Int32Array;
  /** Which of the cell's `operations`, and which of its `translations` goes after it */
  readonly operation: number;
  readonly translation: number;
}

/**
 * Symmetry of a cell of any size, supercells whose shape lowers that of the crystal among them.
 * @param tolerance A
 * @throws PhonolinkError where there is no space group, or an operation misses an atom
 */
export function findCellSymmetry(structure: Structure, tolerance = TOLERANCE): CellSymmetry {
  const spaceGroup = findSpaceGroup(structure, tolerance);
  const operations = operationsIn(spaceGroup, structure.cell);
  const identity = operations.findIndex(({ rotation }) => rotation.every((x, i) => x === IDENTITY[i]));
  operations.unshift(...operations.splice(identity, 1));
  const permutations = permutationsOf(structure, operations, tolerance);
  const translations = spaceGroup.lattice.permutations;
  return {
    structure,
    tolerance,
    operations,
    permutations,
    translations,
    // An orbit is made up of classes of shifted copies, of which `representative` is the lowest.
    equivalent: lowest(permutations.map((p) => p.map((atom) => spaceGroup.lattice.representative[atom]))),
    spaceGroup,
  };
}

/**
 * A cell of which only shifts are taken to be symmetry: phonopy's --nosym.
 * @param translations [t][n] pure translations, the first the identity; none but that one where absent
 */
export function shiftsAlone(
  structure: Structure,
  translations: readonly Int32Array[] = [Int32Array.from({ length: structure.count }, (_, i) => i)],
  tolerance = TOLERANCE,
): CellSymmetry {
  requireCrystal(structure);
  return {
    structure,
    tolerance,
    operations: [{ rotation: IDENTITY, translation: new Float64Array(3) }],
    permutations: [translations[0]],
    translations,
    equivalent: lowest(translations),
  };
}

/**
 * [m][n] the atom that each operation takes each atom to.
 * @param tolerance A, how far apart the places may be; operations come out of positions that are inexact themselves,
 *   so twice as much is let pass
 * @throws PhonolinkError where an atom is taken to a place where there is none of its kind
 */
export function permutationsOf(
  structure: Structure,
  operations: readonly Operation[],
  tolerance: number,
): Int32Array[] {
  const { cell, kinds, count } = structure;
  const x = rowsTimes(structure.positions, inverse(cell));
  const index = new PositionIndex(cell, x, kinds, 2 * tolerance);
  return operations.map(({ rotation: r, translation: t }) => {
    const permutation = new Int32Array(count);
    for (let i = 0, a = 0; i < count; i++, a += 3) {
      permutation[i] = index.find(
        r[0] * x[a] + r[1] * x[a + 1] + r[2] * x[a + 2] + t[0],
        r[3] * x[a] + r[4] * x[a + 1] + r[5] * x[a + 2] + t[1],
        r[6] * x[a] + r[7] * x[a + 1] + r[8] * x[a + 2] + t[2],
        kinds[i],
      );
      if (permutation[i] < 0) {
        throw new PhonolinkError(
          `the space group takes atom ${i + 1} to a place where there is no such atom within ${2 * tolerance} A`,
          { hint: 'positions are inexact at the size of the tolerance: symmetrise them, or choose another' },
        );
      }
    }
    return permutation;
  });
}

/** Operations and shifts that take an atom to another: the rotation leaves `from` on `to`, mod the cell. */
export function operationsBetween(symmetry: CellSymmetry, from: number, to: number): SiteOperation[] {
  const shiftTo = shiftsTo(symmetry, to);
  return symmetry.operations.flatMap(({ rotation }, operation) => {
    const translation = shiftTo[symmetry.permutations[operation][from]];
    return translation < 0 ? [] : [{ rotation, operation, translation }];
  });
}

/** The operations that leave an atom where it is. */
export function siteSymmetry(symmetry: CellSymmetry, atom: number): SiteOperation[] {
  return operationsBetween(symmetry, atom, atom);
}

/** [n] the atom that an operation followed by a shift takes each atom to. */
export function permutationOf(symmetry: CellSymmetry, { operation, translation }: SiteOperation): Int32Array {
  const shift = symmetry.translations[translation];
  return symmetry.permutations[operation].map((atom) => shift[atom]);
}

/** [n] the shift that takes an atom to `to`, -1 where there is none. */
function shiftsTo({ translations }: CellSymmetry, to: number): Int32Array {
  const out = new Int32Array(translations[0].length).fill(-1);
  for (let t = 0; t < translations.length; t++) {
    const from = translations[t].indexOf(to);
    out[from] = t;
  }
  return out;
}
