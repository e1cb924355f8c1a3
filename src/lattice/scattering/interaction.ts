import type { CpuDevice } from '../../device/cpu.js';
import { GrowingFloat64, GrowingInt32 } from '../../device/growing.js';
import type { Triplets } from '../../model/phonon-grid.js';
import {
  bandsOf,
  CUTOFF_FREQUENCY,
  checkSetup,
  type Interaction,
  type InteractionSetup,
  latticeVectors,
  placesAndWeights,
  strengthUnit,
} from './interaction-setup.js';
import { TransformedTables } from './interaction-tables.js';
import { type InteractionTensors, interactionTensors, TENSOR_ROW } from './interaction-tensors.js';

export interface InteractionOptions {
  /** Bytes that transformed force constants may take; where they need more they are made anew for each triplet. */
  readonly memory?: number;
}

const MEMORY = 1 << 30;
/** Bytes of workspace for a block of triplets, near the size of a second-level cache; triplets of a block. */
const BLOCK_BYTES = 1 << 22;
const MOST_BLOCK = 64;
const LEAST_BLOCK = 8;
/** Blocks a thread, so that none waits long for the others. */
const BLOCKS_EACH = 4;
const GEMM_ALIGN = 64;

/**
 * Interaction strengths on the threads of a device; PlainInteraction says what they are. Force constants are transformed
 * over the place of one atom for all triplets that have its point in common, before sums over the other are made.
 */
export class InteractionStrengths implements Interaction {
  private readonly tensors: InteractionTensors;
  private readonly tables?: TransformedTables;
  private readonly unit: number;
  private readonly gemmBytes: number;
  /** Views of the heap that live as long as this */
  private readonly held: (Float64Array | Int32Array)[] = [];
  private readonly fixed: Readonly<Record<Fixed, number>>;
  private readonly waves: Float64Array;
  private readonly inverses: Float64Array;
  private readonly block: Int32Array;
  private readonly work: GrowingFloat64;
  private readonly waves0: GrowingFloat64;
  private readonly inverses0: GrowingFloat64;
  private readonly vertices: GrowingFloat64;
  private readonly triplets: GrowingInt32;
  private readonly strengths: GrowingFloat64;

  /**
   * @throws UsageError where the parts do not belong together
   * @throws PhonolinkError where the force constants are not those of the supercell or lack rows, or memory does not
   *   suffice
   */
  constructor(
    private readonly setup: InteractionSetup,
    private readonly device: CpuDevice,
    { memory = MEMORY }: InteractionOptions = {},
  ) {
    checkSetup(setup);
    const { heap } = device;
    const tensors = interactionTensors(setup);
    this.tensors = tensors;
    this.unit = strengthUnit(setup);
    const gemmBytes = device.kernel('interaction').gemmBytes as () => number;
    this.gemmBytes = Math.ceil((gemmBytes() >>> 0) / GEMM_ALIGN) * GEMM_ALIGN;
    this.waves = this.keep(wavesOf(setup));
    this.inverses = this.keep(inversesOf(setup));
    const reach = [0, 1, 2].map((k) => {
      let most = 0;
      for (let v = k; v < tensors.vectors.length; v += 3) most = Math.max(most, Math.abs(tensors.vectors[v]));
      return most;
    });
    const [first, second, third] = tensors.legs;
    const at = (values: Float64Array | Int32Array | undefined) => (values ? this.keep(values).byteOffset : 0);
    this.fixed = {
      starts: at(tensors.starts),
      reach0: reach[0],
      reach1: reach[1],
      reach2: reach[2],
      vectors: tensors.vectors.length / 3,
      steps: at(tensors.vectors.map((x, v) => x + reach[v % 3])),
      imageStarts: at(tensors.imageStarts),
      images: at(tensors.images),
      shares: at(tensors.shares),
      turns: at(turnsOf(setup)),
      homes: at(tensors.homes),
      tensors: at(first),
      tensors1: at(second),
      tensors2: at(third),
    };
    this.block = heap.int32(FIELDS.length);
    this.work = new GrowingFloat64(heap, 0);
    this.waves0 = new GrowingFloat64(heap, 0);
    this.inverses0 = new GrowingFloat64(heap, 0);
    this.vertices = new GrowingFloat64(heap, 0);
    this.triplets = new GrowingInt32(heap, 0);
    this.strengths = new GrowingFloat64(heap, 0);
    const size = 2 * TENSOR_ROW * tensors.n * this.atoms;
    if (TransformedTables.bytes(setup.grid, size) <= memory)
      this.tables = new TransformedTables(heap, setup.grid, size);
  }

