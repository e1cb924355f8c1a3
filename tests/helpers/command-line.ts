import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, vi } from 'vitest';

/** A command line as its user has it: a folder of its own for each test, and what was printed there. */
export interface CommandLine {
  readonly folder: string;
  stdout: string;
  stderr: string;
  /** A file's place in the folder. */
  at(name: string): string;
  /** A file's text. */
  text(name: string): string;
}

/** Makes the folder before each test and removes it behind; what is printed meanwhile goes to the result. */
export function commandLine(): CommandLine {
  let folder = '';
  const line = {
    get folder() {
      return folder;
    },
    stdout: '',
    stderr: '',
    at: (name: string) => join(folder, name),
    text: (name: string) => readFileSync(join(folder, name), 'utf8'),
  };
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'phonolink-cli-'));
    for (const stream of ['stdout', 'stderr'] as const) {
      line[stream] = '';
      vi.spyOn(process[stream], 'write').mockImplementation((text) => {
        line[stream] += typeof text === 'string' ? text : Buffer.from(text).toString();
        return true;
      });
    }
  });
  afterEach(() => {
    vi.restoreAllMocks();
    rmSync(folder, { recursive: true });
  });
  return line;
}
