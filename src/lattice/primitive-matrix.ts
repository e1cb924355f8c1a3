import { determinant } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';

/** phonopy's --pa: a centring of the unit cell, a matrix of 9 numbers, or 'auto' for what the space group says. */
export type PrimitiveChoice = 'auto' | Centring | ArrayLike<number>;
export type Centring = 'P' | 'F' | 'I' | 'A' | 'C' | 'R';

const third = 1 / 3;
/** The columns of (a b c)_primitive = (a b c)_conventional P, spglib's choice of primitive vectors. */
const CENTRINGS: Readonly<Record<Centring, readonly number[]>> = {
  P: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  F: [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0],
  I: [-0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5],
  A: [1, 0, 0, 0, 0.5, -0.5, 0, 0.5, 0.5],
  C: [0.5, 0.5, 0, -0.5, 0.5, 0, 0, 0, 1],
  R: [2 * third, -third, -third, third, third, -2 * third, third, third, third],
};

/**
 * [9] the primitive matrix of a unit cell.
 * @throws PhonolinkError where nine numbers span no smaller cell, or there is no space group for 'auto'
 */
export function primitiveMatrixOf(
  _unit: Structure,
  choice: PrimitiveChoice,
  tolerance: number,
): Float64Array {
  if (choice === 'auto') throw new Error('todo');
  if (typeof choice === 'string') return Float64Array.from(CENTRINGS[choice]);
  const matrix = Float64Array.from(choice);
  const volume = determinant(matrix);
  if (matrix.length !== 9 || !(volume > tolerance && volume < 1 + tolerance)) {
    throw new PhonolinkError(
      `the primitive matrix '${matrix.join(' ')}' has the determinant ${volume}, expected 9 numbers and at most 1`,
    );
  }
  return matrix;
}
