import { type FileHandle, open } from 'node:fs/promises';
import { pipeline, Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FormatError, PhonolinkError } from '../../src/model/errors.js';

const CHUNK = 1 << 20;

/**
 * The bytes of a file, decompressed where they begin as gzip or xz do, in chunks; '-' is standard input. `onRead` is
 * told how many bytes of the file itself have been read so far.
 */
export async function* openBytes(path: string, onRead?: (bytes: number) => void): AsyncGenerator<Uint8Array> {
  const source = path === '-' ? standardInput() : fileChunks(path);
  const raw = onRead ? counted(source, onRead) : source;
  const first = await raw.next();
  if (first.done) return;
  const head = first.value;
  const whole = prepend(head, raw);
  try {
    if (head[0] === 0x1f && head[1] === 0x8b) {
      // A failure arrives at the last stream, and an early end at the first: both are told here.
      yield* pipeline(
        Readable.from(whole),
        createGunzip({ chunkSize: CHUNK }),
        () => {},
      ) as AsyncIterable<Uint8Array>;
    } else if (
      head[0] === 0xfd &&
      head[1] === 0x37 &&
      head[2] === 0x7a &&
      head[3] === 0x58 &&
      head[4] === 0x5a
    ) {
      yield* unpackXz(whole);
    } else {
      yield* whole;
    }
  } catch (error) {
    if (error instanceof PhonolinkError) throw error;
    throw new FormatError({
      file: path,
      line: 0,
      found: `compressed data that cannot be unpacked (${(error as Error).message})`,
      expected: 'a whole .gz or .xz file',
      hint: 'the file may have been cut off while it was copied',
    });
  } finally {
    // A reader that needs no more leaves the file open otherwise: nothing below it is told.
    await raw.return(undefined);
  }
}

/** Bytes handed to the unpacker at once: what it may still unpack after an early end. */
const XZ_PIECE = 1 << 16;

/**
 * The library unpacks one file at a time in a process (a second waits for the first), and lets go of a file only at
 * its end or at an error: cancelling its stream may throw. An early end therefore cuts its input off and reads on to
 * the error that this makes.
 */
async function* unpackXz(chunks: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  let wanted = true;
  let rest: Uint8Array = new Uint8Array(0);
  const input = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (wanted && rest.length === 0) rest = (await chunks.next()).value ?? rest;
        if (!wanted || rest.length === 0) return controller.close();
        controller.enqueue(rest.subarray(0, XZ_PIECE));
        rest = rest.subarray(XZ_PIECE);
      },
    },
    { highWaterMark: 0 },
  );
  const { default: xz } = await import('xz-decompress');
  const reader = new xz.XzReadableStream(input).getReader();
  let ended = false;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      ended = done;
      if (done) return;
      yield value;
    }
  } catch (error) {
    ended = true;
    throw error;
  } finally {
    wanted = false;
    while (!ended) {
      try {
        ended = (await reader.read()).done;
      } catch {
        ended = true;
      }
    }
  }
}

async function* fileChunks(path: string): AsyncGenerator<Uint8Array> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    const why = code === 'ENOENT' ? 'there is no such file' : (error as Error).message;
    throw new PhonolinkError(`${path}: cannot be read: ${why}`, { hint: 'check the path' });
  }
  let ahead: Promise<{ buffer: Buffer; bytesRead: number }> | undefined;
  try {
    if ((await handle.stat()).isDirectory())
      throw new PhonolinkError(`${path}: is a folder, expected a file`);
    const read = () => handle.read(Buffer.allocUnsafe(CHUNK), 0, CHUNK);
    ahead = read();
    for (;;) {
      const { buffer, bytesRead } = await ahead;
      if (bytesRead === 0) return;
      // The next piece comes from the disk while this one is worked on.
      ahead = read();
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await ahead?.catch(() => {});
    await handle.close();
  }
}

async function* standardInput(): AsyncGenerator<Uint8Array> {
  yield* process.stdin as AsyncIterable<Uint8Array>;
}

async function* counted(
  chunks: AsyncIterable<Uint8Array>,
  onRead: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let bytes = 0;
  for await (const chunk of chunks) {
    bytes += chunk.length;
    onRead(bytes);
    yield chunk;
  }
}

async function* prepend(head: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield head;
  yield* rest;
}
