import { FormatError, quoted } from '../../src/model/errors.js';
import { parseReal } from './numbers.js';

const NEWLINE = 10;
const RETURN = 13;

/**
 * Reads text line by line or in blocks of lines from chunks of bytes, and knows where it is. Memory is bounded by the
 * largest block asked for, not by the file. Lines end with \n or \r\n.
 */
export class TextReader {
  /** As the user named it, for messages. */
  readonly file: string;
  /** The number of the line returned last, from 1; of the first line of the block returned last. */
  line = 0;
  /** Loaded bytes; those from `position` to `end` are not read yet. They move when `fill` is called. */
  bytes: Uint8Array;
  position = 0;
  end: number;
  private readonly chunks: AsyncIterator<Uint8Array> | null;
  private consumed = 0; // lines before `position`

  constructor(source: AsyncIterable<Uint8Array> | Uint8Array | string, file: string) {
    this.file = file;
    if (typeof source === 'string' || source instanceof Uint8Array) {
      this.bytes = typeof source === 'string' ? Buffer.from(source) : source;
      this.end = this.bytes.length;
      this.chunks = null;
    } else {
      this.bytes = new Uint8Array(0);
      this.end = 0;
      this.chunks = source[Symbol.asyncIterator]();
    }
  }

  /** Loads one more chunk behind `end`, keeping what is unread; false at the end of the file. */
  async fill(): Promise<boolean> {
    const next = await this.chunks?.next();
    if (!next || next.done) return false;
    const chunk = next.value;
    const unread = this.end - this.position;
    if (unread === 0) {
      this.bytes = chunk;
      this.position = 0;
      this.end = chunk.length;
      this.owned = false;
      return true;
    }
    if (!this.owned || this.end + chunk.length > this.bytes.length) {
      if (this.owned && unread + chunk.length <= this.bytes.length) {
        this.bytes.copyWithin(0, this.position, this.end);
      } else {
        const grown = Buffer.allocUnsafeSlow(Math.max(2 * unread, unread + 4 * chunk.length));
        grown.set(this.bytes.subarray(this.position, this.end));
        this.bytes = grown;
        this.owned = true;
      }
      this.position = 0;
      this.end = unread;
    }
    this.bytes.set(chunk, this.end);
    this.end += chunk.length;
    return true;
  }
  /** Whether `bytes` is a buffer of this reader's own, and not a chunk that came in. */
  private owned = false;

  /** The next line without its end, or null behind the last. */
  async next(): Promise<string | null> {
    let from = this.position;
    for (;;) {
      const stop = this.bytes.indexOf(NEWLINE, from);
      if (stop >= 0 && stop < this.end) return this.take(stop, stop + 1);
      const unread = this.end - this.position;
      if (!(await this.fill())) {
        return this.position < this.end ? this.take(this.end, this.end) : null;
      }
      from = this.position + unread;
    }
  }

  /**
   * The next line whose bytes [start, stop), without the line's end, satisfy `wanted`; those before it are consumed
   * undecoded, which is how a long file with few interesting lines is scanned. Null at the end of the file.
   */
  async nextWhere(
    wanted: (bytes: Uint8Array, start: number, stop: number) => boolean,
  ): Promise<string | null> {
    for (let from = this.position; ; ) {
      const stop = this.bytes.indexOf(NEWLINE, from);
      if (stop >= 0 && stop < this.end) {
        if (wanted(this.bytes, this.position, stop)) return this.take(stop, stop + 1);
        this.consumed++;
        this.position = stop + 1;
        from = stop + 1;
        continue;
      }
      const unread = this.end - this.position;
      if (!(await this.fill())) {
        this.line = this.consumed;
        const last = unread > 0 && wanted(this.bytes, this.position, this.end);
        if (last) return this.take(this.end, this.end);
        if (unread > 0) this.line = ++this.consumed;
        this.position = this.end;
        return null;
      }
      from = this.position + unread;
    }
  }

  /** Closes the file behind; nothing can be loaded after it. */
  async close(): Promise<void> {
    await this.chunks?.return?.();
  }

  /** The next line; where the file has ended, a FormatError that says what was missing. */
  async expectLine(expected: string): Promise<string> {
    const line = await this.next();
    if (line === null) this.fail('the end of the file', expected, { line: this.consumed + 1 });
    return line;
  }

  /** The next line without consuming it. */
  async peek(): Promise<string | null> {
    const line = await this.next();
    if (line === null) return null;
    this.position = this.lastStart;
    this.consumed--;
    this.line = this.consumed;
    return line;
  }
  private lastStart = 0;

  /** The next byte without consuming it, or -1 at the end of the file. */
  async peekByte(): Promise<number> {
    if (this.position === this.end && !(await this.fill())) return -1;
    return this.bytes[this.position];
  }

  private take(stop: number, next: number): string {
    const cut = stop > this.position && this.bytes[stop - 1] === RETURN ? stop - 1 : stop;
    const text = utf8.decode(this.bytes.subarray(this.position, cut));
    this.lastStart = this.position;
    this.position = next;
    this.line = ++this.consumed;
    return text;
  }

  /**
   * Consumes `count` lines as bytes: [start, stop) of `bytes`, valid until the next call; `line` is the number of the
   * first. Fewer lines than asked for is a FormatError that names what was expected.
   */
  async block(count: number, expected: string): Promise<{ bytes: Uint8Array; start: number; stop: number }> {
    let lines = 0;
    let from = this.position;
    while (lines < count) {
      const stop = this.bytes.indexOf(NEWLINE, from);
      if (stop >= 0 && stop < this.end) {
        from = stop + 1;
        lines++;
        continue;
      }
      const done = from - this.position;
      if (await this.fill()) {
        from = this.position + done;
        continue;
      }
      if (this.position + done < this.end) lines++;
      if (lines < count) this.fail('the end of the file', expected, { line: this.consumed + lines + 1 });
      from = this.end;
    }
    const start = this.position;
    this.position = from;
    this.line = this.consumed + 1;
    this.consumed += count;
    return { bytes: this.bytes, start, stop: from };
  }

  /** All that is left, as one text. */
  async rest(): Promise<string> {
    return utf8.decode(await this.restBytes());
  }

  /** All that is left; valid until the next call. */
  async restBytes(): Promise<Uint8Array> {
    while (await this.fill());
    const bytes = this.bytes.subarray(this.position, this.end);
    this.line = this.consumed + 1;
    this.position = this.end;
    return bytes;
  }

  /** Throws a FormatError at the current line. `found` is quoted unless it is told as words: pass `quoted(x)` yourself. */
  fail(found: string, expected: string, where: { line?: number; hint?: string } = {}): never {
    throw new FormatError({
      file: this.file,
      line: where.line ?? this.line,
      found,
      expected,
      hint: where.hint,
    });
  }
}

const utf8 = new TextDecoder('utf-8');

export { parseReal };

/** `parseReal`, or a FormatError at the reader's line that names what the number stands for. */
export function realOf(text: string | undefined, what: string, reader: TextReader): number {
  const value = text === undefined ? Number.NaN : parseReal(text);
  if (Number.isNaN(value)) reader.fail(quoted(text ?? ''), `a number for ${what}`);
  return value;
}

/** A whole number, or a FormatError at the reader's line. */
export function integerOf(text: string | undefined, what: string, reader: TextReader): number {
  const value = text !== undefined && /^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(value)) reader.fail(quoted(text ?? ''), `a whole number for ${what}`);
  return value;
}

/** The words of a line, split at white space; none for a blank line. */
export function words(line: string): string[] {
  const trimmed = line.trim();
  return trimmed === '' ? [] : trimmed.split(/\s+/);
}
