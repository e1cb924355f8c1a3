import { transpose } from '../../src/model/cell.js';
import { BOHR, HARTREE } from '../../src/model/units.js';

/** The atomic units that the peer converts with. */
export interface AtomicUnits {
  /** A */
  readonly bohr: number;
  /** eV */
  readonly hartree: number;
}

/**
 * CODATA 2018. Peers with another table (ASE: 2014) differ from it by 8e-9 in the hartree and 5e-10 in the bohr:
 * give theirs where energies must agree beyond that.
 */
export const ATOMIC_UNITS: AtomicUnits = { bohr: BOHR, hartree: HARTREE };

/** A [k] -> bohr, or the other way with `1 / units.bohr`; any numbers times one factor. */
export function scaled(values: ArrayLike<number>, factor: number): Float64Array {
  const out = new Float64Array(values.length);
  for (let i = 0; i < out.length; i++) out[i] = values[i] * factor;
  return out;
}

/** Our cell (rows, A) from the wire's (columns, bohr). */
export function cellOfWire(cell: Float64Array, units: AtomicUnits): Float64Array {
  return transpose(scaled(cell, units.bohr));
}

/** The wire's cell (columns, bohr) from ours (rows, A). */
export function cellToWire(cell: Float64Array, units: AtomicUnits): Float64Array {
  return transpose(scaled(cell, 1 / units.bohr));
}

/** [9] the symmetric part of a virial, row-major. */
export function symmetrised(virial: Float64Array): Float64Array {
  const other = transpose(virial);
  return virial.map((w, i) => (w + other[i]) / 2);
}

/**
 * [9] the whole of a virial of which some engines (LAMMPS fix ipi) fill one triangle only: that one mirrored where
 * the other is exactly zero, the mean of both else.
 */
export function completed(virial: Float64Array): Float64Array {
  const upper = [1, 2, 5].some((i) => virial[i] !== 0);
  const lower = [3, 6, 7].some((i) => virial[i] !== 0);
  const mean = symmetrised(virial);
  return upper === lower ? mean : mean.map((w, i) => (i % 4 === 0 ? w : 2 * w));
}
