import type { Structure } from './structure.js';

/**
 * The three cells of a lattice-dynamics calculation and how they belong together, in phonopy's terms. Lattice vectors
 * are rows everywhere.
 */
export interface PhononCells {
  readonly unitCell: Structure;
  /** [9] whole numbers, row-major M: as phonopy's --dim, the columns of (a b c)_super = (a b c)_unit M */
  readonly supercellMatrix: Int32Array;
  /** [9] row-major P: the columns of (a b c)_primitive = (a b c)_unit P */
  readonly primitiveMatrix: Float64Array;
  readonly supercell: Structure;
  readonly primitive: Structure;
  /** [primitive atoms] the supercell's atom that a primitive one is */
  readonly primitiveToSuper: Int32Array;
  /** [supercell atoms] the supercell's atom (one of those above) that an atom is a lattice translation of */
  readonly superToPrimitive: Int32Array;
  /** [supercell atoms] the supercell's atom that stands for the unit cell's atom that this one is a copy of */
  readonly superToUnit: Int32Array;
  /** A, within which positions are the same */
  readonly tolerance: number;
}
