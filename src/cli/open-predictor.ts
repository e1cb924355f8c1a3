import { addressName, type IpiAddress, parseIpiModel } from '../../compat/ipi/address.js';
import { createIpiServer } from '../../compat/ipi/server.js';
import { loadPotential } from '../../formats/potentials.js';
import { UsageError } from '../model/errors.js';
import { enginePredictor } from '../workflows/label.js';
import { LabelJournal } from '../workflows/label-journal.js';
import { type Predictor, predictorOf } from '../workflows/predict.js';
import { potentialAt } from '../workflows/temperature.js';
import { type DeviceChoice, openDevice } from './device-options.js';
import { type EngineFlags, milliseconds, unitsOf } from './engine-options.js';

export interface PredictorFlags extends DeviceChoice, EngineFlags {
  readonly output?: string;
  readonly temperature?: number;
}

/** What predicts, and what it holds open. */
interface OpenedPredictor {
  readonly predictor: Predictor;
  /** To be called when its results are safe in their file */
  done(): void;
  close(): Promise<void>;
}

/**
 * The model that a user names: a potential file on a device, or the force engines that connect to an address.
 * @param say takes what the user should know at once
 * @throws UsageError where an option belongs to the other kind
 */
export async function openPredictor(
  name: string,
  flags: PredictorFlags,
  say: (line: string) => void,
): Promise<OpenedPredictor> {
  const address = parseIpiModel(name);
  return address ? openEngines(address, flags, say) : openPotentialFile(name, flags, say);
}

async function openPotentialFile(
  name: string,
  flags: PredictorFlags,
  say: (line: string) => void,
): Promise<OpenedPredictor> {
  for (const option of ['timeout', 'patience', 'peer'] as const) {
    if (flags[option] !== undefined) {
      throw new UsageError(
        `--${option} is for force engines, but ${name} is a file`,
        'name ipi:unix:NAME or ipi:HOST:PORT',
      );
    }
  }
  const potential = potentialAt(await loadPotential(name), flags.temperature);
  const { device, remark } = await openDevice(flags, potential.devices);
  if (remark) say(remark);
  return { predictor: predictorOf(potential, device), done: () => {}, close: () => device.close() };
}

async function openEngines(
  address: IpiAddress,
  flags: PredictorFlags,
  say: (line: string) => void,
): Promise<OpenedPredictor> {
  if (flags.temperature !== undefined) {
    throw new UsageError(
      '--temperature is for potential files, not for force engines',
      'tell it to the engines',
    );
  }
  const hasJournal = flags.output !== undefined && flags.output !== '-';
  const journal = hasJournal ? new LabelJournal(`${flags.output}.journal.jsonl`) : undefined;
  const server = await createIpiServer({
    listen: address,
    timeout: milliseconds(flags.timeout),
    patience: milliseconds(flags.patience),
    units: unitsOf(flags),
    onLost: ({ message }) => say(`lost ${message}; what it worked on goes to another`),
  });
  const place = addressName(server.address);
  say(`waiting for force engines at ${place}`);
  if (journal) {
    say(
      journal.size > 0
        ? `${journal.path} has the labels of ${journal.size} structures: these are not computed again`
        : `labels are kept in ${journal.path} until all are there: the same command goes on after an interruption`,
    );
  }
  return {
    predictor: enginePredictor(server, `force engines at ${place}`, journal),
    done: () => journal?.remove(),
    close: () => server.close(),
  };
}
