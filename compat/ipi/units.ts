import { transpose } from '../../src/model/cell.js';
import { type AtomicUnits, scaled, symmetrised } from '../sockets/units.js';

export function isZero(values: Float64Array): boolean {
  for (let i = 0; i < values.length; i++) if (values[i] !== 0) return false;
  return true;
}

/** Our cell (rows, A) from the wire's (columns, bohr). */
export function cellOfWire(cell: Float64Array, units: AtomicUnits): Float64Array {
  return transpose(scaled(cell, units.bohr));
}

/** The wire's cell (columns, bohr) from ours (rows, A). */
export function cellToWire(cell: Float64Array, units: AtomicUnits): Float64Array {
  return transpose(scaled(cell, 1 / units.bohr));
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
