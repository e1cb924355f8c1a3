import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { referenceFrames } from '../helpers/reference-frames.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { type PaceEvaluator, pace } from './pace.js';

/**
 * Potential, the peer's evaluator, and the file with the structures. The inner cutoffs by distance and by ZBL have no
 * answers in the reference set: there the structures are those of the cutoff by density, dimers from 1.2 A among them.
 */
const CASES: [potential: string, evaluator: PaceEvaluator, structures: string][] = [
  ['derived_Cu-I_inner_distance.yaml', 'b-basis', 'derived_Cu-I_inner_density'],
  ['derived_Cu-I_inner_zbl.yaml', 'b-basis', 'derived_Cu-I_inner_density'],
  ['derived_Cu-I_inner_density.yaml', 'b-basis', 'derived_Cu-I_inner_density'],
  ['derived_Cu-III_SBessel.yaml', 'b-basis', 'derived_Cu-III_SBessel'],
  ['ethanol.yace', 'recursive', 'ethanol'],
  ['ternary_AlCuZn.yace', 'product', 'ternary_AlCuZn'],
  ['Al-Ni_opt_all_repo.yace', 'product', 'Al-Ni_opt_all_yace'],
  ['Cu-PBE-core-rep.ace', 'recursive', 'Cu-PBE-core-rep_ace'],
];

// Both sum up to 1e4 terms of the size of the largest value, 1e-16 each, in their own order.
const RELATIVE = 1e-10;

describe.skipIf(withoutData)('ACE as python-ace evaluates it, atom by atom', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it.each(CASES)('%s, %s', async (file, evaluator, structures) => {
    const path = join(DATA, 'ace', 'potentials', file);
    const wanted = evaluator === 'b-basis' ? (['virials', 'projections'] as const) : (['virials'] as const);
    const answers = pace(path, join(DATA, 'ace', `${structures}.extxyz`), evaluator, [...wanted]);
    const potential = await loadPotential(path);
    const frames = referenceFrames(join('ace', `${structures}.extxyz`));
    expect(answers.length).toBe(frames.length);
    for (const [k, { structure }] of frames.entries()) {
      const answer = answers[k];
      const bound = await potential.bind(device, structure);
      const ours = await bound.evaluate(structure.positions, structure.cell);
      const described = await bound.describe!(structure.positions, structure.cell);
      bound.release();
      expectClose(ours.energies, answer.energies, `frame ${k}, energies`);
      expectClose(ours.forces, answer.forces, `frame ${k}, forces`);
      expectClose(ours.virials, answer.virials!, `frame ${k}, virials`);
      answer.projections?.forEach((row, i) => {
        const at = i * described.width;
        expectClose(described.values.subarray(at, at + row.length), row, `frame ${k}, atom ${i}, functions`);
      });
    }
  });
});

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>, what: string) {
  expect(found.length, what).toBe(expected.length);
  let scale = 1;
  for (let k = 0; k < expected.length; k++) scale = Math.max(scale, Math.abs(expected[k]));
  for (let k = 0; k < expected.length; k++)
    expect(Math.abs(found[k] - expected[k]), `${what} at ${k}`).toBeLessThan(RELATIVE * scale);
}
