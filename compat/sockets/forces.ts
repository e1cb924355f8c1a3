import { PhonolinkError } from '../../src/model/errors.js';
import type { Totals } from '../../src/potentials/totals.js';
import { firstNotFinite } from './units.js';

/**
 * @throws PhonolinkError where a model's answer does not have the lengths of `count` atoms, or holds a number that is
 * not finite
 */
export function assertUsable({ energy, forces, virial }: Totals, count: number): void {
  if (forces.length !== 3 * count || virial.length !== 9) {
    throw new PhonolinkError(
      `the model gave ${forces.length} force components and ${virial.length} of the virial, expected ${3 * count} and 9`,
    );
  }
  if (![energy, ...virial].every(Number.isFinite) || firstNotFinite(forces) >= 0) {
    throw new PhonolinkError(
      `the model gave an energy of ${energy} eV, and numbers that are not finite among it, the forces or the virial`,
      { hint: 'two atoms may lie at the same place, or the simulation has become unstable', exitCode: 3 },
    );
  }
}
