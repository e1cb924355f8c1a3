import { appendFileSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runIpiClient } from '../../compat/ipi/client.js';
import { createIpiServer, type IpiServer } from '../../compat/ipi/server.js';
import { createFrame, type Frame } from '../../src/model/frame.js';
import { enginePredictor } from '../../src/workflows/label.js';
import { LabelJournal } from '../../src/workflows/label-journal.js';
import { createComparisons } from '../../src/workflows/predict.js';
import { collect, scatter, socketName, wells } from '../helpers/ipi.js';

const COUNT = 5;
let folder: string;
let path: string;
let server: IpiServer;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'phonolink-label-'));
  path = join(folder, 'out.journal.jsonl');
  server = await createIpiServer({ listen: { unix: socketName() }, timeout: 5000, patience: 5000 });
});
afterEach(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

/** Engines that count what they are asked; the evaluation numbered `breaksAt` never comes. */
async function engine(asked: { count: number }, breaksAt = Infinity): Promise<void> {
  await runIpiClient({
    connect: server.address,
    count: COUNT,
    timeout: 5000,
    evaluate: async (positions, cell) => {
      if (++asked.count >= breaksAt) throw new Error('the engine dies');
      return wells(positions, cell);
    },
  }).catch((error: Error) => expect(error.message).toMatch(/the engine dies|the connection broke/));
}

const frames = (seeds: number[]): Frame[] => seeds.map((seed) => createFrame(scatter(COUNT, seed)));
async function* stream(values: Frame[]): AsyncGenerator<Frame> {
  yield* values;
}
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, k) => from + k);

async function expectLabels(labelled: Frame[], asked: Frame[]): Promise<void> {
  expect(labelled).toHaveLength(asked.length);
  for (const [k, { labels }] of labelled.entries()) {
    const { positions, cell } = asked[k].structure;
    const { energy, forces } = await wells(positions, cell);
    // Two changes of units and a turn of the cell there and back, on numbers of about 1.
    expect(labels.energy).toBeCloseTo(energy, 11);
    expect(Math.max(...labels.forces!.map((f, i) => Math.abs(f - forces[i])))).toBeLessThan(1e-11);
  }
}

