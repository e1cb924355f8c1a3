import { rowsTimes, volume } from '../../src/model/cell.js';
import { PhonolinkError, quoted } from '../../src/model/errors.js';
import { type Column, createFrame, type Frame, type InfoValue } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { PICOSECOND } from '../../src/model/units.js';
import type { StructureFormat, WriteOptions } from '../format.js';
import { digits } from '../io/digits.js';
import { realOf, type TextReader, words } from '../io/text.js';
import { elementOfLabel } from '../labels.js';

/**
 * FHI-aims geometry.in: A, velocities in A/ps. Columns: `label` where species are not plain symbols,
 * `constrain_relaxation` [n,3] (1 where a coordinate is held fixed), `initial_moment`, `initial_charge` [n], and
 * `constrain_relaxation` of lattice vectors in the info of that name. Lines of parametric constraints
 * (symmetry_...) are kept in the info `symmetry`, other lines in `geometry_keywords`.
 */
export const aimsGeometry: StructureFormat = {
  name: 'aims-in',
  title: 'FHI-aims geometry.in',
  manyFrames: false,
  recognises(filename, head) {
    if (/^geometry\.in/i.test(filename) || /aims.*\.in$/i.test(filename)) return true;
    return (
      /^\s*(lattice_vector(\s+[-+.\deEdD]+){3}|atom(_frac)?(\s+[-+.\deEdD]+){3}\s+[A-Z]\w*)\s*(#.*)?$/m.test(
        head,
      ) && !/^\s*begin\s*$/im.test(head) // RuNNer's input.data, in bohr
    );
  },
  read: (text) => readGeometry(text),
  write: (frames, options) => writeGeometry(frames, options),
  holds: (quantity) =>
    /^(positions|species|cell|velocities|column (label|constrain_relaxation|initial_moment|initial_charge)|info (constrain_relaxation|symmetry|geometry_keywords))$/.test(
      quantity,
    ),
};

/** Keywords behind an atom or a lattice vector. */
type Target = 'nothing' | 'lattice' | 'atom';

/** Keywords that concern the whole file wherever they stand. */
const FILE_WIDE = /^(hessian_\w+|trust_radius|homogeneous_field|set_vacuum_level|verbatim_writeout)$/;

/** What the lines of a file have said so far. */
interface Draft {
  lattice: number[];
  fixedVectors: number[];
  labels: string[];
  coordinates: number[];
  fractional: boolean[];
  fixed: Int32Array[];
  moments: Map<number, number>;
  charges: Map<number, number>;
  velocities: Map<number, number[]>;
  symmetry: string[];
  keywords: string[];
  target: Target;
}

