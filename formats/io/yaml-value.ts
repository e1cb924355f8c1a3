import { FormatError, quoted } from '../../src/model/errors.js';
import { parseReal } from './numbers.js';

export type YamlContent = string | readonly Yaml[] | readonly YamlEntry[];

export interface YamlEntry {
  readonly key: Yaml;
  readonly value: Yaml;
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
    return this.content as readonly Yaml[];
  }

  entries(what: string): readonly YamlEntry[] {
    if (this.kind !== 'map') this.fail(this.shown, `${what} by their names`);
    return this.content as readonly YamlEntry[];
  }

  reals(what: string): number[] {
    return this.list(what).map((item) => item.real(what));
  }

  integers(what: string): number[] {
    return this.list(what).map((item) => item.integer(what));
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
    if (this.kind === 'list') return (this.content as readonly Yaml[]).map((item) => item.plain());
    return Object.fromEntries(
      (this.content as readonly YamlEntry[]).map(({ key, value }) => [key.text('a name'), value.plain()]),
    );
  }
}
