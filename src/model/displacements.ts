/** One displaced atom of a supercell, A (Cartesian), and the forces that it causes. */
export interface AtomDisplacement {
  /** Index of the supercell's atom */
  readonly atom: number;
  /** [3] A */
  readonly displacement: Float64Array;
  /** [3n] eV/A of all atoms, where they are known */
  readonly forces?: Float64Array;
  /** eV, where it is known */
  readonly energy?: number;
}

/** All atoms displaced at once, as random displacements are. */
export interface SnapshotDisplacement {
  /** [3n] A */
  readonly displacements: Float64Array;
  readonly forces?: Float64Array;
  readonly energy?: number;
}

/**
 * Displaced supercells for second-order force constants: phonopy's two types of data sets. `count` atoms each.
 */
export type DisplacementSet =
  | { readonly kind: 'atoms'; readonly count: number; readonly entries: readonly AtomDisplacement[] }
  | { readonly kind: 'snapshots'; readonly count: number; readonly entries: readonly SnapshotDisplacement[] };

/** A pair of displaced atoms, for third-order force constants. */
export interface PairDisplacement extends AtomDisplacement {
  /** A, distance of the two atoms */
  readonly distance?: number;
  /** Whether it is within the cutoff of pairs; left out of the calculation otherwise */
  readonly included: boolean;
  /** phono3py's number of the displaced supercell, from 1 */
  readonly id: number;
}

/** phono3py's displaced supercells: each first displacement alone, and with each of its second ones. */
export interface PairDisplacementSet {
  readonly kind: 'pairs';
  readonly count: number;
  /** A, pairs farther apart are not displaced */
  readonly cutoff?: number;
  readonly entries: readonly (AtomDisplacement & {
    readonly id: number;
    readonly second: readonly PairDisplacement[];
  })[];
  /**
   * phono3py's list of supercells that it takes to occur twice: [id, the earlier id of the same displacements], and
   * [id, 0]. The latter it calls perfect supercells, which only some are: those of one atom displaced by d and then
   * -d; others displace an atom by d and d, and are there because -d and -d are, too (so to version 4.8 at least, where
   * of 38 such supercells of P6_222 30 are not perfect). It writes the list and never asks it, and no calculation of
   * ours may.
   */
  readonly duplicates?: readonly (readonly [number, number])[];
}
