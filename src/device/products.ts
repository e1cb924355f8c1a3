import type { CpuDevice } from './cpu.js';

/** Products c_i = a_i b_i of row-major matrices, i from 0 to batch - 1. */
export interface ProductSetup {
  /** Rows of a and c, columns of b and c, columns of a and rows of b. */
  rows: number;
  columns: number;
  depth: number;
  batch: number;
  /** Views of the device's heap: [batch][rows][columns], [batch][rows][depth], [batch][depth][columns]. */
  c: Float64Array;
  a: Float64Array;
  b: Float64Array;
  /** b holds transposes, [columns][depth]. */
  turned?: boolean;
  /** One b [depth][columns] for all: a large product is such a batch of blocks of rows. */
  shared?: boolean;
}

const MODES = { set: 0, add: 1, subtract: 2 } as const;

/** Matrix products in f64 on the threads of a device, one product a thread: src/kernels/linear/gemm.ts. */
export class MatrixProducts {
  private readonly block: Int32Array;
  private readonly work: Float64Array;

  constructor(
    private readonly device: CpuDevice,
    private readonly setup: ProductSetup,
  ) {
    const { rows, columns, depth, c, a, b, turned, shared } = setup;
    const workBytes = device.kernel('gemm').workBytes as () => number;
    this.work = device.heap.float64((device.threads * workBytes()) / 8);
    this.block = device.heap.int32From([
      c.byteOffset,
      a.byteOffset,
      b.byteOffset,
      rows * columns,
      rows * depth,
      shared ? 0 : depth * columns,
      rows,
      columns,
      depth,
      MODES.set,
      turned ? 1 : 0,
      this.work.byteOffset,
    ]);
  }

  /** c = a b; or `add` the products to c, or `subtract` them from it. c must not overlap a or b. */
  multiply(mode: keyof typeof MODES = 'set'): void {
    const { rows, columns, depth, batch } = this.setup;
    this.block[9] = MODES[mode];
    // Some hundred microseconds of work a piece.
    const chunk = Math.max(1, Math.ceil(1e6 / (rows * columns * depth)));
    this.device.parallel('gemm', 'multiply', this.block.byteOffset, batch, chunk);
  }

  /** Gives its own memory back, not that of a, b and c. */
  release(): void {
    this.device.heap.release(this.block);
    this.device.heap.release(this.work);
  }
}
