import { rowsTimes } from '../../src/model/cell.js';
import { type Column, createFrame, type Frame, type InfoValue } from '../../src/model/frame.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import type { ReadOptions } from '../format.js';
import type { TextReader } from '../io/text.js';
import { ATOM_STYLES, detectStyle, IMAGES, isStyle } from './atom-styles.js';
import { type DataRecord, readRecord } from './data-sections.js';
import { restoredFrame } from './frame.js';
import { columnOf, integers, isCounting, placeOf, sortedById, type Table, vectorsOf } from './rows.js';
import { SPECIES_HINT, speciesOfType, type TypeHints } from './species.js';
import { scaled, unitsOf } from './units.js';

/**
 * The structure of a data file. Image flags are undone: positions are unwrapped, x + ix a + iy b + iz c. Atoms stand in
 * the order of their ids; the boundary, of which the file says nothing, is periodic.
 */
export async function readData(text: TextReader, options: ReadOptions): Promise<Frame> {
  const record = await readRecord(text);
  const { cell, origin } = boxOf(record, text);
  const units = unitsOf(options.units ?? record.units, text);
  if (record.skipped.length > 0) {
    options.note?.(`${text.file}: not carried: ${[...new Set(record.skipped)].join(', ')}`);
  }
  const atoms = atomsOf(record, text, options);
  const { table, names, ids } = atoms;
  const at = (name: string) => names.indexOf(name);
  const positions = vectorsOf(table, ['x', 'y', 'z'].map(at));
  if (at('ix') >= 0) {
    const images = rowsTimes(vectorsOf(table, IMAGES.map(at)), cell);
    for (let i = 0; i < images.length; i++) if (images[i] !== 0) positions[i] += images[i];
  }
  const columns = new Map<string, Column>();
  if (!isCounting(table, 0)) columns.set('id', integers(ids));
  if (at('mol') >= 0) columns.set('mol-id', integers(columnOf(table, at('mol'))));
  if (at('q') >= 0) {
    const charges = vectorsOf(table, [at('q')], units.charge);
    columns.set('initial_charges', { kind: 'R', width: 1, data: charges });
  }
  const types = typesOf(record, text, atoms);
  const { species, kinds, masses } = speciesOf(record, types, text, options, units.mass, columns);
  const structure = createStructure({
    positions: scaled(positions, units.length),
    species,
    kinds,
    masses,
    cell: scaled(cell, units.length),
    periodic: [true, true, true],
  });
  const info = new Map<string, InfoValue>();
  if (origin.some((x) => x !== 0)) {
    info.set('cell_origin', { kind: 'R', shape: [3], value: scaled(origin, units.length) });
  }
  const velocities = velocitiesOf(record, text, ids, units.velocity);
  const frame = createFrame(structure, {
    velocities,
    info,
    columns,
  });
  const recorded = record.record.orientation();
  if (typeof recorded === 'string') text.fail(recorded, 'the comments as phonolink wrote them, or none');
  const orientation = recorded ?? options.orientation;
  return orientation ? restoredFrame(frame, orientation) : frame;
}

/** Rows are a, b, c, in the file's units. */
function boxOf(record: DataRecord, text: TextReader): { cell: Float64Array; origin: Float64Array } {
  const { header } = record;
  if (!header.has('atoms')) {
    text.fail("no header line 'N atoms'", 'one', {
      hint: 'the first line of a data file is a title, whatever it says',
    });
  }
  if (header.has('avec')) {
    const rows = ['avec', 'bvec', 'cvec'].map((name) => {
      const row = header.get(name);
      if (!row) text.fail(`no header line '${name}'`, "'avec', 'bvec' and 'cvec'");
      return row;
    });
    return {
      cell: Float64Array.from(rows.flat()),
      origin: Float64Array.from(header.get('abc origin') ?? [0, 0, 0]),
    };
  }
  const [x, y, z] = ['x', 'y', 'z'].map((axis) => {
    const bounds = header.get(`${axis}lo ${axis}hi`);
    if (!bounds) text.fail(`no header line '${axis}lo ${axis}hi'`, 'the bounds of the box along x, y and z');
    if (!(bounds[1] > bounds[0]))
      text.fail(`the bounds ${bounds.join(' ')} along ${axis}`, 'a lower bound below the upper one');
    return bounds;
  });
  const [xy, xz, yz] = header.get('xy xz yz') ?? [0, 0, 0];
  return {
    cell: Float64Array.of(x[1] - x[0], 0, 0, xy, y[1] - y[0], 0, xz, yz, z[1] - z[0]),
    origin: Float64Array.of(x[0], y[0], z[0]),
  };
}

interface Atoms {
  /** In the order of the ids */
  table: Table;
  names: readonly string[];
  /** Ascending */
  ids: Float64Array;
  line: number;
}

const NO_ROWS: Table = { rows: 0, columns: 5, values: new Float64Array(0), words: [] };

