import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

/** A file that appears whole or not at all. */
export interface WholeFile {
  /** Resolves when more may come. Throws what the file system says. */
  write(chunk: Uint8Array | string): Promise<void>;
  /** The file takes its name. */
  commit(): Promise<void>;
  /** Nothing is left behind. */
  discard(): Promise<void>;
}

/**
 * Opens a temporary file beside `path`, which takes that name when committed. A name ending in .gz is compressed; '-'
 * is standard output.
 */
export async function createWhole(path: string): Promise<WholeFile> {
  if (path === '-') return standardOutput;
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `.${basename(path)}.${process.pid}.part`);
  const file = createWriteStream(temporary, { highWaterMark: 1 << 20 });
  let entry: Writable = file;
  if (path.endsWith('.gz')) {
    entry = createGzip();
    entry.pipe(file);
  }
  // Attached at once: a disk that is full may say so before anyone waits.
  const done = finished(file);
  done.catch(() => {});
  const failed = new Promise<never>((_, reject) => file.once('error', reject));
  failed.catch(() => {});
  return {
    write: async (chunk) => {
      if (!entry.write(chunk)) await Promise.race([once(entry, 'drain'), failed]);
    },
    commit: async () => {
      entry.end();
      await done;
      await rename(temporary, path);
    },
    discard: async () => {
      entry.destroy();
      file.destroy();
      await done.catch(() => {});
      await rm(temporary, { force: true });
    },
  };
}

const standardOutput: WholeFile = {
  write: async (chunk) => {
    if (!process.stdout.write(chunk)) await once(process.stdout, 'drain');
  },
  commit: async () => {},
  discard: async () => {},
};

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
