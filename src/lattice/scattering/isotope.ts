import { PhonolinkError } from '../../model/errors.js';
import type { GridModes, PhononGrid } from '../../model/phonon-grid.js';
import { addCornerWeights } from '../harmonic/tetrahedra.js';
import { SLOWEST } from './heat-capacity.js';

/** What delta functions of frequency are made by: tetrahedra around a grid's points, or a Gaussian's width in THz. */
export type IsotopeSmearing =
  | { readonly kind: 'tetrahedra'; readonly steps: Int32Array; readonly centres: Uint8Array }
  | { readonly kind: 'gaussian'; readonly sigma: number };

/**
 * Half linewidths by the disorder of isotopes, in second order of the differences of masses (Tamura, Phys. Rev. B 27,
 * 858, 1983): gamma = (pi / 4 N) f^2 sum over q', j' and atoms of g |e . e'|^2 delta(f - f').
 */
export class IsotopeScattering {
  /** [N][b] THz, and the vectors of the grid's points, by the first of their images */
  private readonly frequencies: Float64Array;
  private readonly values = new Float64Array(4);

  /**
   * @param variances [n] of the masses of each atom of the primitive cell: `massVariance`
   * @param smearing steps [24][4][3] of the grid's addresses to the corners of the tetrahedra around a point, and which
   *   corner the point is [24]; or a width in THz
   * @throws PhonolinkError where there is not one variance an atom
   */
  constructor(
    private readonly grid: PhononGrid,
    private readonly modes: GridModes,
    private readonly variances: ArrayLike<number>,
    private readonly smearing: IsotopeSmearing,
    private readonly cutoff = SLOWEST,
  ) {
    if (3 * variances.length !== modes.bands)
      throw new PhonolinkError(
        `${variances.length} variances of masses, expected one for each of ${modes.bands / 3} atoms`,
      );
    const { bands } = modes;
    this.frequencies = new Float64Array(grid.total * bands);
    for (let p = 0; p < grid.total; p++) {
      const from = grid.first[p] * bands;
      this.frequencies.set(modes.frequencies.subarray(from, from + bands), p * bands);
    }
  }

  /** [b] THz at a BZ point. */
  linewidths(point: number): Float64Array {
    const { grid, modes, frequencies, cutoff, smearing } = this;
    const { bands } = modes;
    const own = modes.frequencies.subarray(point * bands, (point + 1) * bands);
    const out = new Float64Array(bands);
    const weights = new Float64Array(bands);
    for (let p = 0; p < grid.total; p++) {
      for (let j = 0; j < bands; j++) {
        if (frequencies[p * bands + j] < cutoff) continue;
        weights.fill(0);
        if (smearing.kind === 'tetrahedra') this.addTetrahedra(p, j, own, weights, smearing);
        else gaussians(frequencies[p * bands + j], own, smearing.sigma, weights);
        for (let b = 0; b < bands; b++) {
          if (weights[b] !== 0) out[b] += weights[b] * this.overlap(point, b, grid.first[p], j);
        }
      }
    }
    for (let b = 0; b < bands; b++) {
      out[b] *= own[b] < cutoff ? 0 : (Math.PI / 4 / grid.total) * own[b] ** 2;
    }
    return out;
  }

  private addTetrahedra(
    p: number,
    band: number,
    own: Float64Array,
    weights: Float64Array,
    { steps, centres }: { readonly steps: Int32Array; readonly centres: Uint8Array },
  ): void {
    const { grid, frequencies, values } = this;
    const { bands } = this.modes;
    const [a, b, c] = grid.diagonal;
    const x = p % a;
    const y = Math.floor(p / a) % b;
    const z = Math.floor(p / (a * b));
    for (let t = 0, s = 0; t < centres.length; t++) {
      for (let corner = 0; corner < 4; corner++, s += 3) {
        const other =
          modulo(x + steps[s], a) + a * (modulo(y + steps[s + 1], b) + b * modulo(z + steps[s + 2], c));
        values[corner] = frequencies[other * bands + band];
      }
      // Each is a sixth of a cell of the grid, and each point has four in six of its own.
      addCornerWeights(values, centres[t], own, 4 / centres.length, weights);
    }
  }

  /** The sum over atoms of g |e . e'|^2, the first vector conjugate. */
  private overlap(point: number, band: number, other: number, otherBand: number): number {
    const { eigenvectors: e, bands } = this.modes;
    const from = 2 * bands * (point * bands + band);
    const shift = 2 * bands * (other * bands + otherBand) - from;
    let sum = 0;
    for (let atom = 0, k = from; atom < this.variances.length; atom++) {
      let re = 0;
      let im = 0;
      for (let c = 0; c < 3; c++, k += 2) {
        re += e[k] * e[k + shift] + e[k + 1] * e[k + 1 + shift];
        im += e[k] * e[k + 1 + shift] - e[k + 1] * e[k + shift];
      }
      sum += this.variances[atom] * (re * re + im * im);
    }
    return sum;
  }
}

/** Gaussians around a frequency at those of a point. */
function gaussians(centre: number, at: Float64Array, sigma: number, out: Float64Array): void {
  for (let b = 0; b < at.length; b++) {
    out[b] = Math.exp(-(((at[b] - centre) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));
  }
}

function modulo(i: number, n: number): number {
  return ((i % n) + n) % n;
}
