import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { createStructure } from '../../src/model/structure.js';
import { FAST_BACKEND } from '../../src/potentials/ace/fast.js';
import { modelImage } from '../../src/potentials/ace/fast-model.js';
import { createAcePotential } from '../../src/potentials/ace/potential.js';
import { ACE_CASES, aceParameters, compareCase } from '../helpers/ace-cases.js';
import { randomAce } from '../helpers/random-ace.js';
import { randomAtoms } from '../helpers/random-nep.js';
import { toleranceOf } from '../helpers/reference-cases.js';
import { withoutData } from '../helpers/shared-data.js';

describe.skipIf(withoutData).each([1, 2])('ACE reference cases, kernels on %i threads', (threads) => {
  const ready = createCpuDevice({ threads });
  afterAll(async () => (await ready).close());
  let met = 0;

  it.each(ACE_CASES.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
    const device = await ready;
    for (const file of new Set(entry.potential)) {
      expect(FAST_BACKEND.suits(await aceParameters(file), 'spline', device)).toBe(true);
      const quantities = await compareCase(entry, file, 'spline', FAST_BACKEND, device);
      for (const [name, { expected, values }] of quantities) {
        expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
        expect(values.length, name).toBe(expected.length);
        const scale = Math.max(1, ...expected.map(Math.abs));
        const error = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
        const { rel, abs_if_spline_table_reproduced: abs } = entry.quantities[name];
        expect(error, `${name} of ${file}, where the largest is ${scale}`).toBeLessThanOrEqual(
          toleranceOf({ abs, rel }, scale),
        );
      }
      met++;
    }
  });

  it('meets all of them', () => {
    expect(met).toBe(ACE_CASES.reduce((sum, { potential }) => sum + new Set(potential).size, 0));
  });
});

describe('ACE kernels', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  const molecule = (symbol: string, ...x: number[]) =>
    createStructure({
      positions: Float64Array.from(x.flatMap((at) => [at, 0, 0])),
      symbols: x.map(() => symbol),
    });

  it('leave the equations themselves to the plain backend', () => {
    const parameters = randomAce(1);
    expect(FAST_BACKEND.suits(parameters, 'spline', device)).toBe(true);
    expect(FAST_BACKEND.suits(parameters, 'analytic', device)).toBe(false);
  });

  it.each([0, 1e-4, 9e-4])('refuse atoms %f A from each other, nearer than the splines begin', async (x) => {
    const potential = createAcePotential(randomAce(2, { species: 1 }));
    const structure = molecule(potential.species[0], 0, x);
    const evaluator = await potential.bind(device, structure);
    await expect(evaluator.evaluate(structure.positions, structure.cell)).rejects.toThrow(/not finite/);
    evaluator.release();
  });

  it('find their way back from what was not finite', async () => {
    const potential = createAcePotential(randomAce(3, { species: 1, inner: 'density' }));
    const structure = molecule(potential.species[0], 0, 2.5, 5.1);
    const evaluator = await potential.bind(device, structure);
    const before = await evaluator.evaluate(structure.positions, structure.cell);
    const bad = Float64Array.from(structure.positions);
    bad[3] = 0;
    await expect(evaluator.evaluate(bad, structure.cell)).rejects.toThrow(/not finite/);
    expect(await evaluator.evaluate(structure.positions, structure.cell)).toEqual(before);
    evaluator.release();
  });

  it('know atoms that are alone', async () => {
    const parameters = randomAce(4, { species: 2, inner: 'density' });
    const potential = createAcePotential(parameters);
    const structure = molecule(parameters.species[1], 0, 50, 100);
    const evaluator = await potential.bind(device, structure);
    const { energies, forces } = await evaluator.evaluate(structure.positions, structure.cell);
    // Every embedding vanishes at 0.
    expect(Array.from(energies)).toEqual(new Array(3).fill(parameters.isolated[1]));
    expect(forces.every((f) => f === 0)).toBe(true);
    evaluator.release();
  });

  it('give all memory back but for the last model', async () => {
    const probe = () => {
      const view = device.heap.float64(1);
      device.heap.release(view);
      return view.byteOffset;
    };
    const parameters = randomAce(5);
    const potential = createAcePotential(parameters);
    const structure = randomAtoms(5, parameters.species, 30);
    (await potential.bind(device, structure)).release();
    const before = probe();
    const [a, b] = [await potential.bind(device, structure), await potential.bind(device, structure)];
    await a.evaluate(structure.positions, structure.cell);
    await b.evaluate(structure.positions, structure.cell);
    await a.describe?.(structure.positions, structure.cell);
    expect(probe()).toBeGreaterThan(before);
    a.release();
    const { energies } = await b.evaluate(structure.positions, structure.cell);
    expect(energies.every(Number.isFinite)).toBe(true);
    b.release();
    expect(probe()).toBe(before);
    // The model is all that is left.
    expect(device.heap.memory.buffer.byteLength).toBeGreaterThan(modelImage(parameters, 'spline').image.size);
  });
});
