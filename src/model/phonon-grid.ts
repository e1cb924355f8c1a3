/**
 * q points that the scattering of phonons is summed over, in phono3py's order and numbers: a regular grid, q = Q D^-1
 * address with the Smith normal form D = P M Q of the grid matrix M (mesh numbers on the diagonal of M: then D = M, and
 * q_k = address_k / mesh_k). Points are kept in the first Brillouin zone; those on its surface have several images.
 */
export interface PhononGrid {
  /** [9] A, rows, of the primitive cell */
  readonly cell: Float64Array;
  /** [9] whole numbers, row-major M */
  readonly matrix: Int32Array;
  /** [3] diagonal of D */
  readonly diagonal: readonly [number, number, number];
  /** [9] P */
  readonly left: Int32Array;
  /** [9] Q */
  readonly right: Int32Array;
  /** N points, modulo reciprocal lattice vectors */
  readonly total: number;
  /** [m][3] whole numbers: images in the first Brillouin zone, those of a surface included; "BZ points" */
  readonly addresses: Int32Array;
  /** [m][3] the same points as fractions of the primitive cell's reciprocal vectors */
  readonly points: Float64Array;
  /** [m] which of the N points (first index of D fastest) a BZ point is an image of */
  readonly regular: Int32Array;
  /** [N + 1] where the BZ points of each of the N begin */
  readonly first: Int32Array;
  /** 1/A^2: squares of lengths (without 2 pi) that differ by less are those of points equally far from Gamma */
  readonly tolerance: number;
}

/** BZ points (q0, q1, q2) with q0 + q1 + q2 a reciprocal lattice vector, for one q0; those left by symmetry. */
export interface Triplets {
  /** q0 */
  readonly point: number;
  /** [t][3] BZ points; the first is an image of q0, on the zone's surface not always q0 itself */
  readonly points: Int32Array;
  /** [t] how many of the grid's N triplets each stands for */
  readonly weights: Int32Array;
  /** [N] for each of the N points as q1, which triplet stands for it */
  readonly of: Int32Array;
  /** [N] the first of the N points that operations which leave q0 take each to: without the swap of q1 and q2 */
  readonly stars: Int32Array;
}

/** Phonons at BZ points of a grid. */
export interface GridModes {
  /** 3 n */
  readonly bands: number;
  /** [m][b] THz, rising; imaginary ones negative */
  readonly frequencies: Float64Array;
  /** [m][b][n][3][2] with the phases of phonopy's dynamical matrix, exp(2 pi i q (r_j - r_i)) */
  readonly eigenvectors: Float64Array;
}
