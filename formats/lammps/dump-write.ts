import { PhonolinkError } from '../../src/model/errors.js';
import type { Column, Frame } from '../../src/model/frame.js';
import { massesOf } from '../../src/model/structure.js';
import type { WriteOptions } from '../format.js';
import { ByteWriter } from '../io/writer.js';
import { boxed } from './box.js';
import { isIdentity } from './frame.js';
import { needsRecord, recordParts } from './record.js';
import { TypeNumbers } from './types.js';
import { type LammpsUnits, lammpsUnits } from './units.js';

const HELD = new Set(
  'positions,species,cell,partial periodicity,masses,velocities,forces,info timestep,info time,info cell_origin'.split(
    ',',
  ),
);

/** Every column of atoms goes along; of the frame's own values only those that a dump has a section for. */
export function dumpHolds(quantity: string): boolean {
  return HELD.has(quantity) || quantity.startsWith('column ');
}

const PIECE = 1 << 19;

/**
 * Dumps of style custom: id type element x y z, then velocities, forces, masses that are not standard, charges,
 * molecules and every other column. Positions are unwrapped. Where a frame was turned, `ITEM: UNITS` records it.
 */
export async function* writeDump(
  frames: AsyncIterable<Frame>,
  options: WriteOptions,
): AsyncGenerator<Uint8Array> {
  const units = lammpsUnits(options.units);
  const numbering = new TypeNumbers(options.species);
  const writer = new ByteWriter(PIECE + (1 << 14));
  let said = units.name !== 'metal';
  let index = 0;
  for await (const given of frames) {
    const { frame, origin, orientation } = boxed(given, { reduce: false, note: options.note });
    const types = numbering.of(given);
    // The boundary has its own place in a dump.
    const turn = { ...orientation, periodic: undefined };
    const record = needsRecord(turn) ? ` phonolink ${recordParts(turn).join(' ')}` : '';
    if (!isIdentity(turn.rotation)) {
      options.note(
        "frames are turned into LAMMPS's frame (a along x, b in the xy plane); ITEM: UNITS of each records how, and reading it back undoes it",
      );
    }
    // Said once, the units hold until they are said again: so does a record.
    said ||= record !== '';
    if (said) writer.text(`ITEM: UNITS\n${units.name}${record}\n`);
    writeHeader(writer, frame, origin, units, index++);
    const columns = columnsOf(frame, types, units, options);
    writer.text(`ITEM: ATOMS ${columns.map(({ name }) => name).join(' ')}\n`);
    const cells = columns.map(({ write }) => write);
    for (let i = 0; i < frame.structure.count; i++) {
      for (let k = 0; k < cells.length; k++) cells[k](writer, i);
      writer.byte(10);
      if (writer.size > PIECE) yield writer.take();
    }
  }
  yield writer.take();
}

function writeHeader(
  writer: ByteWriter,
  { structure, info }: Frame,
  origin: Float64Array,
  units: LammpsUnits,
  index: number,
): void {
  const time = info.get('time');
  if (time?.kind === 'R' && !('shape' in time)) writer.text(`ITEM: TIME\n${time.value}\n`);
  const timestep = info.get('timestep');
  const step = timestep?.kind === 'I' && !('shape' in timestep) ? timestep.value : index;
  writer.text(`ITEM: TIMESTEP\n${step}\nITEM: NUMBER OF ATOMS\n${structure.count}\n`);
  const cell = structure.cell.map((x) => x / units.length);
  const low = origin.map((x) => x / units.length);
  const [xy, xz, yz] = [cell[3], cell[6], cell[7]];
  const tilted = xy !== 0 || xz !== 0 || yz !== 0;
  const flags = structure.periodic.map((p) => (p ? 'pp' : 'ff')).join(' ');
  const bounds = [
    [low[0] + Math.min(0, xy, xz, xy + xz), low[0] + cell[0] + Math.max(0, xy, xz, xy + xz), xy],
    [low[1] + Math.min(0, yz), low[1] + cell[4] + Math.max(0, yz), xz],
    [low[2], low[2] + cell[8], yz],
  ];
  writer.text(`ITEM: BOX BOUNDS ${tilted ? 'xy xz yz ' : ''}${flags}\n`);
  for (const line of bounds) writer.text(`${(tilted ? line : line.slice(0, 2)).join(' ')}\n`);
}

