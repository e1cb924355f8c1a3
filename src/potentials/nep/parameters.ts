/**
 * A NEP model as its file gives it (Fan et al., J. Chem. Phys. 157, 114801, 2022; NEP4: Song et al., Nat. Commun. 15,
 * 10208, 2024), each number where the equations name it. Units: eV, A.
 */
export interface NepParameters {
  /** Dialect: 3 one network for all species, 4 one for each, 5 one for each with its own output bias. */
  readonly version: 3 | 4 | 5;
  readonly predicts: 'energy' | 'dipole' | 'polarizability';
  /**
   * Temperature models: the last descriptor component is the temperature in K (times its scaler). `atTemperature` of
   * convert.ts makes an ordinary model of it; backends never see one.
   */
  readonly temperatureInput?: true;
  /** 0 no charges; 1 real and reciprocal space, 2 reciprocal space only, 3 real space only (qNEP) */
  readonly chargeMode: 0 | 1 | 2 | 3;
  /** t symbols, in the order of the file */
  readonly species: readonly string[];
  readonly zbl?: NepZbl;
  readonly radial: NepBasis;
  readonly angular: NepBasis;
  /** Highest l of the three-body invariants, 0 to 8 */
  readonly lMax: number;
  /** Which higher invariants stand behind the three-body ones, in this order. */
  readonly invariants: NepInvariants;
  /** Neurons of the hidden layer */
  readonly neurons: number;
  /** Descriptor components */
  readonly dimension: number;
  /** [t] networks, one a species (version 3: t times the same one) */
  readonly networks: readonly NepNetwork[];
  /** Common output bias b1, eV; subtracted */
  readonly bias: number;
  /** Polarizability: the networks of the isotropic part, and their common bias. */
  readonly scalarNetworks?: readonly NepNetwork[];
  readonly scalarBias?: number;
  /** Charge models: square root of the high-frequency dielectric constant */
  readonly sqrtEpsilon?: number;
  /** [(nMax+1)(basisSize+1) t^2] expansion coefficients c_nk^{IJ}: index ((n (basisSize+1) + k) t + I) t + J */
  readonly radialCoefficients: Float64Array;
  readonly angularCoefficients: Float64Array;
  /** [dimension] each component is multiplied by its own */
  readonly scaler: Float64Array;
  /** The two neighbour numbers of the cutoff line, kept for writing */
  readonly neighbourLimits: readonly [radial: number, angular: number];
}

export interface NepBasis {
  /** [t] A; a pair is cut off at the mean of its two */
  readonly cutoffs: Float64Array;
  readonly nMax: number;
  readonly basisSize: number;
}

export interface NepInvariants {
  readonly q222: boolean;
  readonly q1111: boolean;
  readonly q112: boolean;
  readonly q123: boolean;
  readonly q233: boolean;
  readonly q134: boolean;
}

export interface NepNetwork {
  /** [neurons * dimension], row by neuron */
  readonly w0: Float64Array;
  /** [neurons], subtracted */
  readonly b0: Float64Array;
  /** [neurons] */
  readonly w1: Float64Array;
  /** [neurons] charge output, charge models */
  readonly wCharge?: Float64Array;
  /** Version 5: the species' own output bias, eV; 0 otherwise */
  readonly bias: number;
}

export type NepZbl =
  /** rOuter and rInner in A; `factor` scales the sum of covalent radii where the cutoffs are typewise */
  | { readonly kind: 'universal'; readonly inner: number; readonly outer: number; readonly factor?: number }
  /** [10 * t(t+1)/2] for each pair t1 <= t2: inner and outer cutoff in A, then the eight numbers of the screening function */
  | { readonly kind: 'flexible'; readonly pairs: Float64Array };