  at({ points }: Triplets, bands0?: ArrayLike<number>): Float64Array {
    const { device, tables, block } = this;
    const { bands } = this.setup.modes;
    const chosen = bandsOf(bands, bands0);
    const groups = byFirst(points);
    this.triplets.resize((4 * points.length) / 3);
    this.triplets.view.set(groups.flatMap(({ records }) => records));
    this.strengths.resize((points.length / 3) * chosen.length * bands * bands);
    const fills = tables?.want(points) ?? 0;
    let begin = 0;
    for (const [k, { point, records }] of groups.entries()) {
      this.setFirst(point, chosen);
      const count = records.length / 4;
      const chunk = this.prepare(point, chosen.length, begin, count);
      if (k === 0) device.parallel('interaction', 'transform', block.byteOffset, fills, 1);
      if (this.fixed.tensors1 !== 0)
        device.parallel('interaction', 'vertices', block.byteOffset, this.atoms, Math.ceil(this.atoms / 16));
      device.parallel('interaction', 'strengths', block.byteOffset, count, chunk);
      begin += count;
    }
    return new Float64Array(this.strengths.view);
  }

  /** Gives the memory back. */
  release(): void {
    const { heap } = this.device;
    this.tables?.release();
    for (const view of [...this.held.splice(0), this.block]) heap.release(view);
    for (const grown of [
      this.work,
      this.waves0,
      this.inverses0,
      this.vertices,
      this.triplets,
      this.strengths,
    ])
      grown.release();
  }

  /** Atoms of all pairs. */
  private get atoms(): number {
    return this.tensors.shares.length;
  }

  private keep<View extends Float64Array | Int32Array>(values: View): View {
    const { heap } = this.device;
    const view = (values instanceof Float64Array ? heap.float64From(values) : heap.int32From(values)) as View;
    this.held.push(view);
    return view;
  }

  /** The first point's vectors as a real matrix [2][chosen][6n], [Re, -Im] over [Im, Re], and factors of its bands. */
  private setFirst(point: number, chosen: Int32Array): void {
    const { bands } = this.setup.modes;
    const { waves, inverses } = this;
    this.waves0.resize(4 * bands * chosen.length);
    this.inverses0.resize(chosen.length);
    const to = this.waves0.view;
    const half = 2 * bands * chosen.length;
    chosen.forEach((band, b) => {
      const re = (2 * point * bands + band) * bands;
      const im = re + bands * bands;
      for (let k = 0; k < bands; k++) {
        const at = 2 * b * bands + k;
        to[at] = waves[re + k];
        to[at + bands] = -waves[im + k];
        to[half + at] = waves[im + k];
        to[half + at + bands] = waves[re + k];
      }
      this.inverses0.view[b] = this.unit * inverses[point * bands + band];
    });
  }

