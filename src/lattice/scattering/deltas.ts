import type { CpuDevice } from '../../device/cpu.js';
import { UsageError } from '../../model/errors.js';
import type { PhononGrid, Triplets } from '../../model/phonon-grid.js';
import type { DeltaWeights, PairFrequencies, Smearing } from './delta-weights.js';
import { averageEqualBands } from './deltas-average.js';
import { type GridTetrahedra, neighboursOf } from './grid-tetrahedra.js';

const FUNCTIONS = { tetrahedra: 'tetrahedra', gaussian: 'gaussian', principal: 'principal' } as const;

export type { DeltaWeights, PairFrequencies, Smearing };

/** Delta functions of triplets on the threads of a device. */
export class TripletDeltas {
  private readonly modes: Float64Array;
  private readonly near?: Int32Array;
  private readonly turned?: Int32Array;
  private readonly corners?: Int32Array;
  private readonly work: Float64Array;
  private readonly numbers: Float64Array;
  private readonly block: Int32Array;
  private held: (Float64Array | Int32Array | Uint8Array)[] = [];
  private room = { values: 0, total: 0, points: 0, triplets: 0 };
  private decay: Float64Array = new Float64Array(0);
  private merging: Float64Array = new Float64Array(0);
  private total: Float64Array = new Float64Array(0);
  private zero: Uint8Array = new Uint8Array(0);
  private frequencies: Float64Array = new Float64Array(0);
  private triplets: Int32Array = new Int32Array(0);

  /** @throws PhonolinkError where the memory does not suffice */
  constructor(
    private readonly device: CpuDevice,
    grid: PhononGrid,
    private readonly pairs: PairFrequencies,
    private readonly smearing: Smearing,
  ) {
    const { heap } = device;
    const { bands, frequencies } = pairs;
    this.modes = heap.float64From(tableFor(smearing)(frequencies));
    let [vertices, tetrahedra] = [0, 0];
    if (smearing.kind === 'tetrahedra') {
      const { opposite, corners } = smearing.tetrahedra;
      vertices = opposite.length;
      tetrahedra = corners.length / 3;
      const around = pointsAround(grid, smearing.tetrahedra, pairs);
      this.near = heap.int32From(around.near);
      this.turned = heap.int32From(around.turned);
      this.corners = heap.int32From(corners);
    }
    const workBytes = device.kernel('triplets').workBytes as (b: number, v: number, k: number) => number;
    this.work = heap.float64((device.threads * workBytes(bands, vertices, tetrahedra)) / 8);
    this.numbers = heap.float64From(numbersOf(smearing, tetrahedra));
    this.block = heap.int32From([
      0,
      this.modes.byteOffset,
      this.near?.byteOffset ?? 0,
      this.turned?.byteOffset ?? 0,
      this.corners?.byteOffset ?? 0,
      0,
      0,
      0,
      0,
      0,
      this.work.byteOffset,
      this.numbers.byteOffset,
      vertices,
      tetrahedra,
      bands,
      0,
    ]);
  }

  /** Bytes that the weights of one triplet at so many frequencies take. */
  bytesFor(points: number, withTotal = false): number {
    return points * this.pairs.bands ** 2 * (withTotal ? 25 : 17);
  }

