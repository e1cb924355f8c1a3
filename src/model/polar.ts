/** What an insulator's non-analytic term at small wave vectors needs. */
export interface PolarResponse {
  /** [9] high-frequency dielectric tensor, relative */
  readonly dielectric: Float64Array;
  /** [n][9] e, of the primitive cell's atoms: rows go with the field (polarisation), columns with the displacement */
  readonly charges: Float64Array;
  /** eV A: e^2 / (4 pi epsilon_0) where a file gives it; COULOMB of units.ts else */
  readonly factor?: number;
  /** Gonze and Lee, Phys. Rev. B 55, 10355 (1997), or Wang et al., J. Phys. Condens. Matter 22, 202201 (2010) */
  readonly method?: 'gonze' | 'wang';
  /** 1/A (without 2 pi), of Gonze's sum over reciprocal lattice vectors */
  readonly reciprocalCutoff?: number;
  /** 1/A, how Gonze's sum is divided between the two spaces */
  readonly splitting?: number;
}
