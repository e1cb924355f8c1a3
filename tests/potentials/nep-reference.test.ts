import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import type { Potential } from '../../src/potentials/potential.js';
import { type ReferenceFrame, referenceFrames } from '../helpers/reference-frames.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

interface Case {
  id: string;
  kind: string;
  file: string;
  frame: number;
  potential: string;
  quantities: Record<string, { abs?: number; rel?: number }>;
}

const cases: Case[] = withoutData
  ? []
  : (JSON.parse(readFileSync(join(DATA, 'index.json'), 'utf8')) as { cases: Case[] }).cases.filter(
      (entry) => entry.kind === 'nep',
    );

/** What the reference says of a quantity, as it stands in the file. */
function referenceOf(name: string, frame: ReferenceFrame): ArrayLike<number> {
  return frame.columns.get(name)?.data ?? frame.values.get(name) ?? [];
}

const potentials = new Map<string, Potential>();

/** Everything that the model says of a case, in the order of the reference file. */
async function predicted(entry: Case, device: CpuDevice): Promise<Map<string, ArrayLike<number>>> {
  const potential = potentials.get(entry.potential) ?? (await loadPotential(join(DATA, entry.potential)));
  potentials.set(entry.potential, potential);
  const { structure } = referenceFrames(entry.file)[entry.frame];
  const evaluator = await potential.bind(device, structure);
  const result = await evaluator.evaluate(structure.positions, structure.cell);
  const descriptors = await evaluator.describe?.(structure.positions, structure.cell);
  evaluator.release();
  const all = new Map<string, ArrayLike<number>>([
    ['energy', sums(result.energies, 1)],
    ['forces', result.forces],
    ['virial', sums(result.virials, 9)],
    ['atomic_energy', result.energies],
    ['atomic_virial', result.virials],
    ['charge', result.charges ?? []],
    ['bec', result.bornCharges ?? []],
    ['descriptor', descriptors?.values ?? []],
  ]);
  const { tensor } = result;
  // xx yy zz xy yz zx
  if (potential.predicts === 'polarizability' && tensor)
    all.set(
      'polarizability',
      [0, 4, 8, 1, 5, 6].map((c) => tensor[c]),
    );
  if (potential.predicts === 'dipole' && tensor) all.set('dipole', tensor);
  return all;
}

function sums(values: Float64Array, width: number): number[] {
  const totals = new Array<number>(width).fill(0);
  values.forEach((value, k) => {
    totals[k % width] += value;
  });
  return totals;
}

describe.skipIf(withoutData)('NEP reference cases, plain f64 backend', () => {
  const met = new Map<string, number>();
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it.each(cases.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
    const got = await predicted(entry, device);
    const frame = referenceFrames(entry.file)[entry.frame];
    for (const [name, tolerance] of Object.entries(entry.quantities)) {
      const expected = Array.from(referenceOf(name, frame));
      const values = got.get(name) ?? [];
      expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
      expect(values.length, name).toBe(expected.length);
      // The index's own tolerances: abs, or rel of the largest component, whichever is wider.
      const scale = Math.max(...expected.map(Math.abs));
      const allowed = Math.max(tolerance.abs ?? 0, (tolerance.rel ?? 0) * scale);
      const worst = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
      expect(worst, `${name}, where the largest is ${scale}`).toBeLessThanOrEqual(allowed);
      met.set(name, (met.get(name) ?? 0) + 1);
    }
    met.set('case', (met.get('case') ?? 0) + 1);
  });

  it('meets all of them', () => {
    console.log(`NEP reference, met: ${[...met].map(([name, n]) => `${n} ${name}`).join(', ')}`);
    expect(met.get('case')).toBe(146);
  });
});
