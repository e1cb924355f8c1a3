import { PhonolinkError } from '../../model/errors.js';
import type { ForceConstants } from '../../model/force-constants.js';
import type { PhononCells } from '../../model/phonon-cells.js';

/**
 * [n] which row of the force constants belongs to each atom of the primitive cell.
 * @throws PhonolinkError
 */
export function rowsOfPrimitive(cells: PhononCells, constants: ForceConstants): Int32Array {
  const { supercell, primitiveToSuper } = cells;
  if (constants.count !== supercell.count) {
    throw new PhonolinkError(
      `the force constants are those of ${constants.count} atoms, but the supercell has ${supercell.count}`,
      { hint: 'the supercell or --dim is not the one that they were calculated with' },
    );
  }
  return primitiveToSuper.map((atom) => {
    const row = constants.rows.indexOf(atom);
    if (row < 0) {
      throw new PhonolinkError(
        `the force constants have no row of atom ${atom + 1} of the supercell, which the primitive cell consists of`,
        { hint: 'compact force constants go with the primitive cell that they were calculated with' },
      );
    }
    return row;
  });
}
