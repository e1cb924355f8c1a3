import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../../src/device/cpu.js';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveMesh } from '../../../src/lattice/harmonic/mesh.js';
import { onDevice } from '../../../src/lattice/harmonic/on-device.js';
import { reduceMesh } from '../../../src/symmetry/q-mesh.js';
import { recipe } from '../../helpers/crystals.js';
import { farthest } from '../../helpers/phonopy-files.js';
import { springConstants } from '../../helpers/springs.js';

describe('modes on a device', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 2 });
  });
  afterAll(() => device.close());

  const springs = { reach: 3.5, stiffness: (d: number) => [30 * Math.exp(-d), 5 * Math.exp(-d)] as const };

  it('are those of the plain solver, with velocities and shares', () => {
    const cells = buildPhononCells(recipe('rutile'), [2, 2, 2], 'auto');
    const matrix = new DynamicalMatrix(cells, springConstants(cells, springs));
    const mesh = reduceMesh([3, 2, 4], []);
    const options = { vectors: true, velocities: true };
    const plain = solveMesh(matrix, cells.primitive, mesh, options);
    const fast = solveMesh(matrix, cells.primitive, mesh, { ...options, ...onDevice(device) });
    // Frequencies are the roots of what agrees to 1e-13: near zero the root of that.
    expect(
      farthest(
        fast.frequencies.map((f) => f * Math.abs(f)),
        plain.frequencies.map((f) => f * Math.abs(f)),
      ),
    ).toBeLessThan(1e-9);
    // The vectors' phases are free: what counts is that they solve the problem, and shares that add up.
    const { size } = matrix;
    const out = new Float64Array(2 * size * size);
    for (let p = 0; p < 24; p++) {
      matrix.evaluate(mesh.points, p, out);
      for (let b = 0; b < size; b++) {
        const e = fast.eigenvectors!.subarray(2 * size * (p * size + b), 2 * size * (p * size + b + 1));
        let value = 0;
        let norm = 0;
        for (let i = 0; i < size; i++) {
          let [re, im] = [0, 0];
          for (let j = 0; j < size; j++) {
            const at = 2 * (i * size + j);
            re += out[at] * e[2 * j] - out[at + 1] * e[2 * j + 1];
            im += out[at] * e[2 * j + 1] + out[at + 1] * e[2 * j];
          }
          value += e[2 * i] * re + e[2 * i + 1] * im;
          norm += e[2 * i] ** 2 + e[2 * i + 1] ** 2;
        }
        expect(norm).toBeCloseTo(1, 12);
        const f = fast.frequencies[p * size + b];
        expect(Math.sign(value) * Math.sqrt(Math.abs(value)) * 15.6333023).toBeCloseTo(f, 5);
      }
    }
  });

  it('have the velocities of the plain way, where modes are told apart', () => {
    const cells = buildPhononCells(recipe('P1'), [2, 2, 2], 'auto');
    const matrix = new DynamicalMatrix(cells, springConstants(cells, springs));
    const mesh = reduceMesh([3, 2, 3], [], [1, 1, 1]);
    const plain = solveMesh(matrix, cells.primitive, mesh, { velocities: true });
    const fast = solveMesh(matrix, cells.primitive, mesh, { velocities: true, ...onDevice(device) });
    // Slopes agree to 1e-12 of some 100 THz^2 A; errors of vectors are divided by gaps of 0.01 THz and the like.
    expect(farthest(fast.velocities!, plain.velocities!)).toBeLessThan(1e-7);
    expect(plain.velocities!.reduce((most, v) => Math.max(most, Math.abs(v)), 0)).toBeGreaterThan(1);
  });
});
