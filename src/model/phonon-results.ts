import type { Structure } from './structure.js';

/** Modes at q points. b bands, n atoms of the primitive cell. */
export interface Modes {
  /** [q][3] in units of the reciprocal lattice vectors */
  readonly points: Float64Array;
  /** [q][b] THz, ordinary frequency (not angular); imaginary ones are negative */
  readonly frequencies: Float64Array;
  /** [q][b][3] THz A, Cartesian, d(frequency)/d(q) with q in 1/A without 2 pi */
  readonly velocities?: Float64Array;
  /** [q][b][n][3][2] real and imaginary parts; the vectors of the mass-weighted dynamical matrix, of norm 1 */
  readonly eigenvectors?: Float64Array;
}

/** Modes at q points that somebody named. */
export interface PointModes extends Modes {
  readonly primitive: Structure;
  /** [q][3n][3n][2] real and imaginary parts of the dynamical matrices, eV/A^2/u */
  readonly matrices?: Float64Array;
}

/** Modes along one straight line of a path. */
export interface BandSegment extends Modes {
  /** [q] 1/A (without 2 pi), from the begin of the whole path; a jump between segments adds nothing */
  readonly distances: Float64Array;
  /** The names of its two ends, where they have any */
  readonly labels?: readonly [string, string];
}

export interface BandStructure {
  readonly primitive: Structure;
  readonly segments: readonly BandSegment[];
}

/** Modes on a regular mesh, those that symmetry makes equal only once. */
export interface MeshModes extends Modes {
  readonly primitive: Structure;
  readonly mesh: readonly [number, number, number];
  /** [q] how many points of the mesh each stands for */
  readonly weights: Int32Array;
}

/** Density of states: states of the primitive cell per THz; its integral is 3n. */
export interface DensityOfStates {
  /** How it was made ('Tetrahedron method'), for the file's first line */
  readonly method?: string;
  /** [f] THz */
  readonly frequencies: Float64Array;
  /** [c][f]: one column for the total; one for each atom, or for each atom and direction, where projected */
  readonly columns: readonly Float64Array[];
}

/** Thermal properties by temperature, for a mole of primitive cells. */
export interface ThermalProperties {
  /** n, of the primitive cell */
  readonly atoms: number;
  /** A^3, where it is to be told */
  readonly volume?: number;
  /** THz, below which modes are left out */
  readonly cutoff: number;
  readonly excludesGammaAcoustic?: boolean;
  /** Modes on the whole mesh, and how many of them count */
  readonly modes: number;
  readonly integratedModes: number;
  /** Bands that count, from 0, where not all do */
  readonly bands?: readonly number[];
  /** kJ/mol */
  readonly zeroPoint: number;
  /** [t] K */
  readonly temperatures: Float64Array;
  /** [t] kJ/mol */
  readonly freeEnergy: Float64Array;
  /** [t] J/K/mol */
  readonly entropy: Float64Array;
  /** [t] J/K/mol, at constant volume */
  readonly heatCapacity: Float64Array;
}

/** Mean square displacements by temperature. */
export interface ThermalDisplacements {
  /** THz, below which modes are left out */
  readonly cutoff: number;
  /** [t] K */
  readonly temperatures: Float64Array;
  /** [t][n][3] A^2 along x, y, z; or [t][n][1] along one direction */
  readonly displacements: Float64Array;
  /** n */
  readonly atoms: number;
}

/** Matrices of mean displacements <u u> by temperature. */
export interface ThermalDisplacementMatrices {
  /** THz, below which modes are left out */
  readonly cutoff: number;
  readonly temperatures: Float64Array;
  /** [t][n][9] A^2, Cartesian */
  readonly matrices: Float64Array;
  /** [t][n][9] A^2 in the frame of crystallographers' files (U of a .cif), where it is to be told */
  readonly crystal?: Float64Array;
  readonly atoms: number;
}

/** Mode Grueneisen parameters at q points, at the volume in the middle of three. */
export interface GruneisenModes {
  /** [q][3] in units of the reciprocal lattice vectors */
  readonly points: Float64Array;
  /** [q][b] THz */
  readonly frequencies: Float64Array;
  /** [q][b] gamma = -d ln f / d ln V; not finite where a frequency is zero */
  readonly parameters: Float64Array;
  /** [q][b][n][3][2], where they were asked for */
  readonly eigenvectors?: Float64Array;
}

export interface GruneisenMesh extends GruneisenModes {
  readonly primitive: Structure;
  readonly mesh: readonly [number, number, number];
  /** [q] how many points of the mesh each stands for */
  readonly weights: Int32Array;
}

export interface GruneisenSegment extends GruneisenModes {
  /** [q] 1/A (without 2 pi), from the begin of the segment */
  readonly distances: Float64Array;
}

export interface GruneisenBands {
  readonly primitive: Structure;
  readonly segments: readonly GruneisenSegment[];
}
