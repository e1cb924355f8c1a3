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

/**
 * How compact force constants are symmetrised. 'exact' gives what the full ones give. 'phonopy' is what phonopy and
 * phono3py (to versions 4.8 at least) do with compact ones: they transpose them in place to get at sums over the first
 * index, and a pair of atoms that are shifted copies of each other by half a period, which is its own transpose there,
 * is swapped twice and stays as it was. The two agree where the constants have the symmetry already.
 */
export type DriftRule = 'exact' | 'phonopy';

/** [r][n] 1 for those pairs of half a period, under phonopy's rule; undefined where there is nothing to be told apart. */
export function halfPeriodPairs(layout: RowLayout, rule: DriftRule): Uint8Array | undefined {
  if (rule === 'exact') return undefined;
  const { rows, rowOf, shifts, count } = layout;
  const out = new Uint8Array(rows.length * count);
  rows.forEach((atom, row) => {
    for (let j = 0; j < count; j++) {
      if (j !== atom && rowOf[j] === row && shifts[j][atom] === j) out[row * count + j] = 1;
    }
  });
  return out;
}
