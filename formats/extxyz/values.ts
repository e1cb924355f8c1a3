import type { InfoValue } from '../../src/model/frame.js';
import { parseReal } from '../io/numbers.js';

/** A value's text is JSON behind this word (ASE's convention for what the format has no notation for). */
const JSON_MARK = '_JSON ';

const LOGICALS: ReadonlyMap<string, boolean> = new Map([
  ...['T', 'true', 'True', 'TRUE'].map((word) => [word, true] as const),
  ...['F', 'false', 'False', 'FALSE'].map((word) => [word, false] as const),
]);

/** The value of T, F, true, False, ...; undefined for any other word. */
export function logicalOf(word: string): boolean | undefined {
  return LOGICALS.get(word);
}

function integers(words: readonly string[]): number[] | null {
  const values: number[] = [];
  for (const word of words) {
    // A number too large for a double is left a text, digit for digit. `+ 0` makes -0 a whole 0.
    const value = /^[+-]?\d+$/.test(word) ? Number(word) + 0 : Number.NaN;
    if (!Number.isSafeInteger(value)) return null;
    values.push(value);
  }
  return values;
}

function reals(words: readonly string[]): number[] | null {
  const values: number[] = [];
  for (const word of words) {
    const value = parseReal(word);
    if (Number.isNaN(value) || (/^[+-]?\d+$/.test(word) && !Number.isSafeInteger(value))) return null;
    values.push(value);
  }
  return values;
}

function logicals(words: readonly string[]): boolean[] | null {
  const values = words.map(logicalOf);
  return values.every((value) => value !== undefined) ? (values as boolean[]) : null;
}

/** The array that words of one kind make, taking the first kind that all of them are: I, R, L, S. */
export function arrayOf(words: readonly string[], shape: number[]): InfoValue {
  const whole = integers(words);
  if (whole) return { kind: 'I', shape, value: Float64Array.from(whole) };
  const real = reals(words);
  if (real) return { kind: 'R', shape, value: Float64Array.from(real) };
  const logical = logicals(words);
  if (logical) return { kind: 'L', shape, value: logical };
  return { kind: 'S', shape, value: [...words] };
}

/** The first element of an array of one, as a value without shape. */
function scalar(array: InfoValue): InfoValue {
  return 'shape' in array ? ({ kind: array.kind, value: array.value[0] } as InfoValue) : array;
}

/**
 * What a bare or quoted text means: numbers or logicals where all of its words are (one alone is no array), JSON
 * behind its mark, else the text itself. Commas separate like blanks, as ASE has it.
 */
export function interpret(text: string): InfoValue {
  if (text.startsWith(JSON_MARK)) return jsonValue(text);
  const words = text.split(/[ \t\n\r\v\f,]+/).filter((word) => word !== '');
  if (words.length > 0) {
    const array = arrayOf(words, [words.length]);
    if (array.kind !== 'S') return words.length === 1 ? scalar(array) : array;
  }
  return { kind: 'S', value: text };
}

/** The old notation {a b}: an array of words too; one word alone is no array. */
export function bracedValue(text: string): InfoValue {
  if (text.startsWith(JSON_MARK)) return jsonValue(text);
  const words = text.split(/[ \t\n\r\v\f]+/).filter((word) => word !== '');
  if (words.length === 0) return { kind: 'S', value: text };
  const array = arrayOf(words, [words.length]);
  return words.length === 1 ? scalar(array) : array;
}

/** JSON of a value that a frame can hold; any other (an object, mixed kinds, ...) stays the text that it is. */
function jsonValue(text: string): InfoValue {
  const asText: InfoValue = { kind: 'S', value: text };
  const json = text.slice(JSON_MARK.length);
  let parsed: unknown;
  try {
    parsed = JSON.parse(json);
  } catch {
    return asText;
  }
  // JSON has one kind of number; ASE tells them apart by their text.
  const real = /[.eE]/.test(json);
  const nested = Array.isArray(parsed) && parsed.length > 0 && parsed.every(Array.isArray);
  const rows = (nested ? parsed : [Array.isArray(parsed) ? parsed : [parsed]]) as unknown[][];
  if (rows.some((row) => row.length !== rows[0].length)) return asText;
  const flat = rows.flat();
  const shape = nested ? [rows.length, rows[0].length] : [flat.length];
  let value: InfoValue;
  if (flat.every((x) => typeof x === 'number' && Number.isFinite(x) && (real || Number.isSafeInteger(x))))
    value = {
      kind: real || flat.length === 0 ? 'R' : 'I',
      shape,
      value: Float64Array.from(flat as number[]),
    };
  else if (flat.every((x) => typeof x === 'boolean')) value = { kind: 'L', shape, value: flat as boolean[] };
  else if (flat.every((x) => typeof x === 'string')) value = { kind: 'S', shape, value: flat as string[] };
  else return asText;
  return Array.isArray(parsed) ? value : scalar(value);
}

/** A number as the fewest digits that read back the same, with a point or an exponent. */
export function realText(value: number): string {
  if (Object.is(value, -0)) return '-0.0';
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'nan' : value > 0 ? 'inf' : '-inf';
  const text = String(value);
  return /[.e]/.test(text) ? text : `${text}.0`;
}

function wordOf(kind: 'R' | 'I' | 'L', value: number | boolean): string {
  if (kind === 'L') return value ? 'T' : 'F';
  return kind === 'R' ? realText(value as number) : String(value);
}

function jsonOf(value: InfoValue): string {
  const element = (x: number | boolean | string) =>
    value.kind === 'R' ? realText(x as number) : JSON.stringify(x);
  if (!('shape' in value)) return element(value.value);
  const flat = Array.from(value.value as ArrayLike<number | boolean | string>, element);
  if (value.shape.length === 1) return `[${flat.join(', ')}]`;
  const [rows, columns] = value.shape;
  const row = (r: number) => `[${flat.slice(r * columns, (r + 1) * columns).join(', ')}]`;
  return `[${Array.from({ length: rows }, (_, r) => row(r)).join(', ')}]`;
}

/** A text between quotes, or bare where nothing in it needs them. */
export function quotedText(text: string): string {
  if (/^[^\s="',{}[\]\\\x00-\x1f\x7f]+$/.test(text)) return text;
  return `"${text.replace(/["\\]/g, '\\$&').replaceAll('\n', '\\n')}"`;
}

/** A value as it stands behind the equals sign. */
export function valueText(value: InfoValue): string {
  return quotedText(plainText(value));
}

/**
 * A value as a text that `interpret` takes for it. Vectors are written in the old notation 1 2 3, which every reader
 * knows; matrices, arrays of words, and texts that would be taken for something else, in ASE's JSON notation.
 */
export function plainText(value: InfoValue): string {
  if (!('shape' in value)) {
    if (value.kind !== 'S') return wordOf(value.kind, value.value);
    const read = interpret(value.value);
    const plain = read.kind === 'S' && !('shape' in read) && read.value === value.value;
    if (plain && !/[\x00-\x1f\x7f]/.test(value.value)) return value.value;
  } else if (value.kind !== 'S' && value.shape.length === 1 && value.value.length > 1) {
    const { kind } = value;
    return Array.from(value.value as ArrayLike<number | boolean>, (x) => wordOf(kind, x)).join(' ');
  }
  return JSON_MARK + jsonOf(value);
}
