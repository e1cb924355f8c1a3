import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import type { ReadOptions, StructureFormat, WriteOptions } from '../../formats/format.js';
import { TextReader } from '../../formats/io/text.js';
import { openStructures, readFrames } from '../../formats/read.js';
import { FormatError } from '../../src/model/errors.js';
import type { Frame } from '../../src/model/frame.js';
import { DATA } from './shared-data.js';

type Source = string | Uint8Array;

/** Every frame of a text, and the error that ended it if one did. */
export async function readUntil(format: StructureFormat, source: Source, options: ReadOptions = {}) {
  const frames: Frame[] = [];
  try {
    for await (const frame of readFrames(format, new TextReader(source, 'file'), options)) frames.push(frame);
  } catch (error) {
    expect(error).toBeInstanceOf(FormatError);
    return { frames, error: error as FormatError };
  }
  return { frames, error: null };
}

export async function readAll(
  format: StructureFormat,
  source: Source,
  options: ReadOptions = {},
): Promise<Frame[]> {
  const { frames, error } = await readUntil(format, source, options);
  if (error) throw error;
  return frames;
}

export async function readOne(
  format: StructureFormat,
  source: Source,
  options: ReadOptions = {},
): Promise<Frame> {
  const frames = await readAll(format, source, options);
  expect(frames).toHaveLength(1);
  return frames[0];
}

/** Every frame of a file, whose format is recognised. */
export async function framesOf(path: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of (await openStructures(path)).frames) frames.push(frame);
  return frames;
}

/** Every frame of a text, and what the reader noted. */
export async function readNoting(
  format: StructureFormat,
  source: Source,
  options: ReadOptions = {},
): Promise<{ frames: Frame[]; notes: string[] }> {
  const notes: string[] = [];
  const note = (sentence: string) => void notes.push(sentence);
  return { frames: await readAll(format, source, { note, ...options }), notes };
}

/** How many frames are read before the error, and its message; '' where there is none. */
export async function readUntilError(
  format: StructureFormat,
  source: Source,
): Promise<{ frames: number; message: string }> {
  const { frames, error } = await readUntil(format, source);
  return { frames: frames.length, message: error?.message ?? '' };
}

/** The message of the FormatError that a text is refused with. */
export async function refusal(
  format: StructureFormat,
  source: Source,
  options: ReadOptions = {},
): Promise<string> {
  const { error } = await readUntil(format, source, options);
  if (!error) throw new Error('nothing was refused');
  return error.message;
}

/** What a format writes of frames; its notes go to `notes`. */
export async function written(
  format: StructureFormat,
  frames: Iterable<Frame>,
  options: Partial<WriteOptions> = {},
  notes: string[] = [],
): Promise<string> {
  if (!format.write) throw new Error(`${format.name} cannot be written`);
  const all = (async function* () {
    yield* frames;
  })();
  const parts: Buffer[] = [];
  for await (const part of format.write(all, { note: (sentence) => void notes.push(sentence), ...options }))
    parts.push(Buffer.from(part));
  return Buffer.concat(parts).toString();
}

/** What a format writes of frames, and what it noted. */
export async function writeAll(
  format: StructureFormat,
  frames: Iterable<Frame>,
  options: Partial<WriteOptions> = {},
): Promise<{ text: string; notes: string[] }> {
  const notes: string[] = [];
  return { text: await written(format, frames, options, notes), notes };
}

/** A file of the reference data. */
export function reference(path: string): Buffer {
  return readFileSync(join(DATA, path));
}

/** The largest difference of two arrays of equal length. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  expect(a.length).toBe(b.length);
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}

/**
 * ASE reads and writes Quantum ESPRESSO with its constants of CODATA 2006 (as that program once had them), which it
 * derives: bohr 0.5291772083535413 A, hartree 27.21138386556469 eV; ours are of 2018. What ASE says is multiplied by
 * these before it is compared.
 */
export const SINCE_2006 = {
  bohr: 0.529177210903 / 0.5291772083535413,
  hartree: 27.211386245988 / 27.21138386556469,
};
