import type { CpuDevice } from '../../device/cpu.js';
import { GrowingFloat64, GrowingInt32 } from '../../device/growing.js';
import type { GridModes, PhononGrid, Triplets } from '../../model/phonon-grid.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import type { MatrixKind } from './collision-matrix.js';
import { type CollisionSymmetry, inverseSinh, linewidthUnit } from './collision-rows.js';
import { SLOWEST } from './heat-capacity.js';

export interface CollisionSumsSetup {
  readonly device: CpuDevice;
  readonly kind: MatrixKind;
  readonly grid: PhononGrid;
  readonly modes: Pick<GridModes, 'bands' | 'frequencies'>;
  readonly symmetry: CollisionSymmetry;
  /** K */
  readonly temperatures: ArrayLike<number>;
  readonly units?: PhononUnits;
  /** THz */
  readonly cutoff?: number;
}

/** Triplets and columns a piece: some ten microseconds of work. */
const CHUNK = { triplets: 16, columns: 4 };

/**
 * Rows of the collision matrix at many temperatures, on the threads of a device; CollisionBlocks says what they are.
 * Triplets of a point may come in batches: `begin`, `add` for each, `rows`.
 */
export class CollisionSums {
  private readonly bands: number;
  /** Numbers for each mode: the temperatures, and one more where they are odd */
  private readonly width: number;
  private readonly columns: number;
  private readonly turned: Float64Array;
  private readonly block: Int32Array;
  private readonly points: GrowingInt32;
  private readonly blocks: GrowingFloat64;
  private readonly begins: Int32Array;
  private readonly parts: GrowingInt32;
  private readonly rotations: GrowingFloat64;
  private readonly out: Float64Array;

  /** @throws PhonolinkError where the device's memory does not suffice */
  constructor(private readonly setup: CollisionSumsSetup) {
    const { device, kind, grid, modes, symmetry, temperatures } = setup;
    const { heap } = device;
    const { bands } = modes;
    this.bands = bands;
    this.width = 2 * Math.ceil(temperatures.length / 2);
    this.columns = kind === 'full' ? grid.total : symmetry.points.length;
    this.turned = heap.float64(modes.frequencies.length * this.width);
    this.setTurned();
    this.points = new GrowingInt32(heap, 0);
    this.blocks = new GrowingFloat64(heap, 0);
    this.begins = heap.int32(this.columns + 1);
    this.parts = new GrowingInt32(heap, 0);
    this.rotations = new GrowingFloat64(heap, 0);
    this.out = heap.float64(this.width * this.rowNumbers);
    this.block = heap.int32(13);
  }

  /** Of one temperature. */
  private get rowNumbers(): number {
    return (this.setup.kind === 'full' ? 1 : 9) * this.bands ** 2 * this.columns;
  }

  private get blockNumbers(): number {
    return this.bands ** 2 * this.width;
  }

  private setTurned(): void {
    const { turned, width, setup } = this;
    const { modes, temperatures, units = PHONOPY_UNITS, cutoff = SLOWEST } = setup;
    const unit = linewidthUnit(units);
    for (let t = 0; t < temperatures.length; t++) {
      const values = inverseSinh(modes.frequencies, temperatures[t], cutoff, units);
      for (let m = 0; m < values.length; m++) turned[m * width + t] = unit * values[m];
    }
  }

  /** Makes room for the blocks of a point's triplets. */
  begin({ weights }: Pick<Triplets, 'weights'>): void {
    this.blocks.resize(2 * weights.length * this.blockNumbers);
  }

  /**
   * Blocks of some of the triplets.
   * @param first which of all is the first of them
   * @param strengths [t][b][b][b] eV^2
   * @param deltas [t][b][b][b] 1/THz, the sum of all three, in the device's heap
   */
  add(
    { points }: Pick<Triplets, 'points'>,
    first: number,
    strengths: Float64Array,
    deltas: Float64Array,
  ): void {
    const { device } = this.setup;
    const { heap } = device;
    const copy = heap.holds(strengths) ? undefined : heap.float64From(strengths);
    this.points.resize(points.length);
    this.points.view.set(points);
    this.write({
      strengths: (copy ?? strengths).byteOffset,
      deltas: deltas.byteOffset,
      blocks: this.blocks.pointer + 8 * 2 * first * this.blockNumbers,
    });
    device.parallel('collision', 'blocks', this.block.byteOffset, points.length / 3, CHUNK.triplets);
    heap.release(copy);
  }

  /**
   * The rows of the point whose blocks there are, without the main diagonal.
   * @returns [temperatures][b][3][i][b][3] THz; [temperatures][b][N][b] of the full matrix
   */
  rows(triplets: Triplets): Float64Array {
    const { device, kind, temperatures } = this.setup;
    if (kind === 'full') this.setFullParts(triplets);
    else this.setReducedParts(triplets);
    this.write();
    device.parallel('collision', kind, this.block.byteOffset, this.columns, CHUNK.columns);
    return Float64Array.from(this.out.subarray(0, temperatures.length * this.rowNumbers));
  }

  release(): void {
    const { heap } = this.setup.device;
    for (const view of [this.turned, this.begins, this.out, this.block]) heap.release(view);
    for (const grown of [this.points, this.blocks, this.parts, this.rotations]) grown.release();
  }

  private write({ strengths = 0, deltas = 0, blocks = 0 } = {}): void {
    this.block.set([
      this.points.pointer,
      strengths,
      deltas,
      this.turned.byteOffset,
      blocks,
      this.blocks.pointer,
      this.begins.byteOffset,
      this.parts.pointer,
      this.rotations.pointer,
      this.out.byteOffset,
      this.bands,
      this.width,
      this.columns,
    ]);
  }

  /** Which block is that of one of the N points as q1. */
  private blockOf(triplets: Triplets, p: number): number {
    const t = triplets.of[p];
    const own = this.setup.grid.regular[triplets.points[3 * t + 1]];
    return 2 * t + (triplets.stars[p] === triplets.stars[own] ? 0 : 1);
  }

  private setFullParts(triplets: Triplets): void {
    this.parts.resize(this.columns);
    for (let p = 0; p < this.columns; p++) this.parts.view[p] = this.blockOf(triplets, p);
  }

  /** Rotations that take an irreducible point to points of one block are added up beforehand. */
  private setReducedParts(triplets: Triplets): void {
    const { rotations, rotated } = this.setup.symmetry;
    const most = this.columns * rotations.length;
    this.parts.resize(most);
    this.rotations.resize(9 * most);
    const parts = this.parts.view;
    const sums = this.rotations.view;
    const places = new Int32Array(2 * triplets.weights.length).fill(-1);
    let count = 0;
    for (let i = 0; i < this.columns; i++) {
      const first = count;
      this.begins[i] = first;
      for (let r = 0; r < rotations.length; r++) {
        const block = this.blockOf(triplets, rotated[i * rotations.length + r]);
        if (places[block] < first) {
          sums.fill(0, 9 * count, 9 * count + 9);
          places[block] = count;
          parts[count++] = block;
        }
        const at = 9 * places[block];
        for (let e = 0; e < 9; e++) sums[at + e] += rotations[r][e];
      }
    }
    this.begins[this.columns] = count;
  }
}
