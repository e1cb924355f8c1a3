import { quoted } from '../../src/model/errors.js';
import { integerOf, realOf, type TextReader, words } from '../io/text.js';
import { RecordReader } from './record.js';
import { readTable, type Table } from './rows.js';
import type { TypeHints } from './species.js';

/** What a data file says, as it stands there: its own units and ids, line numbers for messages. */
export interface DataRecord {
  /** `units = real` of the first line, as LAMMPS's write_data puts it there */
  units?: string;
  /** Values of header lines by keyword: 'atoms', 'xlo xhi', 'avec', ... */
  header: Map<string, number[]>;
  /** By type, from 1; entry 0 is empty */
  types: TypeHints[];
  /** The `# style` of the Atoms line */
  atomStyle?: string;
  atoms?: { table: Table; line: number };
  velocities?: { table: Table; line: number };
  /** The orientation that phonolink recorded */
  record: RecordReader;
  /** Sections and header lines that were passed over */
  skipped: string[];
}

/** How many numbers stand before a keyword of the header. */
const HEADER: Readonly<Record<string, number>> = {
  atoms: 1,
  'atom types': 1,
  'xlo xhi': 2,
  'ylo yhi': 2,
  'zlo zhi': 2,
  'xy xz yz': 3,
  avec: 3,
  bvec: 3,
  cvec: 3,
  'abc origin': 3,
};
/** Header lines that say nothing of atoms, cells or types. */
const COUNTS =
  /^((bond|angle|dihedral|improper) types|bonds|angles|dihedrals|impropers|extra .* per atom|ellipsoids|lines|triangles|bodies)$/;

const SECTIONS = new Set(
  (
    'Atoms,Velocities,Masses,Atom Type Labels,Bond Type Labels,Angle Type Labels,Dihedral Type Labels,' +
    'Improper Type Labels,Bonds,Angles,Dihedrals,Impropers,Ellipsoids,Lines,Triangles,Bodies,Pair Coeffs,' +
    'PairIJ Coeffs,Bond Coeffs,Angle Coeffs,Dihedral Coeffs,Improper Coeffs,BondBond Coeffs,BondAngle Coeffs,' +
    'MiddleBondTorsion Coeffs,EndBondTorsion Coeffs,AngleTorsion Coeffs,AngleAngleTorsion Coeffs,' +
    'BondBond13 Coeffs,AngleAngle Coeffs,Charges'
  ).split(','),
);

/** Reads a data file into a record. Throws FormatError only. */
export async function readRecord(text: TextReader): Promise<DataRecord> {
  const title = await text.expectLine('a LAMMPS data file, whose first line is a title');
  const record: DataRecord = {
    units: /\bunits\s*=\s*(\w+)/.exec(title)?.[1],
    header: new Map(),
    types: [],
    record: new RecordReader(),
    skipped: [],
  };
  let section = await readHeader(text, record);
  while (section) section = await readSection(text, record, section);
  return record;
}

interface Section {
  name: string;
  comment: string;
}

/** A line without its comment, blanks as single spaces, and the comment. */
function split(line: string): { body: string; comment: string } {
  const hash = line.indexOf('#');
  const body = words(hash < 0 ? line : line.slice(0, hash)).join(' ');
  return { body, comment: hash < 0 ? '' : line.slice(hash + 1).trim() };
}

/** Up to the first section, which is returned; undefined at the end of the file. */
async function readHeader(text: TextReader, record: DataRecord): Promise<Section | undefined> {
  for (let line = await text.next(); line !== null; line = await text.next()) {
    const { body, comment } = split(line);
    if (body === '') {
      record.record.take(comment);
      continue;
    }
    if (SECTIONS.has(body)) return { name: body, comment };
    const parts = body.split(' ');
    const first = parts.findIndex((part) => !/^[-+.\d]/.test(part));
    const keyword = first < 0 ? '' : parts.slice(first).join(' ');
    if (first <= 0) text.fail(quoted(line), 'a header line such as "64 atoms", or a section such as Atoms');
    const count = HEADER[keyword];
    if (count === undefined) {
      if (!COUNTS.test(keyword)) record.skipped.push(`the header line '${body}'`);
      continue;
    }
    if (first !== count)
      text.fail(quoted(line), `${count === 1 ? 'one number' : `${count} numbers`} before '${keyword}'`);
    const read = count === 1 ? integerOf : realOf;
    record.header.set(
      keyword,
      parts.slice(0, count).map((part) => read(part, `'${keyword}'`, text)),
    );
  }
  return undefined;
}

