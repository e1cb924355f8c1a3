import { PhonolinkError } from '../../model/errors.js';
import type { GridModes, PhononGrid } from '../../model/phonon-grid.js';
import { setsOf } from '../harmonic/degenerate.js';
import { cornerWeight } from './corner-weight.js';
import { averagedOverEqual, EQUAL } from './degenerate-average.js';
import { SLOWEST } from './heat-capacity.js';

/**
 * What delta functions of frequency are made by: the tetrahedra around a grid's points, or a Gaussian's width in THz.
 */
export type IsotopeSmearing =
  | {
      readonly kind: 'tetrahedra';
      /** [m][v] BZ points beside each BZ point, the first of them itself */
      readonly neighbours: Int32Array;
      /** [k][3] which of these are the other corners of each tetrahedron */
      readonly corners: Int32Array;
      /**
       * What a tetrahedron adds where a corner has the very frequency that is asked for, as all equivalent points have:
       * what lies above it (phono3py 4), or nothing (2 and 3, where rounding errors of frequencies then decide: half a
       * per cent of silicon's conductivity at 100 K). 'above' where absent.
       */
      readonly atCorner?: 'above' | 'nothing';
      /** Bands of equal frequency share their weights, and then their linewidths: nothing hangs on which vectors they have */
      readonly equalBands?: 'averaged';
    }
  | { readonly kind: 'gaussian'; readonly sigma: number };

/**
 * Half linewidths by the disorder of isotopes, in second order of the differences of masses (Tamura, Phys. Rev. B 27,
 * 858, 1983): gamma = (pi / 4 N) f^2 sum over q', j' and atoms of g |e . e'|^2 delta(f - f').
 */
export class IsotopeScattering {
  private readonly near: number[] = [];

  /**
   * @param variances [n] of the masses of each atom of the primitive cell: `massVariance`
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
  }

  /** [b] THz at a BZ point. */
  linewidths(point: number): Float64Array {
    const { grid, modes, cutoff, smearing } = this;
    const { bands, frequencies } = modes;
    const own = frequencies.subarray(point * bands, (point + 1) * bands);
    const out = new Float64Array(bands);
    const isAveraged = smearing.kind === 'tetrahedra' && smearing.equalBands === 'averaged';
    // [j][b]
    const weights = new Float64Array(bands * bands);
    for (let p = 0; p < grid.total; p++) {
      const other = grid.first[p];
      for (let j = 0; j < bands; j++) {
        const row = weights.subarray(j * bands, (j + 1) * bands).fill(0);
        const f = frequencies[other * bands + j];
        if (f < cutoff) continue;
        if (smearing.kind === 'tetrahedra') this.tetrahedra(other, j, own, row, smearing);
        else gaussians(f, own, smearing.sigma, row);
      }
      if (isAveraged) averageBlocks(weights, frequencies, other * bands, point * bands, bands);
      for (let k = 0; k < weights.length; k++) {
        if (weights[k] === 0) continue;
        const j = Math.floor(k / bands);
        out[k - j * bands] += weights[k] * this.overlap(point, k - j * bands, other, j);
      }
    }
    for (let b = 0; b < bands; b++) {
      out[b] *= own[b] < cutoff ? 0 : (Math.PI / 4 / grid.total) * own[b] ** 2;
    }
    return isAveraged ? averagedOverEqual(out, Array.from(own.keys()), own) : out;
  }

  private tetrahedra(
    point: number,
    band: number,
    own: Float64Array,
    weights: Float64Array,
    { neighbours, corners, atCorner }: Extract<IsotopeSmearing, { kind: 'tetrahedra' }>,
  ): void {
    const { frequencies, bands } = this.modes;
    const width = neighbours.length / this.grid.regular.length;
    const near = this.near;
    let low = Number.POSITIVE_INFINITY;
    let high = Number.NEGATIVE_INFINITY;
    for (let v = 0; v < width; v++) {
      const f = frequencies[neighbours[point * width + v] * bands + band];
      near[v] = f;
      if (f < low) low = f;
      if (f > high) high = f;
    }
    // Each is a sixth of a cell of the grid, and each point has four in six of its own.
    const share = 12 / corners.length;
    for (let b = 0; b < bands; b++) {
      weights[b] = 0;
      const x = own[b];
      if (x < low || x > high) continue;
      for (let k = 0; k < corners.length; k += 3) {
        const [v, p, q, r] = [near[0], near[corners[k]], near[corners[k + 1]], near[corners[k + 2]]];
        if (atCorner === 'nothing' && (x === v || x === p || x === q || x === r)) continue;
        weights[b] += share * cornerWeight(v, p, q, r, x);
      }
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

/** Gives the places [j][b] of each set of equal bands at one point, and each at the other, their mean. */
function averageBlocks(
  weights: Float64Array,
  frequencies: Float64Array,
  from: number,
  to: number,
  bands: number,
): void {
  const rows = setsOf(frequencies, from, bands, EQUAL);
  const columns = setsOf(frequencies, to, bands, EQUAL);
  for (let r = 0; r + 1 < rows.length; r++) {
    for (let c = 0; c + 1 < columns.length; c++) {
      const size = (rows[r + 1] - rows[r]) * (columns[c + 1] - columns[c]);
      if (size === 1) continue;
      let mean = 0;
      for (let j = rows[r]; j < rows[r + 1]; j++)
        for (let b = columns[c]; b < columns[c + 1]; b++) mean += weights[j * bands + b] / size;
      for (let j = rows[r]; j < rows[r + 1]; j++)
        weights.fill(mean, j * bands + columns[c], j * bands + columns[c + 1]);
    }
  }
}

/** Gaussians around a frequency at those of a point. */
function gaussians(centre: number, at: Float64Array, sigma: number, out: Float64Array): void {
  for (let b = 0; b < at.length; b++) {
    out[b] = Math.exp(-(((at[b] - centre) / sigma) ** 2) / 2) / (sigma * Math.sqrt(2 * Math.PI));
  }
}
