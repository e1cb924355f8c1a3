import type { InfoValue } from '../../src/model/frame.js';
import { arrayOf, bracedValue, interpret } from './values.js';

export interface Entry {
  key: string;
  value: InfoValue;
  /** Whether a key stood alone, which means true. */
  bare: boolean;
}

/** What is wrong with a comment line: both as words of an error message. */
export class CommentProblem extends Error {
  constructor(
    readonly found: string,
    readonly expected: string,
  ) {
    super(found);
  }
}

/**
 * The key=value pairs of a comment line, in order: bare or quoted keys and values, escapes, keys alone, old arrays
 * "1 2" and {1 2}, new ones [1, 2] and [[1, 2], [3, 4]] (specification of libAtoms/extxyz).
 * @throws CommentProblem
 */
export function parseComment(line: string): Entry[] {
  return new CommentParser(line).entries();
}

const isBlank = (c: string) => c === ' ' || c === '\t' || c === '\r' || c === '\v' || c === '\f';

class CommentParser {
  private at = 0;

  constructor(private readonly line: string) {}

  entries(): Entry[] {
    const entries: Entry[] = [];
    for (;;) {
      this.skipBlanks();
      if (this.at >= this.line.length) return entries;
      entries.push(this.entry());
    }
  }

  private skipBlanks(): void {
    while (this.at < this.line.length && isBlank(this.line[this.at])) this.at++;
  }

  private entry(): Entry {
    const key = this.key();
    const behind = this.at;
    this.skipBlanks();
    if (this.line[this.at] !== '=') {
      this.at = behind;
      return { key, value: { kind: 'L', value: true }, bare: true };
    }
    this.at++;
    const start = this.at;
    this.skipBlanks();
    if (this.at > start && this.missing()) return { key, value: interpret(''), bare: false };
    const value = this.value(key);
    if (this.at < this.line.length && !isBlank(this.line[this.at]))
      throw new CommentProblem(
        `'${this.line.slice(this.at, this.at + 12)}'`,
        `a blank behind the value of ${key}`,
      );
    return { key, value, bare: false };
  }

  /** Whether the next word is a key already: `a= b=1` gives a nothing. */
  private missing(): boolean {
    return /^[A-Za-z_][\w-]*[ \t]*=/.test(this.line.slice(this.at)) || this.at >= this.line.length;
  }

  private key(): string {
    const c = this.line[this.at];
    if (c === '"' || c === "'") return this.until(c);
    if (c === '=') throw new CommentProblem("'=' without a key", 'key=value');
    return this.bare('=');
  }

  private value(key: string): InfoValue {
    const c = this.line[this.at];
    if (c === undefined) return interpret('');
    if (c === '"' || c === "'") return interpret(this.until(c));
    if (c === '{') return bracedValue(this.until('}'));
    if (c === '[') return this.array(key);
    return interpret(this.bare(''));
  }

  /** A word up to a blank or one of `stops`; a backslash takes the next character as it is. */
  private bare(stops: string): string {
    let text = '';
    while (this.at < this.line.length) {
      const c = this.line[this.at];
      if (isBlank(c) || (stops !== '' && stops.includes(c))) break;
      if (c === '\\' && this.at + 1 < this.line.length) this.at++;
      text += this.line[this.at++];
    }
    return text;
  }

  /** What stands between the delimiter here and `close`; \n is a new line, any other escaped character itself. */
  private until(close: string): string {
    const from = ++this.at;
    let text = '';
    while (this.at < this.line.length) {
      const c = this.line[this.at++];
      if (c === close) return text;
      if (c === '\\' && this.at < this.line.length) {
        const escaped = this.line[this.at++];
        text += escaped === 'n' ? '\n' : escaped;
      } else text += c;
    }
    throw new CommentProblem(
      `'${this.line.slice(from - 1, from + 19)}' without its end`,
      `a closing ${close}`,
    );
  }

  private array(key: string): InfoValue {
    this.at++;
    this.skipBlanks();
    if (this.line[this.at] !== '[') {
      const row = this.row(key);
      return row.length === 0
        ? { kind: 'R', shape: [0], value: new Float64Array(0) }
        : arrayOf(row, [row.length]);
    }
    const rows: string[][] = [];
    for (;;) {
      this.separators();
      const c = this.line[this.at++];
      if (c === ']') break;
      if (c !== '[')
        throw new CommentProblem(c === undefined ? 'the end of the line' : `'${c}'`, `a row [...] of ${key}`);
      rows.push(this.row(key));
      if (rows.at(-1)!.length !== rows[0].length)
        throw new CommentProblem(`a row of ${rows.at(-1)!.length}`, `rows of ${rows[0].length} in ${key}`);
    }
    return arrayOf(rows.flat(), [rows.length, rows[0].length]);
  }

  private separators(): void {
    while (this.at < this.line.length && (isBlank(this.line[this.at]) || this.line[this.at] === ','))
      this.at++;
  }

  /** Words up to the closing bracket, which is consumed. */
  private row(key: string): string[] {
    const words: string[] = [];
    for (;;) {
      this.separators();
      const c = this.line[this.at];
      if (c === undefined) throw new CommentProblem('the end of the line', `']' behind the values of ${key}`);
      if (c === ']') {
        this.at++;
        return words;
      }
      if (c === '[') throw new CommentProblem("'['", `at most two levels of brackets in ${key}`);
      words.push(c === '"' || c === "'" ? this.until(c) : this.bare(',]'));
    }
  }
}
