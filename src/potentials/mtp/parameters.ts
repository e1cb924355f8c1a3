import { PhonolinkError } from '../../model/errors.js';

/**
 * A moment tensor potential (A. V. Shapeev, Multiscale Model. Simul. 14, 1153, 2016; I. S. Novikov et al., Mach. Learn.:
 * Sci. Technol. 2, 025002, 2021; MLIP-3: E. Podryabinkin et al., J. Chem. Phys. 159, 084112, 2023) as its file gives it:
 *
 *   U_i = s_I + sum_a xi_a B_a,   B_a a contraction of moments to a scalar
 *   M_mu,nu = sum_j f_mu^IJ(r_ij) u_ij (x) ... (x) u_ij   (nu times the unit vector u_ij = r_ij / r_ij)
 *   f_mu^IJ(r) = scaling * sum_k c^IJ_mu,k phi_k(r)
 *
 * Units: eV, A.
 */
export interface MtpParameters {
  /** The file's words about itself, kept for writing */
  readonly label: { readonly name?: string; readonly tag?: string };
  /**
   * [t] what the file calls the species: 0, 1, ..., or in MLIP-3 any numbers of atom types. Absent in a template that
   * does not say how many there are.
   */
  readonly types?: readonly number[];
  /** [t] symbols, or X0, X1, ... by the types where nobody has named them */
  readonly species: readonly string[];
  /** Whether the file or the user says which elements they are */
  readonly named: boolean;
  /** Absent stands for 1, and is not written */
  readonly scaling?: number;
  readonly radial: MtpRadial;
  readonly basis: MtpBasis;
  /** [t][t][functions][size] c^IJ_mu,k, centre by neighbour */
  readonly radialCoefficients?: Float64Array;
  /** [t] s_I, eV */
  readonly speciesCoefficients?: Float64Array;
  /** [scalars] xi_a, eV */
  readonly momentCoefficients?: Float64Array;
}

/** The names of radial bases that the format has (MLIP-2: those that begin with R). */
export const MTP_RADIAL_TYPES = [
  'RBChebyshev',
  'RBChebyshev_repuls',
  'RBTaylor',
  'RBShapeev',
  'BChebyshev',
  'BChebyshev_repuls',
] as const;
export type MtpRadialType = (typeof MTP_RADIAL_TYPES)[number];

export interface MtpRadial {
  readonly type: MtpRadialType;
  /** A, where the basis begins; pairs may be closer */
  readonly minimum: number;
  /** A, the cutoff */
  readonly maximum: number;
  /** phi_k, k = 0 to size - 1 */
  readonly size: number;
  /** f_mu, mu = 0 to functions - 1 */
  readonly functions: number;
}

/** How scalars are made of moments ("alpha" in the file): first the basic moments, then sums of products of moments. */
export interface MtpBasis {
  /** Moments, basic ones first */
  readonly moments: number;
  /** [b][4] mu, and the powers of the unit vector's x, y and z, of each basic moment */
  readonly basic: Int32Array;
  /** [p][4] moments a and b, a factor, and the moment to which factor M_a M_b is added */
  readonly times: Int32Array;
  /** [s] the moments that are scalars B_a of the energy */
  readonly scalars: Int32Array;
}

/** An MTP that has all its coefficients. */
export interface TrainedMtp extends MtpParameters {
  readonly types: readonly number[];
  readonly radialCoefficients: Float64Array;
  readonly speciesCoefficients: Float64Array;
  readonly momentCoefficients: Float64Array;
}

export function isTrained(parameters: MtpParameters): parameters is TrainedMtp {
  const { types, radialCoefficients, speciesCoefficients, momentCoefficients } = parameters;
  return Boolean(types && radialCoefficients && speciesCoefficients && momentCoefficients);
}

/** What a species of this type is called that nobody has named; readers of MLIP's configurations say the same. */
export function unnamed(type: number): string {
  return `X${type}`;
}

/**
 * The same potential with symbols for its species, in the order of the file.
 * @throws PhonolinkError where there are not as many symbols as species
 */
export function withSymbols(parameters: MtpParameters, symbols: readonly string[]): MtpParameters {
  const types = parameters.types ?? symbols.map((_, k) => k);
  if (types.length !== symbols.length) {
    throw new PhonolinkError(
      `${symbols.length} ${symbols.length === 1 ? 'symbol' : 'symbols'} (${symbols.join(', ')}) for the ${types.length} species of the MTP`,
      { hint: 'name one symbol a species, in the order of the file: --species Si,O', exitCode: 2 },
    );
  }
  return { ...parameters, types, species: [...symbols], named: true };
}

/** Powers that are not absurd; a template of level 28 has 10. */
const HIGHEST_RANK = 40;

/** Which of the tables is wrong, and what stands there. */
export interface BasisProblem {
  readonly table: 'basic' | 'times' | 'scalars';
  readonly found: string;
}

/** What is wrong with the tables; undefined where nothing is. */
export function basisProblem(basis: MtpBasis, functions: number): BasisProblem | undefined {
  const { moments, basic, times, scalars } = basis;
  const count = basic.length / 4;
  if (moments < count) return { table: 'basic', found: `${moments} moments, of which ${count} are basic` };
  for (let b = 0; b < count; b++) {
    const [mu, x, y, z] = basic.subarray(4 * b, 4 * b + 4);
    if (mu < 0 || mu >= functions || x < 0 || y < 0 || z < 0 || x + y + z > HIGHEST_RANK)
      return {
        table: 'basic',
        found: `the basic moment {${mu}, ${x}, ${y}, ${z}} with ${functions} radial functions`,
      };
  }
  // In the order of the file every moment must be finished before it is used: the way back relies on it.
  const used = new Uint8Array(moments);
  for (let p = 0; p < times.length; p += 4) {
    const [a, b, factor, target] = times.subarray(p, p + 4);
    const product = `the product {${a}, ${b}, ${factor}, ${target}}`;
    if (![a, b, target].every((m) => m >= 0 && m < moments) || target < count)
      return { table: 'times', found: `${product} of ${moments} moments, ${count} of them basic` };
    used[a] = 1;
    used[b] = 1;
    if (used[target]) return { table: 'times', found: `${product}, whose target is already in use` };
  }
  const seen = new Uint8Array(moments);
  for (const scalar of scalars) {
    if (scalar < 0 || scalar >= moments)
      return { table: 'scalars', found: `the scalar ${scalar} of ${moments} moments` };
    if (seen[scalar]) return { table: 'scalars', found: `the scalar ${scalar} twice` };
    seen[scalar] = 1;
  }
  return undefined;
}
