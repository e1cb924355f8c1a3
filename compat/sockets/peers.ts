import { ATOMIC_UNITS, type AtomicUnits } from './units.js';

/**
 * The tables of constants by which programs convert to atomic units. Only where energies must agree beyond 1e-8 of
 * their value does it matter which one is meant.
 */
export const PEER_UNITS: { readonly [peer: string]: AtomicUnits } = {
  codata2018: ATOMIC_UNITS,
  /** CODATA 2014, of ASE 3.29 (ase.units.Bohr, ase.units.Ha) */
  ase: { bohr: 0.5291772105638411, hartree: 27.211386024367243 },
  /** fix ipi in units metal: its bohr, and the hartree by LAMMPS's own Boltzmann constant */
  lammps: { bohr: 0.52917721, hartree: 8.617343e-5 / 3.1668152e-6 },
  /** CODATA 2014 as the MDI library rounds it (MDI_Conversion_factor), whichever driver uses it */
  mdi: { bohr: 0.52917721067, hartree: 1 / 0.03674932248 },
  /** i-PI 3.3 (utils/units.py), which calculates in atomic units: it matters for the angstrom and eV of its own files */
  ipi: { bohr: 1 / 1.8897261, hartree: 1 / 0.036749326 },
};
