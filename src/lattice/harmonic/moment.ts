import type { MeshModes } from '../../model/phonon-results.js';

export interface MomentRange {
  /** THz */
  readonly lowest?: number;
  readonly highest?: number;
}

/** THz: modes this far beyond the range still count, and those at zero do not; phonopy's number */
const MARGIN = 1e-8;

/**
 * Mean of a power of the frequency over the modes of a mesh, and for each atom over its shares |e|^2 of them, direction by
 * direction; phonopy's --moment.
 * @param mesh whole, not reduced by the crystal's symmetry, with eigenvectors
 * @returns THz^order; atoms is [n]
 */
export function frequencyMoment(
  { frequencies, eigenvectors, weights, primitive }: MeshModes,
  order: number,
  { lowest = 2 * MARGIN, highest = Number.POSITIVE_INFINITY }: MomentRange = {},
): { readonly total: number; readonly atoms: Float64Array } {
  const bands = 3 * primitive.count;
  let sum = 0;
  let norm = 0;
  const sums = new Float64Array(bands);
  const norms = new Float64Array(bands);
  for (let k = 0; k < frequencies.length; k++) {
    const f = frequencies[k];
    if (!(f > lowest - MARGIN && f < highest + MARGIN)) continue;
    const weight = weights[Math.floor(k / bands)];
    const power = weight * f ** order;
    sum += power;
    norm += weight;
    for (let i = 0; eigenvectors && i < bands; i++) {
      const at = 2 * (k * bands + i);
      const share = eigenvectors[at] ** 2 + eigenvectors[at + 1] ** 2;
      sums[i] += power * share;
      norms[i] += weight * share;
    }
  }
  const means = sums.map((x, i) => x / norms[i]);
  return {
    total: sum / norm,
    atoms: Float64Array.from(
      { length: primitive.count },
      (_, i) => (means[3 * i] + means[3 * i + 1] + means[3 * i + 2]) / 3,
    ),
  };
}
