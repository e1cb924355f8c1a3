import type { Heap } from './memory.js';

type Views = { float64: Float64Array; float32: Float32Array; int32: Int32Array };

/** An array in a device's heap that can grow; `view` shows the part in use. */
class Growing<Kind extends keyof Views> {
  /** Undefined after release, or where there was no memory left. */
  private whole: Views[Kind] | undefined;
  private used: Views[Kind];

  constructor(
    private readonly heap: Heap,
    private readonly kind: Kind,
    length: number,
  ) {
    this.used = this.allocate(length);
    this.whole = this.used;
  }

  get view(): Views[Kind] {
    return this.used;
  }

  get pointer(): number {
    return this.used.byteOffset;
  }

  /** Keeps the first `keep` numbers; the others are of no account. */
  resize(length: number, keep = 0): void {
    if (!this.whole || length > this.whole.length) {
      const kept = this.used.slice(0, keep);
      this.release();
      // A fifth more than asked for: lists grow and shrink a little all the time.
      this.whole = this.allocate(Math.ceil(1.2 * length));
      this.whole.set(kept);
    }
    this.used = this.whole.subarray(0, length) as Views[Kind];
  }

  release(): void {
    this.heap.release(this.whole);
    this.whole = undefined;
  }

  private allocate(length: number): Views[Kind] {
    return this.heap[this.kind](length) as Views[Kind];
  }
}

export class GrowingFloat64 extends Growing<'float64'> {
  constructor(heap: Heap, length: number) {
    super(heap, 'float64', length);
  }
}

export class GrowingFloat32 extends Growing<'float32'> {
  constructor(heap: Heap, length: number) {
    super(heap, 'float32', length);
  }
}

export class GrowingInt32 extends Growing<'int32'> {
  constructor(heap: Heap, length: number) {
    super(heap, 'int32', length);
  }
}
