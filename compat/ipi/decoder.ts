import { type Grammar, type Reading, readHeader, type Terms } from './codec.js';
import { HEADER_LENGTH } from './messages.js';

/**
 * Puts messages together from a stream cut anywhere, straight into the memory that they keep. A peer that announces
 * another number of atoms than is expected, or more than can be, is refused before there is any memory for it.
 */
export class Decoder<M> {
  readonly terms: Terms;
  readonly #grammar: Grammar<M>;
  readonly #headerBytes = new Uint8Array(HEADER_LENGTH);
  #header = '';
  #reading: Reading<M> | undefined;
  #target: Uint8Array = this.#headerBytes;
  #filled = 0;

  constructor(grammar: Grammar<M>, atoms?: number) {
    this.#grammar = grammar;
    this.terms = { atoms, batch: 1, isShared: false };
  }

  /** Whether a message has begun and is not whole. */
  get isInside(): boolean {
    return this.#reading !== undefined || this.#filled > 0;
  }

  /** Where the stream stands, for messages: 'FORCEREADY (20 of the next 192 bytes)'. */
  get place(): string {
    return `${this.#header || 'a header'} (${this.#filled} of the next ${this.#target.length} bytes)`;
  }

  /**
   * The messages that a further piece of the stream completes, one at a time, so that the terms can change between them.
   * @throws PhonolinkError at a message that cannot be; the stream has no meaning after it
   */
  *push(chunk: Uint8Array): Generator<M, void> {
    let at = 0;
    for (;;) {
      const length = Math.min(chunk.length - at, this.#target.length - this.#filled);
      this.#target.set(chunk.subarray(at, at + length), this.#filled);
      at += length;
      this.#filled += length;
      if (this.#filled < this.#target.length) return;
      const step = this.#advance();
      this.#filled = 0;
      if (!step.done) {
        this.#target = step.value;
        continue;
      }
      this.#reading = undefined;
      this.#header = '';
      this.#target = this.#headerBytes;
      yield step.value;
    }
  }

  /** Goes on with the message under way, or begins one where a header is whole. */
  #advance(): IteratorResult<Uint8Array, M> {
    if (!this.#reading) {
      this.#header = readHeader(this.#headerBytes, this.#grammar);
      this.#reading = this.#grammar[this.#header](this.terms);
    }
    return this.#reading.next();
  }
}
