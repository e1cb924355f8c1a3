import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { bindNepFast, FAST_BACKEND } from '../../src/potentials/nep/fast.js';
import { isNepPotential } from '../../src/potentials/nep/potential.js';
import { referenceFrames } from '../helpers/reference-frames.js';
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

async function parametersOf(entry: Case) {
  const potential = await loadPotential(join(DATA, entry.potential));
  if (!isNepPotential(potential)) throw new Error(`${entry.potential} is no NEP model`);
  return potential.parameters;
}

/** What the kernels say of a case, in the order of the reference file. */
async function predicted(entry: Case, device: CpuDevice): Promise<Map<string, ArrayLike<number>> | null> {
  const parameters = await parametersOf(entry);
  if (!FAST_BACKEND.suits(parameters, device)) return null;
  const { structure } = referenceFrames(entry.file)[entry.frame];
  const evaluator = await bindNepFast(parameters, device, structure);
  const { energies, forces, virials } = await evaluator.evaluate(structure.positions, structure.cell);
  const descriptors = await evaluator.describe!(structure.positions, structure.cell);
  evaluator.release();
  return new Map<string, ArrayLike<number>>([
    ['energy', sums(energies, 1)],
    ['forces', forces],
    ['virial', sums(virials, 9)],
    ['atomic_energy', energies],
    ['atomic_virial', virials],
    ['descriptor', descriptors.values],
  ]);
}

function sums(values: Float64Array, width: number): number[] {
  const totals = new Array<number>(width).fill(0);
  values.forEach((value, k) => {
    totals[k % width] += value;
  });
  return totals;
}

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

    it.each(cases.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
      const got = await predicted(entry, await ready);
      if (!got) return;
      const frame = referenceFrames(entry.file)[entry.frame];
      for (const [name, tolerance] of Object.entries(entry.quantities)) {
        const expected = Array.from(frame.columns.get(name)?.data ?? frame.values.get(name) ?? []);
        const values = got.get(name) ?? [];
        expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
        expect(values.length, name).toBe(expected.length);
        const scale = Math.max(...expected.map(Math.abs));
        const error = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
        worst.set(name, Math.max(worst.get(name) ?? 0, error / Math.max(1, scale)));
        // In f64 the index's own tolerances: abs, or rel of the largest component, whichever is wider.
        const f64 = Math.max(tolerance.abs ?? 0, (tolerance.rel ?? 0) * scale);
        const allowed = precision === 'f64' ? f64 : F32_ERROR[name] * Math.max(1, scale);
        expect(error, `${name}, where the largest is ${scale}`).toBeLessThanOrEqual(allowed);
      }
      met++;
    });

    it('meets all energy models', () => {
      console.log(`${precision}, ${threads} threads: ${met} cases`, Object.fromEntries(worst));
      expect(met).toBe(122);
    });
  },
);
