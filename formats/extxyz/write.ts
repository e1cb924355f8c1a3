import { volume } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import { type Column, type Frame, type InfoValue, stressOf } from '../../src/model/frame.js';
import { massesOf } from '../../src/model/structure.js';
import type { WriteOptions } from '../format.js';
import { ByteWriter } from '../io/writer.js';
import { isRefused } from './labels.js';
import { quotedText, realText, valueText } from './values.js';

/** What the two programs that read these files call the same things. */
export interface Dialect {
  forces: string;
  masses: string;
  polarizability: string;
  /** Whether stress stands beside the virial: ASE reads the one, GPUMD the other. */
  stress: boolean;
  /** GPUMD refuses a frame without a lattice. */
  needsLattice: boolean;
}

const FLUSH = 3 << 18;
/** Rows between two looks at the size of the buffer. */
const ROWS = 1024;

/** Extended XYZ, every number with the fewest digits that read back the same. */
export async function* writeExtxyz(
  frames: AsyncIterable<Frame>,
  options: WriteOptions,
  dialect: Dialect,
): AsyncGenerator<Uint8Array> {
  const writer = new ByteWriter(1 << 20);
  for await (const frame of frames) {
    const columns = columnsOf(frame, dialect, options);
    header(writer, frame, columns, dialect, options);
    const { count } = frame.structure;
    for (let from = 0; from < count; from += ROWS) {
      rows(writer, columns, from, Math.min(count, from + ROWS));
      if (writer.size >= FLUSH) yield writer.take();
    }
  }
  if (writer.size > 0) yield writer.take();
}

type OutColumn = { name: string } & (
  | Column
  | { kind: 'species'; width: 1; data: Uint16Array; words: Uint8Array[] }
);

function columnsOf(frame: Frame, dialect: Dialect, options: WriteOptions): OutColumn[] {
  const { structure, labels, velocities } = frame;
  const n = structure.count;
  const columns: OutColumn[] = [
    {
      name: 'species',
      kind: 'species',
      width: 1,
      data: structure.kinds,
      words: speciesWords(structure.species),
    },
  ];
  const real = (name: string, data: Float64Array | undefined, width: number) => {
    if (data && n > 0) columns.push({ name, kind: 'R', width, data });
  };
  real('pos', structure.positions, 3);
  if (n === 0) columns.push({ name: 'pos', kind: 'R', width: 3, data: structure.positions });
  real('vel', velocities, 3);
  const standard = massesOf(structure.species, structure.kinds);
  if (structure.masses.some((m, i) => m !== standard[i])) real(dialect.masses, structure.masses, 1);
  real(dialect.forces, labels.forces, 3);
  real('energies', labels.energies, 1);
  real('virials', labels.virials, 9);
  real('charge', labels.charges, 1);
  real('magmoms', labels.magneticMoments, labels.magneticMoments?.length === n ? 1 : 3);
  real('bec', labels.bornCharges, 9);
  const taken = new Set(columns.map(({ name }) => name));
  for (const [key, column] of frame.columns) {
    const name = freeName(key.replaceAll(':', '_') || 'column', taken);
    if (name !== key)
      options.note(
        `the column '${key}' is written as '${name}': its name cannot stand in this file beside others`,
      );
    taken.add(name);
    checkWords(key, column);
    columns.push({ ...column, name });
  }
  return columns;
}

/** `name`, or with the first number behind it that makes it new. */
function freeName(name: string, taken: ReadonlySet<string>): string {
  let free = name;
  for (let k = 2; taken.has(free); k++) free = `${name}_${k}`;
  return free;
}

function speciesWords(species: readonly string[]): Uint8Array[] {
  return species.map((symbol) => {
    if (/^\d+$/.test(symbol) || !isWord(symbol))
      throw new PhonolinkError(`the species '${symbol}' cannot stand in an XYZ file`, {
        hint: 'name the species with --species',
      });
    return Buffer.from(symbol);
  });
}

