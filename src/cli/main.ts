#!/usr/bin/env node
import type { CommandModule } from './commands.js';
import { runCommandLine } from './program.js';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

/** Commands of other programs, which rank above our own. */
const IMITATIONS: readonly CommandModule[] = [
  {
    names: ['phonopy', 'phonopy-init', 'phonopy-load'],
    load: async () => (await import('../../compat/commands/phonopy.js')).addPhonopy,
  },
];

process.exitCode = await runCommandLine(process.argv, IMITATIONS);