/** Reads or passes over one section; returns the next. */
async function readSection(
  text: TextReader,
  record: DataRecord,
  section: Section,
): Promise<Section | undefined> {
  const { name, comment } = section;
  if (name === 'Atoms') {
    if (comment) record.atomStyle = comment.split(/\s+/)[0];
    record.atoms = await readRows(text, name, count(text, record, 'atoms', name), record.atoms);
  } else if (name === 'Velocities') {
    record.velocities = await readRows(text, name, count(text, record, 'atoms', name), record.velocities);
  } else if (name === 'Masses' || name === 'Atom Type Labels') {
    await readTypes(text, record, name);
  } else {
    record.skipped.push(name);
    return passOver(text, true);
  }
  return passOver(text, false);
}

function count(text: TextReader, record: DataRecord, keyword: string, section: string): number {
  const value = record.header.get(keyword)?.[0];
  if (value === undefined || value < 0) {
    text.fail(`the section ${section}`, `a header line 'N ${keyword}' before it`, {
      hint: 'the first line of a data file is a title, whatever it says',
    });
  }
  return value;
}

/** Moves on to the next section. Only a section that is passed over may hold lines of its own until then. */
async function passOver(text: TextReader, anything: boolean): Promise<Section | undefined> {
  for (let line = await text.next(); line !== null; line = await text.next()) {
    const { body, comment } = split(line);
    if (body === '') continue;
    // Sections of fixes have names of their own; rows begin with a number.
    if (SECTIONS.has(body) || (!anything && /^[A-Z][A-Za-z ]*$/.test(body))) return { name: body, comment };
    if (!anything) text.fail(quoted(line), 'a section such as Velocities, or the end of the file');
  }
  return undefined;
}

/** Moves to the first line that holds more than a comment, without consuming it. */
async function skipBlank(text: TextReader): Promise<string | null> {
  for (;;) {
    const line = await text.peek();
    if (line === null || split(line).body !== '') return line;
    await text.next();
  }
}

async function readRows(
  text: TextReader,
  section: string,
  rows: number,
  before: { line: number } | undefined,
): Promise<{ table: Table; line: number }> {
  if (before) text.fail(`a second section ${section}`, 'one');
  const first = await skipBlank(text);
  if (rows === 0)
    return { table: { rows: 0, columns: 0, values: new Float64Array(0), words: [] }, line: text.line };
  if (first === null)
    text.fail('the end of the file', `${rows} lines of ${section}`, { line: text.line + 1 });
  const parts = split(first).body.split(' ');
  const isWord = parts.map((part) => !/^[-+.\d]/.test(part));
  const names = section === 'Velocities' ? ['id', 'vx', 'vy', 'vz'] : parts.map((_, k) => `column ${k + 1}`);
  const table = await readTable(
    text,
    rows,
    names,
    section === 'Velocities' ? names.map(() => false) : isWord,
  );
  return { table, line: text.line };
}

async function readTypes(text: TextReader, record: DataRecord, section: string): Promise<void> {
  const types = count(text, record, 'atom types', section);
  for (let k = 0; k < types; k++) {
    await skipBlank(text);
    const line = await text.expectLine(`${types} lines of ${section}`);
    const { body, comment } = split(line);
    const [name, value, ...rest] = body.split(' ');
    if (value === undefined || rest.length > 0)
      text.fail(quoted(line), `an atom type and its ${section === 'Masses' ? 'mass' : 'label'}`);
    const known = record.types.findIndex((hints) => hints?.label !== undefined && hints.label === name);
    const type = known > 0 ? known : integerOf(name, 'an atom type', text);
    if (type < 1 || type > types) text.fail(`the atom type ${type}`, `one from 1 to ${types}`);
    record.types[type] ??= {};
    const hints = record.types[type];
    if (section === 'Masses') {
      const mass = realOf(value, 'a mass', text);
      if (!(mass > 0)) text.fail(quoted(value), 'a mass above zero');
      hints.mass = mass;
      if (comment) hints.comment = comment;
    } else {
      hints.label = value;
    }
  }
}
