import { PhonolinkError, quoted, UsageError } from '../../src/model/errors.js';

/** A setting as phonopy has them: a text, and where it stands ('--dim', or 'phonopy.conf:3: DIM'). */
export interface Tag {
  readonly text: string;
  readonly source: string;
}

/** Settings by the names of phonopy's tags, in small letters. */
export class Tags {
  constructor(private readonly all: ReadonlyMap<string, Tag>) {}

  has(name: string): boolean {
    return this.all.has(name);
  }

  /** Where a setting stands, for sentences. */
  source(name: string): string {
    return this.all.get(name)?.source ?? name.toUpperCase();
  }

  text(name: string): string | undefined {
    return this.all.get(name)?.text;
  }

  /** .TRUE. or .FALSE. */
  flag(name: string): boolean | undefined {
    const text = this.text(name)?.toLowerCase();
    if (text === undefined) return undefined;
    if (text !== '.true.' && text !== '.false.') this.fail(name, '.TRUE. or .FALSE.');
    return text === '.true.';
  }

  real(name: string): number | undefined {
    const numbers = this.reals(name);
    if (numbers && numbers.length !== 1) this.fail(name, 'a number');
    return numbers?.[0];
  }

  /** One of a few words, in small letters. */
  choice<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name)?.toLowerCase();
    const known = words.find((word) => word === text);
    if (text !== undefined && known === undefined) this.fail(name, words.join(' or '));
    return known;
  }

  /** Numbers, fractions such as 1/2 among them. */
  reals(name: string): number[] | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const numbers = text.split(/\s+/).filter(Boolean).map(fraction);
    if (numbers.length === 0 || numbers.some(Number.isNaN)) this.fail(name, 'numbers');
    return numbers;
  }

  integers(name: string): number[] | undefined {
    const numbers = this.reals(name);
    if (numbers && !numbers.every(Number.isInteger)) this.fail(name, 'whole numbers');
    return numbers;
  }

  integer(name: string): number | undefined {
    const numbers = this.integers(name);
    if (numbers && numbers.length !== 1) this.fail(name, 'a whole number');
    return numbers?.[0];
  }

  /** @throws UsageError */
  fail(name: string, expected: string): never {
    throw new UsageError(
      `${this.source(name)}: found ${quoted(this.text(name) ?? '')}, expected ${expected}`,
    );
  }

  /** For the part of a phonopy.yaml that says how the program was called. */
  entries(): Map<string, string> {
    return new Map([...this.all].map(([name, { text }]) => [name, text]));
  }
}

/** A number, or a fraction of two; NaN where it is neither. */
export function fraction(text: string): number {
  const parts = text.split('/');
  if (parts.length > 2 || parts.some((part) => !/^[-+]?(\d+\.?\d*|\.\d+)([ed][-+]?\d+)?$/i.test(part)))
    return Number.NaN;
  const [over, under = 1] = parts.map((part) => Number(part.replace(/d/i, 'e')));
  return over / under;
}

/** An error that a user's settings cause where they do not go with the files. */
export function unsuited(message: string, hint = ''): PhonolinkError {
  return new PhonolinkError(message, { hint });
}
