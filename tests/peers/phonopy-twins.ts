import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { vi } from 'vitest';
import { runPhonopy } from '../../compat/commands/phonopy.js';
import { DATA } from '../helpers/shared-data.js';
import { PYTHON, scratch } from './peers.js';

/** Debian's phonopy, of version 2.17; and the newest, of PyPI. */
export const OLD = '/usr/bin/phonopy';
export const bin = (name: string) => join(dirname(PYTHON), name);
export const hasOld = spawnSync(OLD, ['--help'], { encoding: 'utf8' }).status === 0;

/** A user's session: the same arguments in twin folders, one command after the other. */
export interface Case {
  readonly name: string;
  readonly version: 2 | 4;
  /** File of the reference data -> its name in the folder */
  readonly files: Readonly<Record<string, string>>;
  readonly commands: readonly (readonly string[])[];
  /** Files of settings, by their names */
  readonly settings?: Readonly<Record<string, string>>;
}

export const split = (line: string) =>
  line.match(/(?:"[^"]*"|[^\s"]+)+/g)!.map((word) => word.replace(/"/g, ''));
export const session = (
  version: 2 | 4,
  name: string,
  files: Record<string, string>,
  ...lines: string[]
): Case => ({
  name,
  version,
  files,
  commands: lines.map(split),
});

/** Runs the peer's commands in one folder, ours in the other. */
export async function twins({
  version,
  files,
  commands,
  settings = {},
}: Case): Promise<{ theirs: string; ours: string }> {
  const [theirs, ours] = [scratch('phonopy-theirs'), scratch('phonopy-ours')];
  for (const folder of [theirs, ours]) {
    mkdirSync(folder, { recursive: true });
    for (const [from, to] of Object.entries(files)) copyFileSync(join(DATA, from), join(folder, to));
    for (const [name, text] of Object.entries(settings)) writeFileSync(join(folder, name), text);
  }
  for (const [command, ...words] of commands) {
    const executable = version === 2 ? OLD : bin(command);
    const { status, stdout, stderr } = spawnSync(executable, words, { cwd: theirs, encoding: 'utf8' });
    if (status !== 0) throw new Error(`${command} ${words.join(' ')}\n${stdout}${stderr}`);
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    try {
      await runPhonopy([...words, ...(version === 2 ? ['--compat', '2'] : [])], {
        folder: ours,
        load: command === 'phonopy-load',
      });
    } finally {
      write.mockRestore();
    }
  }
  return { theirs, ours };
}
