import { FormatError, quoted } from '../../src/model/errors.js';
import { parseReal } from '../io/numbers.js';

/** Reads labels and words, apart by any white space, as C's scanf does; knows its line. */
export class Scanner {
  private at = 0;
  private line = 1;
  private counted = 0;

  constructor(
    private readonly text: string,
    private readonly file: string,
  ) {}

  fail(found: string, expected: string): never {
    throw new FormatError({ file: this.file, line: this.line, found, expected });
  }

  /** Moves behind a label where it comes next; a space in it stands for any white space, or none. */
  try(label: string): boolean {
    this.skipSpace();
    const pattern = label.split(' ').map(escaped).join('\\s*');
    const match = new RegExp(`${pattern}`, 'y');
    match.lastIndex = this.at;
    const found = match.exec(this.text);
    if (found) this.at += found[0].length;
    return found !== null;
  }

  label(label: string): void {
    if (!this.try(label)) this.fail(this.shown(), `'${label}'`);
  }

  /** Moves to the line that begins with a label, or stays. */
  seek(label: string): void {
    const found = new RegExp(`^[ \\t]*${escaped(label)}`, 'm').exec(this.text.slice(this.at));
    if (found) this.at += found.index;
  }

  word(what: string): string {
    this.skipSpace();
    const match = /\S+/y;
    match.lastIndex = this.at;
    const found = match.exec(this.text);
    if (!found) return this.fail('the end of the file', what);
    this.at += found[0].length;
    return found[0];
  }

  real(what: string): number {
    const word = this.word(`a number for ${what}`);
    const value = parseReal(word);
    return Number.isNaN(value) ? this.fail(quoted(word), `a number for ${what}`) : value;
  }

  integer(what: string, low: number, high: number): number {
    const word = this.word(`a whole number for ${what}`);
    const value = /^[+-]?\d{1,9}$/.test(word) ? Number(word) : Number.NaN;
    if (Number.isNaN(value)) this.fail(quoted(word), `a whole number for ${what}`);
    if (value < low || value > high) this.fail(`${value} for ${what}`, `a number from ${low} to ${high}`);
    return value;
  }

  reals(count: number, what: string): number[] {
    return Array.from({ length: count }, () => this.real(what));
  }

  integers(count: number, what: string, low: number, high: number): number[] {
    return Array.from({ length: count }, () => this.integer(what, low, high));
  }

  end(): void {
    this.skipSpace();
    if (this.at < this.text.length) this.fail(this.shown(), 'the end of the file');
  }

  private shown(): string {
    return this.at < this.text.length
      ? quoted(this.text.slice(this.at, this.at + 40))
      : 'the end of the file';
  }

  private skipSpace(): void {
    const space = /\s*/y;
    space.lastIndex = this.at;
    this.at += space.exec(this.text)?.[0].length ?? 0;
    for (; this.counted < this.at; this.counted++) if (this.text.charCodeAt(this.counted) === 10) this.line++;
  }
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
