import { once } from 'node:events';
import { createWriteStream, rmSync } from 'node:fs';
import { mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { PhonolinkError } from '../../src/model/errors.js';

/** A file that appears whole or not at all. */
export interface WholeFile {
  /** Resolves when more may come. Throws what the file system says. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** Ends the writing; the file still waits for its name. */
  close(): Promise<void>;
  /** The file, closed where it is not yet, takes its name. */
  commit(): Promise<void>;
  /** Nothing is left behind. */
  discard(): Promise<void>;
}

/**
 * Opens a temporary file beside `path`, which takes that name when committed. A name ending in .gz is compressed; '-'
 * is standard output. What is no ordinary file (/dev/null, a pipe) is written at once.
 * @throws PhonolinkError where there can be no such file
 */
export async function createWhole(path: string): Promise<WholeFile> {
  if (path === '-') return standardOutput;
  const { direct, place, temporary } = await placeFor(path);
  const file = createWriteStream(temporary, { highWaterMark: 1 << 20 });
  await new Promise<void>((resolve, reject) => {
    file.once('open', () => resolve());
    file.once('error', (error: NodeJS.ErrnoException) => {
      const denied = error.code === 'EACCES' || error.code === 'EPERM' || error.code === 'EROFS';
      reject(unwritable(path, denied ? `${dirname(place)} may not be written to` : error.message));
    });
  });
  if (!direct) remember(temporary);
  let entry: Writable = file;
  if (/\.gz$/i.test(path)) {
    entry = createGzip();
    entry.pipe(file);
  }
  // Attached at once: a disk that is full may say so before anyone waits.
  const done = finished(file);
  done.catch(() => {});
  const failed = new Promise<never>((_, reject) => file.once('error', reject));
  failed.catch(() => {});
  const close = async () => {
    if (!entry.writableEnded) entry.end();
    await done;
  };
  return {
    write: async (chunk) => {
      if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), failed]);
    },
    close,
    commit: async () => {
      await close();
      if (!direct) await rename(temporary, place);
      forget(temporary);
    },
    discard: async () => {
      entry.destroy();
      file.destroy();
      await done.catch(() => {});
      if (!direct) await rm(temporary, { force: true });
      forget(temporary);
    },
  };
}

/** Where a file is written (`temporary`) before it takes its name (`place`); at once (`direct`) where it is no ordinary file. */
async function placeFor(path: string): Promise<{ direct: boolean; place: string; temporary: string }> {
  const old = await stat(path).catch(() => undefined);
  if (old?.isDirectory()) throw unwritable(path, 'it is a folder');
  const direct = old !== undefined && !old.isFile();
  // A link stays a link: what it leads to is replaced.
  const place = old?.isFile() ? await realpath(path) : path;
  const folder = dirname(place);
  if (!direct) {
    await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
      const why =
        error.code === 'EEXIST' || error.code === 'ENOTDIR' ? `${folder} is no folder` : error.message;
      throw unwritable(path, why);
    });
  }
  const temporary = direct ? place : join(folder, temporaryName(basename(place), process.pid));
  return { direct, place, temporary };
}

function unwritable(path: string, why: string): PhonolinkError {
  return new PhonolinkError(`${path}: cannot be written: ${why}`, { hint: 'choose another name or folder' });
}

const standardOutput: WholeFile = {
  write: async (chunk) => {
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  },
  close: async () => {},
  commit: async () => {},
  discard: async () => {},
};

/** Temporary files of this process; a signal that ends it removes them. */
const temporaries = new Set<string>();

/** Signals that ask to end, and what the process then exits with: 128 and the signal's number. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;
type Ending = keyof typeof SIGNALS;

function interrupted(signal: NodeJS.Signals): void {
  for (const path of temporaries) rmSync(path, { force: true });
  process.exit(SIGNALS[signal as Ending]);
}

function remember(path: string): void {
  if (temporaries.size === 0) for (const signal of Object.keys(SIGNALS)) process.once(signal, interrupted);
  temporaries.add(path);
}

function forget(path: string): void {
  temporaries.delete(path);
  if (temporaries.size === 0)
    for (const signal of Object.keys(SIGNALS)) process.removeListener(signal, interrupted);
}

/** Files that this process has begun: two that it writes at once under one name do not meet. */
let begun = 0;

/** What a file is called while a process of this machine writes it; another each time. */
export function temporaryName(name: string, pid: number): string {
  return `.${name}.${pid}-${begun++}@${hostname()}.part`;
}

/**
 * Removes temporary files of processes of this machine that were killed, of all files of a folder or of those whose names begin so. A
 * folder that is not there has none.
 */
export async function removeLeftovers(folder: string, begin = ''): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names) {
    const [, of, pid, host] = /^\.(.+)\.(\d+)-\d+@([^@]+)\.part$/.exec(name) ?? [];
    if (of?.startsWith(begin) && host === hostname() && !isAlive(Number(pid)))
      await rm(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // Another user's
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Writes pieces to a file, whole or not at all. */
export async function writeWhole(path: string, chunks: AsyncIterable<Uint8Array | string>): Promise<void> {
  const file = await createWhole(path);
  try {
    for await (const chunk of chunks) await file.write(chunk);
    await file.commit();
  } catch (error) {
    await file.discard();
    throw error;
  }
}

/**
 * Has a file written by something that wants a path, whole or not at all.
 * @throws PhonolinkError where there can be no such file
 */
export async function writeWholeBy(path: string, write: (temporary: string) => void): Promise<void> {
  const { direct, place, temporary } = await placeFor(path);
  if (direct) throw unwritable(path, 'it is no ordinary file');
  remember(temporary);
  try {
    try {
      write(temporary);
    } catch (error) {
      if (error instanceof PhonolinkError) throw error;
      throw unwritable(path, (error as Error).message);
    }
    await rename(temporary, place);
  } finally {
    await rm(temporary, { force: true });
    forget(temporary);
  }
}