async function* readGeometry(text: TextReader): AsyncGenerator<Frame> {
  const draft: Draft = {
    lattice: [],
    fixedVectors: [],
    labels: [],
    coordinates: [],
    fractional: [],
    fixed: [],
    moments: new Map(),
    charges: new Map(),
    velocities: new Map(),
    symmetry: [],
    keywords: [],
    target: 'nothing',
  };
  for (let line = await text.next(); line !== null; line = await text.next()) {
    const parts = words(line.replace(/[#!].*/, ''));
    if (parts.length > 0) takeLine(draft, parts, text);
  }
  if (draft.labels.length === 0)
    text.fail('no atoms', 'lines with atom or atom_frac', { line: text.line || 1 });
  yield frameOf(draft, text);
}

function takeLine(draft: Draft, parts: string[], text: TextReader): void {
  const [keyword, ...rest] = parts;
  const atom = draft.labels.length - 1;
  const needAtom = () => {
    if (draft.target !== 'atom') text.fail(quoted(keyword), `an atom before ${keyword}`);
  };
  switch (keyword) {
    case 'lattice_vector':
      if (draft.lattice.length === 9) text.fail('a fourth lattice_vector', 'at most three');
      draft.lattice.push(...numbers(rest, 3, 'a lattice vector', text));
      draft.target = 'lattice';
      return;
    case 'atom':
    case 'atom_frac':
      draft.coordinates.push(...numbers(rest, 3, 'an atom', text));
      if (rest.length !== 4) text.fail(quoted(parts.join(' ')), 'three coordinates and a species');
      draft.labels.push(rest[3]);
      draft.fractional.push(keyword === 'atom_frac');
      draft.fixed.push(new Int32Array(3));
      draft.target = 'atom';
      return;
    case 'initial_moment':
      needAtom();
      draft.moments.set(atom, numbers(rest, 1, keyword, text)[0]);
      return;
    case 'initial_charge':
      needAtom();
      draft.charges.set(atom, numbers(rest, 1, keyword, text)[0]);
      return;
    case 'velocity':
      needAtom();
      draft.velocities.set(atom, numbers(rest, 3, keyword, text));
      return;
    case 'constrain_relaxation':
      constrain(draft, rest[0] ?? '', text);
      return;
    case 'empty':
    case 'pseudocore':
    case 'multipole':
      text.fail(quoted(keyword), 'atoms: sites that are none cannot be part of a structure here');
      break;
    default:
      if (keyword.startsWith('symmetry_')) draft.symmetry.push(parts.join(' '));
      else if (FILE_WIDE.test(keyword)) draft.keywords.push(parts.join(' '));
      else text.fail(quoted(parts.join(' ')), 'a keyword of geometry.in');
  }
}

function constrain(draft: Draft, what: string, text: TextReader): void {
  const axis = ['x', 'y', 'z'].indexOf(what.toLowerCase());
  const all = /^\.?t(rue)?\.?$/i.test(what);
  if (/^\.?f(alse)?\.?$/i.test(what)) return;
  if (axis < 0 && !all) text.fail(quoted(what), '.true., x, y or z behind constrain_relaxation');
  if (draft.target === 'nothing') text.fail('constrain_relaxation', 'an atom or a lattice_vector before it');
  if (draft.target === 'atom') {
    const fixed = draft.fixed[draft.fixed.length - 1];
    if (all) fixed.fill(1);
    else fixed[axis] = 1;
    return;
  }
  const vector = draft.lattice.length / 3 - 1;
  for (let c = 0; c < 3; c++) if (all || c === axis) draft.fixedVectors[3 * vector + c] = 1;
}

function numbers(parts: string[], count: number, what: string, text: TextReader): number[] {
  return Array.from({ length: count }, (_, c) => realOf(parts[c], what, text));
}

function frameOf(draft: Draft, text: TextReader): Frame {
  const count = draft.labels.length;
  const cell = new Float64Array(9);
  cell.set(draft.lattice);
  if (draft.fractional.includes(true) && draft.lattice.length !== 9)
    text.fail(`atom_frac with ${draft.lattice.length / 3} lattice vectors`, 'three lattice vectors');
  const cartesian = rowsTimes(draft.coordinates, cell);
  const positions = Float64Array.from(draft.coordinates, (x, i) =>
    draft.fractional[Math.floor(i / 3)] ? cartesian[i] : x,
  );
  const symbols = draft.labels.map(elementOfLabel);
  if (draft.velocities.size > 0 && draft.velocities.size !== count)
    text.fail(
      `velocities of ${draft.velocities.size} of ${count} atoms`,
      'a velocity behind every atom or behind none',
    );
  const velocities =
    draft.velocities.size === count
      ? Float64Array.from(draft.labels.flatMap((_, i) => draft.velocities.get(i)!)).map((v) => v / PICOSECOND)
      : undefined;
  return createFrame(createStructure({ positions, symbols, cell }), {
    velocities,
    columns: columnsOf(draft, symbols),
    info: infoOf(draft),
  });
}

function columnsOf(draft: Draft, symbols: readonly string[]): Map<string, Column> {
  const columns = new Map<string, Column>();
  const { labels, fixed, moments, charges } = draft;
  if (labels.some((label, i) => label !== symbols[i]))
    columns.set('label', { kind: 'S', width: 1, data: labels });
  if (fixed.some((row) => row.some((flag) => flag === 1)))
    columns.set('constrain_relaxation', {
      kind: 'I',
      width: 3,
      data: Int32Array.from(fixed.flatMap((row) => [...row])),
    });
  const real = (values: Map<number, number>): Column => ({
    kind: 'R',
    width: 1,
    data: Float64Array.from(labels, (_, i) => values.get(i) ?? 0),
  });
  if (moments.size > 0) columns.set('initial_moment', real(moments));
  if (charges.size > 0) columns.set('initial_charge', real(charges));
  return columns;
}

function infoOf(draft: Draft): Map<string, InfoValue> {
  const info = new Map<string, InfoValue>();
  if (draft.fixedVectors.length > 0)
    info.set('constrain_relaxation', {
      kind: 'I',
      shape: [3, 3],
      value: Float64Array.from({ length: 9 }, (_, i) => draft.fixedVectors[i] ?? 0),
    });
  for (const [name, value] of [
    ['symmetry', draft.symmetry],
    ['geometry_keywords', draft.keywords],
  ] as const)
    if (value.length > 0) info.set(name, { kind: 'S', shape: [value.length], value });
  return info;
}

async function* writeGeometry(frames: AsyncIterable<Frame>, options: WriteOptions): AsyncGenerator<string> {
  let written = false;
  for await (const frame of frames) {
    if (written)
      throw new PhonolinkError('a geometry.in holds one structure, but there are several', {
        hint: 'choose one with --index, or write a format that holds many',
      });
    written = true;
    yield geometryText(frame, options);
  }
}

function geometryText(frame: Frame, options: WriteOptions): string {
  const { structure } = frame;
  const { cell, periodic } = structure;
  if (structure.count === 0)
    throw new PhonolinkError('a geometry.in needs atoms, but the structure has none', {
      hint: 'write extxyz, which holds an empty cell',
    });
  const vectors = [0, 3, 6].filter((k) => cell[k] !== 0 || cell[k + 1] !== 0 || cell[k + 2] !== 0);
  if (vectors.length > 0 && vectors.length < 3)
    throw new PhonolinkError(
      `FHI-aims needs three lattice vectors or none, and there are ${vectors.length}`,
      {
        hint: 'give a slab or a chain a vacuum along the other directions first',
      },
    );
  const lattice = vectors.length === 3 && volume(cell) > 0 && periodic.some(Boolean) ? vectors : [];
  if (vectors.length === 3 && lattice.length === 0)
    options.note('The cell is left out: the structure is not periodic, and FHI-aims would make it so.');
  const lines = textLines(frame.info.get('geometry_keywords'));
  const fixedVectors = frame.info.get('constrain_relaxation');
  const vectorFlags =
    fixedVectors?.kind === 'I' && 'shape' in fixedVectors && fixedVectors.value.length === 9
      ? fixedVectors.value
      : null;
  lattice.forEach((k) => {
    lines.push(`lattice_vector ${triple(cell, k)}`);
    if (vectorFlags) lines.push(...constraintLines(vectorFlags, k));
  });
  const symbols = symbolsOf(structure);
  const names = frame.columns.get('label');
  const fixed = frame.columns.get('constrain_relaxation');
  const realColumn = (name: string) => {
    const column = frame.columns.get(name);
    return column?.kind === 'R' && column.width === 1 ? column.data : null;
  };
  const [moments, charges] = ['initial_moment', 'initial_charge'].map(realColumn);
  for (let i = 0; i < structure.count; i++) {
    const given = names?.kind === 'S' && names.width === 1 ? names.data[i] : symbols[i];
    const label = elementOfLabel(given) === symbols[i] && /^[^\s#!]+$/.test(given) ? given : symbols[i];
    lines.push(`atom ${triple(structure.positions, 3 * i)} ${label}`);
    if (frame.velocities) lines.push(`  velocity ${triple(frame.velocities, 3 * i, PICOSECOND)}`);
    if (moments && moments[i] !== 0) lines.push(`  initial_moment ${moments[i]}`);
    if (charges && charges[i] !== 0) lines.push(`  initial_charge ${charges[i]}`);
    if (fixed?.kind === 'I' && fixed.width === 3) lines.push(...constraintLines(fixed.data, 3 * i));
  }
  return `${[...lines, ...textLines(frame.info.get('symmetry'))].join('\n')}\n`;
}

function constraintLines(flags: ArrayLike<number>, from: number): string[] {
  const axes = ['x', 'y', 'z'].filter((_, c) => flags[from + c] !== 0);
  return axes.length === 3
    ? ['  constrain_relaxation .true.']
    : axes.map((axis) => `  constrain_relaxation ${axis}`);
}

function triple(values: ArrayLike<number>, from: number, scale = 1): string {
  return [0, 1, 2].map((c) => digits(values[from + c] * scale).padStart(22)).join(' ');
}

function textLines(value: InfoValue | undefined): string[] {
  return value?.kind === 'S' && 'shape' in value ? [...value.value] : [];
}
