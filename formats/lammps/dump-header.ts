import { quoted } from '../../src/model/errors.js';
import { integerOf, realOf, type TextReader, words } from '../io/text.js';
import { RecordReader } from './record.js';

/** The box of a dump's frame, in the file's units. */
export interface DumpBox {
  /** [9] rows a, b, c */
  cell: Float64Array;
  /** [3] the corner where scaled coordinates are zero */
  origin: Float64Array;
  periodic: [boolean, boolean, boolean];
  /** Whether the vectors stand as they are (`abc origin`), and not in LAMMPS's frame. */
  general: boolean;
}

/** What stands before the rows of a frame. */
export interface DumpHeader {
  timestep?: number;
  time?: number;
  atoms: number;
  box: DumpBox;
  /** Names of the columns */
  columns: string[];
}

/** What `ITEM: UNITS` said last: it holds until it is said again. */
export interface DumpUnits {
  name?: string;
  record: RecordReader;
}

const PREFIX = 'ITEM:';
const SECTION = 'a section of a LAMMPS dump such as "ITEM: TIMESTEP"';

/**
 * Reads up to the first row of the next frame; null at the end of the file. Sections that are not known are passed
 * over, with a note.
 */
export async function readDumpHeader(
  text: TextReader,
  units: DumpUnits,
  note?: (sentence: string) => void,
): Promise<DumpHeader | null> {
  const header: Partial<DumpHeader> = {};
  let begun = false;
  let line = await text.next();
  while (line !== null) {
    if (line.trim() === '' && !begun) {
      line = await text.next();
      continue;
    }
    if (!line.startsWith(PREFIX)) text.fail(quoted(line), SECTION);
    begun = true;
    const item = words(line.slice(PREFIX.length));
    const name = item.join(' ');
    if (item[0] === 'ATOMS') return complete(header, item.slice(1), text);
    if (name === 'TIMESTEP') header.timestep = await oneNumber(text, 'the timestep', integerOf);
    else if (name === 'TIME') header.time = await oneNumber(text, 'the time', realOf);
    else if (name === 'NUMBER OF ATOMS')
      header.atoms = await oneNumber(text, 'the number of atoms', integerOf);
    else if (name.startsWith('BOX BOUNDS')) header.box = await readBox(text, item.slice(2));
    else if (name === 'UNITS') {
      const [first, ...rest] = words(await text.expectLine('the units'));
      units.name = first;
      units.record = new RecordReader();
      units.record.take(rest.join(' '));
    } else {
      if (/^(ENTRIES|NUMBER OF ENTRIES)/.test(name)) {
        text.fail(quoted(line), '"ITEM: ATOMS"', { hint: 'a dump of style local holds no atoms' });
      }
      note?.(`${text.file}: not carried: the section 'ITEM: ${name}'`);
      line = await text.next();
      while (line !== null && !line.startsWith(PREFIX)) line = await text.next();
      continue;
    }
    line = await text.next();
  }
  if (begun) text.fail('the end of the file', 'a section "ITEM: ATOMS"', { line: text.line + 1 });
  return null;
}

async function oneNumber(
  text: TextReader,
  what: string,
  read: (text: string | undefined, what: string, reader: TextReader) => number,
): Promise<number> {
  return read(words(await text.expectLine(what))[0], what, text);
}

function complete(header: Partial<DumpHeader>, columns: string[], text: TextReader): DumpHeader {
  const { atoms, box } = header;
  if (atoms === undefined || atoms < 0)
    text.fail('"ITEM: ATOMS"', '"ITEM: NUMBER OF ATOMS" and a number before it');
  if (!box) text.fail('"ITEM: ATOMS"', '"ITEM: BOX BOUNDS" before it');
  if (columns.length === 0) {
    text.fail('"ITEM: ATOMS" without names of columns', 'names such as "id type x y z"', {
      hint: 'dumps of LAMMPS before 2010 lack them: add them behind "ITEM: ATOMS"',
    });
  }
  const twice = columns.find((name, k) => columns.indexOf(name) !== k);
  if (twice) text.fail(`the column ${quoted(twice)} twice`, 'each column once');
  return { ...header, atoms, box, columns };
}

/** `ITEM: BOX BOUNDS [xy xz yz | abc origin] [pp pp ff]` and its three lines. */
async function readBox(text: TextReader, item: string[]): Promise<DumpBox> {
  const general = item[0] === 'abc';
  const flags = item.slice(-3);
  const told = flags.length === 3 && flags.every((flag) => /^[pfsm]{1,2}$/.test(flag));
  const labels = general ? [] : item.slice(0, told ? -3 : undefined);
  if (labels.length > 0 && [...labels].sort().join(' ') !== 'xy xz yz')
    text.fail(quoted(labels.join(' ')), '"xy xz yz" or "abc origin" behind "BOX BOUNDS"');
  const periodic = told ? flags.map((flag) => flag.startsWith('p')) : [true, true, true];
  const rows: number[][] = [];
  for (let k = 0; k < 3; k++) {
    const expected = general ? 4 : labels.length > 0 ? 3 : 2;
    const line = await text.expectLine(`${expected} numbers of the box`);
    const parts = words(line);
    // Very old dumps give tilts without naming them.
    if (parts.length !== expected && !(expected === 2 && parts.length === 3))
      text.fail(quoted(line), `${expected} numbers of the box`);
    rows.push(parts.map((part) => realOf(part, 'the box', text)));
  }
  const box = general ? generalBox(rows) : tiltedBox(rows, labels, text);
  return { ...box, periodic: [periodic[0], periodic[1], periodic[2]], general };
}

function generalBox(rows: number[][]): { cell: Float64Array; origin: Float64Array } {
  return {
    cell: Float64Array.from(rows.flatMap((row) => row.slice(0, 3))),
    origin: Float64Array.from(rows, (row) => row[3]),
  };
}

/** A dump bounds a tilted box by an upright one (LAMMPS manual, "Triclinic simulation boxes"). */
function tiltedBox(
  rows: number[][],
  labels: string[],
  text: TextReader,
): { cell: Float64Array; origin: Float64Array } {
  const tilt = (name: string, place: number) =>
    rows[labels.length > 0 ? labels.indexOf(name) : place][2] ?? 0;
  const [xy, xz, yz] = [tilt('xy', 0), tilt('xz', 1), tilt('yz', 2)];
  const low = [rows[0][0] - Math.min(0, xy, xz, xy + xz), rows[1][0] - Math.min(0, yz), rows[2][0]];
  const high = [rows[0][1] - Math.max(0, xy, xz, xy + xz), rows[1][1] - Math.max(0, yz), rows[2][1]];
  const size = high.map((h, k) => h - low[k]);
  size.forEach((length, k) => {
    if (!(length > 0)) {
      text.fail(`a box of length ${length} along ${'xyz'[k]}`, 'a lower bound below the upper one', {
        line: text.line - 2 + k,
      });
    }
  });
  return {
    cell: Float64Array.of(size[0], 0, 0, xy, size[1], 0, xz, yz, size[2]),
    origin: Float64Array.from(low),
  };
}
