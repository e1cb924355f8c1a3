import type { PathSegment } from '../lattice/harmonic/bands.js';
import type { FrequencyRange, Smearing } from '../lattice/harmonic/density.js';
import type { PointRequest } from '../lattice/harmonic/points.js';
import type { PhononUnits } from '../lattice/harmonic/units.js';
import type { ForceConstants } from '../model/force-constants.js';
import type { PhononCells } from '../model/phonon-cells.js';
import type { PolarResponse } from '../model/polar.js';
import type { CellSymmetry } from '../symmetry/cell-symmetry.js';

/** A crystal of which phonons are to be calculated. */
export interface PhononModel {
  readonly cells: PhononCells;
  readonly constants: ForceConstants;
  /** Of an insulator, charges of the primitive cell's atoms; as the crystal's symmetry has them (`symmetricPolar`) */
  readonly polar?: PolarResponse;
  /** Of the primitive cell; found where absent */
  readonly symmetry?: CellSymmetry;
  /** phonopy's where absent */
  readonly units?: PhononUnits;
}

/** What to calculate. What is absent is left out. */
export interface PhononPlan {
  /** Modes at q points: qpoints.yaml */
  readonly points?: PointPlan;
  readonly band?: BandPlan;
  readonly mesh?: MeshPlan;
  readonly density?: DensityPlan;
  readonly projected?: ProjectedPlan;
  readonly thermal?: ThermalPlan;
  /** Mean square displacements: thermal_displacements.yaml */
  readonly motion?: MotionPlan;
  /** Matrices of mean displacements: thermal_displacement_matrices.yaml */
  readonly motionMatrices?: Omit<MotionPlan, 'along'>;
}

/** Modes at q points. */
export type PointPlan = PointRequest;

export interface BandPlan {
  readonly path: readonly PathSegment[];
  readonly eigenvectors?: boolean;
  readonly velocities?: boolean;
  /** Bands go on where their eigenvectors do */
  readonly connected?: boolean;
}

/** A mesh: what is summed over it needs one. */
export interface MeshPlan {
  /** Three numbers; or one, a length in A, for the mesh of that spacing, which is centred at Gamma */
  readonly mesh: readonly number[];
  /** Whether an even mesh has Gamma; not where absent, as phonopy's --mesh */
  readonly gammaCentred?: boolean;
  /** [3] in steps of the mesh */
  readonly shift?: readonly number[];
  /** What makes points of the mesh equal: the crystal's operations and time reversal, the latter alone, or nothing */
  readonly reducedBy?: 'symmetry' | 'time reversal' | 'nothing';
  /** What is told of its modes beside frequencies */
  readonly eigenvectors?: boolean;
  readonly velocities?: boolean;
}

export interface DensityPlan {
  readonly range?: FrequencyRange;
  /** By tetrahedra where absent */
  readonly smearing?: Smearing;
}

export interface ProjectedPlan extends DensityPlan {
  /** Shares of the atoms, of atoms and directions, or of the atoms along one direction ([3] Cartesian) */
  readonly per?: 'atom' | 'direction' | ArrayLike<number>;
}

export interface ThermalPlan {
  /** K */
  readonly temperatures: ArrayLike<number>;
  /** THz, modes at or below it do not count */
  readonly cutoff?: number;
  readonly pretendReal?: boolean;
  readonly classical?: boolean;
  /** Bands that count, from 0 */
  readonly bands?: readonly number[];
}

export interface MotionPlan {
  /** K */
  readonly temperatures: ArrayLike<number>;
  /** THz, modes at or below it do not count */
  readonly cutoff?: number;
  /** THz, nor do those at or above it */
  readonly highest?: number;
  /** [3] Cartesian: displacements along one direction */
  readonly along?: ArrayLike<number>;
}
