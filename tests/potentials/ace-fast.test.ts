import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { createStructure } from '../../src/model/structure.js';
import { FAST_BACKEND } from '../../src/potentials/ace/fast.js';
import { modelImage } from '../../src/potentials/ace/fast-model.js';
import { ACE_INNER } from '../../src/potentials/ace/parameters.js';
import { PLAIN_BACKEND } from '../../src/potentials/ace/plain-backend.js';
import { createAcePotential } from '../../src/potentials/ace/potential.js';
import { ACE_CASES, aceParameters, compareCase, toleranceIn } from '../helpers/ace-cases.js';
import { randomAce } from '../helpers/random-ace.js';
import { randomAtoms } from '../helpers/random-nep.js';
import { withoutData } from '../helpers/shared-data.js';
import { worst } from '../helpers/worst.js';

/** As in tests/parity/ace.test.ts. */
const ERROR = 1e-11;

describe.skipIf(withoutData).each([
  { threads: 1, radial: 'spline' },
  { threads: 2, radial: 'spline' },
  { threads: 1, radial: 'analytic' },
] as const)('ACE reference cases, kernels on $threads threads, $radial', ({ threads, radial }) => {
  const ready = createCpuDevice({ threads });
  afterAll(async () => (await ready).close());
  let met = 0;

  it.each(ACE_CASES.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
    const device = await ready;
    for (const file of new Set(entry.potential)) {
      expect(FAST_BACKEND.suits(await aceParameters(file), radial, device)).toBe(true);
      const quantities = await compareCase(entry, file, radial, FAST_BACKEND, device);
      for (const [name, { expected, values }] of quantities) {
        expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
        expect(values.length, name).toBe(expected.length);
        const scale = Math.max(1, ...expected.map(Math.abs));
        const error = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
        expect(error, `${name} of ${file}, where the largest is ${scale}`).toBeLessThanOrEqual(
          toleranceIn(radial, name, entry.quantities[name], scale, file),
        );
      }
      met++;
    }
  });

  it('meets all of them', () => {
    expect(met).toBe(ACE_CASES.reduce((sum, { potential }) => sum + new Set(potential).size, 0));
  });
});

describe.skipIf(withoutData)('ACE reference cases, kernels beside the plain equations', () => {
  const ready = createCpuDevice({ threads: 1 });
  afterAll(async () => (await ready).close());

  // Their atoms come as near to each other as cores and inner cutoffs are wide.
  it.each(ACE_CASES.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
    const device = await ready;
    for (const file of new Set(entry.potential)) {
      const plain = await compareCase(entry, file, 'analytic', PLAIN_BACKEND, device);
      for (const [name, { values }] of await compareCase(entry, file, 'analytic', FAST_BACKEND, device)) {
        const expected = Array.from(plain.get(name)!.values);
        // What is left where terms cancel: forces of some eV/A from each neighbour, and virials of ten times that.
        const scale = Math.max(name === 'virial' ? 10 : 1, ...expected.map(Math.abs));
        const error = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
        expect(error, `${name} of ${file}, where the largest is ${scale}`).toBeLessThan(ERROR * scale);
      }
    }
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

  it.each([0, 1e-4, 9e-4])('refuse atoms %f A from each other, nearer than the splines begin', async (x) => {
    const potential = createAcePotential(randomAce(2, { species: 1 }));
    const structure = molecule(potential.species[0], 0, x);
    const evaluator = await potential.bind(device, structure);
    await expect(evaluator.evaluate(structure.positions, structure.cell)).rejects.toThrow(/not finite/);
    evaluator.release();
  });

  it.each([1e-100, 1e-9, 1e-4, 0.01, 0.1, 0.3, 0.8])(
    'know the equations of atoms %f A from each other as the plain backend does',
    async (x) => {
      for (const [seed, inner] of [...ACE_INNER, ...ACE_INNER].entries()) {
        const parameters = randomAce(seed, { species: 1, inner, lMax: 2 });
        const structure = molecule(parameters.species[0], 0, x, x + 2.5);
        const kinds = new Int32Array(3);
        const [fast, plain] = await Promise.all(
          [FAST_BACKEND, PLAIN_BACKEND].map((backend) =>
            backend.bind(parameters, 'analytic', kinds, device, structure),
          ),
        );
        const a = await fast.evaluate(structure.positions, structure.cell);
        const b = await plain.evaluate(structure.positions, structure.cell);
        for (const name of ['energies', 'forces', 'virials'] as const)
          expect(worst(a[name], b[name]), `${inner}, ${name}`).toBeLessThan(ERROR);
        fast.release();
        plain.release();
      }
    },
  );

  it('refuse atoms at one place, by the equations too', async () => {
    for (const inner of ACE_INNER) {
      const potential = createAcePotential(randomAce(2, { species: 1, inner }), 'analytic');
      const structure = molecule(potential.species[0], 0, 0);
      const evaluator = await potential.bind(device, structure);
      await expect(evaluator.evaluate(structure.positions, structure.cell)).rejects.toThrow(/not finite/);
      evaluator.release();
    }
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
