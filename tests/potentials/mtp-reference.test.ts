import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { FAST_BACKEND } from '../../src/potentials/mtp/fast.js';
import { PLAIN_BACKEND } from '../../src/potentials/mtp/plain-backend.js';
import { compareMtpCase, MTP_CASES } from '../helpers/mtp-cases.js';
import { toleranceOf } from '../helpers/reference-cases.js';
import { withoutData } from '../helpers/shared-data.js';

describe.skipIf(withoutData)('the reference cases of MTP', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it('are all there', () => {
    expect(MTP_CASES.length).toBe(22);
  });

  describe.each([
    ['plain', PLAIN_BACKEND],
    ['fast', FAST_BACKEND],
  ] as const)('%s backend', (_name, backend) => {
    it.each(MTP_CASES.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
      const frames = await compareMtpCase(entry, backend, device);
      expect(frames.length).toBeGreaterThan(0);
      for (const [index, quantities] of frames.entries()) {
        for (const [name, { expected, values }] of quantities) {
          // Clusters have no virial in the reference.
          if (name === 'virial' && expected.length === 0) continue;
          expect(values.length).toBe(expected.length);
          const scale = expected.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
          const allowed = toleranceOf(entry.quantities[name], scale);
          const worst = expected.reduce((most, x, k) => Math.max(most, Math.abs(x - values[k])), 0);
          expect(worst, `${name} of frame ${index}`).toBeLessThanOrEqual(allowed);
        }
      }
    });
  });
});
