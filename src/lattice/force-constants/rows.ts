import { PhonolinkError } from '../../model/errors.js';
import type { PhononCells } from '../../model/phonon-cells.js';

/**
 * Which atoms the first index of force constants runs over, and how every other atom is brought to one of them. In
 * the full layout every atom has a row of its own, and nothing is shifted.
 */
export interface RowLayout {
  readonly count: number;
  /** [r] atoms of the supercell */
  readonly rows: Int32Array;
  /** [n] the row of the atom that an atom is shifted to */
  readonly rowOf: Int32Array;
  /** [n][n] where that shift takes each atom */
  readonly shifts: readonly Int32Array[];
}

/** Every atom of a supercell has a row. */
export function fullRows(count: number): RowLayout {
  const rows = Int32Array.from({ length: count }, (_, i) => i);
  return { count, rows, rowOf: rows, shifts: new Array<Int32Array>(count).fill(rows) };
}

/**
 * The primitive cell's atoms have rows (phonopy's compact force constants).
 * @param translations [t][n] the supercell's pure shifts, those of the primitive lattice among them
 * @throws PhonolinkError where a shift is missing
 */
export function compactRows(
  { primitiveToSuper, superToPrimitive, supercell }: PhononCells,
  translations: readonly Int32Array[],
): RowLayout {
  const rowNumber = new Map(Array.from(primitiveToSuper, (atom, row) => [atom, row]));
  const shifts = Array.from(superToPrimitive, (to, atom) => {
    const shift = translations.find((moves) => moves[atom] === to);
    if (shift) return shift;
    throw new PhonolinkError(
      `no shift takes atom ${atom + 1} of the supercell to atom ${to + 1}, which stands for it in the primitive cell`,
      { hint: 'without shifts as symmetry, force constants can only be full' },
    );
  });
  return {
    count: supercell.count,
    rows: primitiveToSuper,
    rowOf: Int32Array.from(superToPrimitive, (atom) => rowNumber.get(atom)!),
    shifts,
  };
}
