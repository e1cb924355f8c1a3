import { describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';

describe.each([1, 2, 3])('a CPU device of %i threads', (threads) => {
  it('sums private arrays over ranges, again and again', async () => {
    const device = await createCpuDevice({ threads });
    const n = 1000;
    for (let round = 0; round < 200; round++) {
      const target = device.heap.float64(n);
      const partial = device.heap.float64From(Array.from({ length: 3 * n }, (_, i) => i + round));
      const block = device.heap.int32From([target.byteOffset, partial.byteOffset, n, 3]);
      device.parallel('reduce', 'sum', block.byteOffset, n, 7);
      for (let k = 0; k < n; k++) expect(target[k]).toBe(3 * (k + round) + 3 * n);
      for (const view of [target, partial, block]) device.heap.release(view);
    }
    await device.close();
  });
});

describe('the heap', () => {
  it('hands freed blocks out again and zeroes them', async () => {
    const { heap } = await createCpuDevice({ threads: 1 });
    const a = heap.float64(100).fill(1);
    const b = heap.int32(10);
    heap.release(a);
    const c = heap.float64(50);
    expect(c.byteOffset).toBe(a.byteOffset);
    expect(c.every((x) => x === 0)).toBe(true);
    heap.release(b);
    heap.release(c);
    const d = heap.float64(1 << 20);
    expect(d.byteOffset).toBe(a.byteOffset);
    expect(d.byteOffset % 64).toBe(0);
  });
});
