import { PhonolinkError } from '../model/errors.js';
import { type AdapterInfo, openAdapter } from './adapter.js';
import { BufferPool } from './buffers.js';
import { SHADER_FOLDER } from './paths.js';
import { readShader } from './shader.js';

/** Threads of a workgroup, in every kernel; the same number stands in shaders/item.wgsl. */
const WORKGROUP = 64;

/** One entry point of one shader file, compiled. */
export interface GpuKernel {
  /** 'lennard-jones.wgsl main', for messages */
  readonly name: string;
  /** Buffers for its bindings of group 0, in their order. */
  bind(buffers: readonly GPUBuffer[]): GPUBindGroup;
  readonly pipeline: GPUComputePipeline;
}

/** One dispatch: a thread for each item of [0, count). */
export interface Dispatch {
  readonly kernel: GpuKernel;
  readonly group: GPUBindGroup;
  readonly count: number;
}

type NumberArray = Float32Array | Int32Array | Uint32Array;

export interface GpuDevice {
  readonly kind: 'gpu';
  /** WGSL has no f64: kernels work in f32 and totals are summed in f64 here. */
  readonly precision: 'f32';
  readonly adapter: AdapterInfo;
  /**
   * An entry point of shaders/FILE, compiled once for the device.
   * @throws PhonolinkError with file and line where the compiler refuses it
   */
  kernel(file: string, entry: string): Promise<GpuKernel>;
  /** A storage buffer of at least so many bytes, its contents undefined; `label` is what errors call it. */
  buffer(label: string, bytes: number): GPUBuffer;
  upload(buffer: GPUBuffer, data: NumberArray): void;
  /** Gives a buffer back for the next one who asks. */
  release(buffer: GPUBuffer): void;
  /** Zeroes the buffers, then queues the dispatches, each after the one before. Failures come out of `download`. */
  run(dispatches: readonly Dispatch[], zero?: readonly GPUBuffer[]): void;
  /**
   * The first bytes of buffers, when all that was queued is done.
   * @throws PhonolinkError that names the kernels, where anything failed since the last download
   */
  download(reads: readonly { buffer: GPUBuffer; bytes: number }[]): Promise<ArrayBuffer[]>;
  /** Bytes of buffers that are not released. */
  readonly usedBytes: number;
  /**
   * Destroys the device. It and what is bound to it are of no use afterwards. A worker thread must wait for this before
   * it ends.
   */
  close(): Promise<void>;
}

/**
 * The GPU `adapter`, or the fastest that there is; `shaders` is another folder for the WGSL.
 * @throws PhonolinkError where there is none; its message is one sentence that says why
 */
export async function createGpuDevice(
  options: { adapter?: string; shaders?: string } = {},
): Promise<GpuDevice> {
  const { adapter: source, info: adapter } = await openAdapter(options.adapter);
  // What is not asked for stays at WebGPU's defaults: 128 MiB a binding, 8 storage buffers.
  const device = await source.requestDevice({ label: 'phonolink', requiredLimits: { ...adapter.limits } });
  return new Gpu(device, adapter, options.shaders ?? SHADER_FOLDER);
}

class Gpu implements GpuDevice {
  readonly kind = 'gpu';
  readonly precision = 'f32';
  readonly adapter: AdapterInfo;
  private readonly device: GPUDevice;
  private readonly pool: BufferPool;
  private readonly shaders: string;
  private readonly kernels = new Map<string, Promise<GpuKernel>>();
  /** What was queued since the last download, and how each of it went. */
  private pending: { what: string; outcome: Promise<GPUError | null> }[] = [];
  /** Dawn's promises under way: a thread that ends before they settle aborts the process. */
  private readonly unsettled = new Set<Promise<unknown>>();
  private uncaptured: GPUError | undefined;
  private lost: GPUDeviceLostInfo | undefined;

