import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { FAST_BACKEND } from '../../src/potentials/mtp/fast.js';
import { basisProblem, MTP_RADIAL_TYPES, type TrainedMtp } from '../../src/potentials/mtp/parameters.js';
import { PLAIN_BACKEND } from '../../src/potentials/mtp/plain-backend.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { randomMtp } from '../helpers/random-mtp.js';
import { randomAtoms } from '../helpers/random-nep.js';

/**
 * Of the largest value: sums of some hundred terms in another order, of roundings of 1e-16 and 6e-8, through products of
 * up to four factors.
 */
const ERROR = { f64: 1e-12, f32: 2e-5 };

function worst(a: Float64Array, b: Float64Array): number {
  expect(a.length).toBe(b.length);
  let scale = 0;
  let error = 0;
  for (let k = 0; k < b.length; k++) {
    scale = Math.max(scale, Math.abs(b[k]));
    error = Math.max(error, Math.abs(a[k] - b[k]));
    if (Number.isNaN(a[k])) return Infinity;
  }
  return error / Math.max(scale, 1e-3);
}

describe.each([
  { precision: 'f64', threads: 1 },
  { precision: 'f64', threads: 3 },
  { precision: 'f32', threads: 1 },
] as const)(
  'MTP, $precision kernels on $threads threads beside the plain equations',
  ({ precision, threads }) => {
    const ready = createCpuDevice({ precision, threads });
    afterAll(async () => (await ready).close());

    async function compare(parameters: TrainedMtp, seed: number, atoms: number) {
      const device = await ready;
      const structure = randomAtoms(seed, parameters.species, atoms);
      const kinds = speciesIndex('MTP', parameters.species, structure);
      const plain = await PLAIN_BACKEND.bind(parameters, kinds, device, structure);
      const fast = await FAST_BACKEND.bind(parameters, kinds, device, structure);
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
      expect(worst(p.values, q.values), 'basis functions').toBeLessThan(ERROR[precision]);
      fast.release();
      plain.release();
    }

    it.each([2, 4, 6, 8, 10, 12, 14, 16])('level %i', async (level) => {
      for (let seed = level; seed < level + 4; seed++)
        await compare(randomMtp(seed, { level }), seed, 1 + ((7 * seed) % 30));
    });

    it.each(MTP_RADIAL_TYPES)('%s', async (type) => {
      for (let seed = 0; seed < 4; seed++)
        await compare(randomMtp(seed, { level: 8, type, species: ['Si', 'O', 'Pb'] }), seed, 11 + seed);
    });

    it('an atom alone, and one that sees only its images', async () => {
      for (const seed of [3, 4, 5]) await compare(randomMtp(seed, { level: 8 }), seed, 1);
    });

    it('tables in another order, with gaps', async () => {
      const model = randomMtp(1, { level: 8, species: ['Si'] });
      const { basic, times } = model.basis;
      const rows = Array.from({ length: times.length / 4 }, (_, p) => times.subarray(4 * p, 4 * p + 4));
      // Products of basic moments in turns, from the last one; the product of products that ends the table is left out,
      // so that one scalar is never made. The radial functions stand the other way round.
      const reordered = [...rows.slice(0, 11)].sort((a, b) => (a[0] % 3) - (b[0] % 3)).reverse();
      const basis = {
        ...model.basis,
        basic: basic.map((value, k) => (k % 4 === 0 ? 1 - value : value)),
        times: Int32Array.from([...reordered, ...rows.slice(11, 13)].flatMap((row) => [...row])),
      };
      expect(basisProblem(basis, model.radial.functions)).toBeUndefined();
      await compare({ ...model, basis }, 2, 9);
    });
  },
);
