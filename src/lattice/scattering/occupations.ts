import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';

/** Bose and Einstein's occupation of a mode of a frequency in THz at a temperature in K, where it is above a cutoff. */
export function occupation(
  frequency: number,
  temperature: number,
  cutoff: number,
  { planck, boltzmann }: PhononUnits = PHONOPY_UNITS,
): number {
  if (!(frequency > cutoff) || temperature <= 0) return 0;
  return 1 / Math.expm1((planck * frequency) / (boltzmann * temperature));
}

/**
 * Occupations of the modes of classes of points, for each temperature.
 * @param frequencies [m][b] THz; of each class the first of its points counts
 * @param classes [m]
 * @returns [temperatures] of [classes][b]; zero for modes that are not above the cutoff
 */
export function occupationsOf(
  frequencies: Float64Array,
  bands: number,
  classes: Int32Array,
  temperatures: ArrayLike<number>,
  cutoff: number,
  units: PhononUnits = PHONOPY_UNITS,
): Float64Array[] {
  const first = firstOf(classes);
  return Array.from(temperatures, (temperature) => {
    const out = new Float64Array(first.length * bands);
    first.forEach((p, c) => {
      for (let b = 0; b < bands; b++) {
        out[c * bands + b] = occupation(frequencies[p * bands + b], temperature, cutoff, units);
      }
    });
    return out;
  });
}

/** [classes] the first point of each */
function firstOf(classes: Int32Array): number[] {
  const out: number[] = [];
  classes.forEach((c, p) => {
    out[c] ??= p;
  });
  return out;
}
