import { atomicNumber, SYMBOLS } from '../../src/model/elements.js';
import { quoted } from '../../src/model/errors.js';
import type { Column } from '../../src/model/frame.js';
import { Cursor } from '../io/numbers.js';
import type { TextReader } from '../io/text.js';
import type { LayoutColumn } from './layout.js';
import type { ColumnRole } from './names.js';
import { logicalOf } from './values.js';

/** The atoms of one frame, as the file's columns give them. */
export interface Atoms {
  species: string[];
  kinds: Uint16Array;
  /** [3n] A */
  positions: Float64Array;
  /** By role, [width n], in the file's units */
  known: Partial<Record<ColumnRole, { width: number; data: Float64Array }>>;
  columns: Map<string, Column>;
}

/** One group of columns on its way into an array. */
interface Target {
  readonly column: LayoutColumn;
  readonly action: Action;
  readonly width: number;
  readonly reals: Float64Array;
  readonly integers: Int32Array;
  readonly flags: Uint8Array;
  readonly words: string[];
}

enum Action {
  Species,
  Reals,
  /** Uninterpreted numbers: these may be nan or inf. */
  AnyReals,
  Integers,
  Logicals,
  Words,
}

const NO_REALS = new Float64Array(0);
const NO_INTEGERS = new Int32Array(0);
const NO_FLAGS = new Uint8Array(0);
const NO_WORDS: string[] = [];

function targetOf(column: LayoutColumn, n: number): Target {
  const size = column.width * n;
  const target = {
    column,
    width: column.width,
    reals: NO_REALS,
    integers: NO_INTEGERS,
    flags: NO_FLAGS,
    words: NO_WORDS,
  };
  if (column.role === 'species') return { ...target, action: Action.Species };
  if (column.role !== 'carried' && column.role !== 'number')
    return { ...target, action: Action.Reals, reals: new Float64Array(size) };
  if (column.kind === 'R') return { ...target, action: Action.AnyReals, reals: new Float64Array(size) };
  if (column.kind === 'I') return { ...target, action: Action.Integers, integers: new Int32Array(size) };
  if (column.kind === 'L') return { ...target, action: Action.Logicals, flags: new Uint8Array(size) };
  return { ...target, action: Action.Words, words: new Array<string>(size) };
}

/** The species of a frame in order of appearance, looked up by the bytes of short words. */
class SpeciesTable {
  readonly species: string[] = [];
  private readonly codes: number[] = [];
  private readonly codeKinds: number[] = [];
  private readonly byWord = new Map<string, number>();

  constructor(private readonly numbered: readonly string[] | undefined) {}

  kindOfCode(code: number, word: () => string): number {
    const known = this.codes.indexOf(code);
    if (known >= 0) return this.codeKinds[known];
    const kind = this.kindOf(word());
    this.codes.push(code);
    this.codeKinds.push(kind);
    return kind;
  }

  kindOf(word: string): number {
    const known = this.byWord.get(word);
    if (known !== undefined) return known;
    const symbol = symbolOf(word, this.numbered);
    let kind = this.species.indexOf(symbol);
    if (kind < 0) kind = this.species.push(symbol) - 1;
    this.byWord.set(word, kind);
    return kind;
  }
}

/**
 * The species that a word names: an element in any case (as ASE has it), an atomic number or, where names for
 * numbers are given, the name of that number (from 1); any other word stands for itself.
 */
function symbolOf(word: string, numbered: readonly string[] | undefined): string {
  if (/^\d{1,5}$/.test(word)) return numbered?.[Number(word) - 1] ?? SYMBOLS[Number(word)] ?? word;
  if (atomicNumber(word) >= 0) return word;
  const capitalised = word.charAt(0).toUpperCase() + word.slice(1).toLowerCase();
  return atomicNumber(capitalised) >= 0 ? capitalised : word;
}

const cursor = new Cursor();

/** Reads n lines of atoms. Throws a FormatError at the line and word that is wrong. */
export async function readAtoms(
  text: TextReader,
  n: number,
  layout: readonly LayoutColumn[],
  numbered: readonly string[] | undefined,
): Promise<Atoms> {
  const { bytes, start, stop } = await text.block(n, `${n} lines of atoms`);
  const targets = layout.map((column) => targetOf(column, n));
  const kinds = new Uint16Array(n);
  const table = new SpeciesTable(numbered);
  cursor.set(bytes, start, stop);
  const failed = readRows(n, targets, kinds, table);
  if (failed) fail(text, failed.atom, targets, failed.target, failed.missing);

  const positions = targets.find(({ column }) => column.role === 'positions')!.reals;
  const known: Atoms['known'] = {};
  const columns = new Map<string, Column>();
  for (const { column, width, reals, integers, flags, words } of targets) {
    const { name, role, kind } = column;
    if (role === 'species' || role === 'positions') continue;
    if (role === 'number' || role === 'carried') {
      if (kind === 'R') columns.set(name, { kind, width, data: reals });
      else if (kind === 'I') columns.set(name, { kind, width, data: integers });
      else if (kind === 'L') columns.set(name, { kind, width, data: flags });
      else columns.set(name, { kind, width, data: words });
    } else known[role] = { width, data: reals };
  }
  takeNumbers(text, targets, table, kinds, columns);
  if (table.species.length > 65535) text.fail(`${table.species.length} different species`, 'at most 65535');
  return { species: table.species, kinds, positions, known, columns };
}

