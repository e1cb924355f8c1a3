import type { CpuDevice } from '../../device/cpu.js';
import { GrowingFloat64, GrowingInt32 } from '../../device/growing.js';
import type { Triplets } from '../../model/phonon-grid.js';
import { LatticePhases } from '../harmonic/phases.js';
import { fieldNames } from './interaction-block.js';
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
import { type InteractionTensors, interactionTensors, THIRD } from './interaction-tensors.js';
import { type Separations, separationsOf } from './separations.js';
import { type TripletRuns, tripletRuns } from './triplet-runs.js';

export interface InteractionOptions {
  /** Bytes that sums over the first atom may take; bands of the first point are done in parts where all need more. */
  readonly memory?: number;
}

const MEMORY = 1 << 28;
/** Runs of triplets a thread, so that none waits long for the others. */
const RUNS_EACH = 8;
const ALIGN = 64;
/** Numbers of a tile: four real parts, four imaginary ones. */
const TILE = 8;

/**
 * Interaction strengths on the threads of a device; PlainInteraction says what they are. With q2 = -q0 - q1 a vertex is a
 * Fourier sum over separations R_j - R_k, of which all but q1 is done once for the triplets of a first point; and as
 * these lie on a grid, the sum is made axis by axis.
 */
export class InteractionStrengths implements Interaction {
  private readonly tensors: InteractionTensors;
  private readonly separations: Separations;
  private readonly phases: LatticePhases;
  private readonly unit: number;
  private readonly gemmBytes: number;
  /** Views of the heap that live as long as this */
  private readonly held: (Float64Array | Int32Array)[] = [];
  private readonly fixed: ReturnType<InteractionStrengths['writeFixed']>;
  private readonly waves: Float64Array;
  private readonly inverses: Float64Array;
  /** Of the first point, see the kernel's layout */
  private readonly firstPhases: Float64Array;
  private readonly means: Float64Array;
  private readonly waves0: Float64Array;
  private readonly inverses0: Float64Array;
  private readonly block: Int32Array;
  private readonly rows: GrowingFloat64;
  private readonly work: GrowingFloat64;
  private readonly strengths: GrowingFloat64;
  private readonly runs: GrowingInt32;

  /**
   * @throws UsageError where the parts do not belong together
   * @throws PhonolinkError where the force constants are not those of the supercell or lack rows, or memory does not
   *   suffice
   */
  constructor(
    private readonly setup: InteractionSetup,
    private readonly device: CpuDevice,
    private readonly options: InteractionOptions = {},
  ) {
    checkSetup(setup);
    const { heap } = device;
    this.tensors = interactionTensors(setup);
    this.separations = separationsOf(this.tensors, setup.grid);
    this.phases = new LatticePhases(this.tensors.vectors);
    this.unit = strengthUnit(setup);
    const gemmBytes = device.kernel('interaction').gemmBytes as () => number;
    this.gemmBytes = gemmBytes();
    this.waves = this.keep(wavesOf(setup));
    this.inverses = this.keep(inversesOf(setup));
    const { bands } = setup.modes;
    this.firstPhases = this.keep(new Float64Array((2 * this.tensors.vectors.length) / 3));
    this.means = this.keep(new Float64Array(2 * this.tensors.shares.length));
    this.waves0 = this.keep(new Float64Array(4 * bands * bands));
    this.inverses0 = this.keep(new Float64Array(bands));
    this.fixed = this.writeFixed();
    this.block = heap.int32(fieldNames.length);
    this.rows = new GrowingFloat64(heap, 0);
    this.work = new GrowingFloat64(heap, 0);
    this.strengths = new GrowingFloat64(heap, 0);
    this.runs = new GrowingInt32(heap, 0);
  }

  /**
   * As `Interaction` says. The strengths lie in the device's heap and are overwritten by the next call.
   * @param zero [t][b0][b][b] 1 where a strength is not wanted: it is zero then, and costs less
   */
  at({ points }: Pick<Triplets, 'points'>, bands0?: ArrayLike<number>, zero?: Uint8Array): Float64Array {
    const { bands } = this.setup.modes;
    const chosen = bandsOf(bands, bands0);
    const { threads } = this.device;
    this.strengths.resize((points.length / 3) * chosen.length * bands * bands);
    const { heap } = this.device;
    const copy = zero && !heap.holds(zero) ? heap.bytes(zero.length) : undefined;
    if (zero) copy?.set(zero);
    const left = (copy ?? zero)?.byteOffset ?? 0;
    for (const runs of tripletRuns(points, this.setup.grid, RUNS_EACH * threads)) {
      this.runs.resize(runs.words.length);
      this.runs.view.set(runs.words);
      this.setFirst(runs.point);
      const most = this.bandsAtATime();
      for (let begin = 0; begin < chosen.length; begin += most) {
        this.run(runs, chosen.subarray(begin, begin + most), begin, chosen.length, left);
      }
    }
    heap.release(copy);
    return this.strengths.view as Float64Array;
  }

  /** Gives the memory back. */
  release(): void {
    const { heap } = this.device;
    for (const view of [...this.held.splice(0), this.block]) heap.release(view);
    for (const grown of [this.rows, this.work, this.strengths, this.runs]) grown.release();
  }

  private keep<View extends Float64Array | Int32Array>(values: View): View {
    const { heap } = this.device;
    const view = (values instanceof Float64Array ? heap.float64From(values) : heap.int32From(values)) as View;
    this.held.push(view);
    return view;
  }

