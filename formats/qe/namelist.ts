import { quoted } from '../../src/model/errors.js';
import { parseReal, type TextReader } from '../io/text.js';

/** One `name(index) = values` of a Fortran namelist, as written. */
export interface Assignment {
  /** The namelist in capitals: CONTROL, SYSTEM, ... */
  group: string;
  /** In lower case. */
  name: string;
  /** What stands in parentheses without blanks, '' where nothing does. */
  index: string;
  /** The values as written, quotes and repeats included. */
  values: string[];
  line: number;
}

/** A namelist value and the line to blame for it. */
export interface Located {
  text: string;
  line: number;
}

const PIECE =
  /\s+|(?<comment>[!#].*)|(?<end>\/|[&$]end\b)|(?<name>[A-Za-z_][\w%]*)\s*(?:\((?<index>[^()]*)\))?\s*=|(?<comma>,)|(?<value>'(?:[^']|'')*'|"(?:[^"]|"")*"|[^\s,/!'"=#]+)/iy;

/**
 * Reads a namelist up to its `/`; `text` stands on its first line, `&NAME ...`, which is consumed already.
 * Comments begin with ! or #, several assignments may share a line, strings may hold any of these characters.
 */
export async function readNamelist(text: TextReader, first: string): Promise<Assignment[]> {
  const opening = /^\s*[&$](\w+)/.exec(first)!;
  const group = opening[1].toUpperCase();
  const rows: Assignment[] = [];
  let line = first.slice(opening[0].length);
  for (;;) {
    PIECE.lastIndex = 0;
    while (PIECE.lastIndex < line.length) {
      const at = PIECE.lastIndex;
      const match = PIECE.exec(line);
      if (!match) text.fail(quoted(line.slice(at)), `name = value in &${group}`);
      const { end, name, index, value } = match.groups!;
      if (end) return rows;
      if (name) {
        rows.push({
          group,
          name: name.toLowerCase(),
          index: (index ?? '').replace(/\s/g, ''),
          values: [],
          line: text.line,
        });
      } else if (value) {
        if (rows.length === 0) text.fail(quoted(value), `name = value in &${group}`);
        rows[rows.length - 1].values.push(value);
      }
    }
    line = await text.expectLine(`/ at the end of the namelist &${group}`);
  }
}

/** The single value of a variable, its last assignment; undefined where it is not set. */
export function variable(rows: readonly Assignment[], group: string, name: string): Located | undefined {
  const row = rows.findLast((r) => r.group === group && r.name === name && r.index === '');
  return row && row.values.length > 0 ? { text: row.values[0], line: row.line } : undefined;
}

/** The elements of a one-dimensional array by index from 1: `x(2) = 1, 3*0.5` sets elements 2 to 5. */
export function elementsOf(rows: readonly Assignment[], group: string, name: string): Map<number, Located> {
  const elements = new Map<number, Located>();
  for (const row of rows) {
    if (row.group !== group || row.name !== name) continue;
    let at = row.index === '' ? 1 : Number(row.index);
    for (const value of row.values) {
      const repeat = /^(\d{1,3})\*(.*)$/.exec(value);
      const times = repeat ? Number(repeat[1]) : 1;
      for (let k = 0; k < times; k++)
        elements.set(at++, { text: repeat ? repeat[2] : value, line: row.line });
    }
  }
  return elements;
}

/** A number of a namelist, or a FormatError at its line. */
export function locatedReal(value: Located, what: string, text: TextReader): number {
  const number = parseReal(value.text);
  if (Number.isNaN(number)) text.fail(quoted(value.text), `a number for ${what}`, { line: value.line });
  return number;
}

/** A whole number of a namelist, or a FormatError at its line. */
export function locatedInteger(value: Located, what: string, text: TextReader): number {
  if (!/^[+-]?\d{1,9}$/.test(value.text))
    text.fail(quoted(value.text), `a whole number for ${what}`, { line: value.line });
  return Number(value.text);
}
