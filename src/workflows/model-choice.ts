import { UsageError } from '../model/errors.js';
import type { Potential } from '../potentials/potential.js';

/** What a user says about a potential beside its file; what is absent is as the file has it. */
export interface ModelChoice {
  /** K, for models that take it as an input */
  readonly temperature?: number;
  /** For models whose file tabulates its radial functions */
  readonly radial?: 'spline' | 'analytic';
  /** Symbols for models whose file numbers its species; others have their own, and pass over these */
  readonly species?: readonly string[];
}

/**
 * The potential as the user wants it.
 * @throws UsageError where something is named that the potential does not take
 */
export function potentialAs(potential: Potential, { temperature, radial, species }: ModelChoice): Potential {
  let chosen = potential;
  if (species !== undefined && chosen.withSpecies) chosen = chosen.withSpecies(species);
  if (temperature !== undefined) {
    if (!chosen.atTemperature) {
      throw new UsageError(
        `the ${potential.name} potential does not depend on the temperature`,
        'leave --temperature out',
      );
    }
    chosen = chosen.atTemperature(temperature);
  }
  if (radial !== undefined) {
    if (!chosen.withRadial) {
      throw new UsageError(
        `the ${potential.name} potential has one kind of radial functions only`,
        'leave --radial out',
      );
    }
    chosen = chosen.withRadial(radial);
  }
  return chosen;
}
