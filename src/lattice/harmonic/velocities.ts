import { inverse } from '../../model/cell.js';
import { times } from '../../symmetry/integer-matrix.js';
import { applyMatrix, overlap, setsOf, toldApart } from './degenerate.js';
import { cartesian } from './dipoles.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';
import { plainSlopes, type SlopeBatch, type SlopeMaker } from './slope-batch.js';
import { PHONOPY_UNITS, type PhononUnits } from './units.js';

/** THz: modes nearer to each other than this are one set, and slower ones have no velocity; phonopy's numbers */
export const DEGENERATE = 1e-4;
const STILL = 1e-4;

export interface VelocityOptions {
  readonly units?: PhononUnits;
  /** [3] fractions: the direction from which Gamma is approached */
  readonly along?: ArrayLike<number>;
  /**
   * Operations on q points (`reciprocalOperations`): velocities are averaged over those that leave the point where it
   * is. Equal modes then share what is common to them. As in phonopy, those that move it by a reciprocal lattice vector
   * are left out, which matters on the surface of the Brillouin zone.
   */
  readonly operations?: readonly Int32Array[];
  /** 1/A: differences of the matrix instead of its derivative, between points this far to either side */
  readonly step?: number;
  /** Makes the derivatives of the matrix; one at a time where absent */
  readonly slopes?: SlopeMaker;
  /** [3] Cartesian: equal modes are told apart by the slope along it; phonopy's (1, 2, 3) where absent */
  readonly split?: ArrayLike<number>;
}

/** q points whose derivatives are made together take up no more numbers than this, if more than one */
const BATCH_NUMBERS = 1 << 20;

/**
 * Group velocities df/dq = <e| dD/dq |e> / 2 f, THz A (q in 1/A without 2 pi), from the analytic derivative of the
 * dynamical matrix, as phonopy 4 has them; phonopy 2 takes differences of 1e-5 1/A where there are dipoles. Of equal modes those vectors are taken that the derivative along one direction tells apart.
 */
export class GroupVelocities {
  /** q points that `prepare` takes at most at a time */
  readonly batch: number;
  private readonly made: SlopeBatch;
  /** Views of the three derivatives of the point at work */
  private gradients: readonly Float64Array[] = [];
  private readonly other: Float64Array;
  private readonly split: readonly number[];
  private readonly reciprocal: Float64Array;
  private readonly product: Float64Array;
  /** The first of the points that are prepared */
  private first = 0;

  /** @param most q points that will be prepared at a time, if there is room for as many */
  constructor(
    private readonly matrix: DynamicalMatrix,
    private readonly options: VelocityOptions = {},
    most = 1,
  ) {
    const { size } = matrix;
    this.batch = Math.max(1, Math.min(most, Math.floor(BATCH_NUMBERS / (6 * size * size))));
    this.made = (options.slopes ?? plainSlopes)(matrix, this.batch);
    this.other = new Float64Array(2 * size * size);
    this.product = new Float64Array(2 * size);
    const way = Array.from(options.split ?? [1, 2, 3]);
    const length = Math.hypot(...way);
    this.split = way.map((x) => x / length);
    this.reciprocal = inverse(matrix.cell);
  }

  /**
   * Makes the derivatives of the matrix at `count` points, for which `evaluate` is then called.
   * @param points [..][3] fractions
   */
  prepare(points: ArrayLike<number>, first: number, count: number): void {
    this.first = first;
    if (this.options.step) {
      for (let p = 0; p < count; p++) {
        for (let c = 0; c < 3; c++)
          this.difference(points, 3 * (first + p), c, this.slope(p, c), this.options.step);
      }
    } else this.made.fill(points, first, count, this.options.along);
  }

  release(): void {
    this.made.release();
  }

