import type { Evaluation } from './potential.js';

/** What a remote force engine says, and what moving atoms needs: energy, forces and virial of all atoms together. */
export interface Totals {
  /** eV */
  readonly energy: number;
  /** [3n] eV/A */
  readonly forces: Float64Array;
  /** [9] eV, row-major, -dE/d(strain) */
  readonly virial: Float64Array;
}

/** Sums over the atoms of an evaluation. */
export function totalsOf({ energies, forces, virials }: Evaluation): Totals {
  let energy = 0;
  for (const value of energies) energy += value;
  const virial = new Float64Array(9);
  for (let i = 0; i < virials.length; i++) virial[i % 9] += virials[i];
  return { energy, forces, virial };
}
