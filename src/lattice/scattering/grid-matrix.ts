import { product, transpose } from '../../model/cell.js';
import { PhonolinkError } from '../../model/errors.js';
import type { Structure } from '../../model/structure.js';
import { conventionalAxes } from '../../symmetry/axes/conventional.js';
import { wholeNumbers } from '../../symmetry/integer-matrix.js';
import { meshOfLength } from '../../symmetry/q-mesh.js';
import { findSpaceGroup, TOLERANCE } from '../../symmetry/space-group.js';

/**
 * [9] M of a generalised regular grid (Togo, Chaput, Tadano and Tanaka, J. Phys. Condens. Matter 35, 353001, 2023): the
 * mesh of a length in the reciprocal of the conventional cell, whose axes are more alike than the primitive ones. As
 * phono3py's --grg with one number.
 * @param length A
 * @param primitive its lattice must be the crystal's smallest
 * @throws PhonolinkError where it is not, or has no space group
 */
export function generalGridMatrix(length: number, primitive: Structure, tolerance = TOLERANCE): Int32Array {
  const group = findSpaceGroup(primitive, tolerance);
  if (group.lattice.translations.length > 1) {
    throw new PhonolinkError(
      'a generalised regular grid needs a primitive cell, and a smaller one was found',
      {
        hint: 'choose the primitive cell automatically (--pa auto), or a plain mesh of three numbers',
      },
    );
  }
  // (a b c)_conventional = (a b c)_primitive times this.
  const axes = conventionalAxes(group, primitive.cell, tolerance);
  const mesh = meshOfLength(length, product(transpose(axes), primitive.cell), []);
  const whole = wholeNumbers(transpose(axes), 1e-4);
  if (!whole) throw new PhonolinkError('the conventional cell is no multiple of the primitive one');
  return whole.map((x, e) => x * mesh[Math.floor(e / 3)]);
}
