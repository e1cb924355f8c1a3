/**
 * q points that the scattering of phonons is summed over, in phono3py's order and numbers: a regular grid, q = Q D^-1 P
 * address with the Smith normal form D = P M Q of the grid matrix M (mesh numbers on the diagonal of M: then D = M and
 * q_k = address_k / mesh_k). Points are kept in the first Brillouin zone; those on its surface have several images.
 */
export interface PhononGrid {
  /** [9] whole numbers, row-major M */
  readonly matrix: Int32Array;
  /** [3] diagonal of D */
  readonly diagonal: readonly [number, number, number];
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
}

/** BZ points (q0, q1, q2) with q0 + q1 + q2 a reciprocal lattice vector, for one q0; those left by symmetry. */
export interface Triplets {
  /** q0 */
  readonly point: number;
  /** [t][3] BZ points */
  readonly points: Int32Array;
  /** [t] how many of the grid's N triplets each stands for */
  readonly weights: Int32Array;
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
