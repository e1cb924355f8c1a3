import { describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';

/** Far outside of any memory that these tests make. */
const NOWHERE = 0x7000_0000;

/** A ZBL job of `count` pairs of atoms in which every thread but the calling one writes out of bounds. */
function treacherous({ heap }: CpuDevice, count: number) {
  const atoms = 2 * count;
  const points = heap.float64From(Array.from({ length: 3 * atoms }, (_, k) => (k % 6 === 3 ? 1 : 0)));
  const owners = heap.int32From(Array.from({ length: atoms }, (_, i) => i));
  const first = heap.int32From(Array.from({ length: atoms + 1 }, (_, i) => i));
  const neighbours = heap.int32From(Array.from({ length: atoms }, (_, i) => i ^ 1));
  const kinds = heap.int32(atoms);
  const pairs = heap.float64From([1, 1, 2, 3, 1, 1, 0, 0, 0, 0, 0, 0]);
  const rows = heap.float64(12 * atoms);
  const energies = heap.float64(atoms);
  const views = [points, owners, first, neighbours, kinds];
  return heap.int32From([
    ...views.map((view) => view.byteOffset),
    1,
    pairs.byteOffset,
    rows.byteOffset,
    NOWHERE,
    energies.byteOffset,
  ]).byteOffset;
}

/** Runs such jobs until a worker has taken a piece of one, which it does when it is awake. */
function runUntilWorkerFails(device: CpuDevice): void {
  const block = treacherous(device, 500);
  for (let k = 0; k < 2000; k++) device.parallel('zbl', 'repel', block, 1000, 1);
}

function expectSums(device: CpuDevice): void {
  const n = 1000;
  const target = device.heap.float64(n);
  const partial = device.heap.float64From(Array.from({ length: 3 * n }, (_, i) => i));
  const block = device.heap.int32From([target.byteOffset, partial.byteOffset, n, 3]);
  device.parallel('reduce', 'sum', block.byteOffset, n, 7);
  for (let k = 0; k < n; k++) expect(target[k]).toBe(3 * k + 3 * n);
}

describe.each([2, 4])('a kernel that fails on a device of %i threads', (threads) => {
  it('in a worker ends the job with its error, and the device works on', async () => {
    const device = await createCpuDevice({ threads });
    for (let round = 0; round < 3; round++) {
      expect(() => runUntilWorkerFails(device)).toThrow(
        /kernel zbl, thread [1-9]: memory access out of bounds/,
      );
      expectSums(device);
    }
    await device.close();
  });

  it('on the calling thread closes the job: workers take part in the next', async () => {
    const device = await createCpuDevice({ threads });
    const block = device.heap.int32From([NOWHERE, NOWHERE, 1000, 3]).byteOffset;
    expect(() => device.parallel('reduce', 'sum', block, 1000, 7)).toThrow('memory access out of bounds');
    expectSums(device);
    expect(() => runUntilWorkerFails(device)).toThrow('kernel zbl, thread');
    await device.close();
  });
});
