import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { MatrixProducts } from '../../src/device/products.js';
import { uniform } from '../../src/math/random.js';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 2 });
});
afterAll(() => device.close());

const MODES = ['set', 'add', 'subtract'] as const;

interface Shape {
  rows: number;
  columns: number;
  depth: number;
  batch: number;
  turned: boolean;
  shared: boolean;
  mode: (typeof MODES)[number];
}

/** The largest difference to three plain loops, over the sum of sizes; and whether what lies behind c was left alone. */
function compare({ rows, columns, depth, batch, turned, shared, mode }: Shape): {
  error: number;
  kept: boolean;
} {
  const next = uniform(rows + 7 * columns + 31 * depth);
  const { heap } = device;
  const fill = (length: number) => heap.float64From(Float64Array.from({ length }, () => 2 * next() - 1));
  const [a, b] = [fill(batch * rows * depth), fill((shared ? 1 : batch) * depth * columns)];
  const c = fill(batch * rows * columns + 8);
  const before = c.slice();
  const products = new MatrixProducts(device, { rows, columns, depth, batch, a, b, c, turned, shared });
  products.multiply(mode);
  let error = 0;
  for (let k = 0; k < batch; k++) {
    const from = shared ? 0 : k * depth * columns;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < columns; j++) {
        let [sum, size] = [0, 0];
        for (let l = 0; l < depth; l++) {
          const term = a[(k * rows + i) * depth + l] * b[from + (turned ? j * depth + l : l * columns + j)];
          sum += term;
          size += Math.abs(term);
        }
        const at = (k * rows + i) * columns + j;
        const expected = mode === 'set' ? sum : mode === 'add' ? before[at] + sum : before[at] - sum;
        error = Math.max(error, Math.abs(c[at] - expected) / (size + Math.abs(before[at])));
      }
    }
  }
  const kept = c.slice(-8).every((x, k) => x === before[before.length - 8 + k]);
  products.release();
  for (const view of [a, b, c]) heap.release(view);
  return { error, kept };
}

describe('matrix products', () => {
  const size = fc.integer({ min: 1, max: 23 });
  it('are sums of products', () => {
    fc.assert(
      fc.property(
        fc.record({
          rows: size,
          columns: size,
          depth: size,
          batch: fc.integer({ min: 1, max: 5 }),
          turned: fc.boolean(),
          shared: fc.boolean(),
          mode: fc.constantFrom(...MODES),
        }),
        (shape) => {
          const { error, kept } = compare(shape);
          expect(error).toBeLessThan(23 * 2 ** -53); // a rounding a term
          expect(kept).toBe(true);
        },
      ),
      { numRuns: 300 },
    );
  });

  // Beyond what is packed at a time: 192 terms, 336 columns.
  it.each(MODES)('of large matrices are, to %s', (mode) => {
    for (const turned of [false, true]) {
      const { error, kept } = compare({
        rows: 37,
        columns: 690,
        depth: 390,
        batch: 2,
        turned,
        shared: true,
        mode,
      });
      expect(error).toBeLessThan(390 * 2 ** -53);
      expect(kept).toBe(true);
    }
  });
});
