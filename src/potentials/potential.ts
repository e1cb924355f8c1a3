import type { Device } from '../device/device.js';
import type { Structure } from '../model/structure.js';

/** Energies, forces and virials of one set of positions, in eV and A. Fresh arrays: the caller owns them. */
export interface Evaluation {
  /** [n] eV; their sum is the energy. Empty for a model of a dipole or polarizability. */
  readonly energies: Float64Array;
  /** [3n] eV/A, -dE/dr */
  readonly forces: Float64Array;
  /**
   * [9n] eV, row-major xx xy xz yx ..., NOT symmetrised: their sum is -dE/d(strain). W_j[ab] is the sum over
   * neighbours i of -r_ij[a] (dU_i/dr_ij)[b], booked on the neighbour j, as the heat current needs it
   * (Fan et al., Phys. Rev. B 92, 094301, 2015).
   */
  readonly virials: Float64Array;
  /** [n] e, charge models only */
  readonly charges?: Float64Array;
  /** [9n] e, Born effective charges, charge models only */
  readonly bornCharges?: Float64Array;
  /** Tensor models only: dipole x y z, or polarizability as 9 numbers row-major, in the units of the model */
  readonly tensor?: Float64Array;
}

/** A potential bound to a device and a set of atoms; owns its neighbour list and buffers. */
export interface Evaluator {
  /** [3n] A, unwrapped, and [9] A. The atoms' count, kinds and periodicity are those bound. */
  evaluate(positions: Float64Array, cell: Float64Array): Promise<Evaluation>;
  /** Descriptors [n * width] of the atoms, atom-major, where the model has them. */
  describe?(positions: Float64Array, cell: Float64Array): Promise<{ width: number; values: Float64Array }>;
  /** Gives all buffers back. */
  release(): void;
}

/** The parameters of a model, and what they need to be evaluated. */
export interface Potential {
  /** The model's name for messages: 'NEP4', 'Tersoff', ... */
  readonly name: string;
  /** The symbols that it knows. */
  readonly species: readonly string[];
  /** A, beyond which atoms do not see each other */
  readonly cutoff: number;
  readonly predicts: 'energy' | 'dipole' | 'polarizability';
  /** The processors that it has kernels for; the CPU alone where absent. */
  readonly devices?: readonly Device['kind'][];
  /** Models that take the temperature as an input: the ordinary model at one temperature, K. */
  atTemperature?(temperature: number): Potential;
  /** Models whose file tabulates its radial functions: the model with those tables, or as its equations are. */
  withRadial?(mode: 'spline' | 'analytic'): Potential;
  /** Models whose file numbers its species: the model with these symbols for them, in the order of the file. */
  withSpecies?(symbols: readonly string[]): Potential;
  /** @throws PhonolinkError where the structure has a species that the potential does not know */
  bind(device: Device, structure: Structure): Promise<Evaluator>;
}
