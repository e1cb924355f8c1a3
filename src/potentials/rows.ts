import type { CpuDevice } from '../device/cpu.js';

/** Numbers of an atom's row: force (3) and virial (9). */
const ROW = 12;
const CHUNK = 2000;

/**
 * Where the threads of a device add up forces and virials without locks: each has rows [n][12] of its own (fx fy fz wxx
 * wxy ... wzz), and `collect` sums them.
 */
export interface Rows {
  readonly pointer: number;
  /** Bytes of one thread's rows */
  readonly stride: number;
  /** Sums all threads' rows into fresh arrays [3n] and [9n], and clears them. */
  collect(): { forces: Float64Array; virials: Float64Array };
  release(): void;
}

export function createRows(device: CpuDevice, count: number): Rows {
  const { heap, threads } = device;
  const stride = 8 * ROW * count;
  const rows = heap.float64(threads * ROW * count);
  const forces = heap.float64(3 * count);
  const virials = heap.float64(9 * count);
  const block = heap.int32From([rows.byteOffset, stride, threads, forces.byteOffset, virials.byteOffset]);
  return {
    pointer: rows.byteOffset,
    stride,
    collect() {
      device.parallel('rows', 'collect', block.byteOffset, count, CHUNK);
      return { forces: new Float64Array(forces), virials: new Float64Array(virials) };
    },
    release() {
      for (const view of [rows, forces, virials, block]) heap.release(view);
    },
  };
}
