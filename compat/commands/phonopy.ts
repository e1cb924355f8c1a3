import type { Command } from 'commander';
import { helpOf } from './options.js';
import { OPTIONS, PHONOPY } from './phonopy-options.js';
import { openSession, type SessionOptions } from './session.js';

const EXAMPLE = `
Examples:
  phonolink phonopy -d --dim 2 2 2                       displaced supercells (also: phonolink phonopy-init)
  phonolink phonopy -f vasprun.xml-001 vasprun.xml-002   FORCE_SETS
  phonolink phonopy --mesh 20 20 20 -t                   from phonopy_disp.yaml and FORCE_SETS (also: phonopy-load)
  phonolink phonopy band.conf                            a file of settings
  phonolink phonopy --compat 2 --dim 2 2 2 --nac --band "0 0 0  1/2 0 1/2"

Arguments are phonopy's. Without --compat defaults are those of phonopy 4: force constants are symmetrised, BORN is used
where there is one, the primitive cell is looked for; --compat 2 (or 3) has the older ones.

Arguments:
${helpOf(OPTIONS)}`;

/** phonolink phonopy, phonopy-init and phonopy-load: all three take all arguments. */
export function addPhonopy(program: Command): void {
  for (const name of ['phonopy', 'phonopy-init', 'phonopy-load']) {
    program
      .command(name, { hidden: name !== 'phonopy' })
      .description("phonopy's own arguments and files: displacements, force constants, phonons")
      .argument('[arguments...]', "phonopy's")
      .allowUnknownOption()
      .addHelpText('after', EXAMPLE)
      .action((words: string[]) => runPhonopy(words, { load: name === 'phonopy-load' }));
  }
}

/**
 * Does what phonopy would with these arguments.
 * @throws UsageError where an argument is not supported; PhonolinkError where files do not go together
 */
export async function runPhonopy(words: readonly string[], options: SessionOptions = {}): Promise<void> {
  const { session, all } = await openSession(words, PHONOPY, options);
  // Each loads much that the others do not need.
  if (all.flag('check_symmetry')) {
    const { printSymmetry } = await import('./phonopy-symmetry.js');
    return printSymmetry({ ...session, say: () => {} }, (line) => void process.stdout.write(`${line}\n`));
  }
  const { tags } = session;
  const collects = tags.has('create_force_sets') || tags.has('create_force_sets_zero');
  if (collects || tags.flag('create_displacements') || tags.has('random_displacements')) {
    const { collectForces, displace } = await import('./phonopy-setup.js');
    return collects ? collectForces(session) : displace(session);
  }
  const { runPhonons } = await import('./phonopy-run.js');
  return runPhonons(session);
}
