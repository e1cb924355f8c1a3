import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { FAST_BACKEND } from '../../src/potentials/nep/fast.js';
import { compareCase, NEP_CASES, parametersOf, toleranceOf } from '../helpers/nep-cases.js';
import { withoutData } from '../helpers/shared-data.js';

/**
 * In f32 a distance is off by 1.2e-7 A, which at 50 eV/A^2, a stiff bond, is 6e-6 eV/A; a virial is a force times a
 * distance of some A, and the total one a sum over up to 100 atoms. Absolute up to a value of 1, relative beyond.
 */
const F32_ERROR: Record<string, number> = {
  energy: 4e-6,
  atomic_energy: 2e-6,
  forces: 1e-5,
  atomic_virial: 3e-5,
  virial: 1e-4,
  descriptor: 2e-6,
};

const energyCases = NEP_CASES.filter(
  ({ quantities }) => !('charge' in quantities || 'dipole' in quantities || 'polarizability' in quantities),
);

const variants = (['f64', 'f32'] as const).flatMap((precision) =>
  [1, 2].map((threads) => ({ precision, threads })),
);

describe.skipIf(withoutData).each(variants)(
  'NEP reference cases, $precision kernels on $threads threads',
  ({ precision, threads }) => {
    const worst = new Map<string, number>();
    let met = 0;
    const ready = createCpuDevice({ threads, precision });
    afterAll(async () => (await ready).close());

    it.each(energyCases.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
      const device = await ready;
      expect(FAST_BACKEND.suits(await parametersOf(entry), device)).toBe(true);
      for (const [name, { expected, values }] of await compareCase(entry, FAST_BACKEND, device)) {
        expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
        expect(values.length, name).toBe(expected.length);
        const scale = Math.max(...expected.map(Math.abs));
        const error = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
        worst.set(name, Math.max(worst.get(name) ?? 0, error / Math.max(1, scale)));
        const allowed =
          precision === 'f64'
            ? toleranceOf(entry.quantities[name], scale)
            : F32_ERROR[name] * Math.max(1, scale);
        expect(error, `${name}, where the largest is ${scale}`).toBeLessThanOrEqual(allowed);
      }
      met++;
    });

    it('meets all energy models without charges', () => {
      const table = [...worst].map(([name, error]) => `${name} ${error.toExponential(1)}`).join(', ');
      console.log(`NEP ${precision} kernels, ${threads} threads: ${met} cases, worst errors: ${table}`);
      expect(met).toBe(122);
    });
  },
);
