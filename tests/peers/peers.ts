import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

/** The Python that has ASE, phonopy and calorine; environment.sh makes it. */
export const PYTHON = process.env.PEERS_PYTHON ?? join(PACKAGE_ROOT, '.peers', 'bin', 'python');

/** Runs a Python script with arguments; what it prints is parsed as JSON. */
export function python<T>(script: string, ...args: string[]): T {
  const output = execFileSync(PYTHON, ['-c', script, ...args], { encoding: 'utf8', maxBuffer: 1 << 28 });
  return JSON.parse(output) as T;
}

/** An empty folder for one test's files. */
export function scratch(name: string): string {
  return mkdtempSync(join(tmpdir(), `phonolink-${name}-`));
}
