import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { FAST_BACKEND } from '../../src/potentials/mtp/fast.js';
import { PLAIN_BACKEND } from '../../src/potentials/mtp/plain-backend.js';
import { compareMtpCase, MTP_CASES } from '../helpers/mtp-cases.js';
import { toleranceOf } from '../helpers/reference-cases.js';
import { withoutData } from '../helpers/shared-data.js';

/**
 * In f32 a site energy that is left of terms of some 100 eV (2^-24 of each of four factors) is off by 1e-5 eV, and cells
 * have 32 atoms: energies and sums of virials of as many are off by 1e-3 eV at most. Absolute up to a value of 1, relative
 * beyond.
 */
const F32_ERROR: Record<string, number> = { energy: 1e-3, forces: 1e-4, virial: 1e-3, PlusStress: 1e-3 };

const variants = [
  { name: 'plain equations', backend: PLAIN_BACKEND, precision: 'f64', threads: 1 },
  { name: 'kernels', backend: FAST_BACKEND, precision: 'f64', threads: 1 },
  { name: 'kernels', backend: FAST_BACKEND, precision: 'f64', threads: 2 },
  { name: 'kernels', backend: FAST_BACKEND, precision: 'f32', threads: 1 },
] as const;

describe.skipIf(withoutData).each(variants)(
  'MTP reference cases, $name, $precision, $threads threads',
  (variant) => {
    const { backend, precision, threads } = variant;
    const ready = createCpuDevice({ threads, precision });
    afterAll(async () => (await ready).close());
    const worst = new Map<string, number>();

    it('are all there', () => {
      expect(MTP_CASES.length).toBe(22);
    });

    it.each(MTP_CASES.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
      const frames = await compareMtpCase(entry, backend, await ready);
      expect(frames.length).toBeGreaterThan(0);
      for (const [index, quantities] of frames.entries()) {
        for (const [name, { expected, values }] of quantities) {
          // Clusters have no virial in the reference.
          if (name === 'virial' && expected.length === 0) continue;
          expect(values.length).toBe(expected.length);
          const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
          const error = expected.reduce((most, x, k) => Math.max(most, Math.abs(x - values[k])), 0);
          worst.set(name, Math.max(worst.get(name) ?? 0, error / Math.max(1, scale)));
          const allowed =
            precision === 'f64'
              ? toleranceOf(entry.quantities[name], scale)
              : F32_ERROR[name] * Math.max(1, scale);
          expect(error, `${name} of frame ${index}`).toBeLessThanOrEqual(allowed);
        }
      }
    });

    it('says how close it came', () => {
      const table = [...worst].map(([name, error]) => `${name} ${error.toExponential(1)}`).join(', ');
      console.log(`MTP ${variant.name}, ${precision}, ${threads} threads, worst errors: ${table}`);
      expect(worst.size).toBe(4);
    });
  },
);
