import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { ImageBuilder } from '../../src/device/image.js';
import { createSharedImages } from '../../src/device/shared-image.js';

const LENGTH = 1024;

/** Images of LENGTH numbers that each say how often they were made. */
function models(spare?: number) {
  const made = new Map<object, number>();
  const share = createSharedImages((model: object) => {
    const image = new ImageBuilder();
    const numbers = image.placeMade(LENGTH, (zeros) => {
      expect(zeros.every((x) => x === 0)).toBe(true);
      made.set(model, (made.get(model) ?? 0) + 1);
      zeros.fill(made.get(model) ?? 0);
    });
    image.words([7, numbers]);
    return { image: image.finish(), root: 8 * LENGTH };
  }, spare);
  return { share, timesMade: (model: object) => made.get(model) };
}

describe('images shared by evaluators', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it('hold numbers that are made in the heap, and point to them', () => {
    const { share } = models();
    const { pointer, release } = share({}, device);
    const [seven, numbers] = new Int32Array(device.heap.memory.buffer, pointer, 2);
    expect(seven).toBe(7);
    expect(new Float64Array(device.heap.memory.buffer, numbers, LENGTH).every((x) => x === 1)).toBe(true);
    release();
  });

  it('are one for all who use them, and leave when another comes that nobody shares', () => {
    const { share, timesMade } = models();
    const [a, b] = [{}, {}];
    const uses = [share(a, device), share(a, device)];
    uses[0].release();
    share(b, device).release();
    expect(share(a, device).pointer).toBe(uses[1].pointer);
    expect([timesMade(a), timesMade(b)]).toEqual([1, 1]);
    const { share: other, timesMade: otherMade } = models();
    for (const model of [a, b, a, a, b]) other(model, device).release();
    expect([otherMade(a), otherMade(b)]).toEqual([2, 2]);
  });

  it('stay, the last used, as far as there is room to spare', () => {
    // Two of them, with their records of 64 bytes.
    const { share, timesMade } = models(2 * (8 * LENGTH + 64));
    const [a, b, c, d] = [{}, {}, {}, {}];
    for (const model of [a, b, a, c, a, c, b]) share(model, device).release();
    expect([a, b, c].map(timesMade)).toEqual([1, 1, 1]);
    // b and c were used last.
    share(d, device).release();
    for (const model of [b, c]) share(model, device).release();
    expect([a, b, c, d].map(timesMade)).toEqual([1, 1, 1, 1]);
    share(a, device).release();
    expect(timesMade(a)).toBe(2);
  });
});
