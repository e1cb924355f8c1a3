import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { referenceFrames } from '../helpers/reference-frames.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const json = <T>(file: string) => JSON.parse(readFileSync(join(DATA, 'nep', file), 'utf8')) as T;
const table = (file: string) =>
  readFileSync(join(DATA, 'nep', file), 'utf8')
    .trimEnd()
    .split('\n')
    .flatMap((line) => line.trim().split(/\s+/).map(Number));
const farthest = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a, (x, k) => Math.abs(x - b[k])).reduce((worst, x) => Math.max(worst, x), 0);
const largest = (a: ArrayLike<number>) => farthest(a, new Float64Array(a.length));

describe.skipIf(withoutData)('results that the programs of NEP publish', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  async function evaluate(model: string, structure: Structure) {
    const potential = await loadPotential(join(DATA, 'nep/potentials', model));
    const evaluator = await potential.bind(device, structure);
    const result = await evaluator.evaluate(structure.positions, structure.cell);
    const descriptors = await evaluator.describe?.(structure.positions, structure.cell);
    evaluator.release();
    return { ...result, energy: result.energies.reduce((sum, e) => sum + e, 0), descriptors };
  }

  // GPUMD computes in single precision: 1e-7 of sums over some 100 neighbours, 1e-5 of the largest number.
  const SINGLE = 1e-5;

  it('energy and forces of BaZrO3 by GPUMD', async () => {
    const golden = json<{ energy: number; forces: number[][] }>('gpumd_golden/bulk_bazro3.json');
    const [{ structure }] = referenceFrames('nep/gpumd_structures/BaZrO3-nat40-rattled.xyz');
    const { energy, forces } = await evaluate('BaZrO3_nep4.txt', structure);
    expect(Math.abs(energy - golden.energy)).toBeLessThan(SINGLE * Math.abs(golden.energy));
    expect(farthest(golden.forces.flat(), forces)).toBeLessThan(SINGLE * 3 * largest(forces));
  });

  it('Born effective charges of BaTiO3 by GPUMD', async () => {
    const golden = json<{ bec: number[][] }>('gpumd_golden/bec_bulk_perovskite_qnep_mode1_ewald.json');
    const [{ structure }] = referenceFrames('nep/gpumd_structures/BaTiO3-nat40-rattled.xyz');
    const { bornCharges = [] } = await evaluate('BaTiO3_qnep_zbl_charge1.txt', structure);
    expect(farthest(golden.bec.flat(), bornCharges)).toBeLessThan(SINGLE * largest(bornCharges));
  });

  it('forces of 250 atoms of PbTe by GPUMD, a single point', async () => {
    const [frame] = referenceFrames('nep/gpumd_static/dump.xyz');
    const expected = frame.columns.get('forces')?.data ?? new Float64Array(0);
    const { energy, forces, virials } = await evaluate('PbTe_nep4_train.txt', frame.structure);
    expect(expected.length).toBe(750);
    expect(farthest(expected, forces)).toBeLessThan(SINGLE * 3 * largest(forces));
    const [total] = frame.values.get('energy') ?? [];
    expect(Math.abs(energy - total)).toBeLessThan(SINGLE * Math.abs(total));
    const virial = Array.from({ length: 9 }, (_, c) =>
      virials.filter((_x, k) => k % 9 === c).reduce((a, b) => a + b),
    );
    expect(farthest(frame.values.get('virial') ?? [Number.NaN], virial)).toBeLessThan(
      SINGLE * 3 * largest(virial),
    );
  });

  it('descriptors, forces and virials of 250 atoms of PbTe by NEP_CPU', async () => {
    const lines = readFileSync(join(DATA, 'nep/repo_test_nep/xyz.in'), 'utf8').trim().split('\n');
    const rows = lines.slice(2).map((line) => line.trim().split(/\s+/));
    const structure = createStructure({
      symbols: rows.map((row) => row[0]),
      positions: Float64Array.from(rows.flatMap((row) => row.slice(1, 4).map(Number))),
      cell: lines[1].trim().split(/\s+/).map(Number),
    });
    const { forces, virials, descriptors } = await evaluate('PbTe_nep3.txt', structure);
    // Written with 15 digits.
    expect(farthest(table('repo_test_nep/force_analytical_ref.out'), forces)).toBeLessThan(1e-12);
    expect(farthest(table('repo_test_nep/virial_ref.out'), virials)).toBeLessThan(1e-12);
    expect(farthest(table('repo_test_nep/descriptor_ref.out'), descriptors?.values ?? [])).toBeLessThan(
      1e-12,
    );
    // Central differences of their own making, and the GPU's single precision in six digits.
    expect(farthest(table('repo_test_nep/force_finite_difference_ref.out'), forces)).toBeLessThan(1e-7);
    expect(farthest(table('repo_test_nep/force_gpu.out'), forces)).toBeLessThan(SINGLE * largest(forces));
  });
});
