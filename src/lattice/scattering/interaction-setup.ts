import { inverse, rowsTimes } from '../../model/cell.js';
import { UsageError } from '../../model/errors.js';
import type { CubicForceConstants } from '../../model/force-constants.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import type { GridModes, PhononGrid, Triplets } from '../../model/phonon-grid.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';

/**
 * Which of three atoms sits in the home cell when force constants of a supercell are transformed. They are the same
 * where every atom of a triplet sees its nearest image of both others at the same place, and differ where the supercell
 * is too small for that.
 * - first: the first one (phono3py before its version 3, `make_r0_average = False`)
 * - average: the mean over all three (phono3py's `make_r0_average = True`, its default since)
 */
export type HomeConvention = 'first' | 'average';

/** What strengths need to know of a grid; points behind its own are allowed for q0 and q2, not for q1. */
export type InteractionGrid = Pick<PhononGrid, 'points' | 'addresses' | 'diagonal' | 'regular' | 'total'>;

/** What interaction strengths are made of. */
export interface InteractionSetup {
  readonly cells: PhononCells;
  /** Full, or with the rows of the primitive cell's atoms */
  readonly constants: CubicForceConstants;
  readonly convention: HomeConvention;
  readonly grid: InteractionGrid;
  /** Of all points */
  readonly modes: GridModes;
  /** THz: modes up to it take no part. 1e-4 where absent, as in phono3py. */
  readonly cutoffFrequency?: number;
  /** phonopy's where absent */
  readonly units?: PhononUnits;
}

/** Strengths of the scattering of three phonons. */
export interface Interaction {
  /**
   * |Phi(q0 b0, q1 b1, q2 b2)|^2 of triplets that have their first point in common, or images of it.
   * @param bands0 of q0, all where absent
   * @returns [t][b0][b][b] eV^2, zero where one of the frequencies is not above the cutoff
   */
  at(triplets: Pick<Triplets, 'points'>, bands0?: ArrayLike<number>): Float64Array;
}

export const CUTOFF_FREQUENCY = 1e-4;

/** eV^2 of a squared matrix element in eV^2/A^6/u^3 over the product of three frequencies in THz. */
export function strengthUnit({ grid, units = PHONOPY_UNITS }: InteractionSetup): number {
  // (1/3!)^2 of the expansion, 1/2 of each amplitude hbar / (2 m omega), and 1/N.
  return units.hbar ** 3 / (36 * 8 * (2 * Math.PI) ** 3 * grid.total);
}

/** [n][3] fractions of the primitive cell, and [n] 1/sqrt(u) */
export function placesAndWeights({ primitive }: PhononCells): {
  places: Float64Array;
  weights: Float64Array;
} {
  return {
    places: rowsTimes(primitive.positions, inverse(primitive.cell)),
    weights: primitive.masses.map((mass) => 1 / Math.sqrt(mass)),
  };
}

/**
 * Eigenvectors as the lattice sums take them: e exp(2 pi i q r) / sqrt(m), [b][3n] real parts, then imaginary ones. A
 * reciprocal lattice vector more or less in q changes them by nothing but the eigenvectors' own phases.
 */
export function latticeVectors(
  { points }: InteractionGrid,
  { bands, eigenvectors }: GridModes,
  { places, weights }: { places: Float64Array; weights: Float64Array },
  point: number,
): Float64Array {
  const size = bands * bands;
  const out = new Float64Array(2 * size);
  for (let i = 0; i < bands; i += 3) {
    let turns = 0;
    for (let k = 0; k < 3; k++) turns += points[3 * point + k] * places[i + k];
    const cos = weights[i / 3] * Math.cos(2 * Math.PI * turns);
    const sin = weights[i / 3] * Math.sin(2 * Math.PI * turns);
    for (let b = 0; b < bands; b++) {
      for (let a = i; a < i + 3; a++) {
        const to = b * bands + a;
        const from = 2 * (point * size + to);
        const [re, im] = [eigenvectors[from], eigenvectors[from + 1]];
        out[to] = re * cos - im * sin;
        out[size + to] = re * sin + im * cos;
      }
    }
  }
  return out;
}

/** @throws UsageError where a band is none */
export function bandsOf(bands: number, bands0: ArrayLike<number> | undefined): Int32Array {
  if (!bands0) return Int32Array.from({ length: bands }, (_, b) => b);
  for (let k = 0; k < bands0.length; k++) {
    if (!Number.isInteger(bands0[k]) || bands0[k] < 0 || bands0[k] >= bands)
      throw new UsageError(`band ${bands0[k]} of ${bands}, expected a whole number from 0 to ${bands - 1}`);
  }
  return Int32Array.from(bands0);
}

/** @throws UsageError where the parts do not belong together */
export function checkSetup({ cells, grid, modes }: InteractionSetup): void {
  const bands = 3 * cells.primitive.count;
  if (modes.bands !== bands)
    throw new UsageError(`${modes.bands} bands, but the primitive cell's ${bands / 3} atoms have ${bands}`);
  const points = grid.points.length / 3;
  if (modes.frequencies.length !== points * bands)
    throw new UsageError(`${modes.frequencies.length / bands} points have modes, but the grid has ${points}`);
}
