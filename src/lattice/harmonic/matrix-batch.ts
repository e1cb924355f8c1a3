import type { CpuDevice } from '../../device/cpu.js';
import { type HeapImage, ImageBuilder, upload } from '../../device/image.js';
import { inverse } from '../../model/cell.js';
import { UsageError } from '../../model/errors.js';
import { cartesian, NO_DIRECTION } from './dipoles.js';
import type { DynamicalMatrix } from './dynamical-matrix.js';

export interface MatrixBatchSetup {
  /** q points that `evaluate` takes at most at a time */
  readonly batch: number;
  /** The derivatives along x, y and z instead of the matrix */
  readonly slopes?: boolean;
  /** Where the matrices go, numbers of the device's heap; own ones where absent */
  readonly into?: Float64Array;
}

/** The kernel's numbers of fields (src/kernels/dynamical/layout.ts). */
const DIPOLES = 1;
const UNIFORM = 2;
/** Words of its record that change */
const POINTS = 22;
const ALONG = 23;
const OUT = 24;
const WORK = 25;

/** q points whose sums over lattice vectors are one product of matrices, and the numbers of such a product at most */
const ROWS = 16;
const MOST_NUMBERS = 1 << 21;

/** Numbers of a lattice sum that is copied into a device's heap: 256 MiB each of its two parts */
const MOST_COPIED = 1 << 25;

/** Whether a matrix is small enough to have its parts copied: where not, a single one takes as long as many. */
export function fitsBatch({ sum }: DynamicalMatrix): boolean {
  return sum.even.length <= MOST_COPIED;
}

/**
 * Dynamical matrices of many q points on the threads of a device: what `DynamicalMatrix` says one at a time, to some
 * rounding errors. What a matrix consists of is copied into the device's heap once.
 */
export class MatrixBatch {
  /** [batch][3n][3n][2] eV/A^2/u; with slopes [batch][3][3n][3n][2] eV/A/u, per 1/A of q without 2 pi */
  readonly matrices: Float64Array;
  private readonly points: Float64Array;
  private readonly along: Float64Array;
  private readonly work: Float64Array;
  private readonly image: Int32Array;
  private readonly record: Int32Array;
  private readonly reciprocal: Float64Array;
  private readonly own: boolean;

  /** @throws PhonolinkError where the memory does not suffice */
  constructor(
    private readonly device: CpuDevice,
    private readonly matrix: DynamicalMatrix,
    private readonly setup: MatrixBatchSetup,
  ) {
    const { heap } = device;
    const { batch, slopes = false, into } = setup;
    const { image, root } = imageOf(matrix, slopes);
    this.reciprocal = inverse(matrix.cell);
    this.image = upload(heap, image);
    this.record = this.image.subarray(root / 4);
    this.own = into === undefined;
    this.matrices = into ?? heap.float64(batch * (slopes ? 3 : 1) * 2 * matrix.size ** 2);
    this.points = heap.float64(3 * batch);
    this.along = heap.float64(3);
    const workBytes = device.kernel('dynamical').workBytes as (block: number) => number;
    this.work = heap.float64((device.threads * (workBytes(this.record.byteOffset) >>> 0)) / 8);
    this.record[POINTS] = this.points.byteOffset;
    this.record[OUT] = this.matrices.byteOffset;
    this.record[WORK] = this.work.byteOffset;
  }

  /**
   * Fills the first `count` of `matrices`.
   * @param points [..][3] fractions of the primitive cell's reciprocal vectors
   * @param first the point that comes first
   * @param along [3] fractions, as `DynamicalMatrix.evaluate` has it
   */
  evaluate(points: ArrayLike<number>, first: number, count: number, along?: ArrayLike<number>): void {
    if (!(count >= 0 && count <= this.setup.batch))
      throw new UsageError(`${count} q points, expected a whole number from 0 to ${this.setup.batch}`);
    for (let k = 0; k < 3 * count; k++) this.points[k] = points[3 * first + k];
    this.record[ALONG] = along && this.setWay(along) ? this.along.byteOffset : 0;
    const pieces = Math.ceil(count / this.device.threads);
    this.device.parallel(
      'dynamical',
      'evaluate',
      this.record.byteOffset,
      count,
      Math.max(1, Math.min(ROWS, pieces)),
    );
  }

  /** Sets the direction from which Gamma is approached; false where it is none, which is for the field to say. */
  private setWay(along: ArrayLike<number>): boolean {
    const way = cartesian(this.reciprocal, along, 0);
    const length = this.matrix.dipoles ? Math.hypot(...way) : 1;
    if (length === 0) return false;
    this.along.set(way.map((x) => x / length));
    return true;
  }

  /** Gives the memory back, but not `into`. */
  release(): void {
    const { heap } = this.device;
    for (const view of [this.image, this.points, this.along, this.work]) heap.release(view);
    if (this.own) heap.release(this.matrices);
  }
}

