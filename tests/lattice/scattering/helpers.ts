import { buildPhononCells } from '../../../src/lattice/cells.js';
import type { Structure } from '../../../src/model/structure.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { reciprocalOperations } from '../../../src/symmetry/q-points.js';
import { recipe } from '../../helpers/crystals.js';

/** A recipe's primitive cell and its operations on q points, time reversal among them. */
export function latticeOfRecipe(name: string): { primitive: Structure; reciprocal: Int32Array[] } {
  const { primitive } = buildPhononCells(recipe(name), [1, 1, 1], 'auto');
  const { operations } = findCellSymmetry(primitive);
  return { primitive, reciprocal: reciprocalOperations(operations.map(({ rotation }) => rotation)) };
}
