import type { CpuDevice } from './cpu.js';

/** A word of a record: the address of room of so many bytes, or a number. */
export type Field = { readonly bytes: number } | { readonly value: number };

/** Room of their own for the threads of a device. */
export interface ThreadRecords {
  /** [threads] records of one word a field */
  readonly pointer: number;
  release(): void;
}

const ALIGN = 64;

/** A record for each thread of a device, with the fields in order. */
export function createThreadRecords(device: CpuDevice, fields: readonly Field[]): ThreadRecords {
  const { heap, threads } = device;
  const rounded = (bytes: number) => Math.ceil(bytes / ALIGN) * ALIGN;
  const bytes = fields.reduce((sum, field) => sum + ('bytes' in field ? rounded(field.bytes) : 0), 0);
  const room = heap.float64((threads * bytes) / 8);
  const records = heap.int32(threads * fields.length);
  let at = room.byteOffset;
  for (let thread = 0; thread < threads; thread++) {
    const words = fields.map((field) => {
      if ('value' in field) return field.value;
      const pointer = at;
      at += rounded(field.bytes);
      return pointer;
    });
    records.set(words, thread * fields.length);
  }
  return {
    pointer: records.byteOffset,
    release: () => {
      heap.release(room);
      heap.release(records);
    },
  };
}
