import type { GridModes, PhononGrid } from '../../model/phonon-grid.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import { SLOWEST } from './heat-capacity.js';

/** Triplets of one q0, and which of them stands for each of the grid's N points as q1. */
export interface TripletsOfAll {
  /** [t][3] BZ points */
  readonly points: Int32Array;
  /** [N] */
  readonly of: Int32Array;
  /** [N] the first of the points that are equivalent to each by what leaves q0 where it is */
  readonly stars: Int32Array;
}

/** The points that rows belong to, and the point group. */
export interface CollisionSymmetry {
  /** [i] BZ points: the irreducible ones */
  readonly points: Int32Array;
  /** [r] of [9] each, Cartesian */
  readonly rotations: readonly ArrayLike<number>[];
  /** [i][r] of the N points: where each rotation takes each irreducible point */
  readonly rotated: Int32Array;
}

/** THz/eV^2 and a 1/THz: from strengths and delta functions to half linewidths, phono3py's 18 pi / hbar^2. */
export function linewidthUnit({ planck }: PhononUnits = PHONOPY_UNITS): number {
  return (18 * Math.PI) / planck ** 2;
}

/**
 * 1 / sinh(h f / 2 k T) of each mode, zero for those at or below a cutoff.
 * @param frequencies [m] THz
 * @param temperature K
 */
export function inverseSinh(
  frequencies: ArrayLike<number>,
  temperature: number,
  cutoff = SLOWEST,
  units: PhononUnits = PHONOPY_UNITS,
): Float64Array {
  const half = units.planck / (2 * units.boltzmann * temperature);
  return Float64Array.from(frequencies, (f) => (f > cutoff && temperature > 0 ? 1 / Math.sinh(f * half) : 0));
}

/**
 * What scatters the modes of one q0 into those of q1, whatever the third is (the terms off the main diagonal of Chaput,
 * Phys. Rev. Lett. 110, 265506, 2013, in half): C_jk = 18 pi / hbar^2 sum over l of |Phi_jkl|^2 g_jkl / sinh(x_l).
 *
 * Blocks belong to triplets, one for each of the two orders of q1 and q2.
 */
export class CollisionBlocks {
  private readonly bands: number;
  /** [t][2][b][b]: q1 as it stands in the triplet, and exchanged with q2 */
  private blocks = new Float64Array(0);

  constructor(
    private readonly grid: PhononGrid,
    private readonly modes: GridModes,
    private readonly units: PhononUnits = PHONOPY_UNITS,
    private readonly cutoff = SLOWEST,
  ) {
    this.bands = modes.bands;
  }

  /**
   * @param strengths [t][b][b][b] eV^2
   * @param deltas [t][b][b][b] 1/THz: delta(f0 - f1 - f2) + delta(f0 + f1 - f2) + delta(f0 - f1 + f2)
   */
  set(triplets: TripletsOfAll, strengths: Float64Array, deltas: Float64Array, temperature: number): void {
    const { bands, modes, units, cutoff } = this;
    const count = triplets.points.length / 3;
    const size = bands * bands;
    if (this.blocks.length < 2 * count * size) this.blocks = new Float64Array(2 * count * size);
    const { blocks } = this;
    blocks.fill(0);
    const turned = inverseSinh(modes.frequencies, temperature, cutoff, units);
    const unit = linewidthUnit(units);
    for (let t = 0; t < count; t++) {
      const q1 = triplets.points[3 * t + 1] * bands;
      const q2 = triplets.points[3 * t + 2] * bands;
      for (let j = 0; j < bands; j++) {
        const straight = 2 * t * size + j * bands;
        const swapped = straight + size;
        for (let k = 0; k < bands; k++) {
          const at = ((t * bands + j) * bands + k) * bands;
          const own = turned[q1 + k];
          let sum = 0;
          for (let l = 0; l < bands; l++) {
            const x = strengths[at + l] * deltas[at + l];
            sum += x * turned[q2 + l];
            blocks[swapped + l] += unit * x * own;
          }
          blocks[straight + k] = unit * sum;
        }
      }
    }
  }

  /** Where the block of one of the N points as q1 begins. */
  private place(triplets: TripletsOfAll, p: number): number {
    const t = triplets.of[p];
    const isStraight = triplets.stars[p] === triplets.stars[this.grid.regular[triplets.points[3 * t + 1]]];
    return (2 * t + (isStraight ? 0 : 1)) * this.bands ** 2;
  }

  /**
   * Adds up over the stars of irreducible points: sum over R of C(q0, R q) R.
   * @param out [b][3][i][b][3] from `to` on: a row of the reduced matrix, without its main diagonal
   */
  addReduced(triplets: TripletsOfAll, symmetry: CollisionSymmetry, out: Float64Array, to: number): void {
    const { bands, blocks } = this;
    const { rotations, rotated, points } = symmetry;
    const width = 3 * bands * points.length;
    const flat = Float64Array.from(rotations.flatMap((r) => Array.from(r)));
    const places = new Int32Array(rotations.length);
    const sums = new Float64Array(flat.length);
    for (let i = 0; i < points.length; i++) {
      // Rotations that meet in one block are added up before.
      let count = 0;
      sums.fill(0);
      for (let r = 0; r < rotations.length; r++) {
        const from = this.place(triplets, rotated[i * rotations.length + r]);
        let n = 0;
        while (n < count && places[n] !== from) n++;
        if (n === count) places[count++] = from;
        for (let e = 0; e < 9; e++) sums[9 * n + e] += flat[9 * r + e];
      }
      for (let j = 0; j < bands; j++) {
        for (let k = 0; k < bands; k++) {
          addTensor(
            blocks,
            j * bands + k,
            places,
            sums,
            count,
            out,
            to + 3 * j * width + 3 * (i * bands + k),
            width,
          );
        }
      }
    }
  }

  /** @param out [b][N][b] from `to` on: a row of the full matrix, without its main diagonal */
  addFull(triplets: TripletsOfAll, out: Float64Array, to: number): void {
    const { bands, blocks, grid } = this;
    const width = grid.total * bands;
    for (let p = 0; p < grid.total; p++) {
      const from = this.place(triplets, p);
      for (let j = 0; j < bands; j++) {
        for (let k = 0; k < bands; k++) out[to + j * width + p * bands + k] += blocks[from + j * bands + k];
      }
    }
  }
}

/** Adds the sum over n of blocks[places[n] + at] sums[n], a tensor of three rows. */
function addTensor(
  blocks: Float64Array,
  at: number,
  places: Int32Array,
  sums: Float64Array,
  count: number,
  out: Float64Array,
  to: number,
  width: number,
): void {
  let [xx, xy, xz, yx, yy, yz, zx, zy, zz] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  for (let n = 0, e = 0; n < count; n++, e += 9) {
    const c = blocks[places[n] + at];
    xx += c * sums[e];
    xy += c * sums[e + 1];
    xz += c * sums[e + 2];
    yx += c * sums[e + 3];
    yy += c * sums[e + 4];
    yz += c * sums[e + 5];
    zx += c * sums[e + 6];
    zy += c * sums[e + 7];
    zz += c * sums[e + 8];
  }
  out[to] += xx;
  out[to + 1] += xy;
  out[to + 2] += xz;
  out[to + width] += yx;
  out[to + width + 1] += yy;
  out[to + width + 2] += yz;
  out[to + 2 * width] += zx;
  out[to + 2 * width + 1] += zy;
  out[to + 2 * width + 2] += zz;
}
