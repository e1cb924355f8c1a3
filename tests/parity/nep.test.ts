import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { bindNepFast } from '../../src/potentials/nep/fast.js';
import type { NepParameters } from '../../src/potentials/nep/parameters.js';
import { PLAIN_BACKEND } from '../../src/potentials/nep/plain-backend.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { randomAtoms, randomNep } from '../helpers/random-nep.js';
import { worst } from '../helpers/worst.js';

const ALL = { q222: true, q1111: true, q112: true, q123: true, q233: true, q134: true };

/** Of the largest value: sums of some hundred terms in another order, of roundings of 1e-16 and 6e-8. */
const ERROR = { f64: 1e-12, f32: 2e-5 };

describe.each([
  { precision: 'f64', threads: 1 },
  { precision: 'f64', threads: 3 },
  { precision: 'f32', threads: 1 },
] as const)(
  'NEP, $precision kernels on $threads threads beside the plain equations',
  ({ precision, threads }) => {
    const ready = createCpuDevice({ precision, threads });
    afterAll(async () => (await ready).close());

    async function compare(parameters: NepParameters, seed: number, atoms: number) {
      const device = await ready;
      const structure = randomAtoms(seed, parameters.species, atoms);
      const kinds = speciesIndex('NEP', parameters.species, structure);
      const plain = await PLAIN_BACKEND.bind(parameters, kinds, device, structure);
      const fast = await bindNepFast(parameters, device, structure);
      const positions = Float64Array.from(structure.positions);
      for (let step = 0; step < 3; step++) {
        const a = await fast.evaluate(positions, structure.cell);
        const b = await plain.evaluate(positions, structure.cell);
        expect(worst(a.energies, b.energies), 'energies').toBeLessThan(ERROR[precision]);
        expect(worst(a.forces, b.forces), 'forces').toBeLessThan(ERROR[precision]);
        expect(worst(a.virials, b.virials), 'virials').toBeLessThan(ERROR[precision]);
        // The list without a skin at first, then with one.
        for (let k = 0; k < positions.length; k++) positions[k] += 0.01 * Math.sin(k + step);
      }
      const p = await fast.describe!(positions, structure.cell);
      const q = await plain.describe!(positions, structure.cell);
      expect(p.width).toBe(q.width);
      expect(worst(p.values, q.values), 'descriptors').toBeLessThan(ERROR[precision]);
      fast.release();
      plain.release();
    }

    it.each(Array.from({ length: 60 }, (_, seed) => seed))('random model %i', async (seed) => {
      await compare(randomNep(seed), seed, 1 + ((7 * seed) % 40));
    });

    it.each([1, 2, 3, 4, 5, 6, 7, 8])('all invariants, l up to %i', async (lMax) => {
      await compare(randomNep(100 + lMax, { lMax, invariants: ALL }), lMax, 24);
    });

    it('an atom alone, and one that sees only its images', async () => {
      for (const seed of [3, 4, 5]) await compare(randomNep(seed), seed, 1);
    });
  },
);
