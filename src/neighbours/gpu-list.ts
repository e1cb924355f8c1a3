import type { Dispatch, GpuDevice, GpuKernel } from '../device/gpu.js';
import { PhonolinkError } from '../model/errors.js';
import { type BoxShape, chooseBox, reducedCell, STEPS, writePoints } from './gpu-box.js';
import { deformation, smallestStretch } from './lattice.js';

export interface GpuNeighbourSetup {
  /** [n] what stands in each point's fourth word */
  readonly kinds: ArrayLike<number>;
  readonly periodic: readonly [boolean, boolean, boolean];
  /** A */
  readonly cutoff: number;
  /** A, how much farther the list looks, so that it need not be built anew for small moves; 0 builds at each update */
  readonly skin?: number;
}

/**
 * A full neighbour list that lives on the GPU, in the layout of shaders/box.wgsl and shaders/neighbour-search.wgsl.
 * Its buffers may be others after a build: who binds them looks at `builds`.
 */
export interface GpuNeighbourList {
  readonly count: number;
  /** How often the list was built. */
  readonly builds: number;
  /** The struct Box. */
  readonly box: GPUBuffer;
  /** [points] vec4u: atoms 0 to count-1, then their replicas */
  readonly points: GPUBuffer;
  /** [count] neighbours of each atom */
  readonly lengths: GPUBuffer;
  /** [capacity count] point indices, neighbour k of atom i at k count + i; some are beyond the cutoff, within the skin */
  readonly neighbours: GPUBuffer;
  /** Moves the points, and rebuilds the list where atoms or the cell have moved too far for the skin. */
  update(positions: Float64Array, cell: Float64Array): Promise<void>;
  release(): void;
}

/** More than what rounding to f32 and to 2^-32 of the box can take from a distance. */
const ROUNDING = 1 + 1e-5;
const BOX_WORDS = 20;
const FIRST_CAPACITY = 64;

const STAGES = ['count', 'scan', 'place', 'order', 'search'] as const;
type Stage = (typeof STAGES)[number];

/** Binding of shaders/neighbour-*.wgsl, in order. */
const BUFFERS = {
  count: ['box', 'points', 'counts'],
  scan: ['box', 'counts', 'starts'],
  place: ['box', 'points', 'starts', 'placed', 'order'],
  order: ['box', 'starts', 'order'],
  search: ['box', 'points', 'starts', 'order', 'lengths', 'neighbours', 'longest'],
} as const satisfies Record<Stage, readonly string[]>;
type BufferName = (typeof BUFFERS)[Stage][number];

/** A neighbour list by cell lists, built on the GPU: any cell, any mixture of periodic and open directions. */
export async function createGpuNeighbourList(
  device: GpuDevice,
  setup: GpuNeighbourSetup,
): Promise<GpuNeighbourList> {
  const { cutoff, skin = 0 } = setup;
  if (!(cutoff > 0 && Number.isFinite(cutoff) && skin >= 0 && Number.isFinite(skin))) {
    throw new PhonolinkError(
      `the cutoff is ${cutoff} A and the skin ${skin} A, expected a positive cutoff and a skin of 0 or more`,
    );
  }
  const kernels = await Promise.all(STAGES.map((stage) => device.kernel(`neighbour-${stage}.wgsl`, 'main')));
  const byStage = Object.fromEntries(STAGES.map((stage, i) => [stage, kernels[i]])) as Record<
    Stage,
    GpuKernel
  >;
  return new BinnedList(device, byStage, setup);
}

class BinnedList implements GpuNeighbourList {
  readonly count: number;
  builds = 0;
  private readonly device: GpuDevice;
  private readonly kernels: Record<Stage, GpuKernel>;
  private readonly setup: GpuNeighbourSetup;
  private readonly reach: number;
  private readonly buffers = new Map<BufferName, GPUBuffer>();
  private capacity = FIRST_CAPACITY;
  private words = new Uint32Array(0);
  private built: { shape: BoxShape; positions: Float64Array; cell: Float64Array } | undefined;

  constructor(device: GpuDevice, kernels: Record<Stage, GpuKernel>, setup: GpuNeighbourSetup) {
    this.device = device;
    this.kernels = kernels;
    this.setup = setup;
    this.count = setup.kinds.length;
    this.reach = (setup.cutoff + (setup.skin ?? 0)) * ROUNDING;
    this.fit('box', BOX_WORDS);
    this.fit('longest', 1);
  }

  get box(): GPUBuffer {
    return this.buffer('box');
  }

  get points(): GPUBuffer {
    return this.buffer('points');
  }

  get lengths(): GPUBuffer {
    return this.buffer('lengths');
  }

  get neighbours(): GPUBuffer {
    return this.buffer('neighbours');
  }

  async update(positions: Float64Array, cell: Float64Array): Promise<void> {
    const { kinds, periodic, skin = 0 } = this.setup;
    const valid = this.isValid(positions, cell);
    const shape =
      valid && this.built ? this.built.shape : chooseBox(positions, cell, periodic, this.reach, skin);
    const points = this.count * shape.replicas[0] * shape.replicas[1] * shape.replicas[2];
    if (this.words.length !== 4 * points) this.words = new Uint32Array(4 * points);
    const reduced = reducedCell(shape, cell, periodic);
    writePoints(this.words, shape, reduced, positions, kinds);
    this.fit('points', 4 * points);
    this.device.upload(this.points, this.words);
    this.uploadBox(shape, reduced);
    if (valid) return;
    this.built = undefined; // no list, until this one is whole
    await this.build(shape, reduced, points);
    this.built = { shape, positions: positions.slice(), cell: cell.slice() };
    this.builds++;
  }

