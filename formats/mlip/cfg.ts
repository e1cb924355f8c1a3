import { rowsTimes } from '../../src/model/cell.js';
import { quoted } from '../../src/model/errors.js';
import {
  type Column,
  createFrame,
  type Frame,
  fromVoigt,
  type InfoValue,
  type Labels,
} from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import { interpret } from '../extxyz/values.js';
import type { ReadOptions, StructureFormat } from '../format.js';
import { integerOf, realOf, type TextReader, words } from '../io/text.js';
import { writeCfg } from './cfg-writer.js';

/**
 * Configurations of MLIP-2 and MLIP-3: eV, A; PlusStress is the virial in eV, Stress its negative. Species are
 * numbers from 0: named by `options.species`, else X0, X1, ... Features are the info.
 */
export const mlipCfg: StructureFormat = {
  name: 'mlip-cfg',
  title: 'MLIP configurations',
  manyFrames: true,
  recognises: (filename, head) => (head === '' ? /\.cfg$/i.test(filename) : /^\s*BEGIN_CFG\b/.test(head)),
  read: (text, options) => readCfg(text, options),
  write: (frames, options) => writeCfg(frames, options),
  holds: (quantity) =>
    /^(positions|species|cell|energy|forces|virial|energies|charges|magneticMoments|info .*|column nbh_grades)$/.test(
      quantity,
    ),
};

async function* readCfg(text: TextReader, options: ReadOptions): AsyncGenerator<Frame> {
  let count = 0;
  for (let line = await text.next(); line !== null; line = await text.next()) {
    const [keyword] = words(line);
    if (keyword === undefined) continue;
    if (keyword !== 'BEGIN_CFG') text.fail(quoted(line), 'BEGIN_CFG');
    const frame = await readConfiguration(text, options);
    if (count++ === 0 && !options.species)
      options.note?.(
        'The species are numbers in this file: they are called X0, X1, ... unless --species names them.',
      );
    yield frame;
  }
  if (count === 0) text.fail('no configuration', 'BEGIN_CFG', { line: text.line || 1 });
}

/** What stands between BEGIN_CFG and END_CFG. */
interface Draft {
  size: number;
  cell: number[];
  atoms: Map<string, Float64Array> | null;
  line: number;
  labels: Labels;
  info: Map<string, InfoValue>;
}

async function readConfiguration(text: TextReader, options: ReadOptions): Promise<Frame> {
  const draft: Draft = { size: -1, cell: [], atoms: null, line: text.line, labels: {}, info: new Map() };
  for (;;) {
    const line = await text.expectLine('END_CFG');
    const [keyword, ...rest] = words(line);
    switch (keyword) {
      case undefined:
        break;
      case 'Size':
        draft.size = integerOf(
          words(await text.expectLine('the number of atoms'))[0],
          'the number of atoms',
          text,
        );
        if (draft.size < 0) text.fail(String(draft.size), 'a number of atoms');
        break;
      case 'Supercell':
        await readCell(draft, text);
        break;
      case 'AtomData:':
        await readAtoms(draft, rest, text);
        break;
      case 'Energy':
        draft.labels.energy = realOf(words(await text.expectLine('the energy'))[0], 'the energy', text);
        break;
      case 'PlusStress:':
      case 'Stress:':
        draft.labels.virial = await readStress(rest, keyword === 'Stress:' ? -1 : 1, text);
        break;
      case 'Feature': {
        const [, name, value] = /^\s*Feature\s+(\S+)\s*(.*?)\s*$/.exec(line) ?? [];
        if (name === undefined) text.fail(quoted(line), 'a name and a value behind Feature');
        draft.info.set(name, interpret(value));
        break;
      }
      case 'END_CFG':
        return frameOf(draft, text, options);
      default:
        text.fail(quoted(line), 'Size, Supercell, AtomData, Energy, PlusStress, Feature or END_CFG');
    }
  }
}

/** Up to three lattice vectors; they end where a line begins with a word. */
async function readCell(draft: Draft, text: TextReader): Promise<void> {
  draft.cell = [];
  for (;;) {
    const ahead = await text.peek();
    if (ahead === null || /^\s*[A-Za-z]/.test(ahead)) return;
    await text.next();
    const parts = words(ahead);
    if (parts.length === 0) continue;
    if (draft.cell.length === 9) text.fail(quoted(ahead), 'at most three lattice vectors');
    for (let c = 0; c < 3; c++) draft.cell.push(realOf(parts[c], 'a lattice vector', text));
  }
}