interface Failure {
  atom: number;
  target: number;
  /** Whether words are left over where the line should end. */
  missing: boolean;
}

function readRows(
  n: number,
  targets: readonly Target[],
  kinds: Uint16Array,
  table: SpeciesTable,
): Failure | null {
  const count = targets.length;
  let lastCode = 0;
  let lastKind = 0;
  for (let i = 0; i < n; i++) {
    for (let t = 0; t < count; t++) {
      const target = targets[t];
      const { width } = target;
      const first = i * width;
      switch (target.action) {
        case Action.Reals: {
          const { reals } = target;
          for (let k = first; k < first + width; k++) {
            const value = cursor.real();
            if (Number.isNaN(value)) return { atom: i, target: t, missing: false };
            reals[k] = value;
          }
          break;
        }
        case Action.Species: {
          const from = cursor.at;
          const code = cursor.shortWord();
          if (code !== 0 && code === lastCode) {
            kinds[i] = lastKind;
            break;
          }
          if (code !== 0) {
            lastKind = table.kindOfCode(code, () => {
              cursor.at = from;
              return cursor.word();
            });
            lastCode = code;
            kinds[i] = lastKind;
            break;
          }
          const text = cursor.word();
          if (text === '') return { atom: i, target: t, missing: false };
          kinds[i] = table.kindOf(text);
          break;
        }
        case Action.AnyReals: {
          const { reals } = target;
          for (let k = first; k < first + width; k++) {
            let value = cursor.real();
            if (Number.isNaN(value)) {
              const at = cursor.at;
              const special = notFinite(cursor.word());
              if (special === undefined) {
                cursor.at = at;
                return { atom: i, target: t, missing: false };
              }
              value = special;
            }
            reals[k] = value;
          }
          break;
        }
        case Action.Integers: {
          const { integers } = target;
          for (let k = first; k < first + width; k++) {
            const value = cursor.integer();
            if (Number.isNaN(value)) return { atom: i, target: t, missing: false };
            integers[k] = value;
          }
          break;
        }
        case Action.Logicals: {
          const { flags } = target;
          for (let k = first; k < first + width; k++) {
            const at = cursor.at;
            const value = logicalOf(cursor.word());
            if (value === undefined) {
              cursor.at = at;
              return { atom: i, target: t, missing: false };
            }
            flags[k] = value ? 1 : 0;
          }
          break;
        }
        default: {
          const { words } = target;
          for (let k = first; k < first + width; k++) {
            const text = cursor.word();
            if (text === '') return { atom: i, target: t, missing: false };
            words[k] = text;
          }
        }
      }
    }
    if (!cursor.endLine()) return { atom: i, target: count, missing: true };
  }
  return null;
}

/** nan and inf as C and Python write them; undefined for any other word. */
function notFinite(word: string): number | undefined {
  const match = /^([+-]?)(nan|inf|infinity)$/i.exec(word);
  if (!match) return undefined;
  if (match[2].toLowerCase() === 'nan') return Number.NaN;
  return match[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}

const WANTED: Readonly<Record<Action, string>> = {
  [Action.Species]: 'a word',
  [Action.Reals]: 'a number',
  [Action.AnyReals]: 'a number',
  [Action.Integers]: 'a whole number of at most 32 bits',
  [Action.Logicals]: 'T or F',
  [Action.Words]: 'a word',
};

function fail(
  text: TextReader,
  atom: number,
  targets: readonly Target[],
  index: number,
  leftOver: boolean,
): never {
  const word = cursor.word();
  const line = text.line + atom;
  const total = targets.reduce((sum, { width }) => sum + width, 0);
  if (leftOver)
    text.fail(`${quoted(word)} behind the last column`, `${total} words a line, as Properties says`, {
      line,
    });
  const { column, action } = targets[index];
  const found = word === '' ? 'the end of the line' : quoted(word);
  text.fail(found, `${WANTED[action]} for ${column.name} of atom ${atom + 1} (${total} words a line)`, {
    line,
  });
}

/** Species from atomic numbers where there are no symbols; where there are both, they must agree. */
function takeNumbers(
  text: TextReader,
  targets: readonly Target[],
  table: SpeciesTable,
  kinds: Uint16Array,
  columns: Map<string, Column>,
): void {
  const number = targets.find(({ column }) => column.role === 'number');
  if (!number) return;
  const alone = !targets.some(({ column }) => column.role === 'species');
  const numbers = number.integers;
  const known = table.species.map(atomicNumber);
  for (let i = 0; i < numbers.length; i++) {
    const z = numbers[i];
    const symbol = SYMBOLS[z];
    const line = text.line + i;
    if (alone) {
      if (symbol === undefined) text.fail(`the atomic number ${z}`, 'one from 0 to 118', { line });
      kinds[i] = table.kindOf(symbol);
    } else if (known[kinds[i]] > 0 && known[kinds[i]] !== z) {
      text.fail(
        `Z = ${z} for ${table.species[kinds[i]]}`,
        `${known[kinds[i]]}, or a species that is no element`,
        { line },
      );
    }
  }
  if (alone) columns.delete(number.column.name);
}
