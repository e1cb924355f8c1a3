import { Cursor, followers } from './numbers.js';
import { NumberRows, Yaml, type YamlContent, type YamlEntry } from './yaml-value.js';

const NEWLINE = 10;
const RETURN = 13;
const SPACE = 32;
const QUOTE = 34;
const HASH = 35;
const APOSTROPHE = 39;
const COMMA = 44;
const DASH = 45;
const COLON = 58;
const OPEN = 91;
const BACKSLASH = 92;
const CLOSE = 93;

/** What a plain word may not begin with: it would mean something else in YAML. */
const SIGNS = new Uint8Array(128);
for (const sign of '&*!|>@`%{}[],?:#"\'') SIGNS[sign.charCodeAt(0)] = 1;

/** Thrown where the text leaves the layout, and caught in this file. */
class OutOfLayout {
  constructor(readonly line: number) {}
}

/**
 * Reads YAML of the layout that programs write in loops: maps and lists in blocks, a key or an item a line, quoted and
 * plain words, lists of words or numbers in brackets within a line, comments. Rows of numbers become typed arrays, so
 * that files of hundreds of MB can be read. Where a text is anything else the number of the line comes back, and the
 * general parser has its turn.
 */
export function parseBlocks(bytes: Uint8Array, file: string): Yaml | number {
  const parser = new BlockParser(bytes, file);
  try {
    return parser.document();
  } catch (error) {
    if (error instanceof OutOfLayout) return error.line;
    throw error;
  }
}

/** Where blocks nest deeper than this, the general parser says so. */
const DEEPEST = 64;

