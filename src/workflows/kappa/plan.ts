import type { PhononUnits } from '../../lattice/harmonic/units.js';
import type { HomeConvention } from '../../lattice/scattering/interaction-setup.js';
import type { CollisionSolver } from '../../lattice/scattering/pseudo-inverse.js';
import type { CubicForceConstants, ForceConstants } from '../../model/force-constants.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import type { PolarResponse } from '../../model/polar.js';
import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';

/** A crystal of which phonons scatter each other. */
export interface AnharmonicModel {
  /** Of the second-order force constants */
  readonly cells: PhononCells;
  readonly constants: ForceConstants;
  /** Of the third-order ones; its primitive cell is the same */
  readonly cubicCells: PhononCells;
  readonly cubic: CubicForceConstants;
  /** Of an insulator, charges of the primitive cell's atoms; as the crystal's symmetry has them (`symmetricPolar`) */
  readonly polar?: PolarResponse;
  /** Of the primitive cell; found where absent */
  readonly symmetry?: CellSymmetry;
  /** phonopy's where absent */
  readonly units?: PhononUnits;
}

/** How delta functions are made: by tetrahedra, or Gaussians of a width in THz. */
export type Width = 'tetrahedra' | number;

/** The grid, and what is common to all that is summed over it. */
export interface ScatteringPlan {
  /** Three numbers, one length in A, or the nine of a grid matrix */
  readonly mesh: readonly number[];
  /** A mesh of one length is the generalised regular grid of the conventional cell */
  readonly generalGrid?: boolean;
  /** What makes points of the grid equal: the crystal's operations and time reversal, the latter alone, or nothing */
  readonly reducedBy?: 'symmetry' | 'time reversal' | 'nothing';
  /** Which atom of a triplet sits in the home cell */
  readonly convention: HomeConvention;
  readonly widths: readonly Width[];
  /** Gaussians end at so many widths */
  readonly sigmaCutoff?: number;
  /** Tetrahedra of all orientations that the crystal's operations make of them */
  readonly symmetriseTetrahedra?: boolean;
  /** Bands of equal frequency share the weights of tetrahedra, so that nothing hangs on the choice of their vectors */
  readonly equalBands?: 'averaged';
  /** THz: slower modes take no part; phono3py's 1e-4 where absent */
  readonly cutoffFrequency?: number;
  /** K */
  readonly temperatures: Float64Array;
  /** Variances of the masses of the primitive cell's atoms, or those of the elements as they occur */
  readonly isotope?: 'natural' | readonly number[];
  /** What tetrahedra add to scattering by isotopes at the very frequency of a corner: phono3py 2 and 3 add nothing */
  readonly atCorner?: 'above' | 'nothing';
  /** Normal and umklapp parts of linewidths too */
  readonly split?: boolean;
  /** Mean strengths of interaction too, which takes longer */
  readonly withStrengths?: boolean;
  /** Rows of the collision matrix too */
  readonly collisions?: 'reduced' | 'full';
}

/** How a conductivity is made of linewidths. */
export interface ConductivityPlan extends ScatteringPlan {
  /** Micrometres that modes fly at most */
  readonly boundary?: number;
  /**
   * Coherences too. Populations are pairs of equal frequency, velocities of pairs over the mean of their frequencies
   * ('equal', phono3py 2 and 3); or single modes, with the geometric mean and the modes' group velocities ('diagonal', 4).
   */
  readonly wigner?: 'equal' | 'diagonal';
  /** Of the Boltzmann equation, where the plan has collisions; by eigenvectors where absent */
  readonly solver?: CollisionSolver;
}
