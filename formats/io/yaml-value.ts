import { FormatError, quoted } from '../../src/model/errors.js';
import { digits } from './digits.js';
import { parseReal } from './numbers.js';

export type YamlContent = string | readonly Yaml[] | readonly YamlEntry[] | Float64Array | NumberRows;

export interface YamlEntry {
  readonly key: Yaml;
  readonly value: Yaml;
}

/** A list of lists of numbers, `width` in each, as long files hold them. */
export class NumberRows {
  constructor(
    /** [rows][width] */
    readonly values: Float64Array,
    readonly width: number,
    /** [rows] the line of each */
    readonly lines: readonly number[],
  ) {}
}

/**
 * A value of a YAML file that knows its line. Scalars are texts until they are asked to be something else, so that
 * elements named No and Y stay what they are. Whatever is not as asked is a FormatError.
 */
export class Yaml {
  constructor(
    readonly kind: 'scalar' | 'list' | 'map',
    private readonly content: YamlContent,
    readonly line: number,
    readonly file: string,
  ) {}

  fail(found: string, expected: string, hint?: string): never {
    throw new FormatError({ file: this.file, line: this.line, found, expected, hint });
  }

  /** What stands here, for messages. */
  private get shown(): string {
    return this.kind === 'scalar' ? quoted(this.content as string) : `a ${this.kind}`;
  }

  text(what: string): string {
    if (this.kind !== 'scalar') this.fail(this.shown, `${what}`);
    return this.content as string;
  }

  real(what: string): number {
    const value = this.kind === 'scalar' ? parseReal(this.content as string) : Number.NaN;
    if (Number.isNaN(value)) this.fail(this.shown, `a number for ${what}`);
    return value;
  }

  /** A whole number of at most nine digits. */
  integer(what: string): number {
    const isWhole = this.kind === 'scalar' && /^[+-]?\d{1,9}$/.test(this.content as string);
    if (!isWhole) this.fail(this.shown, `a whole number for ${what}`);
    return Number(this.content);
  }

  list(what: string): readonly Yaml[] {
    if (this.kind !== 'list') this.fail(this.shown, `a list of ${what}`);
    const { content, file } = this;
    if (content instanceof Float64Array)
      return Array.from(content, (x) => new Yaml('scalar', digits(x), this.line, file));
    if (content instanceof NumberRows) {
      const { values, width } = content;
      return content.lines.map(
        (line, i) => new Yaml('list', values.subarray(i * width, (i + 1) * width), line, file),
      );
    }
    return content as readonly Yaml[];
  }

  entries(what: string): readonly YamlEntry[] {
    if (this.kind !== 'map') this.fail(this.shown, `${what} by their names`);
    return this.content as readonly YamlEntry[];
  }

  reals(what: string): number[] {
    if (this.content instanceof Float64Array) return Array.from(this.content);
    return this.list(what).map((item) => item.real(what));
  }

  integers(what: string): number[] {
    return this.list(what).map((item) => item.integer(what));
  }

  /** A list of `count` numbers. */
  vector(count: number, what: string): Float64Array {
    const numbers = this.content instanceof Float64Array ? this.content : Float64Array.from(this.reals(what));
    if (numbers.length !== count) this.fail(`${numbers.length} numbers`, `${count} numbers, ${what}`);
    return numbers;
  }

  /** A list of lists of `width` numbers, one behind the other. */
  rows(width: number, what: string): Float64Array {
    if (this.content instanceof NumberRows && this.content.width === width) return this.content.values;
    const rows = this.list(what);
    const values = new Float64Array(rows.length * width);
    rows.forEach((row, i) => {
      values.set(row.vector(width, what), i * width);
    });
    return values;
  }

  /** The value of a key of this map; undefined where it has none. */
  find(key: string): Yaml | undefined {
    for (const entry of this.entries(`values, ${key} among them,`))
      if (entry.key.kind === 'scalar' && entry.key.content === key) return entry.value;
    return undefined;
  }

  get(key: string): Yaml {
    return this.find(key) ?? this.fail(`no ${key}`, `the key ${key}`);
  }

  /** As plain texts, arrays and objects. */
  plain(): unknown {
    if (this.kind === 'scalar') return this.content;
    if (this.kind === 'list') return this.list('values').map((item) => item.plain());
    return Object.fromEntries(
      (this.content as readonly YamlEntry[]).map(({ key, value }) => [key.text('a name'), value.plain()]),
    );
  }
}
