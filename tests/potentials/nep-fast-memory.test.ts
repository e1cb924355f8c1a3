import { describe, expect, it, vi } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { modelImage } from '../../src/potentials/nep/fast-model.js';
import { createNepPotential } from '../../src/potentials/nep/potential.js';
import { randomAtoms, randomNep } from '../helpers/random-nep.js';

const parameters = randomNep(5);
const potential = createNepPotential(parameters);
const structure = randomAtoms(5, parameters.species, 30);

describe('NEP kernels', () => {
  it('give all memory back but for the last model', async () => {
    const device = await createCpuDevice({ threads: 2 });
    const probe = () => {
      const view = device.heap.float64(1);
      const at = view.byteOffset;
      device.heap.release(view);
      return at;
    };
    const empty = probe();
    (await potential.bind(device, structure)).release();
    const before = probe();
    expect(before).toBeGreaterThan(empty);
    const [a, b] = [await potential.bind(device, structure), await potential.bind(device, structure)];
    await a.evaluate(structure.positions, structure.cell);
    await b.evaluate(structure.positions, structure.cell);
    await a.describe?.(structure.positions, structure.cell);
    expect(probe()).toBeGreaterThan(before);
    a.release();
    // The model that both share is still there.
    const { energies } = await b.evaluate(structure.positions, structure.cell);
    expect(energies.every(Number.isFinite)).toBe(true);
    b.release();
    expect(probe()).toBe(before);
    // Another model takes the place of the first.
    const others = randomNep(5);
    const other = await createNepPotential(others).bind(device, structure);
    other.release();
    expect(probe()).toBe(before);
    await device.close();
  });

  it('copy a model into the heap once for many structures', async () => {
    const device = await createCpuDevice({ threads: 1 });
    (await potential.bind(device, structure)).release();
    const places = vi.spyOn(device.heap, 'int32');
    for (let k = 0; k < 3; k++) (await potential.bind(device, structure)).release();
    const { size } = modelImage(parameters, 'f64').image;
    expect(places.mock.calls.map(([length]) => length)).not.toContain(size / 4);
  });

  it('return arrays that later evaluations leave alone', async () => {
    const device = await createCpuDevice({ threads: 1 });
    const evaluator = await potential.bind(device, structure);
    const first = await evaluator.evaluate(structure.positions, structure.cell);
    const copies = [first.energies, first.forces, first.virials].map((array) => array.slice());
    const other = await evaluator.evaluate(
      structure.positions.map((x, k) => x + 0.1 * Math.sin(k)),
      structure.cell,
    );
    expect(other.forces).not.toEqual(first.forces);
    expect([first.energies, first.forces, first.virials]).toEqual(copies);
    const again = await evaluator.evaluate(structure.positions, structure.cell);
    // The order of the neighbours may differ, so sums differ by rounding.
    for (let k = 0; k < first.forces.length; k++) expect(again.forces[k]).toBeCloseTo(first.forces[k], 9);
    evaluator.release();
  });

  it('refuse positions that are not finite', async () => {
    const device = await createCpuDevice({ threads: 1 });
    const evaluator = await potential.bind(device, structure);
    const positions = structure.positions.slice();
    positions[4] = Number.NaN;
    await expect(evaluator.evaluate(positions, structure.cell)).rejects.toThrow('atom 2');
  });
});