  /**
   * Whether no pair can have come within the cutoff unlisted. With F the deformation of the lattice since the build
   * and u what each atom moved beyond it, a pair vector d has become d F + u_i - u_j, no shorter than
   * sigma_min(F) |d| - |u_i| - |u_j|, and unlisted pairs had |d| > cutoff + skin.
   */
  private isValid(positions: Float64Array, cell: Float64Array): boolean {
    const { cutoff, skin = 0, periodic } = this.setup;
    if (!this.built || skin === 0) return false;
    const strain = deformation(this.built.cell, cell, periodic);
    const before = this.built.positions;
    let [largest, second] = [0, 0];
    for (let i = 0; i < before.length; i += 3) {
      let square = 0;
      for (let c = 0; c < 3; c++) {
        const carried = before[i] * strain[c] + before[i + 1] * strain[3 + c] + before[i + 2] * strain[6 + c];
        square += (positions[i + c] - carried) ** 2;
      }
      if (!(square <= second)) {
        if (!(square <= largest)) [largest, second] = [square, largest];
        else second = square;
      }
    }
    return smallestStretch(strain) * (cutoff + skin) - Math.sqrt(largest) - Math.sqrt(second) >= cutoff;
  }

  private async build(shape: BoxShape, reduced: Float64Array, points: number): Promise<void> {
    const bins = shape.bins[0] * shape.bins[1] * shape.bins[2];
    this.fit('counts', bins);
    this.fit('starts', bins + 1);
    this.fit('placed', bins);
    this.fit('order', points);
    this.fit('lengths', this.count);
    this.fit('neighbours', this.capacity * this.count);
    const [counts, placed] = [this.buffer('counts'), this.buffer('placed')];
    const longest = this.buffer('longest');
    // The scan is one workgroup: an item for each of its threads, whatever the number of bins.
    this.device.run(
      [
        this.dispatch('count', points),
        this.dispatch('scan', 1),
        this.dispatch('place', points),
        this.dispatch('order', bins),
        this.dispatch('search', this.count),
      ],
      [counts, placed, longest],
    );
    const found = await this.longestRow();
    if (found <= this.capacity) return;
    // An eighth more than needed: rows get a little longer all the time.
    this.capacity = Math.ceil((found * 1.125) / 8) * 8;
    this.fit('neighbours', this.capacity * this.count);
    this.uploadBox(shape, reduced);
    this.device.run([this.dispatch('search', this.count)], [longest]);
    const again = await this.longestRow();
    if (again !== found) throw new Error(`the GPU found ${again} neighbours where it found ${found} before`);
  }

  private async longestRow(): Promise<number> {
    const [bytes] = await this.device.download([{ buffer: this.buffer('longest'), bytes: 4 }]);
    return new Uint32Array(bytes)[0];
  }

  private dispatch(stage: Stage, count: number): Dispatch {
    const kernel = this.kernels[stage];
    return { kernel, group: kernel.bind(BUFFERS[stage].map((name) => this.buffer(name))), count };
  }

  private uploadBox(shape: BoxShape, reduced: Float64Array): void {
    const { replicas, bins } = shape;
    const words = new Uint32Array(BOX_WORDS);
    const reals = new Float32Array(words.buffer);
    for (let k = 0; k < 3; k++) {
      for (let c = 0; c < 3; c++) reals[4 * k + c] = (reduced[3 * k + c] * replicas[k]) / STEPS;
      words[12 + k] = bins[k];
    }
    words[15] = this.count * replicas[0] * replicas[1] * replicas[2];
    words[16] = this.count;
    words[17] = this.capacity;
    reals[18] = this.reach;
    this.device.upload(this.box, words);
  }

  private buffer(name: BufferName): GPUBuffer {
    const buffer = this.buffers.get(name);
    if (!buffer) throw new Error(`the neighbour list has no ${name}: it was not updated, or it was released`);
    return buffer;
  }

  /** Makes room for so many words. */
  private fit(name: BufferName, words: number): void {
    const bytes = 4 * Math.max(4, words);
    const old = this.buffers.get(name);
    if (old && old.size >= bytes) return;
    if (old) this.device.release(old);
    this.buffers.delete(name);
    this.buffers.set(name, this.device.buffer(LABELS[name], bytes));
  }

  release(): void {
    for (const buffer of this.buffers.values()) this.device.release(buffer);
    this.buffers.clear();
    this.built = undefined;
  }
}

/** What errors call the buffers. */
const LABELS: Record<BufferName, string> = {
  box: 'periodic box',
  points: 'points',
  counts: 'bin counts',
  starts: 'bin starts',
  placed: 'bin fills',
  order: 'binned points',
  lengths: 'neighbour counts',
  neighbours: 'neighbour list',
  longest: 'longest row',
};
