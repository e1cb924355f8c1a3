import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { ReadOptions, StructureFormat, WriteOptions } from '../../formats/format.js';
import { TextReader } from '../../formats/io/text.js';
import { readFrames } from '../../formats/read.js';
import { rowsTimes } from '../../src/model/cell.js';
import type { Frame } from '../../src/model/frame.js';
import { DATA } from '../helpers/shared-data.js';

export interface Expected {
  num_frames: number;
  last_frame: {
    natoms: number;
    symbols: string[];
    cell_A: number[][];
    pbc: boolean[];
    positions_first3: number[][];
    positions_sum: number[];
    velocities_first3_A_per_fs?: number[][];
    forces_first3_eV_A?: number[][];
    max_force?: number;
  };
}

export function expectedOf(file: string): Expected {
  const all = JSON.parse(readFileSync(join(DATA, 'formats/expected_ase.json'), 'utf8')) as Record<
    string,
    Expected
  >;
  return all[`formats/lammps/${file}`];
}

export function bytesOf(file: string): Uint8Array {
  const bytes = readFileSync(join(DATA, 'formats/lammps', file));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** Every frame of a text, and what the reader told. */
export async function readAll(
  format: StructureFormat,
  text: string | Uint8Array,
  options: ReadOptions = {},
): Promise<{ frames: Frame[]; notes: string[] }> {
  const frames: Frame[] = [];
  const notes: string[] = [];
  const told = { note: (sentence: string) => notes.push(sentence), ...options };
  for await (const frame of readFrames(format, new TextReader(text, 'file'), told)) frames.push(frame);
  return { frames, notes };
}

export async function readOne(
  format: StructureFormat,
  text: string | Uint8Array,
  options: ReadOptions = {},
): Promise<Frame> {
  return (await readAll(format, text, options)).frames[0];
}

/** The text of frames, and what the writer told. */
export async function writeAll(
  format: StructureFormat,
  frames: readonly Frame[],
  options: Partial<WriteOptions> = {},
): Promise<{ text: string; notes: string[] }> {
  const notes: string[] = [];
  let text = '';
  async function* source() {
    yield* frames;
  }
  const told = { note: (sentence: string) => notes.push(sentence), ...options };
  for await (const piece of format.write!(source(), told)) text += Buffer.from(piece).toString();
  return { text, notes };
}

/** A rotation or mirror image of random orientation, from three Gram-Schmidt steps. */
export function skewedCell(next: () => number, handedness: number): Float64Array {
  for (;;) {
    const cell = Float64Array.from({ length: 9 }, () => 16 * next() - 8);
    const [a, b, c] = [0, 3, 6].map((k) => cell.subarray(k, k + 3));
    const volume =
      a[0] * (b[1] * c[2] - b[2] * c[1]) -
      a[1] * (b[0] * c[2] - b[2] * c[0]) +
      a[2] * (b[0] * c[1] - b[1] * c[0]);
    if (Math.abs(volume) > 40 && Math.sign(volume) === handedness) return cell;
  }
}

/** [3n] anywhere within two cells around the origin, so that some atoms lie outside. */
export function somePositions(next: () => number, cell: Float64Array, count: number): Float64Array {
  return rowsTimes(
    Array.from({ length: 3 * count }, () => 2.5 * next() - 0.75),
    cell,
  );
}

/** The largest difference of two arrays of the same length. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Number.POSITIVE_INFINITY;
  let most = 0;
  for (let i = 0; i < a.length; i++) most = Math.max(most, Math.abs(a[i] - b[i]));
  return most;
}