class BlockParser {
  /** Of the line that is to be read next: its number, where it begins, its first character, its end and indent. */
  private line = 0;
  private begin = 0;
  private start = 0;
  private stop = 0;
  private indent = -1;
  /** Where the line behind it begins */
  private next = 0;
  private depth = 0;
  private readonly keys = new Map<string, string>();
  private readonly numbers = new Cursor(followers(',]'));

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
  ) {}

  document(): Yaml {
    this.advance();
    if (this.indent !== 0) this.leave();
    const root = this.node(0);
    if (this.indent >= 0) this.leave();
    return root;
  }

  private leave(): never {
    throw new OutOfLayout(this.line);
  }

  private make(kind: Yaml['kind'], content: YamlContent, line = this.line): Yaml {
    return new Yaml(kind, content, line, this.file);
  }

  /** Goes to the next line that has more than a comment; at the end of the text the indent is -1. */
  private advance(): void {
    const { bytes } = this;
    for (;;) {
      let i = this.next;
      if (i >= bytes.length) {
        this.indent = -1;
        return;
      }
      this.line++;
      const from = i;
      while (bytes[i] === SPACE) i++;
      const end = bytes.indexOf(NEWLINE, i);
      let stop = end < 0 ? bytes.length : end;
      this.next = stop + 1;
      if (stop > i && bytes[stop - 1] === RETURN) stop--;
      if (i >= stop || bytes[i] === HASH) continue;
      this.begin = from;
      this.start = i;
      this.stop = stop;
      this.indent = i - from;
      return;
    }
  }

  /** Whether a list's item begins at the current place. */
  private atItem(): boolean {
    const behind = this.start + 1;
    return this.bytes[this.start] === DASH && (behind >= this.stop || this.bytes[behind] === SPACE);
  }

  /** What stands at the current place, in blocks of this indent. */
  private node(indent: number): Yaml {
    if (++this.depth > DEEPEST) this.leave();
    const made = this.atItem()
      ? this.list(indent)
      : this.bytes[this.start] === OPEN
        ? this.lonely()
        : this.map(indent);
    this.depth--;
    return made;
  }

  /** A list in brackets on a line of its own. */
  private lonely(): Yaml {
    const made = this.flow(this.start);
    this.advance();
    return made;
  }

  private list(indent: number): Yaml {
    const { line } = this;
    const table = this.table(indent);
    if (table && !(this.indent === indent && this.atItem())) return this.make('list', table, line);
    const items: Yaml[] = table ? [...this.make('list', table, line).list('rows')] : [];
    while (this.indent === indent && this.atItem()) items.push(this.item(indent));
    if (this.indent > indent) this.leave();
    return this.make('list', items, line);
  }

  private item(indent: number): Yaml {
    const from = this.behindSpaces(this.start + 1);
    if (from >= this.stop || this.bytes[from] === HASH) return this.below(indent, false);
    this.start = from;
    if (this.atItem() || this.keyEnd(from) >= 0) {
      // A block that begins in the line of its item: its indent is where it stands.
      this.indent = from - this.begin;
      return this.node(this.indent);
    }
    const made = this.value(from);
    this.advance();
    return made;
  }

  private map(indent: number): Yaml {
    const { line } = this;
    const entries: YamlEntry[] = [];
    while (this.indent === indent && !this.atItem()) {
      const end = this.keyEnd(this.start);
      if (end < 0) this.leave();
      const name = this.key(end);
      for (const entry of entries) if (entry.key.text('') === name) this.leave();
      const key = this.make('scalar', name);
      const from = this.behindSpaces(end + 1);
      let value: Yaml;
      if (from >= this.stop || this.bytes[from] === HASH) value = this.below(indent, true);
      else {
        value = this.value(from);
        this.advance();
      }
      entries.push({ key, value });
    }
    if (entries.length === 0 || this.indent >= indent) this.leave();
    return this.make('map', entries, line);
  }

  /** What a key or an item that stands alone on its line holds: the block below, or nothing. */
  private below(indent: number, ofKey: boolean): Yaml {
    const { line } = this;
    this.advance();
    if (this.indent > indent || (ofKey && this.indent === indent && this.atItem()))
      return this.node(this.indent);
    return this.make('scalar', '', line);
  }

  private behindSpaces(from: number): number {
    let i = from;
    while (i < this.stop && this.bytes[i] === SPACE) i++;
    return i;
  }

  /** Where the colon of a key that begins here stands; -1 where none does. */
  private keyEnd(from: number): number {
    const { bytes, stop } = this;
    for (let i = from; i < stop; i++) {
      const c = bytes[i];
      if (c === COLON) return i + 1 === stop || bytes[i + 1] === SPACE ? i : -1;
      const isName = ((c | 32) - 97) >>> 0 < 26 || (c >= 48 && c <= 57) || c === 95 || c === DASH;
      if (!isName) return -1;
    }
    return -1;
  }

  /** The few names of a long file are one text each. */
  private key(end: number): string {
    const name = this.text(this.start, end);
    const known = this.keys.get(name);
    if (known !== undefined) return known;
    this.keys.set(name, name);
    return name;
  }

  private text(from: number, to: number): string {
    const { bytes } = this;
    let text = '';
    for (let i = from; i < to; i++) {
      if (bytes[i] > 126 || bytes[i] < SPACE) {
        if (bytes[i] < 128) this.leave();
        return utf8.decode(bytes.subarray(from, to));
      }
      text += String.fromCharCode(bytes[i]);
    }
    return text;
  }

  /** A word, a quoted text or a list in brackets, behind which the line ends. */
  private value(from: number): Yaml {
    const c = this.bytes[from];
    if (c === OPEN) return this.flow(from);
    if (c === QUOTE || c === APOSTROPHE) {
      const { text, at } = this.quoted(from);
      this.expectEnd(at);
      return this.make('scalar', text);
    }
    const end = this.plainEnd(from, false);
    return this.make('scalar', this.text(from, end));
  }

  private expectEnd(from: number): void {
    const at = this.behindSpaces(from);
    if (at < this.stop && (this.bytes[at] !== HASH || at === from)) this.leave();
  }

  private quoted(from: number): { text: string; at: number } {
    const { bytes, stop } = this;
    const mark = bytes[from];
    let text = '';
    let begin = from + 1;
    for (let i = begin; i < stop; i++) {
      if (bytes[i] === mark) {
        text += this.text(begin, i);
        if (mark === QUOTE || bytes[i + 1] !== mark || i + 1 >= stop) return { text, at: i + 1 };
        begin = ++i;
      } else if (mark === QUOTE && bytes[i] === BACKSLASH) {
        text += this.text(begin, i);
        begin = ++i;
        if (bytes[i] !== QUOTE && bytes[i] !== BACKSLASH) this.leave();
      }
    }
    return this.leave();
  }

  /** The end of a plain word, without the spaces and the comment behind it. */
  private plainEnd(from: number, inList: boolean): number {
    const { bytes, stop } = this;
    const first = bytes[from];
    if (first < 128 && SIGNS[first] === 1) this.leave();
    if (first === DASH && (from + 1 === stop || bytes[from + 1] === SPACE)) this.leave();
    let end = from;
    for (let i = from; i < stop; i++) {
      const c = bytes[i];
      if (c === SPACE) continue;
      if (c === HASH && bytes[i - 1] === SPACE) break;
      if (inList && (c === COMMA || c === CLOSE)) break;
      if (inList && (c === OPEN || c === 123 || c === 125)) this.leave();
      if (c === COLON && (i + 1 === stop || bytes[i + 1] === SPACE || inList)) this.leave();
      end = i + 1;
    }
    return end;
  }

  /** A list in brackets within the line; a typed array where all of it is numbers. */
  private flow(from: number): Yaml {
    const values: number[] = [];
    const end = this.numberList(from, this.stop, values);
    if (end >= 0) {
      this.expectEnd(end);
      return this.make('list', Float64Array.from(values));
    }
    const items: Yaml[] = [];
    let i = this.behindSpaces(from + 1);
    if (this.bytes[i] === CLOSE) {
      this.expectEnd(i + 1);
      return this.make('list', items);
    }
    for (;;) {
      const c = this.bytes[i];
      if (i >= this.stop) this.leave();
      if (c === QUOTE || c === APOSTROPHE) {
        const { text, at } = this.quoted(i);
        items.push(this.make('scalar', text));
        i = at;
      } else {
        const behind = this.plainEnd(i, true);
        items.push(this.make('scalar', this.text(i, behind)));
        i = behind;
      }
      i = this.behindSpaces(i);
      if (i >= this.stop) this.leave();
      if (this.bytes[i] === CLOSE) break;
      if (this.bytes[i] !== COMMA) this.leave();
      i = this.behindSpaces(i + 1);
    }
    this.expectEnd(i + 1);
    return this.make('list', items);
  }

  /** Numbers in brackets from `from`, behind `values`; where they end, or -1 where something is no number. */
  private numberList(from: number, stop: number, values: number[]): number {
    const { bytes, numbers } = this;
    numbers.set(bytes, from + 1, stop);
    for (;;) {
      const value = numbers.real();
      if (Number.isNaN(value)) return -1;
      values.push(value);
      let i = numbers.at;
      while (i < stop && bytes[i] === SPACE) i++;
      if (i >= stop) return -1;
      if (bytes[i] === CLOSE) return i + 1;
      if (bytes[i] !== COMMA) return -1;
      numbers.at = i + 1;
    }
  }

  /** Rows '- [ 1.0, 2.0 ]' of this indent from the current line on; undefined where it is none. */
  private table(indent: number): NumberRows | undefined {
    let values = new Float64Array(0);
    let width = 0;
    const lines: number[] = [];
    const row: number[] = [];
    while (this.indent === indent && this.atItem()) {
      const from = this.behindSpaces(this.start + 1);
      if (from >= this.stop || this.bytes[from] !== OPEN) break;
      row.length = 0;
      const end = this.numberList(from, this.stop, row);
      if (end < 0) break;
      if (width === 0) width = row.length;
      if (row.length !== width) break;
      this.expectEnd(end);
      const at = lines.length * width;
      if (at + width > values.length) {
        const grown = new Float64Array(Math.max(8 * width, 2 * values.length));
        grown.set(values);
        values = grown;
      }
      for (let c = 0; c < width; c++) values[at + c] = row[c];
      lines.push(this.line);
      this.advance();
    }
    if (lines.length === 0) return undefined;
    return new NumberRows(values.slice(0, lines.length * width), width, lines);
  }
}

const utf8 = new TextDecoder('utf-8');
