import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { modelImage } from '../../src/potentials/ace/fast-model.js';
import type { AceParameters } from '../../src/potentials/ace/parameters.js';
import { createAcePotential } from '../../src/potentials/ace/potential.js';
import { subsetFor } from '../../src/potentials/ace/subset.js';
import { randomAce } from '../helpers/random-ace.js';
import { randomAtoms } from '../helpers/random-nep.js';

const SYMBOLS = ['Al', 'Cu', 'Ni', 'Zn', 'Fe', 'Cr', 'Co', 'Ti', 'Mo', 'W'];
const TEN: AceParameters = {
  ...randomAce(7, { species: 10, lMax: 3, radialCount: 3, rank: 3, functions: 200 }),
  species: SYMBOLS,
  splineStep: 0.01,
};

describe('the part of an ACE model that a structure needs', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it('is the model where all species occur', () => {
    const kinds = Int32Array.of(1, 0, 2);
    const model = randomAce(8, { species: 3 });
    const { subset, kinds: own } = subsetFor(model, kinds);
    expect(subset.parameters).toBe(model);
    expect(own).toEqual(kinds);
  });

  it('numbers the species anew, and leaves out what others take part in', () => {
    const { subset, kinds } = subsetFor(TEN, Int32Array.of(8, 8, 3, 8));
    const { parameters } = subset;
    expect(Array.from(kinds)).toEqual([1, 1, 0, 1]);
    expect(parameters.species).toEqual(['Zn', 'Mo']);
    expect(parameters.bonds).toEqual([33, 38, 83, 88].map((at) => TEN.bonds[at]));
    expect(Array.from(parameters.isolated)).toEqual([3, 8].map((at) => TEN.isolated[at]));
    expect(parameters.embeddings).toEqual([3, 8].map((at) => TEN.embeddings[at]));
    for (const [own, kind] of [3, 8].entries()) {
      const functions = TEN.functions[kind].filter((f) => f.species.every((s) => s === 3 || s === 8));
      expect(functions.length).toBeLessThan(TEN.functions[kind].length);
      expect(parameters.functions[own].map((f) => Array.from(f.species, (s) => [3, 8][s]))).toEqual(
        functions.map((f) => Array.from(f.species)),
      );
      expect(parameters.functions[own].map((f) => f.coefficients)).toEqual(
        functions.map((f) => f.coefficients),
      );
    }
  });

  it('is the same object again for the same species, and one of one species where there is no atom', () => {
    const first = subsetFor(TEN, Int32Array.of(8, 3)).subset;
    expect(subsetFor(TEN, Int32Array.of(3, 3, 8)).subset).toBe(first);
    expect(subsetFor(TEN, Int32Array.of(3, 4)).subset).not.toBe(first);
    expect(subsetFor(TEN, new Int32Array(0)).subset.parameters.species).toEqual(['Al']);
  });

  it('takes the memory of its own pairs', async () => {
    const whole = modelImage(TEN, 'spline').image.size;
    const potential = createAcePotential(TEN);
    const before = device.heap.memory.buffer.byteLength;
    const structure = randomAtoms(1, ['Al', 'Fe'], 20);
    (await potential.bind(device, structure)).release();
    // 4 pairs of 100; the memory grows by a quarter of what it has at least.
    expect(device.heap.memory.buffer.byteLength - before).toBeLessThan(before / 4 + 0.08 * whole);
  });

  it('gives frames of other species their own by turns', async () => {
    const potential = createAcePotential(TEN);
    const first = new Map<string, Float64Array>();
    for (const species of [['Al'], ['Fe', 'Al'], ['W'], ['Al'], SYMBOLS, ['Fe', 'Al'], ['W']]) {
      const structure = randomAtoms(5, species, 30);
      const evaluator = await potential.bind(device, structure);
      const { forces } = await evaluator.evaluate(structure.positions, structure.cell);
      evaluator.release();
      const key = species.join();
      expect(forces).toEqual(first.get(key) ?? forces);
      first.set(key, forces);
    }
    expect(first.size).toBe(4);
  });
});
