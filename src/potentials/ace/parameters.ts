/**
 * An ACE model as its file gives it (Drautz, Phys. Rev. B 99, 014104, 2019; Lysogorskiy et al., npj Comput. Mater. 7, 97,
 * 2021; Bochkarev et al., Phys. Rev. Mater. 6, 013804, 2022), each number where the equations name it. Units: eV, A.
 */
export interface AceParameters {
  /** s symbols, in the order of the file; of a B-basis the alphabetical one, as pacemaker has it */
  readonly species: readonly string[];
  /** [s] eV, energies of the isolated atoms */
  readonly isolated: Float64Array;
  /** A, distance of the knots of the radial functions' cubic splines (deltaSplineBins) */
  readonly splineStep: number;
  /** [s] */
  readonly embeddings: readonly AceEmbedding[];
  /** [s * s], the bond of a centre of species a with a neighbour of species b at a * s + b */
  readonly bonds: readonly AceBond[];
  /** What hands a pair that comes too close over to the core repulsion. */
  readonly inner: AceInner;
  /** [s] functions of each species of the centre: rank 1 first. They are what is evaluated. */
  readonly functions: readonly (readonly AceFunction[])[];
  /** Where the file is a B-basis: what the functions were made of. */
  readonly basis?: AceBasis;
}

export const ACE_INNER = ['density', 'distance', 'zbl'] as const;
export type AceInner = (typeof ACE_INNER)[number];

export const ACE_EMBEDDINGS = ['FinnisSinclair', 'FinnisSinclairShiftedScaled', 'linear'] as const;

/** E_i = sum_p w_p F(rho_p; m_p), weakened where the core density comes between its two limits. */
export interface AceEmbedding {
  readonly kind: (typeof ACE_EMBEDDINGS)[number];
  /** p densities */
  readonly densities: number;
  /** [2p] w_1 m_1 w_2 m_2 ..., eV */
  readonly parameters: Float64Array;
  /** eV, the core density from which on no energy of the expansion is left, and the width over which it fades before */
  readonly coreCutoff: number;
  readonly coreWidth: number;
}

export const ACE_RADIAL_BASES = ['ChebExpCos', 'ChebPow', 'ChebLinear', 'SBessel'] as const;

/** Radial functions R_nl(r) = sum_k c_nlk g_k(r) of a pair, and its core repulsion. */
export interface AceBond {
  readonly base: (typeof ACE_RADIAL_BASES)[number];
  /** Parameters of the base: lambda, where it has one */
  readonly parameters: readonly number[];
  /** A */
  readonly cutoff: number;
  /** A, width of the outer cutoff function */
  readonly cutoffWidth: number;
  /** Number of g_k, which the functions of rank 1 use directly */
  readonly baseCount: number;
  /** Number of R_nl for each l */
  readonly radialCount: number;
  readonly lMax: number;
  /** [radialCount][lMax + 1][baseCount] c_nlk */
  readonly coefficients: Float64Array;
  /** Core repulsion: prefactor |p| exp(-|lambda| r^2) / r, eV A and 1/A^2; with ZBL its factor alone counts */
  readonly corePrefactor: number;
  readonly coreExponent: number;
  /** A, inner cutoff and the width below it */
  readonly innerCutoff: number;
  readonly innerWidth: number;
}

/**
 * A C-tilde function: a sum of products of the atomic base A_{mu n l m} of the centre, with coefficients for each density.
 * Only half of the products stand here: the others are their complex conjugates, and the coefficients count them.
 */
export interface AceFunction {
  readonly rank: number;
  /** [rank] neighbours' species */
  readonly species: Uint8Array;
  /** [rank] n, from 1; of rank 1 the k of g_k */
  readonly n: Uint8Array;
  /** [rank] */
  readonly l: Uint8Array;
  /** [products * rank] m */
  readonly m: Int8Array;
  /** [products * densities] */
  readonly coefficients: Float64Array;
}

/** A B-basis: rotationally invariant functions with one coefficient each (for each density). */
export interface AceBasis {
  /** [s] functions of each species of the centre, in pacemaker's own order: rank 1 first */
  readonly functions: readonly (readonly AceBasisFunction[])[];
  /** What pacemaker keeps of its fits: free text and numbers, passed on as they are */
  readonly metadata?: Readonly<Record<string, string>>;
  readonly auxdata?: unknown;
}

export interface AceBasisFunction {
  readonly rank: number;
  /** [rank] as in AceFunction, sorted by species, n and l wherever the couplings of several products merge */
  readonly species: Uint8Array;
  readonly n: Uint8Array;
  readonly l: Uint8Array;
  /** [rank] which place each of these has where `coupled` counts, as in the file */
  readonly order: Uint8Array;
  /** [max(0, rank - 2)] angular momenta that the l, in the file's order, couple to on the way, the last included */
  readonly coupled: Uint8Array;
  /** [densities] */
  readonly coefficients: Float64Array;
  /** [products * rank] m of the products that the couplings make, half of them as in AceFunction */
  readonly m: Int8Array;
  /** [products] generalised Clebsch-Gordan coefficients */
  readonly couplings: Float64Array;
}