async function readAtoms(draft: Draft, names: string[], text: TextReader): Promise<void> {
  if (draft.size < 0) text.fail('AtomData', 'Size before it');
  if (new Set(names).size !== names.length)
    text.fail(quoted(names.join(' ')), 'different columns in AtomData');
  const columns: number[][] = names.map(() => []);
  for (let i = 0; i < draft.size; i++) {
    const line = await text.expectLine(`atom ${i + 1} of ${draft.size}`);
    const parts = words(line);
    if (parts.length !== names.length)
      text.fail(quoted(line), `${names.length} columns (${names.join(' ')})`);
    names.forEach((name, k) => {
      columns[k].push(
        name === 'id' || name === 'type'
          ? integerOf(parts[k], name, text)
          : realOf(parts[k], `the column ${name}`, text),
      );
    });
  }
  draft.atoms = new Map(names.map((name, k) => [name, Float64Array.from(columns[k])]));
  draft.line = text.line;
}

const VOIGT = ['xx', 'yy', 'zz', 'yz', 'xz', 'xy'];

async function readStress(names: string[], sign: number, text: TextReader): Promise<Float64Array> {
  const order = names.length === 0 ? VOIGT : names;
  if (order.length !== 6 || VOIGT.some((name) => !order.includes(name)))
    text.fail(quoted(names.join(' ')), `the components ${VOIGT.join(' ')} in some order`);
  const parts = words(await text.expectLine('the six components of the stress'));
  return fromVoigt(
    VOIGT.map((name) => sign * realOf(parts[order.indexOf(name)], `the component ${name}`, text)),
  );
}

/** Three columns as [3n], or undefined where there are none; some but not all of them is an error. */
function vectors(draft: Draft, names: readonly string[], text: TextReader): Float64Array | undefined {
  const parts = names.map((name) => draft.atoms?.get(name));
  if (parts.every((part) => part === undefined)) return undefined;
  const missing = names.find((_, c) => parts[c] === undefined);
  if (missing)
    text.fail(`AtomData without ${missing}`, `the columns ${names.join(' ')}`, { line: draft.line });
  return Float64Array.from({ length: 3 * draft.size }, (_, i) => parts[i % 3]![Math.floor(i / 3)]);
}

const XYZ = (stem: string) => [`${stem}x`, `${stem}y`, `${stem}z`];

function frameOf(draft: Draft, text: TextReader, options: ReadOptions): Frame {
  const { labels, info, size } = draft;
  if (draft.size < 0 || !draft.atoms) text.fail('END_CFG', 'Size and AtomData before it');
  const cell = new Float64Array(9);
  cell.set(draft.cell);
  const cartesian = vectors(draft, XYZ('cartes_'), text);
  const direct = vectors(draft, XYZ('direct_'), text);
  if (direct && draft.cell.length !== 9)
    text.fail('direct coordinates without a Supercell', 'three lattice vectors', { line: draft.line });
  const positions = cartesian ?? (direct && rowsTimes(direct, cell));
  if (!positions)
    text.fail('AtomData without positions', 'cartes_x cartes_y cartes_z or direct_x ...', {
      line: draft.line,
    });
  const { atoms } = draft;
  const types = atoms.get('type');
  if (!types) text.fail('AtomData without type', 'a column type', { line: draft.line });
  labels.forces = vectors(draft, XYZ('f'), text);
  labels.energies = atoms.get('site_en');
  labels.charges = atoms.get('charge');
  labels.magneticMoments = vectors(draft, XYZ('magmom_'), text);
  for (const key of Object.keys(labels) as (keyof Labels)[])
    if (labels[key] === undefined) delete labels[key];
  const structure = createStructure({
    positions,
    cell,
    symbols: Array.from(types, (type) => speciesName(type, draft.line, text, options)),
  });
  const columns = new Map<string, Column>();
  for (const [name, data] of atoms) {
    if (/^(type|(cartes|direct|magmom)_[xyz]|f[xyz]|site_en|charge)$/.test(name)) continue;
    if (name === 'id' && data.every((id, i) => id === i + 1)) continue;
    columns.set(name, { kind: 'R', width: 1, data });
  }
  if (size === 0) text.fail('a configuration without atoms', 'at least one atom', { line: draft.line });
  return createFrame(structure, { labels, info, columns });
}

function speciesName(type: number, line: number, text: TextReader, options: ReadOptions): string {
  const { species } = options;
  if (type < 0 || (species && type >= species.length))
    text.fail(`type ${type}`, species ? `a type from 0 to ${species.length - 1}` : 'a type from 0 on', {
      line,
      hint: species ? `--species names only ${species.join(', ')}` : undefined,
    });
  return species?.[type] ?? `X${type}`;
}
