/**
 * The one table of constants: CODATA 2018 (Tiesinga et al., Rev. Mod. Phys. 93, 025010, 2021).
 * Internal units everywhere: eV, Angstrom, u, e, fs, K. A factor named `X` is the value of one X in internal units:
 * multiply to come in, divide to go out.
 */

/** Exact since 2019: e in C, k_B in J/K, h in J s, N_A in 1/mol. */
const ELEMENTARY_CHARGE = 1.602176634e-19;
const BOLTZMANN_SI = 1.380649e-23;
const PLANCK_SI = 6.62607015e-34;
export const AVOGADRO = 6.02214076e23;
const ATOMIC_MASS_SI = 1.6605390666e-27;

/** eV/K */
export const BOLTZMANN = BOLTZMANN_SI / ELEMENTARY_CHARGE;
/** eV fs */
export const PLANCK = (PLANCK_SI / ELEMENTARY_CHARGE) * 1e15;
/** eV fs */
export const HBAR = PLANCK / (2 * Math.PI);

/** A */
export const BOHR = 0.529177210903;
/** eV */
export const HARTREE = 27.211386245988;
/** eV */
export const RYDBERG = HARTREE / 2;
/** eV */
export const JOULE = 1 / ELEMENTARY_CHARGE;
/** eV per particle */
export const KCAL_PER_MOL = (4184 / AVOGADRO) * JOULE;
/** eV per particle */
export const KJ_PER_MOL = (1000 / AVOGADRO) * JOULE;
/** eV/A^3 */
export const GIGAPASCAL = 1e9 * 1e-30 * JOULE;
/** eV/A^3 */
export const KILOBAR = GIGAPASCAL / 10;
/** eV/A^3 */
export const BAR = GIGAPASCAL / 1e4;
/** eV/A^3 */
export const ATMOSPHERE = 1.01325 * BAR;
/** u A^2/fs^2 in eV: the kinetic energy is KINETIC * m v^2 / 2 with m in u and v in A/fs. */
export const KINETIC = ATOMIC_MASS_SI * 1e10 * JOULE;
/** e^2 / (4 pi epsilon_0) in eV A, with epsilon_0 = 8.8541878128e-12 F/m. */
export const COULOMB = (ELEMENTARY_CHARGE / (4 * Math.PI * 8.8541878128e-12)) * 1e10;
/** fs, the atomic unit of time */
export const ATOMIC_TIME = 2.4188843265857e-2;
/** u, the electron mass */
export const ELECTRON_MASS = 5.48579909065e-4;
/** e A */
export const DEBYE = 0.20819433;
/** fs */
export const PICOSECOND = 1000;
/** u */
export const KILOGRAM = 1 / ATOMIC_MASS_SI;
/** e; an ampere second, where COULOMB is the constant of Coulomb's law */
export const AMPERE_SECOND = 1 / ELEMENTARY_CHARGE;
