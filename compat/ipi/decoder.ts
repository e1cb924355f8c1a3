import { type Grammar, HEADER_LENGTH, type Reading, readHeader } from './codec.js';

/**
 * Puts messages together from a stream cut anywhere. What it holds is never more than what arrived: a peer that
 * announces much and sends little costs nothing.
 */
export class Decoder<M> {
  /** The number of atoms that every further message must speak of; undefined: any. */
  count: number | undefined;
  readonly #grammar: Grammar<M>;
  #chunks: Uint8Array[] = [];
  #held = 0;
  #header = '';
  #reading: Reading<M> | undefined;
  #needed = HEADER_LENGTH;

  constructor(grammar: Grammar<M>, count?: number) {
    this.#grammar = grammar;
    this.count = count;
  }

  /** Whether a message has begun and is not whole. */
  get isInside(): boolean {
    return this.#reading !== undefined || this.#held > 0;
  }

  /** Where the stream stands, for messages: 'FORCEREADY (20 of 192 bytes)'. */
  get place(): string {
    return `${this.#header || 'a header'} (${this.#held} of the next ${this.#needed} bytes)`;
  }

  /**
   * The messages that a further piece of the stream completes, one at a time, so that `count` can be set between them.
   * @throws PhonolinkError at a message that cannot be; the stream has no meaning after it
   */
  *push(chunk: Uint8Array): Generator<M, void> {
    if (chunk.length > 0) {
      this.#chunks.push(chunk);
      this.#held += chunk.length;
    }
    while (this.#held >= this.#needed) {
      const step = this.#advance(this.#take(this.#needed));
      if (!step.done) {
        this.#needed = step.value;
        continue;
      }
      this.#reading = undefined;
      this.#header = '';
      this.#needed = HEADER_LENGTH;
      yield step.value;
    }
  }

  /** Hands bytes to the message under way, or begins one where they are a header. */
  #advance(bytes: Uint8Array): IteratorResult<number, M> {
    if (this.#reading) return this.#reading.next(bytes);
    this.#header = readHeader(bytes, this.#grammar);
    this.#reading = this.#grammar[this.#header](this.count);
    return this.#reading.next();
  }

  /** The first `length` bytes held; one piece where they arrived as one. */
  #take(length: number): Uint8Array {
    if (this.#chunks.length > 1 && this.#chunks[0].length < length) {
      this.#chunks = [Buffer.concat(this.#chunks)];
    }
    const first = this.#chunks[0] ?? new Uint8Array(0);
    const taken = first.subarray(0, length);
    if (taken.length === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(length);
    this.#held -= length;
    return taken;
  }
}
