import { quoted } from '../../src/model/errors.js';
import { Cursor } from '../io/numbers.js';
import { rowScanner } from '../io/row-scanner.js';
import type { TextReader } from '../io/text.js';
import { scale } from './units.js';

/** Rows of columns: numbers as they are, words as indices into `words` of their column. */
export interface Table {
  readonly rows: number;
  readonly columns: number;
  /** [rows x columns], row-major */
  readonly values: Float64Array;
  /** The different words of each column of words, in order of appearance; null for a column of numbers */
  readonly words: readonly (readonly string[] | null)[];
  /** [rows] where each row stood in the file, if they were sorted */
  readonly source?: Int32Array;
}

/** Memory for the values of one table after another; where it is not told, a table has its own. */
export interface Room {
  take(length: number): Float64Array;
}

const OWN: Room = { take: (length) => new Float64Array(length) };

const HASH = 35;
/** Rows read one by one after one that is not plain: more of its kind may follow. */
const PAUSE = 64;

/**
 * Consumes `rows` lines of one number or word for each column (a comment may follow) into a table.
 * @param names of the columns, for messages
 * @param isWord whether a column holds words
 * @param room where the values go, if the table is done with before the next is read
 */
export async function readTable(
  text: TextReader,
  rows: number,
  names: readonly string[],
  isWord: readonly boolean[],
  room: Room = OWN,
): Promise<Table> {
  const columns = names.length;
  const expected = `${rows} lines of ${columns === 1 ? 'one column' : `${columns} columns`} (${names.join(' ')})`;
  const { bytes, start, stop } = await text.block(rows, expected);
  const cursor = new Cursor();
  cursor.set(bytes, start, stop);
  const values = room.take(rows * columns);
  const dictionaries = isWord.map((word) => (word ? new Dictionary() : null));
  const fail = (row: number, column: number): never => {
    const found =
      column < columns ? quoted(cursor.word()) : `more than ${columns} columns (${quoted(cursor.word())})`;
    return text.fail(
      found,
      column < columns ? `${isWord[column] ? 'a word' : 'a number'} for ${names[column]}` : expected,
      {
        line: text.line + row,
      },
    );
  };
  let k = 0;
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if (row >= next) {
      const scanned = rowScanner().scan(bytes, cursor.at, stop, isWord, rows - row, values, k);
      for (const [column, dictionary] of dictionaries.entries()) {
        if (dictionary) dictionary.replaceCodes(values, k + column, columns, scanned.rows);
      }
      cursor.at = scanned.at;
      k += scanned.rows * columns;
      row += scanned.rows;
      if (row === rows) break;
      next = row + PAUSE;
    }
    // A row that is not plain, or one of the last.
    for (let column = 0; column < columns; column++) {
      const dictionary = dictionaries[column];
      const value = dictionary === null ? cursor.real() : dictionary.code(cursor);
      if (Number.isNaN(value)) fail(row, column);
      values[k++] = value;
    }
    if (!cursor.endLine()) {
      if (bytes[cursor.at] !== HASH && bytes[skipBlanks(bytes, cursor.at)] !== HASH) fail(row, columns);
      cursor.skipLine();
    }
  }
  return { rows, columns, values, words: dictionaries.map((dictionary) => dictionary?.words ?? null) };
}

function skipBlanks(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at] === 32 || bytes[at] === 9) at++;
  return at;
}

/** Numbers words in order of appearance. */
class Dictionary {
  readonly words: string[] = [];
  private readonly codes = new Map<string, number>();
  private readonly short = new Map<number, number>();
  private lastShort = 0;
  private lastCode = 0;

  /** The number of the cursor's next word; NaN where the line has none. */
  code(cursor: Cursor): number {
    const short = cursor.shortWord();
    if (short === 0) {
      const word = cursor.word();
      return word === '' ? Number.NaN : this.of(word);
    }
    return this.ofShort(short);
  }

  /** Puts the number of its word in the place of each `shortWord`. */
  replaceCodes(values: Float64Array, from: number, stride: number, rows: number): void {
    for (let row = 0, k = from; row < rows; row++, k += stride) values[k] = this.ofShort(values[k]);
  }

  private ofShort(short: number): number {
    if (short === this.lastShort) return this.lastCode;
    let code = this.short.get(short);
    if (code === undefined) {
      let word = '';
      for (let rest = short; rest !== 0; rest >>>= 8) word += String.fromCharCode(rest & 255);
      code = this.of(word);
      this.short.set(short, code);
    }
    this.lastShort = short;
    this.lastCode = code;
    return code;
  }

