import { PhonolinkError } from '../../src/model/errors.js';
import { type Frame, type InfoValue, toVoigt } from '../../src/model/frame.js';
import { plainText } from '../extxyz/values.js';
import type { WriteOptions } from '../format.js';
import { digits } from '../io/digits.js';

/** Configurations one after the other, every number with all its digits. */
export async function* writeCfg(frames: AsyncIterable<Frame>, options: WriteOptions): AsyncGenerator<string> {
  const types = new TypeTable(options);
  const said = new Set<string>();
  const once = (sentence: string) => {
    if (!said.has(sentence)) options.note(sentence);
    said.add(sentence);
  };
  for await (const frame of frames) yield configuration(frame, types, once);
  if (types.names.length > 0 && !types.names.every((name, k) => name === `X${k}`))
    options.note(`The types are ${types.names.map((name, k) => `${k} = ${name}`).join(', ')}.`);
}

/** Numbers of species: as asked for, else as X0, X1, ... say, else in the order of first appearance in the file. */
class TypeTable {
  readonly names: string[];
  private readonly fixed: boolean;

  constructor(options: WriteOptions) {
    this.names = [...(options.species ?? [])];
    this.fixed = options.species !== undefined;
  }

  of(symbol: string): number {
    const known = this.names.indexOf(symbol);
    if (known >= 0) return known;
    if (this.fixed)
      throw new PhonolinkError(
        `there are atoms of ${symbol}, but --species names only ${this.names.join(', ')}`,
        {
          hint: 'name every species, in the order of their types',
          exitCode: 2,
        },
      );
    const numbered = /^X(\d{1,3})$/.exec(symbol);
    const type = numbered ? Number(numbered[1]) : this.names.length;
    if (this.names[type] !== undefined && this.names[type] !== `X${type}`)
      throw new PhonolinkError(`${symbol} and ${this.names[type]} would both be type ${type}`, {
        hint: 'name the species in the order of their types with --species',
        exitCode: 2,
      });
    for (let k = this.names.length; k <= type; k++) this.names[k] = `X${k}`;
    this.names[type] = symbol;
    return type;
  }
}

function configuration(frame: Frame, types: TypeTable, once: (sentence: string) => void): string {
  const { structure, labels } = frame;
  if (structure.count === 0)
    throw new PhonolinkError('a configuration needs atoms, but the structure has none', {
      hint: 'write extxyz, which holds an empty cell',
    });
  const lines = [
    'BEGIN_CFG',
    ' Size',
    `    ${structure.count}`,
    ...supercell(frame, once),
    ...atomData(frame, types, once),
  ];
  if (labels.energy !== undefined) lines.push(' Energy', `    ${digits(labels.energy)}`);
  if (labels.virial) {
    const w = labels.virial;
    const size = Math.max(...w.map(Math.abs));
    if ([1, 2, 5].some((k) => Math.abs(w[k] - w[[0, 3, 6, 0, 0, 7][k]]) > 1e-9 * size))
      once('Virials that are not symmetric are written as the mean of their off-diagonal pairs.');
    lines.push(' PlusStress:  xx          yy          zz          yz          xz          xy');
    lines.push(`    ${Array.from(toVoigt(w), digits).join(' ')}`);
  }
  for (const [name, value] of frame.info) {
    const word = name.replace(/\s+/g, '_') || '_';
    if (word !== name) once(`The value '${name}' is written as the feature ${word}: its name has blanks.`);
    lines.push(` Feature   ${word}\t${featureText(value)}`);
  }
  return `${lines.join('\n')}\nEND_CFG\n\n`;
}

function supercell(frame: Frame, once: (sentence: string) => void): string[] {
  const { cell, periodic } = frame.structure;
  const rows = [0, 3, 6].filter((k) => cell[k] !== 0 || cell[k + 1] !== 0 || cell[k + 2] !== 0);
  if (!periodic.some(Boolean)) {
    if (rows.length > 0) once('The cell of structures that are not periodic is left out.');
    return [];
  }
  if (rows.some((k, place) => k !== 3 * place))
    throw new PhonolinkError('a lattice vector is missing before one that is there', {
      hint: 'order the lattice vectors so that the missing ones come last',
    });
  return [' Supercell', ...rows.map((k) => `    ${[0, 1, 2].map((c) => digits(cell[k + c])).join(' ')}`)];
}

function atomData(frame: Frame, types: TypeTable, once: (sentence: string) => void): string[] {
  const { structure, labels } = frame;
  const kinds = structure.species.map(() => -1);
  const names = ['id', 'type', 'cartes_x', 'cartes_y', 'cartes_z'];
  const columns: ((i: number) => (number | string)[])[] = [
    (i) => {
      const kind = structure.kinds[i];
      if (kinds[kind] < 0) kinds[kind] = types.of(structure.species[kind]);
      return [i + 1, kinds[kind]];
    },
    (i) => three(structure.positions, i),
  ];
  const add = (columnNames: string[], values: (i: number) => (number | string)[]) => {
    names.push(...columnNames);
    columns.push(values);
  };
  const { forces, energies, charges, magneticMoments: moments } = labels;
  if (forces) add(['fx', 'fy', 'fz'], (i) => three(forces, i));
  if (charges) add(['charge'], (i) => [charges[i]]);
  if (energies) add(['site_en'], (i) => [energies[i]]);
  if (moments) {
    const collinear = moments.length === structure.count;
    if (collinear) once('Collinear magnetic moments are written along z.');
    add(['magmom_x', 'magmom_y', 'magmom_z'], (i) => (collinear ? [0, 0, moments[i]] : three(moments, i)));
  }
  const grades = frame.columns.get('nbh_grades');
  if (grades?.kind === 'R' && grades.width === 1) add(['nbh_grades'], (i) => [grades.data[i]]);
  const lines = [` AtomData:  ${names.join(' ')}`];
  for (let i = 0; i < structure.count; i++) {
    lines.push(
      `    ${columns
        .flatMap((column) => column(i))
        .map((x) => (typeof x === 'number' ? digits(x) : x).padStart(4))
        .join(' ')}`,
    );
  }
  return lines;
}

function three(values: ArrayLike<number>, i: number): number[] {
  return [values[3 * i], values[3 * i + 1], values[3 * i + 2]];
}

/** A text with blanks at its ends, which reading cuts off, is put between quotes (JSON). */
function featureText(value: InfoValue): string {
  const text = plainText(value);
  return text === text.trim() ? text : plainText({ kind: 'S', shape: [1], value: [text] });
}
