import { standardMass } from '../../src/model/elements.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { Column, Frame } from '../../src/model/frame.js';
import type { WriteOptions } from '../format.js';
import { ATOM_STYLES } from './atom-styles.js';
import { boxed } from './box.js';
import { needsRecord, recordParts, rotationNote } from './record.js';
import { TypeNumbers } from './types.js';
import { lammpsUnits } from './units.js';

const ROWS_A_PIECE = 4096;

/**
 * A data file of one frame, in pieces. Positions are written as they are, unwrapped: LAMMPS moves atoms into the box
 * and counts the images itself.
 */
export function* writeData(given: Frame, options: WriteOptions): Generator<string> {
  const units = lammpsUnits(options.units);
  const { frame, origin, orientation } = boxed(given, { reduce: true, note: options.note });
  const { structure, velocities, columns } = frame;
  const style = styleOf(columns, options);
  const numbering = new TypeNumbers(options.species);
  const types = numbering.of(given);
  const typed = given.columns.get('type');
  if (typed && !(typed.kind === 'I' && typed.data.every((type, i) => type === types[i])))
    options.note('the column type is not written: the types are numbered by species and mass');
  const length = (x: number) => x / units.length;

  yield `LAMMPS data file written by phonolink, units = ${units.name}\n`;
  if (needsRecord(orientation)) {
    for (const part of recordParts(orientation)) yield `# phonolink ${part}\n`;
  }
  const sentence = rotationNote(orientation);
  if (sentence) options.note(sentence);
  if (structure.periodic.includes(false)) {
    const boundary = structure.periodic.map((p) => (p ? 'p' : 'f')).join(' ');
    options.note(
      `a LAMMPS data file does not hold the boundary: say 'boundary ${boundary}' before read_data`,
    );
  }
  yield `\n${structure.count} atoms\n${numbering.types.length - 1} atom types\n\n`;
  yield boxLines(structure.cell.map(length), origin.map(length), structure.periodic);

  yield '\nMasses\n\n';
  for (let type = 1; type < numbering.types.length; type++)
    yield massLine(type, numbering, units.mass, options);

  const ids = integerColumn(columns, 'id', structure.count);
  const unique = ids && new Set(ids).size === structure.count && ids.every((id) => id > 0) ? ids : undefined;
  if (ids && !unique)
    options.note('the column id does not name each atom once: the atoms are numbered from 1');
  const id = (i: number) => unique?.[i] ?? i + 1;
  const cells = ATOM_STYLES[style].map((name) => cellWriter(name, frame, types, id, units, options));
  yield `\nAtoms # ${style}\n\n`;
  yield* lines(structure.count, (i) => cells.map((cell) => cell(i)).join(' '));
  if (velocities) {
    yield '\nVelocities\n\n';
    const v = (k: number) => velocities[k] / units.velocity;
    yield* lines(structure.count, (i) => `${id(i)} ${v(3 * i)} ${v(3 * i + 1)} ${v(3 * i + 2)}`);
  }
}

function styleOf(columns: ReadonlyMap<string, Column>, options: WriteOptions): string {
  const charges = columns.has('initial_charges');
  const molecules = columns.has('mol-id');
  const style =
    options.atomStyle ?? (molecules ? (charges ? 'full' : 'molecular') : charges ? 'charge' : 'atomic');
  const layout = ATOM_STYLES[style];
  if (!layout) {
    throw new PhonolinkError(`the atom style '${style}' cannot be written`, {
      hint: `there are ${Object.keys(ATOM_STYLES).join(', ')}`,
    });
  }
  if (charges && !layout.includes('q'))
    options.note(`the atom style ${style} has no charges: they are not written`);
  if (molecules && !layout.includes('mol'))
    options.note(`the atom style ${style} has no molecules: their ids are not written`);
  return style;
}

/** Bounds and tilts such that LAMMPS, which subtracts the bounds again, finds no tilt beyond half a box by rounding. */
function boxLines(cell: Float64Array, origin: Float64Array, periodic: readonly boolean[]): string {
  const bounds = [0, 1, 2].map((k) => [origin[k], origin[k] + cell[4 * k]]);
  const tilt = (row: number, other: number) => {
    const value = cell[3 * row + other];
    const half = (bounds[other][1] - bounds[other][0]) / 2;
    const rounded = periodic[other] && Math.abs(value) > half && Math.abs(value) < half * (1 + 1e-11);
    return rounded ? Math.sign(value) * half : value;
  };
  const text = bounds.map(([low, high], k) => `${low} ${high} ${'xyz'[k]}lo ${'xyz'[k]}hi\n`).join('');
  const tilts = [tilt(1, 0), tilt(2, 0), tilt(2, 1)];
  return tilts.some((x) => x !== 0) ? `${text}${tilts.join(' ')} xy xz yz\n` : text;
}

function massLine(type: number, numbering: TypeNumbers, unit: number, options: WriteOptions): string {
  const known = numbering.types[type];
  if (!known) return `${type} 1 # no atom is of this type\n`;
  const mass = Number.isNaN(known.mass) ? standardMass(known.symbol) : known.mass;
  if (mass > 0) return `${type} ${mass / unit} # ${known.symbol}\n`;
  options.note(`${known.symbol} has no mass, which LAMMPS does not take: written as 1`);
  return `${type} 1 # ${known.symbol}\n`;
}

function integerColumn(
  columns: ReadonlyMap<string, Column>,
  name: string,
  count: number,
): Int32Array | undefined {
  const column = columns.get(name);
  return column?.kind === 'I' && column.width === 1 && column.data.length === count ? column.data : undefined;
}

/** What a column of an Atoms line holds for atom i. */
function cellWriter(
  name: string,
  frame: Frame,
  types: Int32Array,
  id: (i: number) => number,
  units: { length: number; charge: number },
  options: WriteOptions,
): (i: number) => number {
  const { structure, columns } = frame;
  if (name === 'id') return id;
  if (name === 'type') return (i) => types[i];
  if (name === 'mol') {
    const molecules = integerColumn(columns, 'mol-id', structure.count);
    if (!molecules) options.note('there are no molecule ids: written as 0');
    return (i) => molecules?.[i] ?? 0;
  }
  if (name === 'q') {
    const charges = columns.get('initial_charges');
    const known =
      charges && (charges.kind === 'R' || charges.kind === 'I') && charges.width === 1 ? charges.data : null;
    if (!known) options.note('there are no charges: written as 0');
    return (i) => (known?.[i] ?? 0) / units.charge;
  }
  const axis = 'xyz'.indexOf(name);
  return (i) => structure.positions[3 * i + axis] / units.length;
}

function* lines(count: number, line: (i: number) => string): Generator<string> {
  for (let from = 0; from < count; from += ROWS_A_PIECE) {
    let piece = '';
    for (let i = from; i < Math.min(count, from + ROWS_A_PIECE); i++) piece += `${line(i)}\n`;
    yield piece;
  }
}
