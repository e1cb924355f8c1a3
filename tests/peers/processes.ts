import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/device/paths.js';

const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');

/** A process, and what it has said until now. */
export interface Running {
  readonly child: ChildProcess;
  said: string;
  /** The exit code; null where it was killed */
  readonly end: Promise<number | null>;
}

/** On one thread: several add up in the order in which they are done. */
export function start(args: readonly string[]): Running {
  const child = spawn(process.execPath, [MAIN, ...args, '--threads', '1'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const running: Running = { child, said: '', end: once(child, 'close').then(([code]) => code) };
  child.stderr!.on('data', (text) => {
    running.said += text;
  });
  return running;
}

/** Kills once a condition holds; false where the process ended before. */
export async function killedWhen(running: Running, holds: () => boolean): Promise<boolean> {
  let isOver = false;
  void running.end.then(() => {
    isOver = true;
  });
  while (!isOver && !holds()) await new Promise((resolve) => setTimeout(resolve, 1));
  running.child.kill('SIGKILL');
  return (await running.end) === null;
}

export const sizeOf = (path: string) => (existsSync(path) ? statSync(path).size : 0);
