import { type Command, InvalidArgumentError, Option } from 'commander';
import { PEER_UNITS } from '../../compat/ipi/peers.js';
import type { AtomicUnits } from '../../compat/ipi/units.js';

/** What the options of `addPeerOption` and `addEngineOptions` give. */
export interface PeerChoice {
  readonly peer?: string;
}
export interface EngineFlags extends PeerChoice {
  /** s */
  readonly timeout?: number;
  readonly patience?: number;
}

/** Adds --peer: whose constants numbers are converted with. */
export function addPeerOption(command: Command): Command {
  return command.addOption(
    new Option(
      '--peer <name>',
      'the program at the other end, whose constants units are converted with, so that energies agree beyond 1e-8',
    ).choices(Object.keys(PEER_UNITS)),
  );
}

/** Adds what force engines behind ipi:... may need to be told: --timeout, --patience, --peer. */
export function addEngineOptions(command: Command): Command {
  command
    .option(
      '--timeout <s>',
      'ipi: engines: the time that one structure may take (default: 3600)',
      parseSeconds,
    )
    .option(
      '--patience <s>',
      'ipi: engines: the time to wait for a first or next engine (default: 300)',
      parseSeconds,
    );
  return addPeerOption(command);
}

/** The peer's constants; undefined where it is not named. */
export function unitsOf({ peer }: PeerChoice): AtomicUnits | undefined {
  return peer === undefined ? undefined : PEER_UNITS[peer];
}

/** The parser of an option in seconds. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0))
    throw new InvalidArgumentError('expected a positive number of seconds.');
  return seconds;
}

/** Seconds of the command line in the library's ms. */
export function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : 1000 * seconds;
}
