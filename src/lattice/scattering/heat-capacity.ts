import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';

/** THz: slower modes carry no heat, as in phono3py */
export const SLOWEST = 1e-4;

/** eV/K: k x^2 e^x / (e^x - 1)^2 of one mode, x = h f / k T; zero where nothing is excited. */
export function modeHeatCapacity(frequency: number, temperature: number, units: PhononUnits): number {
  if (!(temperature > 0)) return 0;
  const x = (frequency * units.planck) / (units.boltzmann * temperature);
  const sinh = Math.sinh(x / 2);
  return Number.isFinite(sinh) ? units.boltzmann * (x / (2 * sinh)) ** 2 : 0;
}

/**
 * Heat capacities of modes at constant volume.
 * @param frequencies [m] THz
 * @param temperatures [t] K
 * @param cutoff THz: modes at or below it have none
 * @returns [t][m] eV/K
 */
export function modeHeatCapacities(
  frequencies: ArrayLike<number>,
  temperatures: ArrayLike<number>,
  cutoff = SLOWEST,
  units: PhononUnits = PHONOPY_UNITS,
): Float64Array {
  const modes = frequencies.length;
  const out = new Float64Array(temperatures.length * modes);
  for (let t = 0; t < temperatures.length; t++) {
    for (let m = 0; m < modes; m++) {
      if (frequencies[m] > cutoff)
        out[t * modes + m] = modeHeatCapacity(frequencies[m], temperatures[t], units);
    }
  }
  return out;
}
