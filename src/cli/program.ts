import { Command, CommanderError } from 'commander';
import { PhonolinkError } from '../model/errors.js';
import { COMMANDS, type CommandModule } from './commands.js';
import { VERSION } from './version.js';

/**
 * Parses the arguments and runs one command; returns the exit code. A failure that a user can cause is one sentence.
 * @param imitations commands of other programs, which rank above our own
 */
export async function runCommandLine(
  argv: readonly string[],
  imitations: readonly CommandModule[] = [],
): Promise<number> {
  const program = new Command('phonolink')
    .description('Interchange layer and engine for atomistic simulation with machine-learned potentials')
    .version(VERSION)
    .exitOverride()
    .showHelpAfterError('(phonolink COMMAND --help shows an example)');
  try {
    for (const { load } of calledFor(argv[2], [...COMMANDS, ...imitations])) (await load())(program);
    await program.parseAsync(argv as string[]);
    return 0;
  } catch (error) {
    return report(error);
  }
}

/** The module of the command that a word names; where it names none, all of them, for the help. */
function calledFor(word: string, modules: readonly CommandModule[]): readonly CommandModule[] {
  const named = modules.filter(({ names }) => names.includes(word));
  return named.length > 0 ? named : modules;
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof PhonolinkError) {
    process.stderr.write(`phonolink: ${error.message}\n`);
    if (error.hint) process.stderr.write(`  ${error.hint}\n`);
    return error.exitCode;
  }
  const known = error as NodeJS.ErrnoException;
  if (known?.code && typeof known.syscall === 'string') {
    process.stderr.write(`phonolink: ${known.path ? `${known.path}: ` : ''}${known.message}\n`);
    return 1;
  }
  process.stderr.write(
    `phonolink: a fault of its own, please report it:\n${(error as Error)?.stack ?? error}\n`,
  );
  return 1;
}
