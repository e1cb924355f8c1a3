import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { deserialize, serialize } from 'node:v8';
import { removeLeftovers, writeWhole } from '../../formats/io/sink.js';
import type { Frame } from '../model/frame.js';
import type { ConvergenceCurve } from '../plots/convergence.js';
import type { RelaxedFrame, RelaxState } from './relax-frame.js';

/** A structure that is done. */
export interface FinishedFrame {
  /** Digest of the input */
  readonly input: string;
  readonly report: RelaxedFrame;
  readonly curve: ConvergenceCurve;
  /** Bytes of the trajectory up to its last step */
  readonly trajectory: number;
}

/** The structure under way. */
export interface FrameUnderWay {
  readonly input: string;
  readonly index: number;
  readonly state: RelaxState;
  readonly curve: ConvergenceCurve;
  /** Bytes of the trajectory up to this step */
  readonly trajectory: number;
}

const HEAD = { record: 'phonolink relax', version: 1 };
/** Bytes before each piece: its length, and a digest that a piece cut short does not have */
const PREFIX = 4 + 8;

/**
 * What a run of many structures came to until now, in files beside the output: each structure as soon as it is done, so
 * that none is kept in memory, and now and then the step that the one under way has come to. A run that ends in any
 * way leaves files that the next one goes on from. They come into being with the first thing there is to keep.
 */
export class RelaxRecord {
  readonly #finished: (FinishedFrame & { readonly at: number; readonly length: number })[] = [];
  #end = 0;
  #file: FileHandle | undefined;
  #underWay: FrameUnderWay | undefined;

  private constructor(
    readonly path: string,
    private readonly made: string,
  ) {}

  /**
   * Reads what is there of an earlier run.
   * @param made tells a model and what is done with it from others
   * @returns whether there was a record of something else too: it is written over
   */
  static async open(path: string, made: string): Promise<{ record: RelaxRecord; isOther: boolean }> {
    await removeLeftovers(dirname(path), basename(path));
    const record = new RelaxRecord(path, made);
    const isOther = await record.#read();
    return { record, isOther };
  }

  /** The number of structures that are done. */
  get count(): number {
    return this.#finished.length;
  }

  get reports(): readonly FinishedFrame[] {
    return this.#finished;
  }

  /** Forgets structures from one on that are others in the input of this run. */
  keepFirst(count: number): void {
    if (count >= this.count) return;
    this.#end = this.#finished[count].at - PREFIX;
    this.#finished.length = count;
  }

  /** Where the structure of this place and digest was left. */
  underWay(index: number, input: string): FrameUnderWay | undefined {
    const state = this.#underWay;
    return state?.index === index && state.input === input ? state : undefined;
  }

  async leave(state: FrameUnderWay): Promise<void> {
    await writeWhole(this.#step, pieces(framed({ ...HEAD, made: this.made, state })));
  }

  async add(finished: FinishedFrame, frame: Frame): Promise<void> {
    this.#file ??= await open(this.path, existsSync(this.path) ? 'r+' : 'w+');
    if (this.#end === 0) await this.#append({ ...HEAD, made: this.made });
    const { at, length } = await this.#append({ finished, frame });
    this.#finished.push({ ...finished, at, length });
    await rm(this.#step, { force: true });
  }

  /** The structures that are done, in order. */
  async *frames(): AsyncGenerator<Frame> {
    for (const { at, length } of this.#finished) {
      const bytes = Buffer.alloc(length);
      await this.#file!.read(bytes, 0, length, at);
      yield (deserialize(bytes) as { frame: Frame }).frame;
    }
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  /** What it holds stands elsewhere now. */
  async remove(): Promise<void> {
    await this.close();
    await rm(this.path, { force: true });
    await rm(this.#step, { force: true });
  }

  get #step(): string {
    return `${this.path}-step`;
  }

  async #append(value: unknown): Promise<{ at: number; length: number }> {
    const bytes = framed(value);
    const at = this.#end + PREFIX;
    await this.#file!.truncate(this.#end);
    await this.#file!.write(bytes, 0, bytes.length, this.#end);
    this.#end += bytes.length;
    return { at, length: bytes.length - PREFIX };
  }

  async #read(): Promise<boolean> {
    let isOther = false;
    if (existsSync(this.#step)) {
      const found = unframed(readFileSync(this.#step)) as
        | { made?: string; state?: FrameUnderWay }
        | undefined;
      if (found?.made === this.made) this.#underWay = found.state;
      else isOther = true;
    }
    if (!existsSync(this.path)) return isOther;
    this.#file = await open(this.path, 'r+');
    for (;;) {
      const value = await this.#next();
      if (!value) return isOther;
      const { at, length, content } = value;
      if (at === PREFIX) {
        if ((content as { made?: string }).made !== this.made) return true;
      } else {
        this.#finished.push({ ...(content as { finished: FinishedFrame }).finished, at, length });
      }
      this.#end = at + length;
    }
  }

  /** The piece behind the last; undefined at the end, or where the last run ended within it. */
  async #next(): Promise<{ at: number; length: number; content: unknown } | undefined> {
    const prefix = Buffer.alloc(PREFIX);
    const { bytesRead } = await this.#file!.read(prefix, 0, PREFIX, this.#end);
    if (bytesRead < PREFIX) return undefined;
    const length = prefix.readUInt32LE(0);
    const { size } = await this.#file!.stat();
    if (this.#end + PREFIX + length > size) return undefined;
    const bytes = Buffer.alloc(PREFIX + length);
    await this.#file!.read(bytes, 0, bytes.length, this.#end);
    const content = unframed(bytes);
    return content === undefined ? undefined : { at: this.#end + PREFIX, length, content };
  }
}

function framed(value: unknown): Buffer {
  const content = serialize(value);
  const prefix = Buffer.alloc(PREFIX);
  prefix.writeUInt32LE(content.length, 0);
  digestOf(content).copy(prefix, 4);
  return Buffer.concat([prefix, content]);
}

/** Undefined where the bytes are not what was written. */
function unframed(bytes: Buffer): unknown {
  const content = bytes.subarray(PREFIX);
  if (bytes.length < PREFIX || content.length !== bytes.readUInt32LE(0)) return undefined;
  return digestOf(content).equals(bytes.subarray(4, PREFIX)) ? deserialize(content) : undefined;
}

function digestOf(bytes: Uint8Array): Buffer {
  return createHash('sha256')
    .update(bytes)
    .digest()
    .subarray(0, PREFIX - 4);
}

async function* pieces(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
