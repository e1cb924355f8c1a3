import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { frequencyPoints, tetrahedronDensity } from '../../src/lattice/harmonic/density.js';
import { deviceTetrahedra } from '../../src/lattice/harmonic/device-tetrahedra.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { reduceMesh } from '../../src/symmetry/q-mesh.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { recipe } from '../helpers/crystals.js';
import { farthest } from '../helpers/phonopy-files.js';

/** Relative to the largest: sums of some thousand terms of one sign, 2e-16 each. */
const ROUNDING = 1e-12;

describe.each([1, 2])('tetrahedra on a device of %i threads', (threads) => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads });
  });
  afterAll(() => device.close());

  /** Bands that cross, one that is flat, and one whose values are those at which the density is wanted. */
  function modesOn(numbers: number[], name: string) {
    const primitive = recipe(name);
    const symmetry = findCellSymmetry(primitive);
    const mesh = reduceMesh(
      numbers,
      reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation)),
      [0, 1, 0],
    );
    const cos = (q: number) => Math.cos(2 * Math.PI * q);
    const frequencies = Float64Array.from({ length: mesh.weights.length * 4 }, (_, k) => {
      const [x, y, z] = mesh.points.subarray(3 * Math.floor(k / 4));
      const f = cos(x) + 0.7 * cos(y) + 0.3 * cos(z) + 0.2 * cos(x - y);
      return [f, 1 - f / 2, 0.5, Math.round(4 * f) / 4][k % 4];
    });
    return {
      mesh,
      modes: { primitive, mesh: mesh.mesh, points: mesh.points, weights: mesh.weights, frequencies },
    };
  }

  it.each([
    { numbers: [9, 8, 7], name: 'P1' },
    { numbers: [1, 5, 2], name: 'P1' },
    { numbers: [11, 10, 12], name: 'rutile' },
    { numbers: [12, 12, 12], name: 'rocksalt' },
  ])('say what they do one after the other: $name, $numbers', ({ numbers, name }) => {
    const { mesh, modes } = modesOn(numbers, name);
    const shares = [0, 1, 2].map((c) => modes.frequencies.map((_, k) => Math.sin(k + c) ** 2));
    for (const points of [
      frequencyPoints(modes.frequencies, { pitch: 0.01 }),
      frequencyPoints(modes.frequencies, { min: -2, max: 2, pitch: 0.25 }),
    ]) {
      for (const parts of [undefined, shares]) {
        const plain = tetrahedronDensity(modes, mesh, points, parts);
        const fast = deviceTetrahedra(device)(modes, mesh, points, parts);
        expect(fast.columns).toHaveLength(parts?.length ?? 1);
        plain.columns.forEach((column, c) => {
          const largest = Math.max(...column);
          expect(largest).toBeGreaterThan(0);
          expect(farthest(fast.columns[c], column)).toBeLessThan(ROUNDING * largest);
        });
      }
    }
  });
});
