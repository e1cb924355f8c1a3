import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import type { RadialMode } from '../../src/potentials/ace/bond-functions.js';
import { PLAIN_BACKEND } from '../../src/potentials/ace/plain-backend.js';
import { speciesIndex } from '../../src/potentials/species.js';
import {
  ACE_CASES,
  aceParameters,
  compareCase,
  projectionsOf,
  SPLINE_ERROR,
  toleranceIn,
  withAce,
} from '../helpers/ace-cases.js';
import { compareFrame } from '../helpers/reference-cases.js';
import { referenceFrames } from '../helpers/reference-frames.js';
import { withoutData } from '../helpers/shared-data.js';

/** Every case with every file of its potential: the B-basis and the C-tilde form must both meet it. */
const RUNS = ACE_CASES.flatMap((entry) =>
  [...new Set(entry.potential)].flatMap((file) =>
    (['spline', 'analytic'] as const).map((radial) => ({ entry, file, radial })),
  ),
);

describe.skipIf(withoutData)('ACE reference cases, plain f64 backend', () => {
  const met = new Map<string, number>();
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it.each(RUNS.map((run) => [`${run.entry.id}, ${run.file.split('.').pop()}, ${run.radial}`, run] as const))(
    '%s',
    async (_id, { entry, file, radial }) => {
      for (const [name, { expected, values }] of await compareCase(
        entry,
        file,
        radial,
        PLAIN_BACKEND,
        device,
      )) {
        expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
        expect(values.length, name).toBe(expected.length);
        const scale = Math.max(1, ...expected.map(Math.abs));
        const worst = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
        expect(worst, `${name}, where the largest is ${scale}`).toBeLessThanOrEqual(
          toleranceIn(radial, name, entry.quantities[name], scale, file),
        );
        met.set(name, (met.get(name) ?? 0) + 1);
      }
      met.set(radial, (met.get(radial) ?? 0) + 1);
    },
  );

  it('meets all of them', () => {
    console.log(`ACE reference, met: ${[...met].map(([name, n]) => `${n} ${name}`).join(', ')}`);
    expect(ACE_CASES.length).toBe(113);
    expect(met.get('spline')).toBe(RUNS.length / 2);
    expect(met.get('analytic')).toBe(RUNS.length / 2);
  });
});

describe.skipIf(withoutData)('ACE B-basis projections', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it.each([
    ['Cu-III', 'Cu-III'],
    ['Al-r1234', 'Al-r1234'],
    ['Al_r3_exp_hole', 'Al_r3_test_exp_hole'],
    ['Ni_2dens', 'Ni_2dens_bug_case'],
    ['ternary_AlCuZn', 'ternary_AlCuZn'],
  ])('%s: value by value, in the order of the reference', async (name, potential) => {
    const frames = referenceFrames(`ace/${name}.extxyz`);
    let compared = 0;
    for (const [index, expected] of projectionsOf(`ace/${name}.projections.json`).entries()) {
      if (!expected) continue;
      const frame = frames[index];
      const { structure } = frame;
      const { width, values } = await withAce(
        `ace/potentials/${potential}.yaml`,
        'spline',
        frame,
        PLAIN_BACKEND,
        device,
        (evaluator) => evaluator.describe!(structure.positions, structure.cell),
      );
      expected.forEach((row, i) => {
        const ours = values.subarray(i * width, i * width + row.length);
        const scale = Math.max(...row.map(Math.abs));
        row.forEach((value, k) => {
          // Both sum some hundred products of f64 numbers.
          expect(Math.abs(ours[k] - value), `frame ${index}, atom ${i}, function ${k}`).toBeLessThanOrEqual(
            1e-12 * scale,
          );
          compared++;
        });
      });
    }
    expect(compared).toBeGreaterThan(0);
  });
});

describe.skipIf(withoutData)('ACE radial modes', () => {
  let device: CpuDevice;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
  });
  afterAll(() => device.close());

  it.each([
    ['Al.pbe.rhocore.ace', 'Al.pbe.rhocore_ace'],
    ['Al.pbe.in-rank1.ace', 'Al.pbe.in-rank1_ace'],
    ['Al-Ni_opt_all_repo.yace', 'Al-Ni_opt_all_yace'],
  ])('%s: the equations are the limit of the splines', async (file, frames) => {
    const parameters = await aceParameters(`ace/potentials/${file}`);
    const frame = referenceFrames(`ace/${frames}.extxyz`)[0];
    const kinds = speciesIndex('ACE', parameters.species, frame.structure);
    const virials = async (radial: RadialMode, splineStep: number) => {
      const model = { ...parameters, splineStep };
      const evaluator = await PLAIN_BACKEND.bind(model, radial, kinds, device, frame.structure);
      const result = await compareFrame(['virial'], frame, evaluator);
      evaluator.release();
      return Array.from(result.get('virial')!.values);
    };
    const exact = await virials('analytic', 1);
    const errorAt = async (step: number) => {
      const values = await virials('spline', step);
      return Math.max(...values.map((value, k) => Math.abs(value - exact[k])));
    };
    const usual = await errorAt(0.001);
    const fine = await errorAt(0.00025);
    expect(usual).toBeLessThanOrEqual(SPLINE_ERROR[file].virial);
    // The slope of a cubic Hermite spline is off by the cube of the step, 64 times less at a quarter of it; the outer
    // cutoff, 0.01 A wide, is not quite in that limit.
    expect(usual / fine).toBeGreaterThan(10);
  });
});
