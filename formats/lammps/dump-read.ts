import { type Column, createFrame, type Frame, type InfoValue, type Labels } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import type { ReadOptions } from '../format.js';
import { rowScanner } from '../io/row-scanner.js';
import { type TextReader, words } from '../io/text.js';
import { type DumpHeader, type DumpUnits, readDumpHeader } from './dump-header.js';
import { positionsOf } from './dump-positions.js';
import { dumpSpecies } from './dump-species.js';
import { isTrivial, type Orientation, restoredFrame } from './frame.js';
import { RecordReader } from './record.js';
import {
  columnOf,
  integers,
  isCounting,
  type Room,
  readTable,
  sortedById,
  type Table,
  vectorsOf,
  wordsOf,
} from './rows.js';
import { scaled, unitsOf } from './units.js';

/**
 * The frames of a dump, each in the order of its atoms' ids, with unwrapped positions. Numbers come in internal units;
 * columns that are not interpreted keep the file's numbers.
 */
export async function* readDump(text: TextReader, options: ReadOptions): AsyncGenerator<Frame> {
  const units: DumpUnits = { record: new RecordReader() };
  const room = rowScanner().room();
  try {
    for (;;) {
      const header = await readDumpHeader(text, units, options.note);
      if (!header) return;
      yield await readFrame(text, header, units, options, room);
    }
  } finally {
    room.release();
  }
}

async function readFrame(
  text: TextReader,
  header: DumpHeader,
  units: DumpUnits,
  options: ReadOptions,
  room: Room,
): Promise<Frame> {
  const { atoms, columns: names, box } = header;
  const read = await readTable(text, atoms, names, await wordColumns(text, names, atoms), room);
  const table = inOrder(read, names, text);
  const unit = unitsOf(options.units ?? units.name, text);
  const used = new Set(['id']);
  const columns = new Map<string, Column>();
  const id = names.indexOf('id');
  if (id >= 0 && !isCounting(table, id)) columns.set('id', integers(columnOf(table, id)));
  const positions = positionsOf(table, names, box, used, text);
  const { species, kinds } = dumpSpecies(table, names, options, columns, used, text, unit.mass);
  const triple = (first: string, second: string, third: string, factor: number) => {
    const found = [first, second, third].map((name) => names.indexOf(name));
    if (found.some((column) => column < 0 || table.words[column])) return undefined;
    for (const column of found) used.add(names[column]);
    return vectorsOf(table, found, factor);
  };
  const velocities = triple('vx', 'vy', 'vz', unit.velocity);
  const labels: Labels = {};
  const forces = triple('fx', 'fy', 'fz', unit.force);
  if (forces) labels.forces = forces;
  const masses = massesOf(table, names, unit.mass, used);
  const structure = createStructure({
    positions: scaled(positions, unit.length),
    species,
    kinds,
    masses,
    cell: scaled(box.cell, unit.length),
    periodic: box.periodic,
  });
  carry(table, names, used, columns, unit.charge);
  const info = new Map<string, InfoValue>();
  if (header.timestep !== undefined) info.set('timestep', { kind: 'I', value: header.timestep });
  if (header.time !== undefined) info.set('time', { kind: 'R', value: header.time });
  if (box.origin.some((x) => x !== 0))
    info.set('cell_origin', { kind: 'R', shape: [3], value: scaled(box.origin, unit.length) });
  const frame = createFrame(structure, { labels, velocities, info, columns });
  return restored(frame, units.record, options, text);
}

/** Which columns hold words: as the first row shows. */
async function wordColumns(text: TextReader, names: readonly string[], atoms: number): Promise<boolean[]> {
  const first = atoms > 0 ? words((await text.peek()) ?? '') : [];
  return names.map(
    (name, k) => name === 'element' || (first[k] !== undefined && !/^([-+.\d]|nan$|inf$)/i.test(first[k])),
  );
}

/** The table in the order of its ids, where it has any. */
function inOrder(table: Table, names: readonly string[], text: TextReader): Table {
  const column = names.indexOf('id');
  if (column < 0) return table;
  const sorted = sortedById(table, column);
  if ('found' in sorted)
    text.fail(sorted.found, 'each atom id once, from 1', { line: text.line + sorted.row });
  return sorted;
}

/** [n] u; undefined where the file gives none, or where one is not above zero. */
function massesOf(
  table: Table,
  names: readonly string[],
  unit: number,
  used: Set<string>,
): Float64Array | undefined {
  const column = names.indexOf('mass');
  if (column < 0 || table.words[column]) return undefined;
  const masses = vectorsOf(table, [column], unit);
  if (!masses.every((m) => m > 0 && Number.isFinite(m))) return undefined;
  used.add('mass');
  return masses;
}

const WHOLE = /^(mol|proc|procp1|i[xyz]|i2?_.*)$/;

/** Columns that nothing else has taken; NAME[1], NAME[2], ... become one. */
function carry(
  table: Table,
  names: readonly string[],
  used: ReadonlySet<string>,
  columns: Map<string, Column>,
  charge: number,
): void {
  const rest = names.filter((name) => !used.has(name));
  const taken = new Set<string>();
  for (const name of rest) {
    if (taken.has(name)) continue;
    const base = name.endsWith('[1]') ? name.slice(0, -3) : '';
    const parts = base ? rest.filter((other, k) => other === `${base}[${k - rest.indexOf(name) + 1}]`) : [];
    const group = parts.map((part) => names.indexOf(part));
    if (group.length > 1 && group.every((column) => !table.words[column]) && !columns.has(base)) {
      for (const part of parts) taken.add(part);
      columns.set(base, { kind: 'R', width: group.length, data: vectorsOf(table, group) });
      continue;
    }
    columns.set(...single(name, table, names.indexOf(name), charge));
  }
}

function single(name: string, table: Table, column: number, charge: number): [string, Column] {
  if (table.words[column]) return [name, { kind: 'S', width: 1, data: wordsOf(table, column) }];
  const values = vectorsOf(table, [column], name === 'q' ? charge : 1);
  if (name === 'q') return ['initial_charges', { kind: 'R', width: 1, data: values }];
  if (WHOLE.test(name)) return [name === 'mol' ? 'mol-id' : name, integers(values)];
  return [name, { kind: 'R', width: 1, data: values }];
}

/** Undoes the orientation that the file records, or that the user gave. The boundary is the file's. */
function restored(frame: Frame, record: RecordReader, options: ReadOptions, text: TextReader): Frame {
  const recorded = record.orientation();
  if (typeof recorded === 'string')
    text.fail(recorded, '"ITEM: UNITS" as phonolink wrote it, or only the units');
  const found = recorded ?? options.orientation;
  if (!found) return frame;
  const orientation: Orientation = { ...found, periodic: undefined };
  const kept = [...frame.columns].filter(([, column]) => column.kind === 'R' && column.width > 1);
  if (kept.length > 0 && !isTrivial(orientation)) {
    options.note?.(`the columns ${kept.map(([name]) => name).join(', ')} stay as they are in LAMMPS's frame`);
  }
  return restoredFrame(frame, orientation);
}
