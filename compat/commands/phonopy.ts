import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../src/model/errors.js';
import { readArguments, readSettings } from './phonopy-arguments.js';
import { isPhonopyYaml, type Session, type Version } from './phonopy-crystal.js';
import { OPTIONS } from './phonopy-options.js';
import { Tags } from './tags.js';

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
${OPTIONS.map(({ names, takes }) => `  ${names.join(', ')}${takes === 'nothing' ? '' : takes === 'one' ? ' X' : ' X ...'}`).join('\n')}`;

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

export interface PhonopyOptions {
  /** Where files are read and written; here where absent */
  readonly folder?: string;
  /** phonopy-load has the newest defaults in every version */
  readonly load?: boolean;
}

/**
 * Does what phonopy would with these arguments.
 * @throws UsageError where an argument is not supported; PhonolinkError where files do not go together
 */
export async function runPhonopy(
  words: readonly string[],
  { folder = '.', load = false }: PhonopyOptions = {},
): Promise<void> {
  const { tags: given, files } = readArguments(words);
  if (files.length > 1) throw new UsageError(`found ${files.length} files, expected one: ${files.join(' ')}`);
  for (const file of files) {
    if (!existsSync(join(folder, file))) throw new UsageError(`there is no file ${file}`);
  }
  const isYaml = files.length === 1 && (await isPhonopyYaml(join(folder, files[0])));
  const settings = isYaml ? undefined : (files[0] ?? given.get('config')?.text);
  const own = settings === undefined ? [] : await readSettings(join(folder, settings), settings);
  const all = new Tags(new Map([...own, ...given]));
  const quiet = all.flag('quiet') ?? false;
  const session: Session = {
    folder,
    tags: new Tags(new Map([...own, ...given].filter(([name]) => !OURS.has(name)))),
    version: versionOf(all, load),
    ...(isYaml && { file: files[0] }),
    say: (line) => {
      if (!quiet) process.stdout.write(`${line}\n`);
    },
  };
  // Each loads much that the others do not need.
  if (all.flag('check_symmetry')) {
    const { printSymmetry } = await import('./phonopy-symmetry.js');
    return printSymmetry({ ...session, say: () => {} }, (line) => void process.stdout.write(`${line}\n`));
  }
  const collects = all.has('create_force_sets') || all.has('create_force_sets_zero');
  if (collects || all.flag('create_displacements') || all.has('random_displacements')) {
    const { collectForces, displace } = await import('./phonopy-setup.js');
    return collects ? collectForces(session) : displace(session);
  }
  const { runPhonons } = await import('./phonopy-run.js');
  return runPhonons(session);
}

/** Arguments that are no settings of a calculation. */
const OURS = new Set(['compat', 'config', 'quiet', 'verbose', 'check_symmetry']);

function versionOf(tags: Tags, load: boolean): Version {
  const version = tags.integer('compat') ?? 4;
  if (version !== 2 && version !== 3 && version !== 4) tags.fail('compat', '2, 3 or 4');
  return load ? 4 : version;
}
