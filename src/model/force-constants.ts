/**
 * Second-order force constants d2E / du_i du_j of a supercell, eV/A^2. `rows` tells which atoms the first index runs
 * over: all of the supercell (full), or those of its primitive cell (compact, phonopy's p2s_map).
 */
export interface ForceConstants {
  /** n atoms of the supercell */
  readonly count: number;
  /** [r] atoms of the supercell */
  readonly rows: Int32Array;
  /** [r][n][3][3] */
  readonly values: Float64Array;
}

/** Third-order force constants d3E / du_i du_j du_k, eV/A^3; `rows` as for the second order. */
export interface CubicForceConstants {
  readonly count: number;
  readonly rows: Int32Array;
  /** [r][n][n][3][3][3] */
  readonly values: Float64Array;
}

/** Fourth-order force constants d4E / du_i du_j du_k du_l, eV/A^4; `rows` as for the second order. */
export interface QuarticForceConstants {
  readonly count: number;
  readonly rows: Int32Array;
  /** [r][n][n][n][3][3][3][3] */
  readonly values: Float64Array;
}
