import type { IpiServer } from '../../compat/ipi/server.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import type { Frame } from '../model/frame.js';
import { type Structure, symbolsOf } from '../model/structure.js';
import type { LabelJournal, Labelled } from './label-journal.js';
import { compare, type Prediction, type PredictOptions, type Predictor, relabelled } from './predict.js';

/**
 * Force engines behind an i-PI server as what predicts. With a journal, each result is kept as it comes, and those of
 * an earlier run are not asked for again.
 */
export function enginePredictor(server: IpiServer, name: string, journal?: LabelJournal): Predictor {
  return {
    name,
    predicts: 'energy',
    async *predict(frames, options = {}) {
      if (options.descriptors)
        throw new UsageError('force engines have no descriptors', 'name a potential file');
      for await (const { frame, result } of labelled(server, frames, journal)) {
        yield predictionOf(frame, result, options);
      }
    },
  };
}

interface Pair {
  readonly frame: Frame;
  readonly result: Labelled;
}

/** Frames with their results, in order: those known come from the journal, the others from the engines. */
async function* labelled(
  server: IpiServer,
  frames: AsyncIterable<Frame>,
  journal: LabelJournal | undefined,
): AsyncGenerator<Pair> {
  const open: { frame: Frame; known: Labelled | undefined }[] = [];
  async function* unknown(): AsyncGenerator<Structure> {
    let first: Structure | undefined;
    let index = 0;
    for await (const frame of frames) {
      first ??= frame.structure;
      expectSameAtoms(first, frame.structure, index++);
      const known = journal?.find(frame.structure);
      open.push({ frame, known });
      if (!known) yield frame.structure;
    }
  }
  function* settled(): Generator<Pair> {
    while (open[0]?.known) {
      const { frame, known } = open.shift()!;
      yield { frame, result: known! };
    }
  }
  const results = server.label(unknown(), (frame) => journal?.add(frame.structure, frame));
  for await (const result of results) {
    journal?.check();
    yield* settled();
    yield { frame: open.shift()!.frame, result };
    yield* settled();
  }
  yield* settled();
}

/** An engine knows only the atoms of its own input: others would get their forces without a word. */
function expectSameAtoms(first: Structure, other: Structure, index: number): void {
  const [expected, found] = [first, other].map(symbolsOf);
  if (found.length === expected.length && found.every((symbol, i) => symbol === expected[i])) return;
  throw new PhonolinkError(
    `frame ${index} has other atoms (${formulaOf(found)}) than frame 0 (${formulaOf(expected)}), or in another order, and the i-PI protocol does not say which atoms are meant`,
    { hint: 'label structures of the same atoms together, a file for each' },
  );
}

/** Runs of one symbol, in order: 'Ga2 As2' */
function formulaOf(symbols: readonly string[]): string {
  const runs: [string, number][] = [];
  for (const symbol of symbols) {
    const last = runs.at(-1);
    if (last?.[0] === symbol) last[1]++;
    else runs.push([symbol, 1]);
  }
  const text = runs.slice(0, 8).map(([symbol, count]) => `${symbol}${count > 1 ? count : ''}`);
  return `${text.join(' ')}${runs.length > 8 ? ' ...' : ''}`;
}

function predictionOf(frame: Frame, { labels, info }: Labelled, options: PredictOptions): Prediction {
  if (options.comparisons) compare(frame, labels, options.comparisons);
  const predicted = relabelled(frame, labels);
  return { frame: { ...predicted, info: new Map([...predicted.info, ...info]) } };
}