interface Cells {
  name: string;
  write(writer: ByteWriter, i: number): void;
}

function columnsOf(frame: Frame, types: Int32Array, units: LammpsUnits, options: WriteOptions): Cells[] {
  const { structure, velocities, labels, columns } = frame;
  const { species, kinds, masses } = structure;
  const names = species.map((symbol) => ` ${word(symbol, 'element')}`);
  const ids = columns.get('id');
  const own =
    ids?.kind === 'I' &&
    ids.width === 1 &&
    ids.data.every((id) => id > 0) &&
    new Set(ids.data).size === structure.count
      ? ids.data
      : null;
  // Beside image flags, x would mean a wrapped coordinate.
  const images = ['ix', 'iy', 'iz'].some((name) => columns.has(name));
  const out: Cells[] = [
    { name: 'id', write: (writer, i) => writer.integer(own?.[i] ?? i + 1) },
    { name: 'type', write: (writer, i) => spacedInteger(writer, types[i]) },
    { name: 'element', write: (writer, i) => writer.text(names[kinds[i]]) },
    ...vector(images ? ['xu', 'yu', 'zu'] : ['x', 'y', 'z'], structure.positions, units.length),
  ];
  if (velocities) out.push(...vector(['vx', 'vy', 'vz'], velocities, units.velocity));
  if (labels.forces) out.push(...vector(['fx', 'fy', 'fz'], labels.forces, units.force));
  const standard = massesOf(species, kinds);
  if (masses.some((mass, i) => mass !== standard[i]))
    out.push({ name: 'mass', write: (writer, i) => writer.spacedReal(masses[i] / units.mass) });
  const typed = columns.get('type');
  const numbered =
    typed?.kind === 'I' && typed.width === 1 && typed.data.every((type, i) => type === types[i]);
  const taken = new Set([...(numbered ? ['type'] : []), ...(own ? ['id'] : [])]);
  for (const [name, column] of columns) {
    if (taken.has(name)) continue;
    if (column.kind === 'L') options.note(`the flags of the column ${name} are written as 0 and 1`);
    const wanted = dumpName(name);
    const fit = POSITION.test(wanted) || out.some((other) => other.name === wanted) ? `c_${name}` : wanted;
    if (fit !== wanted)
      options.note(`the column ${name} is written as ${fit}: its name means something else in a dump`);
    out.push(...extra(fit, column, name === 'initial_charges' ? units.charge : 1));
  }
  return out;
}

/** Names that a dump gives to coordinates, whatever else they are in another file. */
const POSITION = /^[xyz](s|u|su)?$/;
const NAMES: Readonly<Record<string, string>> = { initial_charges: 'q', 'mol-id': 'mol' };

function dumpName(name: string): string {
  return word(NAMES[name] ?? name, 'column');
}

function vector(names: readonly string[], data: Float64Array, unit: number): Cells[] {
  return names.map((name, k) => ({
    name,
    write:
      unit === 1
        ? (writer, i) => writer.spacedReal(data[3 * i + k])
        : (writer, i) => writer.spacedReal(data[3 * i + k] / unit),
  }));
}

function extra(name: string, column: Column, unit: number): Cells[] {
  const { width } = column;
  return Array.from({ length: width }, (_, k) => ({
    name: width === 1 ? name : `${name}[${k + 1}]`,
    write: (writer: ByteWriter, i: number) => {
      const at = width * i + k;
      if (column.kind === 'S') writer.text(` ${word(column.data[at], `column ${name}`)}`);
      else if (column.kind === 'R') writer.spacedReal(column.data[at] / unit);
      else spacedInteger(writer, column.data[at]);
    },
  }));
}

function spacedInteger(writer: ByteWriter, value: number): void {
  writer.byte(32);
  writer.integer(value);
}

/** A word as it must be between blanks. */
function word(text: string, what: string): string {
  if (/^\S+$/.test(text)) return text;
  throw new PhonolinkError(`the ${what} '${text}' has blanks or is empty, which a LAMMPS dump cannot hold`, {
    hint: 'write extxyz, which quotes words',
  });
}
