import { PhonolinkError } from '../model/errors.js';

/** Freed memory that a pool keeps for the next structure; what comes on top goes back to the driver. */
const KEPT_BYTES = 256 * 2 ** 20;

/** GPUBufferUsage, as numbers: the global of that name exists in browsers only. */
const [MAP_READ, COPY_SRC, COPY_DST, STORAGE] = [0x1, 0x4, 0x8, 0x80];
export const USAGE = { storage: STORAGE | COPY_SRC | COPY_DST, staging: MAP_READ | COPY_DST } as const;
export type Usage = keyof typeof USAGE;

/**
 * Buffers of one GPU device, handed out and taken back: making one costs far more than using one again. Contents are
 * whatever they were.
 */
export class BufferPool {
  private readonly free = new Map<string, GPUBuffer[]>();
  private readonly live = new Set<GPUBuffer>();
  private readonly broken = new WeakSet<GPUBuffer>();
  private kept = 0;
  private readonly device: GPUDevice;
  private readonly adapterName: string;

  constructor(device: GPUDevice, adapterName: string) {
    this.device = device;
    this.adapterName = adapterName;
  }

  /**
   * A buffer of at least `bytes`; `label` is what errors call it.
   * @throws PhonolinkError where the adapter cannot hold it in one piece
   */
  take(usage: Usage, bytes: number, label: string): GPUBuffer {
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const most = usage === 'storage' ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (bytes > most) {
      throw new PhonolinkError(
        `the structure needs a buffer of ${mebibytes(bytes)} MiB for its ${label}, more than the ${mebibytes(most)} MiB that the GPU ${this.adapterName} allows`,
        { hint: 'run it with --device cpu' },
      );
    }
    const size = Math.min(sizeClass(bytes), most - (most % 4));
    const known = this.free.get(`${usage} ${size}`)?.pop();
    if (known) this.kept -= size;
    const buffer = known ?? this.device.createBuffer({ label, size, usage: USAGE[usage] });
    buffer.label = label;
    this.live.add(buffer);
    return buffer;
  }

  /** Marks a buffer for which the GPU had no memory: it is not to be handed out again. */
  refuse(buffer: GPUBuffer): void {
    this.broken.add(buffer);
  }

  give(usage: Usage, buffer: GPUBuffer): void {
    if (!this.live.delete(buffer)) throw new Error(`the buffer ${buffer.label} is not of this pool`);
    if (this.broken.has(buffer) || this.kept + buffer.size > KEPT_BYTES) {
      buffer.destroy();
      return;
    }
    const key = `${usage} ${buffer.size}`;
    const list = this.free.get(key);
    if (list) list.push(buffer);
    else this.free.set(key, [buffer]);
    this.kept += buffer.size;
  }

  /** Bytes handed out and not given back. */
  get used(): number {
    return [...this.live].reduce((sum, { size }) => sum + size, 0);
  }
}

/** The next multiple of an eighth of the leading power of two, and of 256: few sizes, at most an eighth wasted. */
function sizeClass(bytes: number): number {
  const step = Math.max(256, 2 ** (Math.floor(Math.log2(Math.max(1, bytes))) - 3));
  return Math.max(step, Math.ceil(bytes / step) * step);
}

const mebibytes = (bytes: number) => Math.ceil(bytes / 2 ** 20);