function atomsOf(record: DataRecord, text: TextReader, options: ReadOptions): Atoms {
  const count = record.header.get('atoms')![0];
  if (!record.atoms && count !== 0) text.fail('no section Atoms', `one of ${count} lines`);
  const { table, line } = record.atoms ?? { table: NO_ROWS, line: text.line };
  if (table.rows === 0) return { table: NO_ROWS, names: ATOM_STYLES.atomic, ids: new Float64Array(0), line };
  const types = record.header.get('atom types')?.[0] ?? Number.POSITIVE_INFINITY;
  const named = record.atomStyle && isStyle(record.atomStyle) ? record.atomStyle : options.atomStyle;
  const style = named ?? detectStyle(table, types);
  const supported = Object.keys(ATOM_STYLES).join(', ');
  if (style === '') {
    text.fail(
      `${table.columns} columns that several atom styles or none could have`,
      `the style behind 'Atoms # '`,
      {
        line,
        hint: `name it with --atom-style: ${supported}`,
      },
    );
  }
  const base = ATOM_STYLES[style];
  if (!base) text.fail(`the atom style '${style}'`, `one of ${supported}`, { line });
  const names = table.columns === base.length ? base : [...base, ...IMAGES];
  if (table.columns !== names.length) {
    text.fail(`${table.columns} columns`, `${base.length} or ${base.length + 3} of the atom style ${style}`, {
      line,
    });
  }
  names.forEach((name, column) => {
    if (name !== 'type' && table.words[column])
      text.fail(`the word '${table.words[column][0]}'`, `a number for ${name}`, { line });
    if (IMAGES.includes(name as 'ix') || name === 'mol') {
      const row = columnOf(table, column).findIndex((x) => !Number.isInteger(x));
      if (row >= 0)
        text.fail(`the value ${table.values[row * table.columns + column]}`, `a whole number for ${name}`, {
          line: line + row,
        });
    }
  });
  const sorted = sortedById(table, 0);
  if ('found' in sorted) text.fail(sorted.found, 'each atom id once, from 1', { line: line + sorted.row });
  return { table: sorted, names, ids: columnOf(sorted, 0), line };
}

/** [n] from 1, in the order of the ids. */
function typesOf(record: DataRecord, text: TextReader, { table, names, line }: Atoms): Float64Array {
  if (table.rows === 0) return new Float64Array(0);
  const column = names.indexOf('type');
  const values = columnOf(table, column);
  const labels = table.words[column];
  if (labels) {
    const byLabel = labels.map((label) => record.types.findIndex((hints) => hints?.label === label));
    values.forEach((code, i) => {
      if (byLabel[code] < 1)
        text.fail(`the atom type '${labels[code]}'`, "a number, or a label of 'Atom Type Labels'", {
          line: line + placeOf(table, i),
        });
      values[i] = byLabel[code];
    });
  }
  const most = Math.min(record.header.get('atom types')?.[0] ?? 65535, 65535);
  const i = values.findIndex((type) => !(Number.isInteger(type) && type >= 1 && type <= most));
  if (i >= 0)
    text.fail(`the atom type ${values[i]}`, `one from 1 to ${most}`, { line: line + placeOf(table, i) });
  return values;
}

/** Species and masses of the atoms; what a species does not say of its types goes to `columns`. */
function speciesOf(
  record: DataRecord,
  types: Float64Array,
  text: TextReader,
  options: ReadOptions,
  massUnit: number,
  columns: Map<string, Column>,
): Pick<Structure, 'species' | 'kinds'> & { masses?: Float64Array } {
  const used = new Set(types);
  const highest = Math.max(record.types.length - 1, ...used);
  const species: string[] = [];
  const kindOf = new Uint16Array(highest + 1);
  const hintsOf: TypeHints[] = [];
  for (let type = 1; type <= highest; type++) {
    const hints = { ...record.types[type] };
    if (hints.mass !== undefined) hints.mass *= massUnit;
    hintsOf[type] = hints;
    const symbol = speciesOfType(hints, type - 1, options.species, options.note);
    if (symbol === '') {
      if (!used.has(type)) continue;
      text.fail(
        `the atom type ${type}${hints.mass === undefined ? '' : ` of mass ${hints.mass}`}`,
        'a type label, a comment behind its mass, or the mass of an element that names it',
        { line: record.atoms?.line, hint: SPECIES_HINT },
      );
    }
    if (!species.includes(symbol)) species.push(symbol);
    kindOf[type] = species.indexOf(symbol);
  }
  const kinds = Uint16Array.from(types, (type) => kindOf[type]);
  if (types.some((type) => kindOf[type] !== type - 1)) columns.set('type', integers(types));
  const label = (type: number) => hintsOf[type].label ?? species[kindOf[type]];
  if (types.some((type) => label(type) !== species[kindOf[type]])) {
    columns.set('type_label', { kind: 'S', width: 1, data: Array.from(types, label) });
  }
  const known = types.length > 0 && types.every((type) => hintsOf[type].mass !== undefined);
  return { species, kinds, masses: known ? types.map((type) => hintsOf[type].mass!) : undefined };
}

/** [3n] as multiples of `unit`, in the order of the ids. */
function velocitiesOf(
  record: DataRecord,
  text: TextReader,
  ids: Float64Array,
  unit: number,
): Float64Array | undefined {
  if (!record.velocities || ids.length === 0) return undefined;
  const { table, line } = record.velocities;
  const sorted = sortedById(table, 0);
  if ('found' in sorted) text.fail(sorted.found, 'each atom id once, from 1', { line: line + sorted.row });
  const own = columnOf(sorted, 0);
  const other = own.findIndex((id, i) => id !== ids[i]);
  if (other >= 0) {
    text.fail(`a velocity of the atom id ${own[other]}`, 'one for each atom of the section Atoms', {
      line: line + placeOf(sorted, other),
    });
  }
  return vectorsOf(sorted, [1, 2, 3], unit);
}
