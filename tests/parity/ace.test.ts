import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { FAST_BACKEND } from '../../src/potentials/ace/fast.js';
import { ACE_INNER, type AceParameters } from '../../src/potentials/ace/parameters.js';
import { PLAIN_BACKEND } from '../../src/potentials/ace/plain-backend.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { ACE_CASES, aceParameters } from '../helpers/ace-cases.js';
import { randomAce } from '../helpers/random-ace.js';
import { randomAtoms } from '../helpers/random-nep.js';
import { withoutData } from '../helpers/shared-data.js';
import { worst } from '../helpers/worst.js';

/** Of the largest value: sums of some thousand terms in another order, of roundings of 1e-16, that cancel in part. */
const ERROR = 1e-11;

describe.each([
  { threads: 1, radial: 'spline' },
  { threads: 3, radial: 'spline' },
  { threads: 2, radial: 'analytic' },
] as const)('ACE, kernels on $threads threads beside the plain equations, $radial', ({ threads, radial }) => {
  const ready = createCpuDevice({ threads });
  afterAll(async () => (await ready).close());

  async function compare(parameters: AceParameters, seed: number, atoms: number) {
    const device = await ready;
    const structure = randomAtoms(seed, parameters.species, atoms);
    const kinds = speciesIndex('ACE', parameters.species, structure);
    const plain = await PLAIN_BACKEND.bind(parameters, radial, kinds, device, structure);
    const fast = await FAST_BACKEND.bind(parameters, radial, kinds, device, structure);
    const positions = Float64Array.from(structure.positions);
    for (let step = 0; step < 3; step++) {
      const a = await fast.evaluate(positions, structure.cell);
      const b = await plain.evaluate(positions, structure.cell);
      expect(worst(a.energies, b.energies), 'energies').toBeLessThan(ERROR);
      expect(worst(a.forces, b.forces), 'forces').toBeLessThan(ERROR);
      expect(worst(a.virials, b.virials), 'virials').toBeLessThan(ERROR);
      // The list without a skin at first, then with one.
      for (let k = 0; k < positions.length; k++) positions[k] += 0.01 * Math.sin(k + step);
    }
    const p = await fast.describe!(positions, structure.cell);
    const q = await plain.describe!(positions, structure.cell);
    expect(p.width).toBe(q.width);
    expect(worst(p.values, q.values), 'descriptors').toBeLessThan(ERROR);
    fast.release();
    plain.release();
  }

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('random model %i', async (seed) => {
    await compare(randomAce(seed), seed, 5 + (seed % 17));
  });

  it.each(ACE_INNER)('inner cutoff by %s', async (inner) => {
    await compare(randomAce(50, { inner, species: 2, functions: 10 }), 50, 11);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 9])('%i radial functions', async (radialCount) => {
    await compare(randomAce(60, { radialCount, species: 1, lMax: 3, functions: 60, rank: 3 }), 60, 7);
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12])('l up to %i', async (lMax) => {
    await compare(randomAce(70, { lMax, species: 1, radialCount: 2, functions: 60, rank: 3 }), 70, 7);
  });

  it.each([1, 2, 3, 4])('%i densities at most', async (densities) => {
    await compare(randomAce(80, { densities, species: 2, functions: 20 }), 80, 10);
  });

  it('functions of rank 1 alone, and none at all', async () => {
    await compare(randomAce(90, { functions: 0 }), 90, 12);
    const none = randomAce(91, { species: 2 });
    await compare({ ...none, functions: [[], none.functions[1]] }, 91, 12);
    await compare({ ...none, functions: [[], []] }, 91, 12);
  });

  it('bonds without radial functions', async () => {
    const model = randomAce(92, { species: 2, functions: 30, rank: 3 });
    // Copper sees no aluminium but by functions of rank 1.
    const bonds = model.bonds.map((bond, pair) =>
      pair === 2 ? { ...bond, radialCount: 0, lMax: 0, coefficients: new Float64Array(0) } : bond,
    );
    const functions = model.functions.map((list, centre) =>
      centre === 1 ? list.filter(({ rank, species }) => rank === 1 || species.every((s) => s === 1)) : list,
    );
    await compare({ ...model, bonds, functions }, 92, 12);
  });

  it.each([1, 2, 3, 40, 41])('%i atoms', async (atoms) => {
    await compare(randomAce(93, { species: 3, functions: 10 }), 93, atoms);
  });
});

/** As many models as files, the C-tilde form wherever there are both. */
const FILES = [...new Set(ACE_CASES.map(({ potential }) => potential[0]))];

describe.skipIf(withoutData)('ACE models of the reference set', () => {
  const ready = createCpuDevice({ threads: 2 });
  afterAll(async () => (await ready).close());

  it.each(
    FILES.flatMap((file) => (['spline', 'analytic'] as const).map((radial) => [file, radial] as const)),
  )('%s, %s: kernels beside the plain equations', async (file, radial) => {
    const device = await ready;
    const parameters = await aceParameters(file);
    const structure = randomAtoms(7, parameters.species, 15);
    const kinds = speciesIndex('ACE', parameters.species, structure);
    const plain = await PLAIN_BACKEND.bind(parameters, radial, kinds, device, structure);
    const fast = await FAST_BACKEND.bind(parameters, radial, kinds, device, structure);
    const a = await fast.evaluate(structure.positions, structure.cell);
    const b = await plain.evaluate(structure.positions, structure.cell);
    expect(worst(a.energies, b.energies), 'energies').toBeLessThan(ERROR);
    expect(worst(a.forces, b.forces), 'forces').toBeLessThan(ERROR);
    expect(worst(a.virials, b.virials), 'virials').toBeLessThan(ERROR);
    const p = await fast.describe!(structure.positions, structure.cell);
    const q = await plain.describe!(structure.positions, structure.cell);
    expect(p.width).toBe(q.width);
    expect(worst(p.values, q.values), 'descriptors').toBeLessThan(ERROR);
    fast.release();
    plain.release();
  });
});
