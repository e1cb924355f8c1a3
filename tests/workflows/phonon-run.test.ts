import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { formatNamed } from '../../formats/read.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { createFrame } from '../../src/model/frame.js';
import { type ForceSource, potentialForces } from '../../src/workflows/force-source.js';
import { type PhononRunPlan, runPhonons } from '../../src/workflows/phonon-run.js';
import { skewedDiamond } from '../contract/structures.js';
import { written } from '../helpers/formats.js';

const MODEL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');

describe('a run of phonons', () => {
  let device: CpuDevice;
  let folder: string;
  let model: ForceSource;
  beforeAll(async () => {
    device = await createCpuDevice({ threads: 1 });
    model = potentialForces(await loadPotential(MODEL), device);
  });
  afterAll(() => device.close());
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'phonolink-run-'));
    const structure = skewedDiamond(['Si'], { bond: 2.4, rattle: 0.05 });
    writeFileSync(join(folder, 'in.xyz'), await written(formatNamed('extxyz'), [createFrame(structure)]));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  // As engines: no evaluation is spent on telling the time.
  const plan = (to: string, more: Partial<PhononRunPlan> = {}): PhononRunPlan => ({
    ...{ input: join(folder, 'in.xyz'), read: {}, folder: join(folder, to), model: 'Si.tersoff' },
    ...{ isRemote: true, dim: [2, 1, 1], primitive: 'auto', tolerance: 1e-5, displacements: {} },
    ...{
      symmetrise: true,
      mesh: [2, 2, 2],
      gammaCentred: false,
      temperatures: Float64Array.of(0, 300),
      restart: false,
    },
    band: { path: 'auto', count: 5 },
    ...more,
  });

  /** Runs, and ends as if killed before evaluation `last` + 1. */
  async function run(how: PhononRunPlan, last = Number.POSITIVE_INFINITY) {
    const lines: string[] = [];
    let evaluations = 0;
    const source: ForceSource = {
      ...model,
      async bind(structure) {
        const bound = await model.bind(structure);
        return {
          ...bound,
          evaluate(positions, cell) {
            if (++evaluations > last) throw new Error('killed');
            return bound.evaluate(positions, cell);
          },
        };
      },
    };
    const report = await runPhonons(how, source, device, {
      say: (line) => lines.push(line),
      note: (line) => lines.push(`note: ${line}`),
      relaxing: () => {},
      forces: () => {},
    }).catch((error: Error) => {
      if (error.message !== 'killed') throw error;
      return undefined;
    });
    return { report, evaluations, lines: lines.join('\n') };
  }

  const bytes = (to: string, name: string) => readFileSync(join(folder, to, name), 'utf8');

  it('goes on where it ended, wherever that was, and comes to the same', async () => {
    const relax = { fmax: 1e-3 };
    const whole = await run(plan('whole', { relax }));
    expect(whole.report!.displacements).toBe(6);
    // Some for the relaxation, one at rest, one each displacement.
    expect(whole.evaluations).toBeGreaterThan(9);
    let spent = 0;
    for (const pieces of [3, 2, 4, 1, 2]) {
      const part = await run(plan('parts', { relax }), pieces);
      expect(part.report).toBeUndefined();
      spent += pieces;
      // Killed while it wrote a line
      appendFileSync(join(folder, 'parts', 'forces.jsonl'), '{"structure":"8a');
    }
    const rest = await run(plan('parts', { relax }));
    expect(spent + rest.evaluations).toBe(whole.evaluations);
    // Neighbour lists that were begun elsewhere sum in another order: 1e-15 of the forces, through roots of differences.
    const frequencies = rest.report!.results.mesh!.frequencies;
    whole.report!.results.mesh!.frequencies.forEach((f, k) => {
      expect(frequencies[k]).toBeCloseTo(f, 8);
    });
    expect(bytes('parts', 'phonopy_disp.yaml').length).toBe(bytes('whole', 'phonopy_disp.yaml').length);
    const again = await run(plan('parts', { relax }));
    expect(again.evaluations).toBe(0);
    expect(again.report).toMatchObject({ relaxed: 'before', known: 6 });
  });

  it('calculates anew what has changed, and says so', async () => {
    await run(plan('out'));
    const other = await run(plan('out', { displacements: { distance: 0.02 } }));
    expect(other.evaluations).toBe(24);
    expect(other.lines).toContain('note: the structure, --dim or the displacements have changed');
    // The forces of the first ones are there still.
    expect((await run(plan('out'))).evaluations).toBe(0);
    const model2 = await run(plan('out', { model: 'another' }));
    expect(model2.evaluations).toBe(25);
    expect(model2.lines).toContain('is of another model or other options of it');
    expect((await run(plan('out', { model: 'another', restart: true }))).evaluations).toBe(25);
  });

  it('says what is not at rest, what symmetry is hidden, and what is imaginary', async () => {
    const { lines, report } = await run(plan('out'));
    expect(lines).toContain('note: the structure is not at rest: the largest force is');
    expect(report!.residual).toBeGreaterThan(1e-3);
    expect(report!.drift.after[1]).toBeLessThan(1e-12);
    expect(Math.abs(report!.drift.before[0])).toBeGreaterThan(1e-9);
  });

  it('reads a record that is none of its own as an error', async () => {
    await run(plan('out'));
    writeFileSync(join(folder, 'out', 'phonolink.json'), '{"record":"something else"}');
    await expect(run(plan('out'))).rejects.toThrow(/phonolink.json.*expected the record of a run/s);
    expect((await run(plan('out', { restart: true }))).report).toBeDefined();
  });
});
