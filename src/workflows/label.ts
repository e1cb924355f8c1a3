import type { IpiServer } from '../../compat/ipi/server.js';
import { UsageError } from '../model/errors.js';
import type { Frame } from '../model/frame.js';
import type { Structure } from '../model/structure.js';
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
    for await (const frame of frames) {
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

function predictionOf(frame: Frame, { labels, info }: Labelled, options: PredictOptions): Prediction {
  if (options.comparisons) compare(frame, labels, options.comparisons);
  const predicted = relabelled(frame, labels);
  return { frame: { ...predicted, info: new Map([...predicted.info, ...info]) } };
}