  private writeFixed() {
    const { tensors, separations, setup } = this;
    const at = (values: Float64Array | Int32Array | undefined) => (values ? this.keep(values).byteOffset : 0);
    const [first, second, third] = tensors.legs;
    const [steps2, steps1, steps0] = separations.steps;
    const [size0, size1, size2] = setup.grid.diagonal;
    return {
      n: tensors.n,
      bands: setup.modes.bands,
      starts: at(tensors.starts),
      imageStarts: at(tensors.imageStarts),
      images: at(tensors.images),
      shares: at(tensors.shares),
      vectors: tensors.vectors.length / 3,
      minus: at(separations.minus),
      plus: at(separations.plus),
      differences: at(separations.differences),
      homes: at(tensors.homes),
      tensors: at(first),
      tensors1: at(second),
      tensors2: at(third),
      separations: separations.count,
      steps2: at(steps2),
      lines: steps1.length,
      lineStarts: at(separations.lineStarts),
      steps1: at(steps1),
      planes: steps0.length,
      planeStarts: at(separations.planeStarts),
      steps0: at(steps0),
      size0,
      size1,
      size2,
      roots0: at(rootsOf(size0)),
      roots1: at(rootsOf(size1)),
      roots2: at(rootsOf(size2)),
      waves: this.waves.byteOffset,
      inverses: this.inverses.byteOffset,
      phases: this.firstPhases.byteOffset,
      means: this.means.byteOffset,
      waves0: this.waves0.byteOffset,
      inverses0: this.inverses0.byteOffset,
    };
  }

  /** Phases of the first point and their means over nearest images. */
  private setFirst(point: number): void {
    const { firstPhases, means, phases } = this;
    const { starts, imageStarts, images, shares } = this.tensors;
    phases.set(this.setup.grid.points, 3 * point);
    phases.cos.forEach((cos, v) => {
      firstPhases[2 * v] = cos;
      firstPhases[2 * v + 1] = phases.sin[v];
    });
    for (let pair = 0; pair + 1 < starts.length; pair++) {
      const [begin, end] = [starts[pair], starts[pair + 1]];
      for (let atom = begin; atom < end; atom++) {
        let [re, im] = [0, 0];
        for (let image = imageStarts[atom]; image < imageStarts[atom + 1]; image++) {
          re += phases.cos[images[image]];
          im += phases.sin[images[image]];
        }
        means[begin + atom] = re * shares[atom];
        means[end + atom] = im * shares[atom];
      }
    }
  }

  private tilesOf(bands: number): number {
    return Math.ceil((9 * this.tensors.n ** 2 * bands) / 4);
  }

  private bandsAtATime(): number {
    const { memory = MEMORY } = this.options;
    const { count, steps } = this.separations;
    const rows = count + this.device.threads * (steps[1].length + steps[2].length);
    return Math.max(1, Math.floor(memory / (8 * TILE * rows * this.tilesOf(1))));
  }

  /** Strengths of some bands of the first point, the first of them the one numbered `begin` of `total`. */
  private run(
    { point, count, triplets, steps }: TripletRuns,
    some: Int32Array,
    begin: number,
    total: number,
    zero: number,
  ): void {
    const { waves, inverses, waves0, inverses0, device, fixed } = this;
    const { bands } = fixed;
    const chosen = some.length;
    const half = 2 * bands * chosen;
    some.forEach((band, b) => {
      const re = (2 * point * bands + band) * bands;
      const im = re + bands * bands;
      const to = 2 * bands * b;
      for (let k = 0; k < bands; k++) {
        waves0[to + k] = waves[re + k];
        waves0[to + bands + k] = -waves[im + k];
        waves0[half + to + k] = waves[im + k];
        waves0[half + to + bands + k] = waves[re + k];
      }
      inverses0[b] = this.unit * inverses[point * bands + band];
    });
    const tiles = this.tilesOf(chosen);
    let end = 0;
    const take = (bytes: number) => {
      const from = end;
      end += ALIGN * Math.ceil(bytes / ALIGN);
      return from;
    };
    take(this.gemmBytes);
    const widest = Math.max(this.separations.count, this.tensors.shares.length);
    const places = {
      atPhases: take(16 * this.separations.count),
      atLines: take(8 * TILE * fixed.lines * tiles),
      atPlanes: take(8 * TILE * fixed.planes * tiles),
      atSums: take(8 * TILE * tiles),
      atSmall: take(8 * (4 * bands * bands * chosen + 6 * bands * bands)),
      atGathered: take(8 * 2 * THIRD * bands * widest),
      atContracted: take(8 * 2 * THIRD * chosen * widest),
    };
    this.rows.resize(TILE * tiles * this.separations.count);
    this.work.resize((end / 8) * device.threads);
    const words = this.runs.pointer;
    const values: Readonly<Record<(typeof fieldNames)[number], number>> = {
      ...fixed,
      ...places,
      chosen,
      total,
      tiles,
      rows: this.rows.pointer,
      runs: words,
      triplets: words + 4 * triplets,
      runSteps: words + 4 * steps,
      strengths: this.strengths.pointer + 8 * begin * bands * bands,
      zero: zero && zero + begin * bands * bands,
      work: this.work.pointer,
      workBytes: end,
    };
    fieldNames.forEach((name, k) => {
      this.block[k] = values[name];
    });
    const { byteOffset } = this.block;
    device.parallel('interaction', 'rows', byteOffset, fixed.n ** 2, 1);
    device.parallel('interaction', 'strengths', byteOffset, count, 1);
  }
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

/** [size][2] roots of unity */
function rootsOf(size: number): Float64Array {
  return Float64Array.from({ length: 2 * size }, (_, k) => {
    const turn = (2 * Math.PI * (k >> 1)) / size;
    return k % 2 === 0 ? Math.cos(turn) : Math.sin(turn);
  });
}
