import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { UsageError } from '../../src/model/errors.js';
import { readArguments, readSettings } from './arguments.js';
import type { Program, ProgramTable } from './options.js';
import { Tags } from './tags.js';

/** Whose defaults hold. */
export type Version = 2 | 3 | 4;

/** Everything that a run begins with. */
export interface Session {
  readonly program: Program;
  /** Where files are read and written */
  readonly folder: string;
  readonly tags: Tags;
  readonly version: Version;
  /** Forced to be a phonopy.yaml's: what the user named */
  readonly file?: string;
  readonly say: (line: string) => void;
}

export interface SessionOptions {
  /** Where files are read and written; here where absent */
  readonly folder?: string;
  /** phonopy-load and phono3py-load have the newest defaults in every version */
  readonly load?: boolean;
}

/** Arguments that are no settings of a calculation. */
const OURS = new Set(['compat', 'config', 'quiet', 'verbose', 'check_symmetry']);

/**
 * Reads arguments, and the file of settings or the phonopy.yaml that they name.
 * @returns the session, and its tags with those that are no settings of a calculation
 * @throws UsageError where an argument is not supported or a file is not there
 */
export async function openSession(
  words: readonly string[],
  table: ProgramTable,
  { folder = '.', load = false }: SessionOptions = {},
): Promise<{ session: Session; all: Tags }> {
  const { tags: given, files } = readArguments(words, table);
  if (files.length > 1) throw new UsageError(`found ${files.length} files, expected one: ${files.join(' ')}`);
  for (const file of files) {
    if (!existsSync(join(folder, file))) throw new UsageError(`there is no file ${file}`);
  }
  const isYaml = files.length === 1 && (await isPhonopyYaml(join(folder, files[0])));
  const settings = isYaml ? undefined : (files[0] ?? given.get('config')?.text);
  const own = settings === undefined ? [] : await readSettings(join(folder, settings), settings, table);
  const all = new Tags(new Map([...own, ...given]));
  const quiet = all.flag('quiet') ?? false;
  const session: Session = {
    program: table.program,
    folder,
    tags: new Tags(new Map([...own, ...given].filter(([name]) => !OURS.has(name)))),
    version: versionOf(all, load),
    ...(isYaml && { file: files[0] }),
    say: (line) => {
      if (!quiet) process.stdout.write(`${line}\n`);
    },
  };
  return { session, all };
}

/** Whether a file is a phonopy.yaml, and not a file of settings. */
export async function isPhonopyYaml(path: string): Promise<boolean> {
  const { text, head } = await openText(path);
  await text.close();
  return /^(phonopy|phono3py|lattice|unit_cell|supercell|primitive_cell)\s*:/m.test(head);
}

function versionOf(tags: Tags, load: boolean): Version {
  const version = tags.integer('compat') ?? 4;
  if (version !== 2 && version !== 3 && version !== 4) tags.fail('compat', '2, 3 or 4');
  return load ? 4 : version;
}