  /**
   * @param points [..][3] fractions
   * @param point which of them, one that is prepared
   * @param frequencies [3n] THz, from `from` on
   * @param vectors [3n][3n][2] eigenvectors, from `vectorsFrom` on; not changed
   * @param out [..][3n][3] THz A
   * @param place which of its points
   */
  evaluate(
    points: ArrayLike<number>,
    point: number,
    frequencies: Float64Array,
    from: number,
    vectors: Float64Array,
    vectorsFrom: number,
    out: Float64Array,
    place: number,
  ): void {
    const { options } = this;
    const { size } = this.matrix;
    const { toTHz } = options.units ?? PHONOPY_UNITS;
    this.gradients = [0, 1, 2].map((c) => this.slope(point - this.first, c));
    const to = 3 * size * place;
    const begins = setsOf(frequencies, from, size, DEGENERATE);
    if (begins.length <= size) this.setSplit();
    for (let s = 0; s + 1 < begins.length; s++) {
      const [first, end] = [begins[s], begins[s + 1]];
      const set = vectors.subarray(vectorsFrom + 2 * first * size, vectorsFrom + 2 * end * size);
      const count = end - first;
      this.slopes(count === 1 ? set : toldApart(set, count, this.other), count, out, to + 3 * first);
    }
    for (let b = 0; b < size; b++) {
      const f = frequencies[from + b];
      const scale = f > STILL ? toTHz ** 2 / (2 * f) : 0;
      for (let c = 0; c < 3; c++) out[to + 3 * b + c] *= scale;
    }
    if (options.operations) this.symmetrise(points, 3 * point, options.operations, out, to);
  }

  /** The derivative of one of the points that are prepared. */
  private slope(point: number, axis: number): Float64Array {
    const width = this.other.length;
    return this.made.slopes.subarray((3 * point + axis) * width, (3 * point + axis + 1) * width);
  }

  private difference(
    points: ArrayLike<number>,
    at: number,
    axis: number,
    out: Float64Array,
    step: number,
  ): void {
    const { matrix, other } = this;
    const { cell } = matrix;
    const moved = (sign: number) => [0, 1, 2].map((k) => points[at + k] + sign * step * cell[3 * k + axis]);
    matrix.evaluate(moved(1), 0, out);
    matrix.evaluate(moved(-1), 0, other);
    for (let k = 0; k < other.length; k++) out[k] = (out[k] - other[k]) / (2 * step);
  }

  /** <e|dD|e> along the three axes. */
  private slopes(set: Float64Array, count: number, out: Float64Array, to: number): void {
    const { size } = this.matrix;
    for (let b = 0; b < count; b++) {
      for (let c = 0; c < 3; c++) {
        applyMatrix(this.gradients[c], set, 2 * b * size, this.product);
        out[to + 3 * b + c] = overlap(set, 2 * b * size, this.product);
      }
    }
  }

  /** The derivative along the direction that tells equal modes apart, into `other`. */
  private setSplit(): void {
    const { gradients, split, other } = this;
    for (let k = 0; k < other.length; k++) {
      other[k] = split[0] * gradients[0][k] + split[1] * gradients[1][k] + split[2] * gradients[2][k];
    }
  }

  private symmetrise(
    points: ArrayLike<number>,
    at: number,
    operations: readonly Int32Array[],
    out: Float64Array,
    to: number,
  ): void {
    const { size, cell } = this.matrix;
    const q = [0, 1, 2].map((c) => points[at + c] - wholeOf(points[at + c]));
    const little = operations.filter((m) => times(m, q).every((x, c) => Math.abs(x - q[c]) < 1e-5));
    if (little.length < 2) return;
    // In Cartesian coordinates: reciprocal vectors (columns) times the operation times the cell.
    const mean = new Float64Array(9);
    for (const m of little) {
      for (let k = 0; k < 3; k++) {
        const unit = [0, 1, 2].map((c) => cell[3 * c + k]);
        const column = cartesian(this.reciprocal, times(m, unit), 0);
        for (let row = 0; row < 3; row++) mean[3 * row + k] += column[row] / little.length;
      }
    }
    for (let b = to; b < to + 3 * size; b += 3) {
      const [x, y, z] = times(mean, [out[b], out[b + 1], out[b + 2]]);
      out[b] = x;
      out[b + 1] = y;
      out[b + 2] = z;
    }
  }
}

/** The nearest whole number, of two that are as near the even one: 1/2 stays 1/2, as in phonopy. */
function wholeOf(x: number): number {
  return Math.abs(x % 1) === 0.5 ? 2 * Math.round(x / 2) : Math.round(x);
}