/** The record of a matrix, as src/kernels/dynamical/layout.ts has it, with what it points to. */
function imageOf(matrix: DynamicalMatrix, slopes: boolean): { image: HeapImage; root: number } {
  const { sum, dipoles, field, weights } = matrix;
  const n = weights.length;
  const { even, odd, columns } = withCounts(matrix);
  const m = sum.vectors.length / 3;
  const levels = slopes ? 4 : 1;
  const rows = Math.max(1, Math.min(ROWS, Math.floor(MOST_NUMBERS / (levels * columns))));
  const reach = [0, 1, 2].map((k) => {
    let most = 0;
    for (let s = k; s < sum.vectors.length; s += 3) most = Math.max(most, Math.abs(sum.vectors[s]));
    return most;
  });
  const builder = new ImageBuilder();
  const place = (length: number, make: (k: number) => number) =>
    builder.place(Float64Array.from({ length }, (_, k) => make(k)));
  const polar = dipoles?.polar ?? field?.polar;
  const charge = (k: number) => (polar ? polar.charges[k] * weights[Math.floor(k / 9)] : 0);
  const scale = dipoles?.scale ?? 1;
  const waves = wavesOf(matrix);
  const words = [
    n,
    dipoles ? DIPOLES : field ? UNIFORM : 0,
    levels,
    rows,
    m,
    columns,
    builder.place(sum.vectors),
    ...reach,
    place(3 * m, (k) => 2 * Math.PI * matrix.lattice[3 * (k % m) + Math.floor(k / m)]),
    builder.place(even),
    builder.place(odd),
    builder.place(matrix.fractional),
    place(3 * n, (k) => 2 * Math.PI * matrix.positions[k]),
    place(9 * n, charge),
    place(9 * n, (k) => scale * charge(k)),
    place(9 * n, (k) => (dipoles ? scale * dipoles.balance[k] * weights[Math.floor(k / 9)] ** 2 : 0)),
    waves.count,
    builder.place(waves.vectors),
    builder.place(waves.factors),
    builder.place(numbersOf(matrix)),
    0, // points
    0, // along
    0, // out
    0, // work
  ];
  const root = builder.words(words);
  return { image: builder.finish(), root: (root as { offset: number }).offset };
}

/** The lattice sum, and behind each vector's columns those that count images for the uniform field. */
function withCounts({ sum, field }: DynamicalMatrix): {
  even: Float64Array;
  odd: Float64Array;
  columns: number;
} {
  if (!field) return sum;
  const { counts } = field;
  const columns = sum.columns + counts.columns;
  const both = (own: Float64Array, more: Float64Array) => {
    const out = new Float64Array((own.length / sum.columns) * columns);
    for (let s = 0; s * columns < out.length; s++) {
      out.set(own.subarray(s * sum.columns, (s + 1) * sum.columns), s * columns);
      out.set(more.subarray(s * counts.columns, (s + 1) * counts.columns), s * columns + sum.columns);
    }
    return out;
  };
  return { even: both(sum.even, counts.even), odd: both(sum.odd, counts.odd), columns };
}

/** Reciprocal lattice vectors [3][count] and factors [1 + 2 pairs][count]; an even count, the last repeated idly. */
function wavesOf({ dipoles }: DynamicalMatrix): {
  count: number;
  vectors: Float64Array;
  factors: Float64Array;
} {
  if (!dipoles) return { count: 0, vectors: new Float64Array(0), factors: new Float64Array(0) };
  const { lattice, cos, sin } = dipoles;
  const g = lattice.length / 3;
  const count = g + (g % 2);
  const vectors = new Float64Array(3 * count);
  for (let k = 0; k < 3 * count; k++) {
    vectors[k] = lattice[3 * Math.min(k % count, g - 1) + Math.floor(k / count)];
  }
  const pairs = cos.length / g;
  const factors = new Float64Array((1 + 2 * pairs) * count);
  factors.fill(1, 0, g);
  for (let p = 0; p < pairs; p++) {
    factors.set(cos.subarray(p * g, (p + 1) * g), (1 + p) * count);
    factors.set(sin.subarray(p * g, (p + 1) * g), (1 + pairs + p) * count);
  }
  return { count, vectors, factors };
}

function numbersOf({ cell, dipoles, field }: DynamicalMatrix): Float64Array {
  const e = (dipoles ?? field)?.polar.dielectric;
  return Float64Array.from([
    ...inverse(cell),
    ...[0, 1, 2, 3, 4, 5, 6, 7, 8].map((k) => (e ? (e[k] + e[3 * (k % 3) + Math.floor(k / 3)]) / 2 : 0)),
    dipoles ? 1 / dipoles.width : 0,
    NO_DIRECTION ** 2,
    field?.scale ?? 0,
  ]);
}