describe('labelling with a journal', () => {
  it('goes on where an earlier run ended, whatever the order of the structures', async () => {
    const all = frames(range(1, 31));
    const asked = { count: 0 };
    // The first run: the caller gives up after ten.
    const first = enginePredictor(server, 'engines', new LabelJournal(path)).predict(stream(all));
    const running = engine(asked);
    for (let k = 0; k < 10; k++) expect((await first.next()).done).toBe(false);
    await first.return(undefined);
    await server.close();
    await running;
    const kept = new LabelJournal(path).size;
    // All but the one that was under way.
    expect(kept).toBeGreaterThanOrEqual(asked.count - 1);
    expect(kept).toBeGreaterThanOrEqual(10);

    server = await createIpiServer({ listen: { unix: socketName() }, timeout: 5000, patience: 5000 });
    const again = { count: 0 };
    const engines = engine(again);
    const mixed = [...all.slice(5), ...all.slice(0, 5), ...frames([99])];
    const journal = new LabelJournal(path);
    const predictor = enginePredictor(server, 'engines', journal);
    const results = await collect(predictor.predict(stream(mixed)));
    await server.close();
    await engines;
    expect(again.count).toBe(31 - kept);
    await expectLabels(
      results.map(({ frame }) => frame),
      mixed,
    );
    journal.remove();
    expect(existsSync(path)).toBe(false);
  });

  it('keeps what came before all engines died', async () => {
    const all = frames(range(1, 11));
    await server.close();
    server = await createIpiServer({ listen: { unix: socketName() }, timeout: 5000, patience: 50 });
    const asked = { count: 0 };
    const results = collect(enginePredictor(server, 'engines', new LabelJournal(path)).predict(stream(all)));
    results.catch(() => {});
    await engine(asked, 7);
    await expect(results).rejects.toThrow(/no force engine was connected for 0.05 s/);
    expect(new LabelJournal(path).size).toBe(6);
  });

  it('keeps numbers to the last bit, and the cut line of a killed run is done anew', async () => {
    const all = frames([1, 2, 3]);
    const engines = engine({ count: 0 });
    const predictor = enginePredictor(server, 'engines', new LabelJournal(path));
    const results = await collect(predictor.predict(stream(all)));
    await server.close();
    await engines;
    const text = readFileSync(path, 'utf8');
    const journal = new LabelJournal(path);
    for (const [k, { frame }] of results.entries()) {
      const known = journal.find(all[k].structure)!;
      expect(known.labels).toEqual(frame.labels);
    }
    for (const cut of [1, 20, text.split('\n')[3].length]) {
      writeFileSync(path, text.slice(0, text.length - cut));
      const shorter = new LabelJournal(path);
      expect(shorter.size).toBe(2);
      shorter.add(all[2].structure, results[2].frame);
      shorter.check();
      expect(readFileSync(path, 'utf8')).toBe(text);
    }
    writeFileSync(path, text.slice(0, 10));
    expect(new LabelJournal(path).size).toBe(0);
    expect(existsSync(path)).toBe(false);
  });

  it('refuses a file that is none, and tells what the disk refuses', () => {
    writeFileSync(path, 'hello\nworld\n');
    expect(() => new LabelJournal(path)).toThrow(/out.journal.jsonl:1: found 'hello', expected the head/);
    writeFileSync(path, '');
    const journal = new LabelJournal(path);
    journal.add(scatter(COUNT, 1), { labels: { energy: 1, forces: new Float64Array(15) }, info: new Map() });
    appendFileSync(path, '{"structure":"a","energy":null,"forces":[]}\n');
    expect(() => new LabelJournal(path)).toThrow(/out.journal.jsonl:3: found .*expected the labels/);
    const nowhere = new LabelJournal(join(folder, 'no', 'where'));
    nowhere.add(scatter(COUNT, 1), { labels: { energy: 1, forces: new Float64Array(15) }, info: new Map() });
    expect(() => nowhere.check()).toThrow(/ENOENT/);
  });
});

describe('force engines as a predictor', () => {
  it('compare with the labels that structures came with, and keep these', async () => {
    const plain = frames([4, 5]);
    const labelled = await Promise.all(
      plain.map(async (frame) => ({
        ...frame,
        labels: await wells(frame.structure.positions, frame.structure.cell),
      })),
    );
    const engines = engine({ count: 0 });
    const predictor = enginePredictor(server, 'engines');
    const comparisons = createComparisons(predictor);
    const results = await collect(predictor.predict(stream(labelled), { comparisons }));
    await server.close();
    await engines;
    expect(comparisons.energy.agreement.count).toBe(2);
    expect(comparisons.forces.agreement.count).toBe(2 * 3 * COUNT);
    expect(comparisons.virial.agreement.count).toBe(12);
    expect(comparisons.virial.agreement.worst).toBeLessThan(1e-10);
    expect(results[1].frame.info.get('REF_energy')).toEqual({ kind: 'R', value: labelled[1].labels.energy });
    expect(results[1].frame.labels.energies).toBeUndefined();
  });

  it('label structures of the same atoms only', async () => {
    const [two] = frames([1]);
    const other = createFrame({
      ...two.structure,
      species: ['C', 'Si'],
      kinds: Uint16Array.of(1, 1, 0, 1, 1),
    });
    const engines = engine({ count: 0 });
    const results = collect(enginePredictor(server, 'engines').predict(stream([two, other])));
    await expect(results).rejects.toThrow(/frame 1 has other atoms \(Si2 C Si2\) than frame 0 \(Si5\)/);
    await server.close();
    await engines;
  });

  it('have no descriptors', async () => {
    const predictions = enginePredictor(server, 'engines').predict(stream([]), { descriptors: true });
    await expect(collect(predictions)).rejects.toThrow(/no descriptors/);
  });
});
