import { type Column, createFrame, type Frame, type InfoValue, type Labels } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import type { ReadOptions } from '../format.js';
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
  orderById,
  ordered,
  readTable,
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
  for (;;) {
    const header = await readDumpHeader(text, units, options.note);
    if (!header) return;
    yield await readFrame(text, header, units, options);
  }
}

async function readFrame(
  text: TextReader,
  header: DumpHeader,
  units: DumpUnits,
  options: ReadOptions,
): Promise<Frame> {
  const { atoms, columns: names, box } = header;
  const table = await readTable(text, atoms, names, await wordColumns(text, names, atoms));
  const unit = unitsOf(options.units ?? units.name, text);
  const { order, ids } = orderOf(table, names, text);
  const used = new Set(['id']);
  const columns = new Map<string, Column>();
  if (ids && !isCounting(ids)) columns.set('id', integers(ids));
  const positions = positionsOf(table, names, box, order, used, text);
  const { species, kinds } = dumpSpecies(table, names, order, options, columns, used, text, unit.mass);
  const triple = (first: string, second: string, third: string, factor: number) => {
    const found = [first, second, third].map((name) => names.indexOf(name));
    if (found.some((column) => column < 0 || table.words[column])) return undefined;
    for (const column of found) used.add(names[column]);
    return scaled(vectorsOf(table, found, order), factor);
  };
  const velocities = triple('vx', 'vy', 'vz', unit.velocity);
  const labels: Labels = {};
  const forces = triple('fx', 'fy', 'fz', unit.force);
  if (forces) labels.forces = forces;
  const masses = massesOf(table, names, order, unit.mass, used);
  const structure = createStructure({
    positions: scaled(positions, unit.length),
    species,
    kinds,
    masses,
    cell: scaled(box.cell, unit.length),
    periodic: box.periodic,
  });
  carry(table, names, order, used, columns, unit.charge);
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

function orderOf(
  table: Table,
  names: readonly string[],
  text: TextReader,
): { order: Int32Array; ids?: Float64Array } {
  const column = names.indexOf('id');
  if (column < 0) return { order: Int32Array.from({ length: table.rows }, (_, i) => i) };
  const ids = columnOf(table, column);
  const order = orderById(ids);
  if (!(order instanceof Int32Array))
    text.fail(order.found, 'each atom id once, from 1', { line: text.line + order.row });
  return { order, ids: ordered(ids, order) };
}

/** [n] u; undefined where the file gives none, or where one is not above zero. */
function massesOf(
  table: Table,
  names: readonly string[],
  order: Int32Array,
  unit: number,
  used: Set<string>,
): Float64Array | undefined {
  const column = names.indexOf('mass');
  if (column < 0 || table.words[column]) return undefined;
  const masses = ordered(columnOf(table, column), order).map((m) => m * unit);
  if (!masses.every((m) => m > 0 && Number.isFinite(m))) return undefined;
  used.add('mass');
  return masses;
}

const WHOLE = /^(mol|proc|procp1|i[xyz]|i2?_.*)$/;

/** Columns that nothing else has taken; NAME[1], NAME[2], ... become one. */
function carry(
  table: Table,
  names: readonly string[],
  order: Int32Array,
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
      columns.set(base, { kind: 'R', width: group.length, data: interleaved(table, group, order) });
      continue;
    }
    columns.set(...single(name, table, names.indexOf(name), order, charge));
  }
}

function single(
  name: string,
  table: Table,
  column: number,
  order: Int32Array,
  charge: number,
): [string, Column] {
  if (table.words[column]) {
    const all = wordsOf(table, column);
    return [name, { kind: 'S', width: 1, data: Array.from(order, (row) => all[row]) }];
  }
  const values = ordered(columnOf(table, column), order);
  if (name === 'q') return ['initial_charges', { kind: 'R', width: 1, data: scaled(values, charge) }];
  if (WHOLE.test(name)) return [name === 'mol' ? 'mol-id' : name, integers(values)];
  return [name, { kind: 'R', width: 1, data: values }];
}

function interleaved(table: Table, group: number[], order: Int32Array): Float64Array {
  const width = group.length;
  const out = new Float64Array(table.rows * width);
  for (let i = 0; i < table.rows; i++) {
    for (let k = 0; k < width; k++) out[i * width + k] = table.values[order[i] * table.columns + group[k]];
  }
  return out;
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