  /** Writes the parameters of a call; the triplets of a block. */
  private prepare(point0: number, chosen: number, begin: number, count: number): number {
    const { n } = this.tensors;
    const { atoms, fixed, device, tables } = this;
    const bands = 3 * n;
    const widest = Math.max(
      ...Array.from({ length: n }, (_, h) => this.tensors.starts[h * n + n] - this.tensors.starts[h * n]),
    );
    const hasLegs = fixed.tensors1 !== 0;
    const sums = 2 * bands ** 3;
    // Numbers a triplet of a block
    const each = {
      phases: 2 * atoms,
      legs: hasLegs ? 18 * n * n * chosen : 0,
      sums: tables ? 0 : sums,
      transformed: tables ? 0 : 2 * TENSOR_ROW * widest,
    };
    const bytes = 8 * (2 * each.phases + each.legs + each.sums + each.transformed);
    const block = Math.max(
      1,
      Math.min(
        Math.max(LEAST_BLOCK, Math.min(MOST_BLOCK, Math.floor(BLOCK_BYTES / bytes))),
        Math.ceil(count / (BLOCKS_EACH * device.threads)),
      ),
    );
    const phases = each.phases * Math.max(block, TransformedTables.CHUNK);
    const powers = 2 * (2 * (fixed.reach0 + fixed.reach1 + fixed.reach2) + 3 + fixed.vectors);
    const small = Math.max(4 * bands * bands * (chosen + 2), 2 * TENSOR_ROW * n);
    let end = this.gemmBytes;
    const take = (numbers: number) => {
      const begin = end;
      end += GEMM_ALIGN * Math.ceil((8 * numbers) / GEMM_ALIGN);
      return begin;
    };
    const places = {
      atPhases1: take(phases),
      atPhases2: take(phases),
      atLattice: take(powers),
      atLegs: take(each.legs * block),
      atSums: take(tables ? sums : sums * block),
      atTransformed: take(each.transformed * block),
      atSmall: take(small),
    };
    this.work.resize((end / 8) * device.threads);
    this.vertices.resize(hasLegs ? 2 * 2 * atoms * 18 * chosen : 0);
    const values: Readonly<Record<(typeof FIELDS)[number], number>> = {
      ...fixed,
      ...places,
      n,
      bands,
      chosen,
      count: atoms,
      waves: this.waves.byteOffset,
      inverses: this.inverses.byteOffset,
      wanted: tables?.wanted.pointer ?? 0,
      fills: tables?.fills.pointer ?? 0,
      tables: tables?.addresses.byteOffset ?? 0,
      signs: tables?.signs.byteOffset ?? 0,
      tabled: tables ? 1 : 0,
      point0,
      waves0: this.waves0.pointer,
      inverses0: this.inverses0.pointer,
      vertices: this.vertices.pointer,
      triplets: this.triplets.pointer + 16 * begin,
      strengths: this.strengths.pointer,
      work: this.work.pointer,
      workBytes: end,
    };
    FIELDS.forEach((name, k) => {
      this.block[k] = values[name];
    });
    return block;
  }
}

/** Of Block in src/kernels/interaction/layout.ts, in its order. */
const FIELDS = [
  'n',
  'bands',
  'chosen',
  'count',
  'starts',
  'reach0',
  'reach1',
  'reach2',
  'vectors',
  'steps',
  'imageStarts',
  'images',
  'shares',
  'turns',
  'homes',
  'tensors',
  'tensors1',
  'tensors2',
  'waves',
  'inverses',
  'wanted',
  'fills',
  'tables',
  'signs',
  'tabled',
  'point0',
  'waves0',
  'inverses0',
  'vertices',
  'triplets',
  'strengths',
  'work',
  'workBytes',
  'atPhases1',
  'atPhases2',
  'atLattice',
  'atLegs',
  'atSums',
  'atTransformed',
  'atSmall',
] as const;

type Fixed =
  | 'starts'
  | 'reach0'
  | 'reach1'
  | 'reach2'
  | 'vectors'
  | 'steps'
  | 'imageStarts'
  | 'images'
  | 'shares'
  | 'turns'
  | 'homes'
  | 'tensors'
  | 'tensors1'
  | 'tensors2';

/** Triplets that have the same image of the first point in common: [..][4] points, and the place of the results. */
function byFirst(points: Int32Array): { point: number; records: number[] }[] {
  const groups = new Map<number, number[]>();
  for (let t = 0; t < points.length; t += 3) {
    const records = groups.get(points[t]) ?? [];
    groups.set(points[t], records);
    records.push(points[t], points[t + 1], points[t + 2], t / 3);
  }
  return Array.from(groups, ([point, records]) => ({ point, records }));
}

/** [points][2][b][3n] latticeVectors of all points */
function wavesOf({ cells, grid, modes }: InteractionSetup): Float64Array {
  const size = 2 * modes.bands * modes.bands;
  const total = grid.points.length / 3;
  const out = new Float64Array(size * total);
  const atoms = placesAndWeights(cells);
  for (let p = 0; p < total; p++) out.set(latticeVectors(grid, modes, atoms, p), size * p);
  return out;
}

/** [points][b] 1/THz, zero for modes that take no part */
function inversesOf({ modes, cutoffFrequency = CUTOFF_FREQUENCY }: InteractionSetup): Float64Array {
  return modes.frequencies.map((f) => (f > cutoffFrequency ? 1 / f : 0));
}

/** [points][3][2] cos and sin of 2 pi q */
function turnsOf({ grid: { points } }: InteractionSetup): Float64Array {
  const out = new Float64Array(2 * points.length);
  points.forEach((q, k) => {
    out[2 * k] = Math.cos(2 * Math.PI * q);
    out[2 * k + 1] = Math.sin(2 * Math.PI * q);
  });
  return out;
}