  private of(word: string): number {
    let code = this.codes.get(word);
    if (code === undefined) {
      code = this.words.length;
      this.words.push(word);
      this.codes.set(word, code);
    }
    return code;
  }
}

/** One column of a table. */
export function columnOf(table: Table, column: number): Float64Array {
  const { rows, columns, values } = table;
  const out = new Float64Array(rows);
  for (let i = 0, k = column; i < rows; i++, k += columns) out[i] = values[k];
  return out;
}

/** The words of a column of words. */
export function wordsOf(table: Table, column: number): string[] {
  const words = table.words[column]!;
  return Array.from(columnOf(table, column), (code) => words[code]);
}

/** Some columns side by side, [rows x columns.length], as multiples of `unit`: in internal units. */
export function vectorsOf(table: Table, columns: readonly number[], unit = 1): Float64Array {
  const { rows, values } = table;
  const width = columns.length;
  const out = new Float64Array(width * rows);
  if (width === 3) {
    const [a, b, c] = columns;
    for (let row = 0, k = 0; k < out.length; row += table.columns, k += 3) {
      out[k] = values[row + a];
      out[k + 1] = values[row + b];
      out[k + 2] = values[row + c];
    }
  } else {
    columns.forEach((column, place) => {
      for (let row = column, k = place; k < out.length; row += table.columns, k += width)
        out[k] = values[row];
    });
  }
  scale(out, unit);
  return out;
}

/** How far below the table's first line the i-th row stood in the file. */
export function placeOf(table: Table, i: number): number {
  return table.source ? table.source[i] : i;
}

/**
 * The table with its rows in ascending order of the ids in a column.
 * @returns the table, or a sentence on what is wrong with the ids and the row where it shows
 */
export function sortedById(table: Table, column: number): Table | { found: string; row: number } {
  const { rows, columns, values } = table;
  let ascending = true;
  let before = 0;
  for (let row = 0, k = column; row < rows; row++, k += columns) {
    const id = values[k];
    if (!(id >= 1 && id <= Number.MAX_SAFE_INTEGER && Math.floor(id) === id))
      return { found: `the atom id ${id}`, row };
    if (id <= before) ascending = false;
    before = id;
  }
  if (ascending) return table;
  const source = orderOf(columnOf(table, column));
  if (!(source instanceof Int32Array)) return source;
  const sorted = new Float64Array(values.length);
  for (let row = 0, k = 0; row < rows; row++) {
    for (let from = source[row] * columns, end = from + columns; from < end; ) sorted[k++] = values[from++];
  }
  return { ...table, values: sorted, source };
}

function orderOf(ids: Float64Array): Int32Array | { found: string; row: number } {
  const n = ids.length;
  let highest = 0;
  for (let i = 0; i < n; i++) if (ids[i] > highest) highest = ids[i];
  const order = new Int32Array(n);
  if (highest <= 4 * n + 1000) {
    // Ids are nearly dense: a place for each.
    const rowOf = new Int32Array(highest + 1).fill(-1);
    for (let i = 0; i < n; i++) {
      if (rowOf[ids[i]] >= 0) return { found: `the atom id ${ids[i]} a second time`, row: i };
      rowOf[ids[i]] = i;
    }
    for (let id = 1, k = 0; id <= highest; id++) if (rowOf[id] >= 0) order[k++] = rowOf[id];
    return order;
  }
  for (let i = 0; i < n; i++) order[i] = i;
  order.sort((p, q) => ids[p] - ids[q]);
  for (let i = 1; i < n; i++) {
    if (ids[order[i]] === ids[order[i - 1]])
      return { found: `the atom id ${ids[order[i]]} a second time`, row: Math.max(order[i], order[i - 1]) };
  }
  return order;
}

/** Whole numbers as a column: 32 bits where they fit. */
export function integers(
  values: Float64Array,
): { kind: 'I'; width: 1; data: Int32Array } | { kind: 'R'; width: 1; data: Float64Array } {
  return values.every((x) => x === (x | 0))
    ? { kind: 'I', width: 1, data: Int32Array.from(values) }
    : { kind: 'R', width: 1, data: values };
}

/** Whether the ids of a sorted table are 1, 2, ... n: they say nothing beyond the order. */
export function isCounting({ rows, columns, values }: Table, column: number): boolean {
  return rows === 0 || values[(rows - 1) * columns + column] === rows;
}
