import { quoted } from '../../src/model/errors.js';
import type { TextReader } from '../io/text.js';
import { latin1 } from './numbers.js';

const LESS = 60;
const GREATER = 62;
const NEWLINE = 10;
/** Longer tags are damage. */
const LONGEST_TAG = 4096;

/** An opening or closing tag. */
export interface Tag {
  /** 'structure', '/structure' where it closes */
  name: string;
  /** The attribute `name`, '' where there is none */
  label: string;
  /** Whether it has no content: <x/> */
  empty: boolean;
}

/** The content of an element: [start, stop) of `bytes`, valid until the scanner goes on. */
export interface Content {
  bytes: Uint8Array;
  start: number;
  stop: number;
}

/**
 * Walks over the elements of an XML file without building a tree: an element is either entered, or its content taken
 * at once, or skipped without a look inside. Made for vasprun.xml, whose elements of interest are small and whose
 * large ones are not of interest. Memory is bounded by the largest content taken.
 */
export class XmlScanner {
  private readonly text: TextReader;
  /** Lines before `counted`, a place in the loaded bytes */
  private lines = 0;
  private counted: number;

  constructor(text: TextReader) {
    this.text = text;
    this.counted = text.position;
  }

  /** The next tag; null at the end of the file. Text, comments and processing instructions are passed over. */
  async next(): Promise<Tag | null> {
    const { text } = this;
    for (;;) {
      const open = await this.find(LESS);
      if (open < 0) return null;
      text.position = open;
      const close = await this.find(GREATER, LONGEST_TAG);
      if (close < 0) this.fail(quoted(latin1(text.bytes, text.position, text.end)), 'a whole tag <...>');
      const inside = latin1(text.bytes, text.position + 1, close);
      if (inside.startsWith('!--') && !inside.endsWith('--')) {
        await this.skipTo('-->', 'the end of a comment', false);
        continue;
      }
      if (inside.startsWith('?') || inside.startsWith('!')) {
        text.position = close + 1;
        continue;
      }
      const tag = parseTag(inside);
      if (!tag) this.fail(quoted(`<${inside}>`), 'a tag <name>');
      text.position = close + 1;
      return tag;
    }
  }

  /** The content of the element whose opening tag was read last; the scanner stands behind its closing tag then. */
  async content(tag: Tag): Promise<Content> {
    const { text } = this;
    if (tag.empty) return { bytes: text.bytes, start: text.position, stop: text.position };
    const close = `</${tag.name}>`;
    for (let from = text.position; ; ) {
      const found = buffer(text).indexOf(close, from, 'latin1');
      if (found >= 0 && found + close.length <= text.end) {
        const start = text.position;
        this.refuseStep(start, found, tag);
        text.position = found + close.length;
        return { bytes: text.bytes, start, stop: found };
      }
      const resume = Math.max(text.position, text.end - close.length) - text.position;
      if (!(await this.fill())) this.failAtEnd(close);
      from = text.position + resume;
    }
  }

  /** Goes behind the closing tag of the element whose opening tag was read last. */
  async skip(tag: Tag): Promise<void> {
    if (!tag.empty) await this.skipTo(`</${tag.name}>`, `</${tag.name}>`, true);
  }

  /** Throws a FormatError at a place in the loaded bytes, where the scanner stands if none is given. */
  fail(found: string, expected: string, place = this.text.position): never {
    this.markLine(place);
    this.text.fail(found, expected);
  }

  /** Sets the reader's line to that of a place in the loaded bytes. */
  markLine(place = this.text.position): void {
    // Frames mark their ends: counting goes on from there, so that no byte is counted twice.
    if (place >= this.counted) {
      this.lines += this.newlines(this.counted, place);
      this.counted = place;
      this.text.line = this.lines + 1;
    } else this.text.line = this.lines - this.newlines(place, this.counted) + 1;
  }

  private async skipTo(mark: string, expected: string, withinStep: boolean): Promise<void> {
    const { text } = this;
    for (;;) {
      const found = buffer(text).indexOf(mark, text.position, 'latin1');
      const whole = found >= 0 && found + mark.length <= text.end;
      const stop = whole ? found : Math.max(text.position, text.end - LONGEST_MARK - mark.length);
      if (withinStep) this.refuseStep(text.position, whole ? found : text.end, { name: mark.slice(2, -1) });
      text.position = whole ? found + mark.length : stop;
      if (whole) return;
      if (!(await this.fill())) this.failAtEnd(expected);
    }
  }

  /**
   * An element that seems to reach into the next ionic step has lost its closing tag: what lies between would be
   * lost without a word.
   */
  private refuseStep(start: number, stop: number, tag: { name: string }): void {
    const inside = buffer(this.text).subarray(start, stop);
    for (const mark of STEP_MARKS) {
      const found = inside.indexOf(mark, 0, 'latin1');
      if (found >= 0) this.fail(mark, `</${tag.name}>`, start + found);
    }
  }

  private failAtEnd(expected: string): never {
    this.markLine(this.text.end);
    this.text.fail('the end of the file', expected, {
      hint: 'the run may still be going on, or it was stopped',
    });
  }

  /** The place of a byte at or behind the position, within `limit` bytes; -1 where it does not come. */
  private async find(byte: number, limit = Number.POSITIVE_INFINITY): Promise<number> {
    const { text } = this;
    for (;;) {
      const found = text.bytes.indexOf(byte, text.position);
      if (found >= 0 && found < text.end) return found - text.position < limit ? found : -1;
      if (text.end - text.position >= limit) return -1;
      if (byte === LESS) text.position = text.end; // no tag in what is loaded
      if (!(await this.fill())) return -1;
    }
  }

  private async fill(): Promise<boolean> {
    const { text } = this;
    this.markLine();
    const more = await text.fill();
    this.counted = text.position;
    return more;
  }

  private newlines(start: number, stop: number): number {
    const { bytes } = this.text;
    let count = 0;
    for (let p = bytes.indexOf(NEWLINE, start); p >= 0 && p < stop; p = bytes.indexOf(NEWLINE, p + 1))
      count++;
    return count;
  }
}

/** What an ionic step begins with, and cannot lie within one of its elements. */
const STEP_MARKS = ['<calculation>', '<structure>'];
const LONGEST_MARK = 13;

/** Node's own view of the loaded bytes: its indexOf finds words. */
function buffer({ bytes }: TextReader): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}

const TAG = /^(\/?[A-Za-z_][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"]*"|'[^']*'))*)\s*(\/?)$/;

function parseTag(inside: string): Tag | null {
  const parts = TAG.exec(inside);
  if (!parts) return null;
  return {
    name: parts[1],
    label: /\sname\s*=\s*["']([^"']*)["']/.exec(parts[2])?.[1] ?? '',
    empty: parts[3] === '/',
  };
}