  constructor(device: GPUDevice, adapter: AdapterInfo, shaders: string) {
    this.device = device;
    this.shaders = shaders;
    this.adapter = adapter;
    this.pool = new BufferPool(device, adapter.name);
    void device.lost.then((info) => {
      this.lost = info;
    });
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault(); // Dawn would print it
      this.uncaptured ??= event.error;
    });
  }

  kernel(file: string, entry: string): Promise<GpuKernel> {
    const key = `${file} ${entry}`;
    let kernel = this.kernels.get(key);
    if (!kernel) {
      kernel = this.compile(file, entry);
      this.kernels.set(key, kernel);
    }
    return kernel;
  }

  private async compile(file: string, entry: string): Promise<GpuKernel> {
    const name = `${file} ${entry}`;
    const { code, origin } = readShader(file, this.shaders);
    const [module, refused] = this.scoped(() => this.device.createShaderModule({ label: file, code }));
    const { messages } = await module.getCompilationInfo();
    const problem = messages.find(({ type }) => type === 'error');
    if (problem) {
      const at = origin(problem.lineNum);
      throw new PhonolinkError(`shaders/${at.file}:${at.line}: ${problem.message}`);
    }
    const fault = await refused;
    if (fault) throw this.failure(name, fault.message);
    let pipeline: GPUComputePipeline;
    try {
      pipeline = await this.device.createComputePipelineAsync({
        label: name,
        layout: 'auto',
        compute: { module, entryPoint: entry },
      });
    } catch (cause) {
      throw this.failure(name, (cause as Error).message, cause);
    }
    const bind = (buffers: readonly GPUBuffer[]) => {
      const [group, outcome] = this.scoped(() =>
        this.device.createBindGroup({
          label: name,
          layout: pipeline.getBindGroupLayout(0),
          entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
        }),
      );
      this.pending.push({ what: name, outcome });
      return group;
    };
    return { name, pipeline, bind };
  }

  buffer(label: string, bytes: number): GPUBuffer {
    const [buffer, outcome] = this.scoped(() => this.pool.take('storage', bytes, label));
    void outcome.then((error) => error && this.pool.refuse(buffer));
    this.pending.push({ what: `the allocation of its ${label}`, outcome });
    return buffer;
  }

  upload(buffer: GPUBuffer, data: NumberArray): void {
    this.device.queue.writeBuffer(buffer, 0, data.buffer as ArrayBuffer, data.byteOffset, data.byteLength);
  }

  release(buffer: GPUBuffer): void {
    this.pool.give('storage', buffer);
  }

  run(dispatches: readonly Dispatch[], zero: readonly GPUBuffer[] = []): void {
    const what = dispatches.map(({ kernel }) => kernel.name).join(', ');
    const most = this.device.limits.maxComputeWorkgroupsPerDimension;
    const [, outcome] = this.scoped(() => {
      const encoder = this.device.createCommandEncoder({ label: what });
      for (const buffer of zero) encoder.clearBuffer(buffer);
      const pass = encoder.beginComputePass({ label: what });
      for (const { kernel, group, count } of dispatches) {
        if (count === 0) continue;
        const groups = Math.ceil(count / WORKGROUP);
        const wide = Math.min(groups, most);
        pass.setPipeline(kernel.pipeline);
        pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(wide, Math.ceil(groups / wide));
      }
      pass.end();
      this.device.queue.submit([encoder.finish({ label: what })]);
    });
    this.pending.push({ what, outcome });
  }

  async download(reads: readonly { buffer: GPUBuffer; bytes: number }[]): Promise<ArrayBuffer[]> {
    const pending = this.pending;
    this.pending = [];
    const offsets = [0];
    for (const { bytes } of reads) offsets.push(offsets[offsets.length - 1] + Math.ceil(bytes / 8) * 8);
    const total = offsets[reads.length];
    const [staging, outcome] = this.scoped(() => {
      const target = this.pool.take('staging', total, 'results');
      const encoder = this.device.createCommandEncoder({ label: 'download' });
      reads.forEach(({ buffer, bytes }, i) => {
        encoder.copyBufferToBuffer(buffer, 0, target, offsets[i], Math.ceil(bytes / 4) * 4);
      });
      this.device.queue.submit([encoder.finish({ label: 'download' })]);
      return target;
    });
    pending.push({ what: 'download', outcome });
    const what = [...new Set(pending.map((entry) => entry.what))].join('; ');
    try {
      await staging.mapAsync(0x1, 0, total);
    } catch (cause) {
      await this.check(pending);
      throw this.failure(what, (cause as Error).message || 'its results cannot be read', cause);
    }
    try {
      await this.check(pending);
      const mapped = staging.getMappedRange(0, total);
      return reads.map(({ bytes }, i) => mapped.slice(offsets[i], offsets[i] + bytes));
    } finally {
      staging.unmap();
      this.pool.give('staging', staging);
    }
  }

  get usedBytes(): number {
    return this.pool.used;
  }

  async close(): Promise<void> {
    this.device.destroy();
    await this.device.lost;
    while (this.unsettled.size > 0) await Promise.all(this.unsettled);
  }

  /** Calls `work`; the promise holds its first error of any kind. */
  private scoped<T>(work: () => T): [T, Promise<GPUError | null>] {
    const filters = ['validation', 'out-of-memory', 'internal'] as const;
    for (const filter of filters) this.device.pushErrorScope(filter);
    try {
      const result = work();
      return [result, this.popScopes(filters.length)];
    } catch (error) {
      void this.popScopes(filters.length);
      throw error;
    }
  }

  private async popScopes(count: number): Promise<GPUError | null> {
    // A lost device rejects; that comes out of `check` with its reason.
    const pops = Array.from({ length: count }, () => this.device.popErrorScope().catch(() => null));
    const all = Promise.all(pops);
    this.unsettled.add(all);
    const errors = await all;
    this.unsettled.delete(all);
    return errors.find((error) => error !== null) ?? null;
  }

  private async check(pending: readonly { what: string; outcome: Promise<GPUError | null> }[]) {
    for (const { what, outcome } of pending) {
      const error = await outcome;
      if (error && !this.lost) throw this.failure(what, error.message, error);
    }
    const what = pending.map((entry) => entry.what).join('; ');
    if (this.lost) throw this.failure(what, `the device was lost: ${this.lost.message || this.lost.reason}`);
    if (this.uncaptured) throw this.failure(what, this.uncaptured.message, this.uncaptured);
  }

  private failure(what: string, message: string, cause?: unknown): PhonolinkError {
    return new PhonolinkError(
      `the GPU ${this.adapter.name} failed in ${what}: ${message.split('\n', 1)[0].trim()}`,
      { hint: 'run it with --device cpu; if it fails on this GPU only, please report it', cause },
    );
  }
}
