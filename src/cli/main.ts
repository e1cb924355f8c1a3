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
  {
    names: ['phonopy-qha'],
    load: async () => (await import('../../compat/commands/phonopy-qha.js')).addPhonopyQha,
  },
  {
    names: ['phonopy-gruneisen'],
    load: async () => (await import('../../compat/commands/phonopy-gruneisen.js')).addPhonopyGruneisen,
  },
  {
    names: ['phono3py', 'phono3py-init', 'phono3py-load'],
    load: async () => (await import('../../compat/commands/phono3py.js')).addPhono3py,
  },
  {
    names: ['phono3py-kaccum'],
    load: async () => (await import('../../compat/commands/phono3py-kaccum.js')).addKaccum,
  },
];

process.exitCode = await runCommandLine(process.argv, IMITATIONS);
