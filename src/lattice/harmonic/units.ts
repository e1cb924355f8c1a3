import { BOLTZMANN, GIGAPASCAL, HBAR, JOULE, KINETIC, KJ_PER_MOL, PLANCK } from '../../model/units.js';

/** What turns eigenvalues in eV/A^2/u into frequencies, and frequencies into energies. */
export interface PhononUnits {
  /** THz per square root of eV/A^2/u */
  readonly toTHz: number;
  /** eV/THz */
  readonly planck: number;
  /** eV/K */
  readonly boltzmann: number;
  /** (kJ/mol)/eV */
  readonly perMole: number;
  /** u A^2 THz: hbar, so that hbar / (m 2 pi f) is A^2 */
  readonly hbar: number;
  /** J/eV */
  readonly joules: number;
  /** eV/A^3 */
  readonly gigapascal: number;
}

/** CODATA 2018, as everywhere else. */
export const CODATA_UNITS: PhononUnits = {
  // Internal frequencies are 1/fs, 1000 THz.
  toTHz: (1000 * Math.sqrt(1 / KINETIC)) / (2 * Math.PI),
  planck: PLANCK / 1000,
  boltzmann: BOLTZMANN,
  perMole: 1 / KJ_PER_MOL,
  hbar: (HBAR / KINETIC) * 1000,
  joules: 1 / JOULE,
  gigapascal: GIGAPASCAL,
};

/**
 * The constants that phonopy has kept from its first version to its fourth (CODATA 1986 and 2006). Frequencies come
 * out 1.2e-7 lower than with CODATA_UNITS, 2e-6 THz at 16 THz: more than its files' last digits.
 */
const OLD = {
  charge: 1.60217733e-19,
  mass: 1.6605402e-27,
  planck: 4.13566733e-15,
  boltzmann: 1.3806504e-23,
  avogadro: 6.02214179e23,
};
export const PHONOPY_UNITS: PhononUnits = {
  toTHz: Math.sqrt(OLD.charge / OLD.mass) / (2 * Math.PI) / 100,
  planck: OLD.planck * 1e12,
  boltzmann: OLD.boltzmann / OLD.charge,
  perMole: (OLD.charge / 1000) * OLD.avogadro,
  hbar: ((OLD.planck / (2 * Math.PI)) * OLD.charge * 1e8) / OLD.mass,
  joules: OLD.charge,
  gigapascal: 1e-21 / OLD.charge,
};
