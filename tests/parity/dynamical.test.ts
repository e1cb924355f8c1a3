import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import { MatrixBatch } from '../../src/lattice/harmonic/matrix-batch.js';
import type { PolarResponse } from '../../src/model/polar.js';
import type { Structure } from '../../src/model/structure.js';
import { recipe } from '../helpers/crystals.js';
import { farthest } from '../helpers/phonopy-files.js';
import { springConstants } from '../helpers/springs.js';

/**
 * Relative to the largest number: sums of some hundred terms, and of dipoles some hundred times larger than what is left
 * of them after the short-range part has taken them away; 2e-16 each.
 */
const ROUNDING = 1e-12;

const SPRINGS = { reach: 3.5, stiffness: (d: number) => [30 * Math.exp(-d), 5 * Math.exp(-d)] as const };

/** Any charges and any dielectric tensor: neither symmetry nor neutrality is needed here. */
function polarOf({ count }: Structure, method: 'gonze' | 'wang'): PolarResponse {
  return {
    method,
    dielectric: Float64Array.of(4, 0.3, 0.1, 0.3, 5, 0.2, 0.1, 0.2, 6),
    charges: Float64Array.from({ length: 9 * count }, (_, k) => Math.sin(k + 1) + (k % 4 === 0 ? 2 : 0)),
  };
}

/** Gamma, points of no symmetry, one far outside, one on the surface of the zone. */
const POINTS = [
  ...[0, 0, 0],
  ...[0.13, -0.27, 0.41],
  ...[2.3, -1.7, 3.1],
  ...[0.5, 0.5, 0],
  ...[1, 0, 0],
  ...[1e-3, 2e-3, -1e-3],
];

const CASES = (['P1', 'rutile', 'rocksalt', 'bcc'] as const).flatMap((name) =>
  [undefined, 'gonze' as const, 'wang' as const].map((method) => ({ name, method })),
);

describe.each([1, 2])('dynamical matrices on a device of %i threads', (threads) => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads });
  });
  afterAll(() => device.close());

  function both(name: string, method: 'gonze' | 'wang' | undefined, slopes: boolean, along?: number[]) {
    const cells = buildPhononCells(recipe(name), [2, 1, 2], 'auto');
    const polar = method && polarOf(cells.primitive, method);
    const matrix = new DynamicalMatrix(cells, springConstants(cells, SPRINGS), polar);
    // More than are taken at a time, and a rest.
    const random = fc.sample(
      fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 3, maxLength: 3 }),
      {
        numRuns: 40,
        seed: 7,
      },
    );
    const points = [...POINTS, ...random.flat()];
    const count = points.length / 3;
    const batch = new MatrixBatch(device, matrix, { batch: count, slopes });
    batch.evaluate(points, 0, count, along);
    const width = 2 * matrix.size ** 2;
    const plain = new Float64Array(batch.matrices.length);
    for (let p = 0; p < count; p++) {
      if (!slopes) matrix.evaluate(points, p, plain, p, along);
      for (let c = 0; slopes && c < 3; c++) {
        const axis = [0, 1, 2].map((k) => (k === c ? 1 : 0));
        matrix.evaluateGradient(points, p, axis, plain, 3 * p + c, along);
      }
    }
    const fast = batch.matrices.slice();
    batch.release();
    expect(fast.length).toBe(count * width * (slopes ? 3 : 1));
    return { plain, fast, largest: plain.reduce((most, x) => Math.max(most, Math.abs(x)), 0) };
  }

  it.each(CASES)('are those of one at a time: $name, $method', ({ name, method }) => {
    for (const along of [undefined, [0.3, -0.2, 0.7], [0, 0, 0]]) {
      const { plain, fast, largest } = both(name, method, false, along);
      expect(largest).toBeGreaterThan(0.1);
      expect(farthest(fast, plain)).toBeLessThan(ROUNDING * largest);
    }
  });

  it.each(CASES)('and so are their derivatives: $name, $method', ({ name, method }) => {
    for (const along of [undefined, [0.3, -0.2, 0.7], [0, 0, 0]]) {
      const { plain, fast, largest } = both(name, method, true, along);
      expect(largest).toBeGreaterThan(0.1);
      expect(farthest(fast, plain)).toBeLessThan(ROUNDING * largest);
    }
  });
});
