import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { createStructure } from '../../src/model/structure.js';
import { repeated } from '../contract/structures.js';
import { referenceFrames } from '../helpers/reference-frames.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

/**
 * The virials of the reference went through LAMMPS's pressure in bar, which has e = 1.6021765e-19 C in it, and back with
 * the value of CODATA 2018: they are smaller by this.
 */
const LAMMPS_PRESSURE = 1.6021765 / 1.602176634;

/** Single points that LAMMPS printed with 15 digits; tolerances of the reference data. */
describe.skipIf(withoutData).each(['Si', 'SiC'])('Tersoff %s', (name) => {
  it('gives the energies, forces and virials of the reference data', async () => {
    const device = await createCpuDevice({ threads: 1 });
    const potential = await loadPotential(join(DATA, 'md', 'tersoff', `${name}.tersoff`));
    const frames = referenceFrames(`md/tersoff_static_${name}.extxyz`);
    expect(frames.length).toBeGreaterThan(1);
    for (const { structure, columns, values } of frames) {
      const evaluator = await potential.bind(device, structure);
      const { energies, forces, virials } = await evaluator.evaluate(structure.positions, structure.cell);
      evaluator.release();
      const sum = (data: Float64Array, width: number, at: number) =>
        data.reduce((total, x, i) => (i % width === at ? total + x : total), 0);
      expect(Math.abs(sum(energies, 1, 0) - (values.get('energy') ?? [])[0])).toBeLessThan(1e-9);
      const expected = columns.get('forces')?.data ?? new Float64Array(0);
      expect(expected.length).toBe(forces.length);
      forces.forEach((f, i) => {
        expect(Math.abs(f - expected[i])).toBeLessThan(1e-8);
      });
      values.get('virial')?.forEach((w, c) => {
        expect(Math.abs(sum(virials, 9, c) * LAMMPS_PRESSURE - w)).toBeLessThan(1e-6);
      });
    }
    await device.close();
  });
});

describe.skipIf(withoutData)('Tersoff silicon of GPUMD', () => {
  const folder = join(DATA, 'md', 'gpumd_silicon_dispersion');
  // Six columns of real parts and six of imaginary ones for each of the six rows of a wave vector; G first, X the 101st
  const magnitudes = (wave: number) => {
    const numbers = readFileSync(join(folder, 'D1.out'), 'utf8').trim().split(/\s+/).map(Number);
    return Array.from({ length: 36 }, (_, i) => {
      const at = wave * 72 + Math.floor(i / 6) * 12 + (i % 6);
      return Math.hypot(numbers[at], numbers[at + 6]);
    });
  };
  // Primitive vectors and sites of model.xyz
  const cell = [3.8410000801, 0, 0, 1.9205000401, 3.3264036453, 0, 1.9205000401, 1.1088012151, 3.1361634328];
  const sites = [0, 0, 0, 1.9205000401, 1.1088012151, 0.7840408582];
  const MASS = 28.085;
  const STEP = 0.005; // A, as in run.in

  /** Dynamical matrix [36] eV/A^2/u at a q with phases 1 and -1 only, by displacing whole sublattices of a supercell. */
  async function dynamicalMatrix(q: number[], times: [number, number, number]): Promise<number[]> {
    const primitive = createStructure({ positions: Float64Array.from(sites), symbols: ['Si', 'Si'], cell });
    const structure = repeated(primitive, times);
    const home = rowsTimes(structure.positions, inverse(Float64Array.from(cell)));
    const device = await createCpuDevice({ threads: 1 });
    const potential = await loadPotential(join(DATA, 'md', 'tersoff', 'Si_Tersoff_1989.txt'));
    const evaluator = await potential.bind(device, structure);
    const rows: number[] = [];
    for (let row = 0; row < 6; row++) {
      const forces = async (step: number) => {
        const moved = structure.positions.slice();
        for (let atom = Math.floor(row / 3); atom < structure.count; atom += 2) {
          const turn = q.reduce((sum, x, k) => sum + x * Math.floor(home[3 * atom + k] + 1e-6), 0);
          moved[3 * atom + (row % 3)] += step * Math.cos(2 * Math.PI * turn);
        }
        return (await evaluator.evaluate(moved, structure.cell)).forces;
      };
      const [above, below] = [await forces(STEP), await forces(-STEP)];
      for (let c = 0; c < 6; c++) rows.push(-(above[c] - below[c]) / (2 * STEP * MASS));
    }
    evaluator.release();
    await device.close();
    return rows;
  }

  it.each([
    ['G', 0, [0, 0, 0], [1, 1, 1]],
    ['X', 100, [0.5, 0, 0.5], [2, 1, 2]],
  ] as const)('has GPUMD’s dynamical matrix at %s', async (_name, wave, q, times) => {
    const ours = await dynamicalMatrix([...q], [...times]);
    // The phase between the two sublattices is a convention, so magnitudes are compared. A step of 0.005 A has an error
    // of 1.3e-5 where a sublattice moves (0.01 A gives 4e-5 more) and another one in GPUMD, where one atom does.
    magnitudes(wave).forEach((expected, i) => {
      expect(Math.abs(Math.abs(ours[i]) - expected)).toBeLessThan(3e-5);
    });
    expect(Math.abs(ours[0])).toBeGreaterThan(0.5);
  });
});
