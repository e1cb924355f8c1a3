import { type Command, InvalidArgumentError, Option } from 'commander';
import { PEER_UNITS } from '../../compat/sockets/peers.js';
import type { AtomicUnits } from '../../compat/sockets/units.js';

/** What the options of `addEngineOptions` give; times in s. */
export interface EngineFlags {
  readonly engineTimeout?: number;
  readonly patience?: number;
  readonly perEngine?: number;
  readonly peer?: string;
}

/** Adds what concerns force engines behind ipi:..., and --peer, whose constants units are converted with. */
export function addEngineOptions(command: Command): Command {
  return command
    .option(
      '--engine-timeout <s>',
      'ipi: models: the time that one structure may take (default: 3600)',
      parseSeconds,
    )
    .option(
      '--patience <s>',
      'ipi: models: the time to wait for a first or next engine (default: 300)',
      parseSeconds,
    )
    .option(
      '--per-engine <count>',
      'ipi: models: structures that an engine gets before it is sent away (default: no end of them)',
      parseCount,
    )
    .addOption(
      new Option(
        '--peer <name>',
        'whose constants to convert units with, so that energies agree beyond 1e-8 (default: codata2018)',
      ).choices(Object.keys(PEER_UNITS)),
    );
}

/** The peer's constants; undefined where it is not named. */
export function unitsOf({ peer }: Pick<EngineFlags, 'peer'>): AtomicUnits | undefined {
  return peer === undefined ? undefined : PEER_UNITS[peer];
}

/** The parser of an option in seconds. */
export function parseSeconds(text: string): number {
  const seconds = Number(text);
  if (text.trim() === '' || !(seconds > 0))
    throw new InvalidArgumentError('expected a positive number of seconds.');
  return seconds;
}

function parseCount(text: string): number {
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new InvalidArgumentError('expected a count of 1 or more.');
  return count;
}

/** Seconds of the command line in the library's ms. */
export function milliseconds(seconds: number | undefined): number | undefined {
  return seconds === undefined ? undefined : 1000 * seconds;
}
