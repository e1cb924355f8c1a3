import { PhonolinkError } from '../../model/errors.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import { SLOWEST } from './heat-capacity.js';

/** W/m/K for each eV/K THz A^2 of a primitive cell: phono3py's kappa_unit_conversion. */
export function conductivityUnit(volume: number, { joules }: PhononUnits = PHONOPY_UNITS): number {
  // (THz A)^2 eV/K / (A^3 THz) in SI; 2 pi because linewidths are ordinary frequencies.
  return (joules * 1e22) / (2 * Math.PI * volume);
}

/**
 * Half linewidths of modes that meet a wall after a length: |v| / (4 pi L).
 * @param velocities [m][3] THz A
 * @param length micrometres
 * @returns [m] THz
 */
export function boundaryLinewidths(velocities: ArrayLike<number>, length: number): Float64Array {
  if (!(length > 0))
    throw new PhonolinkError(`a mean free path of ${length} micrometres, expected a positive number`);
  return Float64Array.from({ length: velocities.length / 3 }, (_, m) => {
    const speed = Math.hypot(velocities[3 * m], velocities[3 * m + 1], velocities[3 * m + 2]);
    return (speed * 1e-4) / (4 * Math.PI * length);
  });
}

/**
 * Matthiessen's rule: linewidths by temperature and those that do not depend on it.
 * @param linewidths [t][m] THz
 * @param others [m] THz each; absent ones are none
 * @returns [t][m] THz
 */
export function totalLinewidths(
  linewidths: Float64Array,
  ...others: readonly (Float64Array | undefined)[]
): Float64Array {
  const out = Float64Array.from(linewidths);
  for (const other of others) {
    if (!other) continue;
    for (let k = 0; k < out.length; k++) out[k] += other[k % other.length];
  }
  return out;
}

/** ps: 1 / (2 2 pi gamma) of half linewidths in THz; 0 where there is no scattering. */
export function lifetimes(linewidths: ArrayLike<number>): Float64Array {
  return Float64Array.from(linewidths, (gamma) => (gamma > 0 ? 1 / (4 * Math.PI * gamma) : 0));
}

/**
 * Lengths that modes fly between collisions.
 * @param linewidths [t][m] THz
 * @param velocities [m][3] THz A
 * @returns [t][m] A
 */
export function meanFreePaths(linewidths: Float64Array, velocities: ArrayLike<number>): Float64Array {
  const modes = velocities.length / 3;
  const times = lifetimes(linewidths);
  return times.map((time, k) => {
    const at = 3 * (k % modes);
    return time * Math.hypot(velocities[at], velocities[at + 1], velocities[at + 2]);
  });
}

/** What carries heat: the modes of the irreducible points of a grid of N points. */
export interface HeatCarriers {
  /** N */
  readonly total: number;
  /** A^3, of the primitive cell */
  readonly volume: number;
  /** [q][b] THz */
  readonly frequencies: Float64Array;
  /** [q][b][6] THz^2 A^2, summed over stars */
  readonly products: Float64Array;
  /** [t][q][b] eV/K */
  readonly heatCapacities: Float64Array;
}

export interface ModeConductivity {
  /** [t][6] W/m/K: xx, yy, zz, yz, xz, xy */
  readonly kappa: Float64Array;
  /** [t][q][b][6] W/m/K; their sum over N points is kappa */
  readonly modeKappa: Float64Array;
  /** [t] modes of the grid's irreducible points that do not count: too slow, or without scattering */
  readonly ignored: Int32Array;
}

/**
 * Conductivity in the relaxation-time approximation: the sum over modes of C v v / (2 gamma).
 * @param linewidths [t][q][b] THz, all together: `totalLinewidths`
 */
export function relaxationTimeConductivity(
  carriers: HeatCarriers,
  linewidths: Float64Array,
  { cutoff = SLOWEST, units = PHONOPY_UNITS }: { cutoff?: number; units?: PhononUnits } = {},
): ModeConductivity {
  const { frequencies, products, heatCapacities, total, volume } = carriers;
  const modes = frequencies.length;
  const count = linewidths.length / modes;
  if (heatCapacities.length !== linewidths.length || products.length !== 6 * modes)
    throw new PhonolinkError(
      `${linewidths.length} linewidths, ${heatCapacities.length} heat capacities and ${products.length} products of velocities do not belong to ${modes} modes`,
    );
  const unit = conductivityUnit(volume, units);
  const kappa = new Float64Array(6 * count);
  const modeKappa = new Float64Array(6 * count * modes);
  const ignored = new Int32Array(count);
  for (let t = 0; t < count; t++) {
    for (let m = 0; m < modes; m++) {
      const k = t * modes + m;
      if (!(frequencies[m] >= cutoff && linewidths[k] > 0)) {
        ignored[t]++;
        continue;
      }
      const share = (heatCapacities[k] * unit) / (2 * linewidths[k]);
      for (let c = 0; c < 6; c++) {
        const x = products[6 * m + c] * share;
        modeKappa[6 * k + c] = x;
        kappa[6 * t + c] += x / total;
      }
    }
  }
  return { kappa, modeKappa, ignored };
}
