import type { Command } from 'commander';
import { helpOf } from './options.js';
import { collectForces, forceSetsFromForces, forcesFromForceSets } from './phono3py-forces.js';
import { OPTIONS, PHONO3PY } from './phono3py-options.js';
import { displaceForCubic } from './phono3py-setup.js';
import { openSession, type SessionOptions } from './session.js';

const EXAMPLE = `
Examples:
  phonolink phono3py -d --dim 2 2 2 --cutoff-pair 5      displaced supercells (also: phonolink phono3py-init)
  phonolink phono3py -d --dim 2 2 2 --dim-fc2 4 4 4      the second order in a supercell of its own
  phonolink phono3py --cf3 vasprun.xml-*                 FORCES_FC3 (with --sp: phono3py_params.yaml)
  phonolink phono3py --cf2 vasprun_fc2.xml-*             FORCES_FC2
  phonolink phono3py                                     fc2.hdf5 and fc3.hdf5 (also: phonolink phono3py-load)
  phonolink phono3py --compat 2 --dim 2 2 2 --sym-fc --cfc
  phonolink phono3py --mesh 19 19 19 --br --isotope      thermal conductivity by relaxation times
  phonolink phono3py --mesh 11 11 11 --lbte --ts 300     by the solution of the Boltzmann equation
  phonolink phono3py --mesh 19 19 19 --ise --gp 1        self-energies, --rse, --spf, --jdos

Arguments are phono3py's. Without --compat defaults are those of phono3py 4: force constants are compact and
symmetrised, BORN is used where there is one, the primitive cell is looked for; --compat 2 (or 3) has the older ones.

Arguments:
${helpOf(OPTIONS)}`;

/** phonolink phono3py, phono3py-init and phono3py-load: all three take all arguments. */
export function addPhono3py(program: Command): void {
  for (const name of ['phono3py', 'phono3py-init', 'phono3py-load']) {
    program
      .command(name, { hidden: name !== 'phono3py' })
      .description("phono3py's own arguments and files: displacements, force constants, conductivities")
      .argument('[arguments...]', "phono3py's")
      .allowUnknownOption()
      .addHelpText('after', EXAMPLE)
      .action((words: string[]) => runPhono3py(words, { load: name === 'phono3py-load' }));
  }
}

/**
 * Does what phono3py would with these arguments.
 * @throws UsageError where an argument is not supported; PhonolinkError where files do not go together
 */
export async function runPhono3py(words: readonly string[], options: SessionOptions = {}): Promise<void> {
  const { session, all } = await openSession(words, PHONO3PY, options);
  if (all.flag('force_sets_to_forces_fc2')) return forcesFromForceSets(session);
  if (all.flag('create_force_sets')) return forceSetsFromForces(session);
  const { tags } = session;
  if (['create_forces_fc3', 'create_forces_fc3_file', 'create_forces_fc2'].some((tag) => tags.has(tag)))
    return collectForces(session);
  if (
    tags.flag('create_displacements') ||
    tags.has('random_displacements') ||
    tags.has('random_displacements_fc2')
  )
    return displaceForCubic(session);
  const { runFromForces } = await import('./phono3py-run.js');
  return runFromForces(session);
}
