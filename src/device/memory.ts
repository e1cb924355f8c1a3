import { PhonolinkError } from '../model/errors.js';

const PAGE = 65536;
/** Below it lies the kernels' static data; the same number stands in scripts/build-kernels.mjs. */
const HEAP_BASE = 4 * 1024 * 1024;
const MAX_PAGES = 65536;
const ALIGN = 64;

type View = Float64Array | Float32Array | Int32Array | Uint8Array;

/**
 * The one memory that all kernels and all threads of a CPU device share, and who owns what in it. A view's
 * `byteOffset` is the pointer a kernel takes. Views stay valid when the memory grows.
 */
export class Heap {
  readonly memory = new WebAssembly.Memory({ initial: HEAP_BASE / PAGE, maximum: MAX_PAGES, shared: true });
  private top = HEAP_BASE;
  /** The memory under all names that it has had: each growth brings a new one. */
  private readonly buffers = new WeakSet<ArrayBufferLike>([this.memory.buffer]);
  private readonly sizes = new Map<number, number>();
  /** Freed blocks, by address. */
  private free: { at: number; size: number }[] = [];

  float64(length: number): Float64Array {
    const at = this.allocate(8 * length); // first: it may grow the memory
    return new Float64Array(this.memory.buffer, at, length);
  }

  float32(length: number): Float32Array {
    const at = this.allocate(4 * length); // first: it may grow the memory
    return new Float32Array(this.memory.buffer, at, length);
  }

  bytes(length: number): Uint8Array {
    const at = this.allocate(length);
    return new Uint8Array(this.memory.buffer, at, length);
  }

  int32(length: number): Int32Array {
    const at = this.allocate(4 * length); // first: it may grow the memory
    return new Int32Array(this.memory.buffer, at, length);
  }

  /** A copy of `data` in the heap. */
  float64From(data: ArrayLike<number>): Float64Array {
    const view = this.float64(data.length);
    view.set(data);
    return view;
  }

  float32From(data: ArrayLike<number>): Float32Array {
    const view = this.float32(data.length);
    view.set(data);
    return view;
  }

  int32From(data: ArrayLike<number>): Int32Array {
    const view = this.int32(data.length);
    view.set(data);
    return view;
  }

  /** Whether a view is one of this memory. */
  holds(view: View): boolean {
    return this.buffers.has(view.buffer);
  }

  /** Bytes at a multiple of 64, zeroed. */
  allocate(bytes: number): number {
    const size = Math.max(ALIGN, Math.ceil(bytes / ALIGN) * ALIGN);
    const reuse = this.free.findIndex((block) => block.size >= size);
    let at: number;
    if (reuse >= 0) {
      const block = this.free[reuse];
      at = block.at;
      if (block.size === size) this.free.splice(reuse, 1);
      else this.free[reuse] = { at: at + size, size: block.size - size };
    } else {
      at = this.top;
      this.reserve(at + size);
      this.top = at + size;
    }
    this.sizes.set(at, size);
    // As doubles: bytes of shared memory are filled one by one, eight times slower.
    new Float64Array(this.memory.buffer, at, size / 8).fill(0);
    return at;
  }

  /** Gives a view back. Neighbouring free blocks are joined. */
  release(view: View | undefined): void {
    if (!view) return;
    const at = view.byteOffset;
    const size = this.sizes.get(at);
    if (size === undefined) throw new Error(`address ${at} is not allocated`);
    this.sizes.delete(at);
    let index = this.free.findIndex((block) => block.at > at);
    if (index < 0) index = this.free.length;
    this.free.splice(index, 0, { at, size });
    this.join(index);
    if (index > 0) this.join(index - 1);
    const last = this.free.at(-1);
    if (last && last.at + last.size === this.top) {
      this.top = last.at;
      this.free.pop();
    }
  }

  private join(index: number): void {
    const block = this.free[index];
    const next = this.free[index + 1];
    if (!block || !next || block.at + block.size !== next.at) return;
    this.free.splice(index, 2, { at: block.at, size: block.size + next.size });
  }

  private reserve(end: number): void {
    const missing = Math.ceil((end - this.memory.buffer.byteLength) / PAGE);
    if (missing <= 0) return;
    // Grow by a quarter at least, so that many small requests do not grow it each time.
    const wish = Math.max(missing, Math.ceil(this.memory.buffer.byteLength / PAGE / 4));
    for (const pages of [wish, missing]) {
      try {
        this.memory.grow(pages);
        this.buffers.add(this.memory.buffer);
        return;
      } catch {}
    }
    throw new PhonolinkError(
      `the structure needs ${(end / 2 ** 30).toFixed(1)} GiB of memory, more than the 4 GiB that a CPU device can address or than this machine has`,
      {
        hint: 'use a smaller structure or fewer threads, each of which needs room for all forces; in a tiny cell, a larger one',
      },
    );
  }
}
