import type { Labels } from '../../src/model/frame.js';

/**
 * Names under which files give what phonolink understands, best first; compared without regard to case. Where a file
 * gives two of a row, the first is the label and the other stays what it is.
 */
export const FRAME_NAMES = {
  energy: ['energy', 'ref_energy', 'dft_energy', 'total_energy', 'totenergy'],
  freeEnergy: ['free_energy', 'ref_free_energy', 'dft_free_energy'],
  virial: ['virial', 'virials', 'ref_virial', 'ref_virials', 'dft_virial', 'dft_virials'],
  stress: ['stress', 'ref_stress', 'dft_stress'],
  dipole: ['dipole', 'ref_dipole', 'dft_dipole'],
  polarizability: ['pol', 'polarizability', 'ref_polarizability', 'dft_polarizability'],
} as const satisfies Partial<Record<keyof Labels | 'stress', readonly string[]>>;

/** Per-atom quantities: the labels, velocities (A/fs), momenta (ASE: sqrt(u eV)) and masses (u). */
export const COLUMN_NAMES = {
  forces: ['forces', 'force', 'ref_forces', 'ref_force', 'dft_forces', 'dft_force'],
  energies: ['energies', 'local_energy', 'local_energies', 'atomic_energy', 'atomic_energies'],
  virials: ['virials', 'virial', 'atomic_virial', 'atomic_virials', 'local_virial', 'local_virials'],
  charges: ['charges', 'charge'],
  magneticMoments: ['magmoms', 'magmom'],
  bornCharges: ['bec', 'born_effective_charges'],
  velocities: ['vel', 'velo'],
  momenta: ['momenta'],
  masses: ['masses', 'mass'],
} as const satisfies Partial<Record<keyof Labels | 'velocities' | 'momenta' | 'masses', readonly string[]>>;

export type ColumnRole = keyof typeof COLUMN_NAMES;

/** Numbers an atom, as many as are allowed. */
export const COLUMN_WIDTHS: Readonly<Record<ColumnRole, readonly number[]>> = {
  forces: [3],
  energies: [1],
  virials: [9],
  charges: [1],
  magneticMoments: [1, 3],
  bornCharges: [9],
  velocities: [3],
  momenta: [3],
  masses: [1],
};

/** Keys of the comment line that are the format's own. */
export const LATTICE = 'lattice';
export const PERIODIC = 'pbc';
export const PROPERTIES = 'properties';

/** Whether a comment line that has this key is more than free text. */
export function isKnownKey(key: string): boolean {
  const lower = key.toLowerCase();
  return (
    [LATTICE, PERIODIC, PROPERTIES].includes(lower) ||
    Object.values(FRAME_NAMES).some((names) => (names as readonly string[]).includes(lower))
  );
}
