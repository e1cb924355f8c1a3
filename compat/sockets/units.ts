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

/** [9] the symmetric part of a virial, row-major. */
export function symmetrised(virial: Float64Array): Float64Array {
  const other = transpose(virial);
  return virial.map((w, i) => (w + other[i]) / 2);
}

/** The index of the first number that is not finite; -1 where all are. */
export function firstNotFinite(values: Float64Array): number {
  // x - x is 0 unless x is infinite or NaN: one sum finds out, without a branch for each number.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i] - values[i];
  return sum === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}
