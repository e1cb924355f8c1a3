import { PhonolinkError } from '../../src/model/errors.js';

/** What a driver wants to know of one set of positions; eV, eV/A. */
export interface ForceResult {
  readonly energy: number;
  /** [3n] */
  readonly forces: Float64Array;
  /** [9] -dE/d(strain), row-major; its symmetric part is sent */
  readonly virial: Float64Array;
}

/**
 * @throws PhonolinkError where a model's answer does not have the lengths of `count` atoms, or holds a number that is
 * not finite
 */
export function assertUsable({ energy, forces, virial }: ForceResult, count: number): void {
  if (forces.length !== 3 * count || virial.length !== 9) {
    throw new PhonolinkError(
      `the model gave ${forces.length} force components and ${virial.length} of the virial, expected ${3 * count} and 9`,
    );
  }
  if (![energy, ...virial].every(Number.isFinite) || !forces.every(Number.isFinite)) {
    throw new PhonolinkError(
      `the model gave an energy of ${energy} eV, and numbers that are not finite among it, the forces or the virial`,
      { hint: 'two atoms may lie at the same place, or the simulation has become unstable', exitCode: 3 },
    );
  }
}
