import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { referenceFrames } from '../helpers/reference-frames.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { type PaceEvaluator, pace, paceYamlToYace } from './pace.js';
import { scratch } from './peers.js';

/** Potential, the evaluator to ask, the file with the reference set's answers. */
const CASES: [string, PaceEvaluator, string][] = [
  ['Cu-III.yaml', 'b-basis', 'Cu-III'],
  ['Cu-III.yace', 'recursive', 'Cu-III'],
  ['ethanol.yace', 'lammps-product', 'ethanol'],
  ['ternary_AlCuZn.yace', 'product', 'ternary_AlCuZn'],
  ['multispecies_AlNi.yaml', 'b-basis', 'multispecies_AlNi'],
  ['Cu-PBE-core-rep.ace', 'recursive', 'Cu-PBE-core-rep_ace'],
];

// Other builds of the same C++ differ by the order of sums: of up to 1e4 terms of the size of the largest value,
// 1e-16 each. The reference's own evaluators differ by as much.
const RELATIVE = 1e-10;

function expectClose(found: ArrayLike<number>, expected: ArrayLike<number>) {
  expect(found.length).toBe(expected.length);
  let scale = 1;
  for (let k = 0; k < expected.length; k++) scale = Math.max(scale, Math.abs(expected[k]));
  for (let k = 0; k < expected.length; k++)
    expect(Math.abs(found[k] - expected[k])).toBeLessThan(RELATIVE * scale);
}

describe.skipIf(withoutData)('python-ace gives what the reference set holds', () => {
  it.each(CASES)('%s, %s', (potential, evaluator, file) => {
    const structures = join(DATA, 'ace', `${file}.extxyz`);
    const answers = pace(join(DATA, 'ace', 'potentials', potential), structures, evaluator, ['virials']);
    const frames = referenceFrames(join('ace', `${file}.extxyz`));
    expect(answers.length).toBe(frames.length);
    frames.forEach((frame, k) => {
      const answer = answers[k];
      expectClose([answer.energy], frame.values.get('energy')!);
      expectClose(answer.energies, frame.columns.get('atomic_energy')!.data);
      expectClose(answer.forces, frame.columns.get('forces')!.data);
      expectClose(answer.virial, frame.values.get('virial')!);
      const total = new Float64Array(9);
      answer.virials?.forEach((value, at) => {
        total[at % 9] += value;
      });
      expectClose(total, frame.values.get('virial')!);
    });
  });

  it('converts .yaml to the .yace that gives the same', () => {
    const yace = join(scratch('pace'), 'ethanol.yace');
    paceYamlToYace(join(DATA, 'ace', 'potentials', 'ethanol.yaml'), yace);
    const structures = join(DATA, 'ace', 'ethanol.extxyz');
    const frames = referenceFrames(join('ace', 'ethanol.extxyz'));
    pace(yace, structures, 'product').forEach((answer, k) => {
      expectClose(answer.forces, frames[k].columns.get('forces')!.data);
    });
  });
});
