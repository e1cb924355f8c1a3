/**
 * The messages of the i-PI socket protocol (Kapil et al., Comput. Phys. Commun. 236, 214, 2019). Atomic units and the
 * wire's own layout throughout; compat/ipi/units.ts makes them ours. How they stand on the wire: codec.ts, encode.ts.
 */

/** Every message begins with so many bytes of ASCII, padded with blanks. */
export const HEADER_LENGTH = 12;

/** What a server says to an engine. */
export type ServerMessage =
  | { readonly type: 'STATUS' | 'GETFORCE' | 'EXIT' }
  | Initialisation
  | PositionData
  | PositionBatch
  | SharedPositions;

/** What an engine says to a server. */
export type EngineMessage =
  | { readonly type: 'NEEDINIT' | 'READY' | 'HAVEDATA' }
  | ForceData
  | ForceBatch
  | SharedForces;

export interface Initialisation {
  readonly type: 'INIT';
  /** The bead that the engine works for */
  readonly bead: number;
  readonly parameters: Uint8Array;
}

/** One structure. */
export interface Geometry {
  /** [9] bohr, the lattice vectors are the COLUMNS */
  readonly cell: Float64Array;
  /** [3n] bohr */
  readonly positions: Float64Array;
}

export interface PositionData extends Geometry {
  readonly type: 'POSDATA';
  /** [9] 1/bohr; peers disagree on its transposition, so readers compute their own */
  readonly inverse: Float64Array;
}

/** POSDATA of i-PI with `batch_size`: several structures of the same atoms. */
export interface PositionBatch {
  readonly type: 'POSDATA of a batch';
  readonly structures: readonly Geometry[];
}

/** POSDATA of i-PI with mode='shm': the numbers lie in shared memory, as many structures as a batch has. */
export interface SharedPositions {
  readonly type: 'POSDATA in shared memory';
  readonly atoms: number;
  readonly batch: number;
  /** What the segments are called, in the order of SEGMENTS; said once */
  readonly names?: readonly string[];
}

/** What the segments of shared memory hold, in the order of their names: each so many structures one after another. */
export const SEGMENTS = ['positions', 'cells', 'inverses', 'energies', 'forces', 'virials'] as const;

/** What an engine says of one structure. */
export interface ForceLabels {
  /** hartree */
  readonly energy: number;
  /** [3n] hartree/bohr */
  readonly forces: Float64Array;
  /** [9] hartree, positive when compressed */
  readonly virial: Float64Array;
  /** Whatever else the engine says: text, JSON or nothing */
  readonly extra: Uint8Array;
}

export interface ForceData extends ForceLabels {
  readonly type: 'FORCEREADY';
}

/** FORCEREADY after the POSDATA of a batch. */
export interface ForceBatch {
  readonly type: 'FORCEREADY of a batch';
  readonly results: readonly ForceLabels[];
}

/** FORCEREADY after POSDATA in shared memory, where the numbers already are: the texts alone. */
export interface SharedForces {
  readonly type: 'FORCEREADY in shared memory';
  readonly extras: readonly Uint8Array[];
}
