import { determinant, product } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import { conventionalAxes } from '../symmetry/axes/conventional.js';
import { type Centring, centringMatrix } from '../symmetry/centring.js';
import { findSpaceGroup } from '../symmetry/space-group.js';

/** phonopy's --pa: a centring of the unit cell, a matrix of 9 numbers, or 'auto' for what the space group says. */
export type PrimitiveChoice = 'auto' | Centring | ArrayLike<number>;

/**
 * [9] the primitive matrix of a unit cell: (a b c)_primitive = (a b c)_unit P, columns.
 * @throws PhonolinkError where nine numbers span no smaller cell, or there is no space group for 'auto'
 */
export function primitiveMatrixOf(unit: Structure, choice: PrimitiveChoice, tolerance: number): Float64Array {
  if (choice === 'auto') {
    const group = findSpaceGroup(unit, tolerance);
    return product(conventionalAxes(group, unit.cell, tolerance), centringMatrix(group.centring));
  }
  if (typeof choice === 'string') return centringMatrix(choice);
  const matrix = Float64Array.from(choice);
  const volume = matrix.length === 9 ? determinant(matrix) : 0;
  if (!(volume > tolerance && volume < 1 + tolerance)) {
    throw new PhonolinkError(
      `the primitive matrix '${matrix.join(' ')}' is not one: expected 9 numbers of a determinant between 0 and 1`,
    );
  }
  return matrix;
}
