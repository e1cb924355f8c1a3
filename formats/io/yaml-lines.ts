import { Yaml, type YamlEntry } from './yaml-value.js';

/** Items of lists that stand alone on their lines, by the numbers of these. */
export type PlainLines = ReadonlyMap<number, Yaml>;

/** Where a value may go on over lines, a line of it could look like an item. */
const BLOCK_TEXT = /[|>][-+0-9]*[ \t]*(#.*)?\r?$/m;
const OPEN_QUOTE = /^[^"\n]*"[^"\n]*$|^[^'\n]*'[^'\n]*$/m;

/**
 * Takes out of a YAML text what makes potential files long and is quick to read: items `- {key: 1, other: [1, 2]}`, each
 * on a line of its own, of words and numbers. In `rest` a word stands in the place of each, so that all line numbers and
 * the structure around stay.
 */
export function plainLines(text: string, file: string): { rest: string; lines: PlainLines } {
  const lines = new Map<number, Yaml>();
  if (BLOCK_TEXT.test(text) || OPEN_QUOTE.test(text)) return { rest: text, lines };
  const rest = text.split('\n');
  rest.forEach((line, i) => {
    const indent = /^ *- (?=\{)/.exec(line)?.[0];
    const map = indent && new LineParser(line, i + 1, file).map(indent.length);
    if (!map) return;
    lines.set(i + 1, map);
    rest[i] = `${indent}item`;
  });
  return { rest: lines.size > 0 ? rest.join('\n') : text, lines };
}

/** Words: letters, digits, '_', '.', '+', '-', and spaces within. */
const WORD = new Uint8Array(128);
for (const c of 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.+- ')
  WORD[c.charCodeAt(0)] = 1;

/** Reads a flow map from a line; each part gives undefined where it is not plain, and the general parser has its turn. */
class LineParser {
  private at = 0;

  constructor(
    private readonly text: string,
    private readonly line: number,
    private readonly file: string,
  ) {}

  /** The map from `start`, behind which nothing may stand. */
  map(start: number): Yaml | undefined {
    this.at = start + 1;
    const entries: YamlEntry[] = [];
    for (let end = ','; end === ','; ) {
      const key = this.word(':');
      const value = key && this.value('}');
      if (!key || !value || entries.some((entry) => entry.key.text('') === key)) return undefined;
      entries.push({ key: this.make('scalar', key), value });
      end = this.text[this.at++];
      if (end !== ',' && end !== '}') return undefined;
    }
    return this.text.slice(this.at).trim() === '' ? this.make('map', entries) : undefined;
  }

  /** A word or a list, behind which a comma or `close` comes. */
  private value(close: string): Yaml | undefined {
    this.skipSpaces();
    if (this.text[this.at] === '[') return this.list();
    const word = this.word(close);
    return word ? this.make('scalar', word) : undefined;
  }

  private list(): Yaml | undefined {
    this.at++;
    const items: Yaml[] = [];
    this.skipSpaces();
    if (this.text[this.at] === ']') this.at++;
    else {
      for (let end = ','; end === ','; ) {
        const item = this.value(']');
        if (!item) return undefined;
        items.push(item);
        end = this.text[this.at++];
        if (end !== ',' && end !== ']') return undefined;
      }
    }
    this.skipSpaces();
    return this.make('list', items);
  }

  /** A word; behind a name comes ': ', behind a value a comma or `close`, which stays. */
  private word(close: string): string | undefined {
    this.skipSpaces();
    const { text } = this;
    const start = this.at;
    let i = start;
    while (i < text.length && WORD[text.charCodeAt(i)] === 1) i++;
    const word = text.slice(start, i).trimEnd();
    if (close === ':') {
      this.at = i + 2;
      return text[i] === ':' && text[i + 1] === ' ' && /^\w/.test(word) ? word : undefined;
    }
    this.at = i;
    if ((text[i] !== close && text[i] !== ',') || word.startsWith('- ') || word === '-') return undefined;
    return word;
  }

  private skipSpaces(): void {
    while (this.text[this.at] === ' ') this.at++;
  }

  private make(kind: 'scalar' | 'list' | 'map', content: ConstructorParameters<typeof Yaml>[1]): Yaml {
    return new Yaml(kind, content, this.line, this.file);
  }
}