  /**
   * The weights of triplets; the arrays lie in the device's heap and are overwritten by the next call.
   * @param frequencies [n] THz
   * @throws UsageError where principal values are to be added up
   */
  at(
    { points }: Pick<Triplets, 'points'>,
    frequencies: ArrayLike<number>,
    { withTotal = false }: { withTotal?: boolean } = {},
  ): DeltaWeights {
    if (withTotal && this.smearing.kind === 'principal')
      throw new UsageError('principal values have no total: ask for those of delta functions');
    const count = points.length / 3;
    const n = frequencies.length;
    const values = count * n * this.pairs.bands ** 2;
    this.reserve(values, withTotal ? values : 0, n, points.length);
    this.triplets.set(points);
    this.frequencies.set(frequencies);
    const { block } = this;
    block[0] = this.triplets.byteOffset;
    block[5] = this.frequencies.byteOffset;
    block[6] = this.decay.byteOffset;
    block[7] = this.merging.byteOffset;
    block[8] = withTotal ? this.total.byteOffset : 0;
    block[9] = this.zero.byteOffset;
    block[15] = n;
    this.device.parallel('triplets', FUNCTIONS[this.smearing.kind], block.byteOffset, count, CHUNK);
    const found: DeltaWeights = {
      points: n,
      decay: this.decay.subarray(0, values),
      merging: this.merging.subarray(0, values),
      ...(withTotal && { total: this.total.subarray(0, values) }),
      zero: this.zero.subarray(0, values),
    };
    if (this.smearing.kind === 'tetrahedra' && this.smearing.equalBands)
      averageEqualBands(found, { points }, this.pairs);
    return found;
  }

  /** Gives the memory back. */
  release(): void {
    this.releaseRoom();
    const { heap } = this.device;
    for (const view of [
      this.modes,
      this.near,
      this.turned,
      this.corners,
      this.work,
      this.numbers,
      this.block,
    ])
      heap.release(view);
  }

  private reserve(values: number, total: number, points: number, triplets: number): void {
    const { room } = this;
    if (values <= room.values && total <= room.total && points <= room.points && triplets <= room.triplets)
      return;
    this.releaseRoom();
    this.room = {
      values: Math.max(values, room.values),
      total: Math.max(total, room.total),
      points: Math.max(points, room.points),
      triplets: Math.max(triplets, room.triplets),
    };
    const { heap } = this.device;
    const keep = <T extends Float64Array | Int32Array | Uint8Array>(view: T): T => {
      this.held.push(view);
      return view;
    };
    this.decay = keep(heap.float64(this.room.values));
    this.merging = keep(heap.float64(this.room.values));
    this.total = keep(heap.float64(this.room.total));
    this.zero = keep(heap.bytes(this.room.values));
    this.frequencies = keep(heap.float64(this.room.points));
    this.triplets = keep(heap.int32(this.room.triplets));
  }

  private releaseRoom(): void {
    for (const view of this.held) this.device.heap.release(view);
    this.held = [];
  }
}

/**
 * [m][v] points around each, and which of those around q2 goes with each of those around q1: they move against each
 * other, unless points are partners, which have moved already.
 */
export function pointsAround(
  grid: PhononGrid,
  tetrahedra: GridTetrahedra,
  { bands, frequencies, partnersFrom }: PairFrequencies,
): { near: Int32Array; turned: Int32Array } {
  const near = neighboursOf(grid, tetrahedra);
  const { opposite } = tetrahedra;
  if (partnersFrom === undefined) return { near, turned: opposite };
  const all = new Int32Array((frequencies.length / bands) * opposite.length);
  all.set(near);
  all.set(
    near.map((p) => p + partnersFrom),
    partnersFrom * opposite.length,
  );
  return { near: all, turned: opposite.map((_, k) => k) };
}

/** Triplets a piece: some hundred microseconds of work. */
const CHUNK = 16;

/** Between tetrahedra imaginary frequencies count as zero, as in phono3py. */
export function tableFor(smearing: Smearing): (frequencies: Float64Array) => Float64Array {
  return (frequencies) =>
    smearing.kind === 'tetrahedra' ? frequencies.map((f) => Math.max(f, 0)) : frequencies;
}

/** 24 tetrahedra meet at a point, each of which has a sixth of the volume of a cell. */
export function scaleOf(tetrahedra: number): number {
  return 4 / tetrahedra;
}

function numbersOf(smearing: Smearing, tetrahedra: number): number[] {
  if (smearing.kind === 'tetrahedra') return [scaleOf(tetrahedra), 0, 0, 0];
  if (smearing.kind === 'principal') return [0, 0, 0, smearing.epsilon];
  return [0, smearing.sigma, smearing.sigma * (smearing.cutoff ?? 0), 0];
}