function isWord(text: string): boolean {
  return text !== '' && !/[ \t\r\n\v\f]/.test(text);
}

function checkWords(name: string, column: Column): void {
  if (column.kind !== 'S') return;
  const bad = column.data.find((text) => !isWord(text));
  if (bad !== undefined)
    throw new PhonolinkError(
      `the column '${name}' holds '${bad}', which is no word that an XYZ file can hold`,
    );
}

function header(
  writer: ByteWriter,
  frame: Frame,
  columns: readonly OutColumn[],
  dialect: Dialect,
  options: WriteOptions,
): void {
  const { structure, labels, info } = frame;
  const { cell, periodic } = structure;
  const hasCell = cell.some((x) => x !== 0);
  if (!hasCell && dialect.needsLattice)
    throw new PhonolinkError('a frame without a cell cannot be written for GPUMD, which needs a lattice', {
      hint: 'give the structure a cell, or write extxyz',
    });
  writer.text(`${structure.count}\n`);
  if (hasCell) writer.text(`Lattice="${Array.from(cell, realText).join(' ')}" `);
  const properties = columns
    .map(({ name, kind, width }) => `${name}:${kind === 'species' ? 'S' : kind}:${width}`)
    .join(':');
  writer.text(`Properties=${quotedText(properties)}`);

  const written = new Set(['lattice', 'properties', 'pbc']);
  const pair = (key: string, value: InfoValue) => {
    written.add(key.toLowerCase());
    writer.text(` ${quotedText(key)}=${valueText(value)}`);
  };
  const vector = (value: Float64Array): InfoValue => ({ kind: 'R', shape: [value.length], value });
  if (labels.energy !== undefined) pair('energy', { kind: 'R', value: labels.energy });
  if (labels.freeEnergy !== undefined) pair('free_energy', { kind: 'R', value: labels.freeEnergy });
  if (labels.virial) {
    pair('virial', vector(labels.virial));
    // A stress of its own says something else than the virial: the file had both.
    const own = [...info.keys()].some((key) => key.toLowerCase() === 'stress');
    if (dialect.stress && volume(cell) > 0 && !own)
      pair('stress', vector(stressOf(labels.virial, cell).map((s) => s + 0))); // no -0
  }
  if (labels.dipole) pair('dipole', vector(labels.dipole));
  if (labels.polarizability) pair(dialect.polarizability, vector(labels.polarizability));
  writer.text(` pbc="${periodic.map((p) => (p ? 'T' : 'F')).join(' ')}"`);
  for (const [key, value] of info) {
    let name = key;
    for (let k = 2; written.has(name.toLowerCase()) || isRefused(name, value); k++) name = `${key}_${k}`;
    if (name !== key)
      options.note(`the value '${key}' is written as '${name}': its name means something else in this file`);
    pair(name, value);
  }
  writer.text('\n');
}

const SPACE = 32;
const NEWLINE = 10;
const TRUE = 'T'.charCodeAt(0);
const FALSE = 'F'.charCodeAt(0);

function rows(writer: ByteWriter, columns: readonly OutColumn[], from: number, to: number): void {
  for (let i = from; i < to; i++) {
    for (let c = 0; c < columns.length; c++) {
      const column = columns[c];
      const { width } = column;
      const first = i * width;
      switch (column.kind) {
        case 'R':
          for (let k = first; k < first + width; k++) writer.spacedReal(column.data[k]);
          break;
        case 'species':
          writer.raw(column.words[column.data[i]]);
          break;
        case 'I':
          for (let k = first; k < first + width; k++) {
            writer.byte(SPACE);
            writer.integer(column.data[k]);
          }
          break;
        case 'L':
          for (let k = first; k < first + width; k++) {
            writer.byte(SPACE);
            writer.byte(column.data[k] ? TRUE : FALSE);
          }
          break;
        case 'S':
          for (let k = first; k < first + width; k++) {
            writer.byte(SPACE);
            writer.text(column.data[k]);
          }
      }
    }
    writer.byte(NEWLINE);
  }
}
