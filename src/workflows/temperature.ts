import { UsageError } from '../model/errors.js';
import type { Potential } from '../potentials/potential.js';

/**
 * The potential at a temperature (K), where it takes one as an input; as it is where none is named.
 * @throws UsageError where a temperature is named that the potential does not take
 */
export function potentialAt(potential: Potential, temperature: number | undefined): Potential {
  if (temperature === undefined) return potential;
  if (!potential.atTemperature) {
    throw new UsageError(
      `the ${potential.name} potential does not depend on the temperature`,
      'leave --temperature out',
    );
  }
  return potential.atTemperature(temperature);
}
