import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PLAIN_BACKEND } from '../../src/potentials/nep/plain-backend.js';
import { compareCase, NEP_CASES, toleranceOf } from '../helpers/nep-cases.js';
import { withoutData } from '../helpers/shared-data.js';

describe.skipIf(withoutData)('NEP reference cases, plain f64 backend', () => {
  const met = new Map<string, number>();
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it.each(NEP_CASES.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
    for (const [name, { expected, values }] of await compareCase(entry, PLAIN_BACKEND, device)) {
      expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
      expect(values.length, name).toBe(expected.length);
      const scale = Math.max(...expected.map(Math.abs));
      const worst = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
      expect(worst, `${name}, where the largest is ${scale}`).toBeLessThanOrEqual(
        toleranceOf(entry.quantities[name], scale),
      );
      met.set(name, (met.get(name) ?? 0) + 1);
    }
    met.set('case', (met.get('case') ?? 0) + 1);
  });

  it('meets all of them', () => {
    console.log(`NEP reference, met: ${[...met].map(([name, n]) => `${n} ${name}`).join(', ')}`);
    expect(met.get('case')).toBe(146);
  });
});
