import type { GridTetrahedra } from './grid-tetrahedra.js';

/** How delta functions of frequency are made, or the principal values that go with them. */
export type Smearing =
  | {
      readonly kind: 'tetrahedra';
      readonly tetrahedra: GridTetrahedra;
      /** Bands of equal frequency share their weights: `averageEqualBands` */
      readonly equalBands?: 'averaged';
    }
  /** sigma in THz; beyond `cutoff` times sigma nothing is left of it */
  | { readonly kind: 'gaussian'; readonly sigma: number; readonly cutoff?: number }
  /** Not delta(x) but x / (x^2 + epsilon^2), epsilon in THz */
  | { readonly kind: 'principal'; readonly epsilon: number };

/** Frequencies of the points that triplets are made of. */
export interface PairFrequencies {
  readonly bands: number;
  /** [m][b] THz at BZ points, and behind them at whatever points there are beside */
  readonly frequencies: Float64Array;
  /** Where q0 is none of the grid: the points from here on are -q0 - q1 for each BZ point q1, and stand for q2 */
  readonly partnersFrom?: number;
}

/**
 * Delta functions of triplets at n frequencies f, 1/THz. Principal values, THz^-1, stand in their place where those were
 * asked for: P 1/(f - f1 - f2) - P 1/(f + f1 + f2), and P 1/(f + f1 - f2) - P 1/(f - f1 + f2).
 */
export interface DeltaWeights {
  /** n */
  readonly points: number;
  /** [t][n][b][b] delta(f - f1 - f2) */
  readonly decay: Float64Array;
  /** [t][n][b][b] delta(f + f1 - f2) - delta(f - f1 + f2) */
  readonly merging: Float64Array;
  /** [t][n][b][b] the sum of all three, where asked for */
  readonly total?: Float64Array;
  /** [t][n][b][b] 1 where all are zero */
  readonly zero: Uint8Array;
}
