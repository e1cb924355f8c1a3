import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Dataset, File } from 'h5wasm/node';
import { FormatError, PhonolinkError } from '../../src/model/errors.js';
import { writeWholeBy } from './sink.js';

/** Bytes of an array that go between the library's memory and ours at once. */
const SLAB = 1 << 26;
/** Bytes of a compressed piece of a file: what HDF5 keeps in memory of a data set by default. */
const CHUNK = 1 << 20;

let library: Promise<typeof import('h5wasm/node')> | undefined;

/** The library takes a tenth of a second to start: it is loaded when the first file is opened. */
async function load(): Promise<typeof import('h5wasm/node')> {
  library ??= import('h5wasm/node').then(async (loaded) => {
    const module = await loaded.ready;
    // Else it prints its faults, and goes on.
    module.activate_throwing_error_handler();
    return loaded;
  });
  return library;
}

/** What HDF5 gives as the innermost reason of a fault. */
function reason(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const frames = [...message.matchAll(/^\s*#\d+:.*\(\): (.*)$/gm)];
  return frames.at(-1)?.[1] ?? message.split('\n')[0];
}

/** An HDF5 file that is read. Every method throws FormatError, nothing else. */
export class Hdf5Input {
  constructor(
    private readonly file: File,
    private readonly path: string,
  ) {}

  fail(found: string, expected: string, hint?: string): never {
    throw new FormatError({ file: this.path, line: 0, found, expected, hint });
  }

  private guard<T>(name: string, read: () => T): T {
    try {
      return read();
    } catch (error) {
      if (error instanceof FormatError) throw error;
      return this.fail(`data that cannot be read (${reason(error)})`, `the data set ${name}`);
    }
  }

  /** A data set; undefined where there is none of that name. */
  private find(name: string): Dataset | undefined {
    const found = this.guard(name, () => (this.file.keys().includes(name) ? this.file.get(name) : null));
    if (found === null) return undefined;
    if (!('slice' in found) || found.shape === null) this.fail(`${name}, which is no array`, 'a data set');
    return found as Dataset;
  }

  has(name: string): boolean {
    return this.find(name) !== undefined;
  }

  /** The lengths of a data set's sides, [rank]. */
  shape(name: string): readonly number[] {
    const found = this.find(name) ?? this.fail(`no data set ${name}`, `the data set ${name}`);
    return this.guard(name, () => found.shape ?? []);
  }

  /** All numbers of a data set of doubles or singles, row-major; finite ones. */
  reals(name: string): Float64Array {
    const found = this.find(name) ?? this.fail(`no data set ${name}`, `the data set ${name}`);
    const { shape, metadata } = this.guard(name, () => ({
      shape: found.shape ?? [],
      metadata: found.metadata,
    }));
    if (metadata.type !== 1 || !metadata.littleEndian || (metadata.size !== 8 && metadata.size !== 4))
      this.fail(`${name} of another type (${JSON.stringify(found.dtype)})`, 'little-endian doubles');
    const values = this.guard(name, () => {
      const all = new Float64Array(shape.reduce((product, length) => product * length, 1));
      if (shape.length === 0) all[0] = Number(found.value);
      else if (all.length > 0) readSlabs(found, shape, metadata.chunks ?? null, all);
      return all;
    });
    if (!values.every(Number.isFinite)) this.fail(`a number in ${name} that is not finite`, 'finite numbers');
    return values;
  }

  /** All numbers of a data set of integers that fit 32 bits, one of a number alone. */
  integers(name: string): Int32Array {
    const found = this.find(name) ?? this.fail(`no data set ${name}`, `the data set ${name}`);
    const values = this.guard(name, () => (found.metadata.type === 0 ? found.value : undefined));
    const isAlone = typeof values === 'bigint' || typeof values === 'number';
    if (!isAlone && !ArrayBuffer.isView(values))
      return this.fail(`${name}, which holds no integers`, 'integers');
    const list = Array.from(isAlone ? [values] : (values as unknown as ArrayLike<number | bigint>), Number);
    if (list.some((x) => x !== (x | 0))) this.fail(`a number in ${name} beyond 32 bits`, 'smaller integers');
    return Int32Array.from(list);
  }

  /** A finite number alone, whatever its type. */
  number(name: string): number {
    const found = this.find(name) ?? this.fail(`no data set ${name}`, `the data set ${name}`);
    const value = this.guard(name, () => (found.shape?.length === 0 ? found.value : undefined));
    const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : Number.NaN;
    return Number.isFinite(number) ? number : this.fail(`${name}, which is no number alone`, 'a number');
  }

  /** Whether a data set holds complex numbers. */
  isComplex(name: string): boolean {
    const found = this.find(name);
    return found !== undefined && this.guard(name, () => found.metadata.compound_type !== undefined);
  }

  /** All numbers of a data set of complex doubles, as h5py has them, in pairs (real, imaginary); finite ones. */
  complex(name: string): Float64Array {
    const found = this.find(name) ?? this.fail(`no data set ${name}`, `the data set ${name}`);
    const members = this.guard(name, () => found.metadata.compound_type?.members);
    const fits =
      members?.length === 2 &&
      members.every(({ name, type, size }, k) => name === 'ri'[k] && type === 1 && size === 8);
    if (!fits) this.fail(`${name} of another type (${JSON.stringify(found.dtype)})`, 'complex doubles');
    const rows = this.guard(name, () => found.value) as unknown as readonly (readonly number[])[];
    const values = Float64Array.from({ length: 2 * rows.length }, (_, k) => rows[k >> 1][k & 1]);
    if (!values.every(Number.isFinite)) this.fail(`a number in ${name} that is not finite`, 'finite numbers');
    return values;
  }

  /** A text, alone or the first of a list; undefined where there is no such data set. */
  text(name: string): string | undefined {
    const found = this.find(name);
    const value = found && this.guard(name, () => found.value);
    const first = Array.isArray(value) ? value[0] : value;
    if (first === undefined) return undefined;
    if (typeof first !== 'string') this.fail(`${name}, which holds no text`, 'a text');
    return first;
  }
}

/** Reads along the first side, in multiples of the file's chunks, so that each is unpacked once. */
function readSlabs(
  found: Dataset,
  shape: readonly number[],
  chunks: readonly number[] | null,
  all: Float64Array,
): void {
  const row = all.length / shape[0];
  const chunk = chunks?.[0] ?? 1;
  const most = Math.max(1, Math.floor(SLAB / (8 * row)));
  const step = most <= chunk ? Math.min(chunk, 4 * most) : most - (most % chunk);
  const others = shape.slice(1).map((): [] => []);
  for (let i = 0; i < shape[0]; i += step) {
    const stop = Math.min(shape[0], i + step);
    all.set(found.slice([[i, stop], ...others]) as Float64Array, i * row);
  }
}

/**
 * Opens an HDF5 file, hands it to `read`, closes it.
 * @throws FormatError where it is none; PhonolinkError where there is no such file
 */
export async function readHdf5<T>(path: string, read: (file: Hdf5Input) => T): Promise<T> {
  const there = await stat(path).catch(() => undefined);
  if (!there?.isFile())
    throw new PhonolinkError(
      `${path}: cannot be read: ${there ? 'it is no file' : 'there is no such file'}`,
      { hint: 'check the path' },
    );
  const h5 = await load();
  let file: File;
  try {
    file = new h5.File(resolve(path), 'r');
  } catch (error) {
    throw new FormatError({
      file: path,
      line: 0,
      found: `what HDF5 cannot open (${reason(error)})`,
      expected: 'a whole HDF5 file',
    });
  }
  try {
    return read(new Hdf5Input(file, path));
  } finally {
    close(file);
  }
}

function close(file: File): void {
  try {
    file.close();
  } catch {
    // What could not be read cannot always be closed either.
  }
}

/** An HDF5 file that is written. */
export class Hdf5Output {
  constructor(private readonly file: File) {}

  /** An array of doubles; those of more than a few numbers are compressed (gzip). */
  reals(name: string, values: Float64Array, shape: readonly number[]): void {
    if (values.length < 512) {
      this.file.create_dataset({ name, data: values, shape: [...shape], dtype: '<d' });
      return;
    }
    this.compressed(name, values, shape, '<d');
  }

  /** An array of doubles that are not compressed: gzip takes long over many digits, and hardly shortens them. */
  digits(name: string, values: Float64Array, shape: readonly number[]): void {
    if (values.length === 0) this.reals(name, values, shape);
    else this.slabs(name, values, shape, { dtype: '<d' });
  }

  /** An array of signed bytes, compressed. */
  bytes(name: string, values: Int8Array, shape: readonly number[]): void {
    this.compressed(name, values, shape, '<b');
  }

  private compressed(
    name: string,
    values: Float64Array | Int8Array | BigInt64Array,
    shape: readonly number[],
    dtype: string,
  ): void {
    this.slabs(name, values, shape, { dtype, compression: 'gzip' });
  }

  /** In slabs along the first side: an array may be larger than the library's memory. */
  private slabs(
    name: string,
    values: Float64Array | Int8Array | BigInt64Array,
    shape: readonly number[],
    how: { dtype: string; compression?: 'gzip' },
  ): void {
    const row = values.length / shape[0];
    const chunks = chunksOf(shape, values.BYTES_PER_ELEMENT);
    const most = Math.max(chunks[0], Math.floor(SLAB / (values.BYTES_PER_ELEMENT * row)));
    const step = most - (most % chunks[0]);
    const first = Math.min(step, shape[0]);
    const set = this.file.create_dataset({
      name,
      data: values.subarray(0, first * row),
      shape: [first, ...shape.slice(1)],
      maxshape: [...shape],
      chunks,
      ...how,
    });
    if (first < shape[0]) set.resize([...shape]);
    const others = shape.slice(1).map((): [] => []);
    for (let i = first; i < shape[0]; i += step) {
      const stop = Math.min(shape[0], i + step);
      set.write_slice([[i, stop], ...others], values.subarray(i * row, stop * row));
    }
  }

  /** Whole numbers of 64 bits, as Python writes them; in a list where they have no shape. */
  integers(name: string, values: ArrayLike<number>, shape: readonly number[] = [values.length]): void {
    const data = BigInt64Array.from(Array.from(values, BigInt));
    if (data.length < 512) this.file.create_dataset({ name, data, shape: [...shape], dtype: '<q' });
    else this.compressed(name, data, shape, '<q');
  }

  /** Bytes from 0 to 255, not compressed. */
  octets(name: string, values: Uint8Array): void {
    this.file.create_dataset({ name, data: values, shape: [values.length], dtype: '<B' });
  }

  /** Complex doubles in pairs, as h5py has them. */
  complex(name: string, values: Float64Array, shape: readonly number[]): void {
    const part = (which: number) => values.filter((_, k) => k % 2 === which);
    this.file.create_dataset({
      name,
      data: new Map([
        ['r', part(0)],
        ['i', part(1)],
      ]),
      shape: [...shape],
      dtype: [
        ['r', '<d'],
        ['i', '<d'],
      ],
    });
  }

  real(name: string, value: number): void {
    this.file.create_dataset({ name, data: Float64Array.of(value), shape: [], dtype: '<d' });
  }

  /** A text alone. */
  text(name: string, value: string): void {
    this.file.create_dataset({ name, data: value, shape: [], dtype: `S${Buffer.byteLength(value)}` });
  }

  /** A list of texts, as long as the longest each. */
  texts(name: string, values: readonly string[], shape: readonly number[] = [values.length]): void {
    const width = Math.max(1, ...values.map((value) => Buffer.byteLength(value)));
    this.file.create_dataset({ name, data: [...values], shape: [...shape], dtype: `S${width}` });
  }

  /**
   * Complex numbers as h5py has them, compounds of r and i; compressed.
   * @param values [..][2]
   */
  complexes(name: string, values: Float64Array, shape: readonly number[]): void {
    const part = (from: Float64Array, k: number) => from.filter((_, i) => i % 2 === k);
    const columns = (from: Float64Array) =>
      new Map([
        ['r', part(from, 0)],
        ['i', part(from, 1)],
      ]);
    const row = values.length / shape[0];
    const chunks = chunksOf(shape, 16);
    const most = Math.max(chunks[0], Math.floor(SLAB / (8 * row)));
    const step = most - (most % chunks[0]);
    const first = Math.min(step, shape[0]);
    const set = this.file.create_dataset({
      name,
      data: columns(values.subarray(0, first * row)) as unknown as Float64Array,
      shape: [first, ...shape.slice(1)],
      maxshape: [...shape],
      chunks,
      compression: 'gzip',
      dtype: [
        ['r', '<d'],
        ['i', '<d'],
      ],
    });
    if (first < shape[0]) set.resize([...shape]);
    const others = shape.slice(1).map((): [] => []);
    for (let i = first; i < shape[0]; i += step) {
      const stop = Math.min(shape[0], i + step);
      const data = columns(values.subarray(i * row, stop * row)) as unknown as Float64Array;
      set.write_slice([[i, stop], ...others], data);
    }
  }
}

/** Chunks of the last sides whole, as long as they fit. */
function chunksOf(shape: readonly number[], bytes: number): number[] {
  const chunks = new Array<number>(shape.length).fill(1);
  let room = Math.floor(CHUNK / bytes);
  for (let k = shape.length - 1; k >= 0 && room > 1; k--) {
    chunks[k] = Math.max(1, Math.min(shape[k], room));
    room = Math.floor(room / chunks[k]);
  }
  return chunks;
}

/**
 * Writes an HDF5 file, whole or not at all.
 * @throws PhonolinkError where there can be no such file
 */
export async function writeHdf5(path: string, write: (file: Hdf5Output) => void): Promise<void> {
  const h5 = await load();
  await writeWholeBy(path, (temporary) => {
    try {
      const file = new h5.File(resolve(temporary), 'w');
      try {
        write(new Hdf5Output(file));
      } finally {
        file.close();
      }
    } catch (error) {
      throw error instanceof PhonolinkError ? error : new Error(reason(error));
    }
  });
}
