#!/usr/bin/env node
import { addPhono3py } from '../../compat/commands/phono3py.js';
import { addPhonopy } from '../../compat/commands/phonopy.js';
import { addPhonopyGruneisen } from '../../compat/commands/phonopy-gruneisen.js';
import { addPhonopyQha } from '../../compat/commands/phonopy-qha.js';
import { runCommandLine } from './program.js';

// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

process.exitCode = await runCommandLine(process.argv, [
  addPhonopy,
  addPhonopyQha,
  addPhonopyGruneisen,
  addPhono3py,
]);
