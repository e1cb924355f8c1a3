import { ATOMIC_TIME, BOHR } from '../../src/model/units.js';

/** A/fs: pw.x velocities are one bohr per Rydberg atomic unit of time, which is twice the Hartree one. */
export const PW_VELOCITY = BOHR / (2 * ATOMIC_TIME);

/** Cards that are carried as text between a read and a written input. */
export const KEPT_CARDS = [
  'ADDITIONAL_K_POINTS',
  'OCCUPATIONS',
  'CONSTRAINTS',
  'ATOMIC_FORCES',
  'SOLVENTS',
  'HUBBARD',
] as const;

/** Whether a namelist variable is part of the structure, which is written anew. */
export function isStructural(group: string, name: string): boolean {
  return group === 'SYSTEM' && /^(ibrav|celldm|a|b|c|cosab|cosac|cosbc|nat|ntyp)$/.test(name);
}
