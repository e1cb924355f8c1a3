import { inverse, rowsTimes } from '../model/cell.js';
import type { PhononCells } from '../model/phonon-cells.js';
import { type CellSymmetry, permutationsOf, shiftsAlone } from '../symmetry/cell-symmetry.js';
import { IDENTITY } from '../symmetry/integer-matrix.js';

/**
 * The supercell's symmetry where only shifts by primitive lattice vectors are taken to be any: phonopy's --nosym, in
 * which every atom of the primitive cell is displaced.
 */
export function shiftSymmetry({
  supercell,
  superToPrimitive,
  primitiveToSuper,
  tolerance,
}: PhononCells): CellSymmetry {
  const x = rowsTimes(supercell.positions, inverse(supercell.cell));
  const origin = primitiveToSuper[0];
  const copies = Array.from(superToPrimitive.keys()).filter((i) => superToPrimitive[i] === origin);
  const shifts = copies.map((copy) => ({
    rotation: IDENTITY,
    translation: Float64Array.from([0, 1, 2], (k) => x[3 * copy + k] - x[3 * origin + k]),
  }));
  return shiftsAlone(supercell, permutationsOf(supercell, shifts, tolerance), tolerance);
}
