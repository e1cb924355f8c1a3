/** What a driver wants to know of one set of positions; eV, eV/A. */
export interface ForceResult {
  readonly energy: number;
  /** [3n] */
  readonly forces: Float64Array;
  /** [9] -dE/d(strain), row-major; its symmetric part is sent */
  readonly virial: Float64Array;
}
