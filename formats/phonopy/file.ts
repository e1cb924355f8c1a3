import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import type { ForceConstants } from '../../src/model/force-constants.js';
import type { PolarResponse } from '../../src/model/polar.js';
import type { Structure } from '../../src/model/structure.js';
import type { FileUnits } from './units.js';

/** A cell of a file of phonopy's, in A; positions wrapped or not as the file has them. */
export interface PhonopyCell {
  readonly structure: Structure;
  /** [n] or [3n] Bohr magnetons, along an axis or as vectors, where the file has them */
  readonly moments?: Float64Array;
  /** [n] the atom of the same cell that stands for this one and its lattice translations, where the file says it */
  readonly reducedTo?: Int32Array;
}

/**
 * What phonopy_disp.yaml, phonopy.yaml, phonopy_params.yaml and phono3py's files of these names hold, in A, eV and u
 * whatever the units of the file, which `units` remembers.
 */
export interface PhonopyFile {
  readonly program: 'phonopy' | 'phono3py';
  /** Of the program that wrote it */
  readonly version?: string;
  /** 'qe', 'lammps', ...; VASP where absent */
  readonly calculator?: string;
  readonly units: FileUnits;
  /** Settings as the program had them, by their names */
  readonly configuration?: ReadonlyMap<string, string>;
  /** From the root of a force constant over a mass, in the units of the calculator, to THz */
  readonly frequencyFactor?: number;
  /** A, within which positions were taken for the same */
  readonly tolerance?: number;
  readonly spaceGroup?: { readonly type: string; readonly number: number; readonly hall?: string };
  /** [9] row-major, as in PhononCells (src/model/phonon-cells.ts) */
  readonly supercellMatrix?: Int32Array;
  readonly primitiveMatrix?: Float64Array;
  readonly primitive?: PhonopyCell;
  readonly unitCell?: PhonopyCell;
  readonly supercell?: PhonopyCell;
  /** phono3py: the cells of the second order, where they differ from those of the third */
  readonly phonon?: {
    readonly supercellMatrix: Int32Array;
    readonly primitive?: PhonopyCell;
    readonly supercell?: PhonopyCell;
  };
  readonly polar?: PolarResponse;
  /** Of `supercell`; pairs or snapshots for phono3py's third order */
  readonly displacements?: DisplacementSet | PairDisplacementSet;
  /** phono3py: of the cells of the second order */
  readonly phononDisplacements?: DisplacementSet;
  /** Of random displacements */
  readonly randomSeed?: number;
  readonly forceConstants?: ForceConstants;
}
