import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { formatNamed } from '../../formats/read.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createFrame } from '../../src/model/frame.js';
import { type ForceSource, potentialForces } from '../../src/workflows/force-source.js';
import { type RelaxPlan, relaxFiles } from '../../src/workflows/relax.js';
import { freshForces } from '../../src/workflows/remembered-forces.js';
import { skewedDiamond } from '../contract/structures.js';
import { framesOf, written } from '../helpers/formats.js';

const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');

describe('relaxations that were killed', () => {
  let device: CpuDevice;
  let model: ForceSource;
  let folder: string;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
    // As engines: what an evaluation says hangs on nothing before it.
    model = freshForces(potentialForces(await loadPotential(MODEL), device));
  });
  afterAll(() => device.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'phonolink-relax-'));
    const frames = [0.05, 0.1, 0.15, 0.2].map((rattle) =>
      createFrame(skewedDiamond(['Si'], { bond: 2.4, rattle }), {
        info: new Map([['rattle', { kind: 'R', value: rattle }]]),
      }),
    );
    writeFileSync(join(folder, 'in.xyz'), await written(formatNamed('extxyz'), frames));
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });

  const at = (name: string) => join(folder, name);
  const plan = (to: string, more: Partial<RelaxPlan> = {}): RelaxPlan => ({
    ...{ input: at('in.xyz'), output: at(to), read: {}, model: 'Si.tersoff', cell: 'full', fmax: 1e-6 },
    ...more,
  });

  /** Relaxes, and ends as if killed before evaluation `last` + 1. */
  async function run(how: RelaxPlan, last = Number.POSITIVE_INFINITY) {
    const notes: string[] = [];
    const steps: number[] = [];
    let evaluations = 0;
    const source: ForceSource = {
      ...model,
      async bind(structure) {
        const bound = await model.bind(structure);
        return {
          ...bound,
          evaluate(positions, cell) {
            if (evaluations >= last) throw new Error('killed');
            evaluations++;
            return bound.evaluate(positions, cell);
          },
        };
      },
    };
    const hear = {
      note: (sentence: string) => void notes.push(sentence),
      step: ({ step }: { step: number }) => void steps.push(step),
    };
    const report = await relaxFiles(how, source, hear, device).catch((error: Error) => {
      if (error.message !== 'killed') throw error;
      return undefined;
    });
    return { report, evaluations, notes, steps };
  }

  it('relax no structure again that was done, and write the same', async () => {
    const whole = await run(plan('whole.xyz'));
    const counts = whole.report!.frames.map(({ evaluations }) => evaluations);
    expect(counts).toHaveLength(4);
    // Killed in the third structure, then in the fourth
    const first = await run(plan('parts.xyz'), counts[0] + counts[1] + 2);
    expect(first.report).toBeUndefined();
    expect(existsSync(at('parts.xyz'))).toBe(false);
    const second = await run(plan('parts.xyz'), counts[2] + 1);
    expect(second.report).toBeUndefined();
    const last = await run(plan('parts.xyz'));
    expect(last.evaluations).toBe(counts[3]);
    expect(last.report).toMatchObject({ known: 3, untouched: 0 });
    expect(readFileSync(at('parts.xyz'), 'utf8')).toBe(readFileSync(at('whole.xyz'), 'utf8'));
    const timeless = ({ seconds: _, ...frame }: { seconds: number }) => frame;
    expect(last.report!.frames.map(timeless)).toEqual(whole.report!.frames.map(timeless));
    expect(readdirSync(folder).sort()).toEqual(['in.xyz', 'parts.xyz', 'whole.xyz']);
  });

  it('go on from the last step that was kept, in steps, report and trajectory', async () => {
    const long: Partial<RelaxPlan> = { index: '3', method: 'fire', trajectory: at('steps.xyz') };
    const whole = await run(plan('whole.xyz', long));
    const written = await framesOf(at('steps.xyz'));
    // Seconds pass between any two looks at the clock: each step is kept.
    let clock = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 2000));
    const killed = await run(plan('parts.xyz', long), 40);
    expect(killed.report).toBeUndefined();
    const last = await run(plan('parts.xyz', long));
    // Forces of where it goes on from are not kept; FIRE begins anew there.
    expect(last.steps[0]).toBe(killed.steps.at(-1)! + 1);
    const [report] = last.report!.frames;
    expect(report).toMatchObject({ end: 'converged', start: whole.report!.frames[0].start });
    expect(report.steps).toBe(last.steps.at(-1));
    expect(report.evaluations).toBe(40 + last.evaluations);
    const steps = await framesOf(at('steps.xyz'));
    expect(steps.map(({ info }) => Number(info.get('step')!.value))).toEqual(steps.map((_, k) => k));
    expect(steps[30].structure.positions).toEqual(written[30].structure.positions);
    expect(report.last.energy).toBeCloseTo(whole.report!.frames[0].last.energy, 10);
    expect(readdirSync(folder).sort()).toEqual(['in.xyz', 'parts.xyz', 'steps.xyz', 'whole.xyz']);
  });

  it('with engines take the very same way, without an evaluation twice', async () => {
    const remote = { isRemote: true, index: ':2' };
    const whole = await run(plan('whole.xyz', remote));
    const part = await run(plan('parts.xyz', remote), whole.report!.frames[0].evaluations + 3);
    const rest = await run(plan('parts.xyz', remote));
    expect(part.evaluations + rest.evaluations).toBe(whole.evaluations);
    const [one, two] = [await framesOf(at('whole.xyz')), await framesOf(at('parts.xyz'))];
    expect(two.map(({ structure }) => structure.positions)).toEqual(
      one.map(({ structure }) => structure.positions),
    );
    expect(readdirSync(folder).sort()).toEqual(['in.xyz', 'parts.xyz', 'whole.xyz']);
  });

  it('of other options or structures, or damaged, are begun anew from there', async () => {
    const whole = await run(plan('whole.xyz'));
    const counts = whole.report!.frames.map(({ evaluations }) => evaluations);
    const two = counts[0] + counts[1] + 1;
    await run(plan('out.xyz'), two);
    const other = await run(plan('out.xyz', { cell: 'volume' }));
    expect(other.notes.join()).toContain('out.xyz.relaxing is of other options or another model');
    expect(other.report!.known).toBe(0);

    await run(plan('out.xyz'), two);
    truncateSync(at('out.xyz.relaxing'), readFileSync(at('out.xyz.relaxing')).length - 5);
    expect((await run(plan('out.xyz'))).report!.known).toBe(1);
    expect(readFileSync(at('out.xyz'), 'utf8')).toBe(readFileSync(at('whole.xyz'), 'utf8'));

    await run(plan('out.xyz'), two);
    const frames = await framesOf(at('in.xyz'));
    writeFileSync(at('in.xyz'), await written(formatNamed('extxyz'), [frames[0], frames[2]]));
    const changed = await run(plan('out.xyz'));
    expect(changed.report).toMatchObject({ known: 1 });
    expect((await framesOf(at('out.xyz'))).map(({ info }) => info.get('rattle')!.value)).toEqual([
      0.05, 0.15,
    ]);

    await run(plan('out.xyz', { model: undefined }), 1000);
    for (const bytes of ['', 'x', 'x'.repeat(40)]) {
      writeFileSync(at('out.xyz.relaxing'), bytes);
      writeFileSync(at('out.xyz.relaxing-step'), bytes);
      expect((await run(plan('out.xyz'))).report!.known).toBe(0);
    }
  });
});
