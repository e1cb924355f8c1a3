import { volume } from '../../src/model/cell.js';
import { standardMass } from '../../src/model/elements.js';
import { quoted } from '../../src/model/errors.js';
import { createFrame, type Frame, type InfoValue } from '../../src/model/frame.js';
import { createStructure } from '../../src/model/structure.js';
import { BOHR } from '../../src/model/units.js';
import type { StructureFormat } from '../format.js';
import { parseReal, type TextReader } from '../io/text.js';
import { elementOfLabel } from '../labels.js';
import { type Card, type PwInput, type Row, readPwInput, rowsOf } from './cards.js';
import { isStructural, KEPT_CARDS, PW_VELOCITY } from './carried.js';
import { siteColumns } from './columns.js';
import { evaluateExpression } from './expression.js';
import { writePwInput } from './input-writer.js';
import { kPointLines } from './k-points.js';
import { type Lattice, latticeOf } from './lattice.js';
import { locatedInteger, variable } from './namelist.js';

/**
 * pw.x input. What is not structure stays with the frame: `namelists` [k,3] (namelist, variable, value),
 * `pseudopotentials` [k,2] (label, file), every other card by its name [lines], the option first.
 */
export const qeInput: StructureFormat = {
  name: 'qe-in',
  title: 'Quantum ESPRESSO pw.x input',
  manyFrames: false,
  recognises(filename, head) {
    if (/\.pwi$/i.test(filename) || /(^|[._-])(pw|scf|relax|vc-relax|md)\.in$/i.test(filename)) return true;
    return /^\s*[&$](control|system)\b/im.test(head);
  },
  read: (text) => readInput(text),
  write: (frames, options) => writePwInput(frames, options),
  holds: (quantity) =>
    /^(positions|species|cell|masses|velocities|column (label|if_pos)|info (namelists|pseudopotentials|K_POINTS))$/.test(
      quantity,
    ) || KEPT_CARDS.some((card) => quantity === `info ${card}`),
};

async function* readInput(text: TextReader): AsyncGenerator<Frame> {
  const input = await readPwInput(text);
  const lattice = latticeOf(input, text);
  if (!(volume(lattice.cell) > 0))
    text.fail('lattice vectors that span no volume', 'three independent lattice vectors', {
      line: input.cards.get('CELL_PARAMETERS')?.line ?? input.end,
    });
  const species = speciesOf(input, text);
  const sites = sitesOf(input, species, text);
  const symbols = sites.labels.map(elementOfLabel);
  const masses = Float64Array.from(
    sites.labels,
    (label, i) => species.get(label)?.mass || standardMass(symbols[i]),
  );
  const structure = createStructure({
    positions: cartesian(sites, lattice, text),
    symbols,
    cell: lattice.cell,
    masses,
    periodic: [true, true, true],
  });
  yield createFrame(structure, {
    velocities: velocitiesOf(input, sites.labels, text),
    info: infoOf(input, species, lattice, text),
    columns: siteColumns(sites.labels, symbols, sites.free),
  });
}

interface Species {
  /** u; 0 where the file leaves it to pw.x */
  mass: number;
  file: string;
}

function speciesOf(input: PwInput, text: TextReader): Map<string, Species> {
  const species = new Map<string, Species>();
  const card = input.cards.get('ATOMIC_SPECIES');
  if (!card) return species;
  const ntyp = variable(input.assignments, 'SYSTEM', 'ntyp');
  const count = ntyp ? locatedInteger(ntyp, 'ntyp', text) : card.rows.length;
  for (const row of rowsOf(card, count, 'one for each of ntyp species', text)) {
    const [label, mass, file] = row.words;
    const value = parseReal(mass ?? '');
    if (Number.isNaN(value) || file === undefined)
      text.fail(quoted(row.words.join(' ')), 'a label, a mass and a pseudopotential file', {
        line: row.line,
      });
    if (species.has(label))
      text.fail(`the label ${quoted(label)} twice`, 'different labels', { line: row.line });
    species.set(label, { mass: Math.max(0, value), file });
  }
  return species;
}

interface Sites {
  unit: string;
  line: number;
  labels: string[];
  /** [3n] in the unit of the card */
  coordinates: Float64Array;
  /** [3n] 0 where a coordinate is held fixed; null where no line says it */
  free: Int32Array | null;
}

function sitesOf(input: PwInput, species: Map<string, Species>, text: TextReader): Sites {
  const card = input.cards.get('ATOMIC_POSITIONS');
  if (!card) text.fail('no ATOMIC_POSITIONS', 'ATOMIC_POSITIONS', { line: input.end });
  if (card.option.startsWith('crystal_sg'))
    text.fail('ATOMIC_POSITIONS crystal_sg', 'positions of all atoms', {
      line: card.line,
      hint: 'the symmetry-inequivalent atoms of a space group are not expanded here: take the positions from the output of pw.x',
    });
  const unit = card.option || 'alat';
  if (!['alat', 'bohr', 'angstrom', 'crystal'].includes(unit))
    text.fail(quoted(card.option), 'alat, bohr, angstrom or crystal as the unit of ATOMIC_POSITIONS', {
      line: card.line,
    });
  const nat = variable(input.assignments, 'SYSTEM', 'nat');
  const count = nat ? locatedInteger(nat, 'nat', text) : card.rows.length;
  if (!(count > 0)) text.fail(`${count} atoms`, 'at least one atom', { line: nat?.line ?? card.line });
  const rows = rowsOf(card, count, 'one for each of nat atoms', text);
  const next = card.rows[count];
  if (next && species.has(next.words[0]))
    text.fail(quoted(next.words.join(' ')), `the end of ATOMIC_POSITIONS, since nat = ${count}`, {
      line: next.line,
    });
  const sites: Sites = {
    unit,
    line: card.line,
    labels: [],
    coordinates: new Float64Array(3 * count),
    free: rows.some((row) => row.words.length > 4) ? new Int32Array(3 * count).fill(1) : null,
  };
  rows.forEach((row, i) => {
    readSite(row, i, sites, species, text);
  });
  return sites;
}

function readSite(row: Row, i: number, sites: Sites, species: Map<string, Species>, text: TextReader): void {
  const [label, ...rest] = row.words;
  if (species.size > 0 && !species.has(label))
    text.fail(quoted(label), `a label of ATOMIC_SPECIES (${[...species.keys()].join(', ')})`, {
      line: row.line,
    });
  if (rest.length !== 3 && rest.length !== 6)
    text.fail(quoted(row.words.join(' ')), 'a label, three coordinates and perhaps three if_pos', {
      line: row.line,
    });
  sites.labels.push(label);
  for (let c = 0; c < 3; c++) {
    const x = evaluateExpression(rest[c]);
    if (Number.isNaN(x))
      text.fail(quoted(rest[c]), 'a coordinate, a number or an expression', { line: row.line });
    sites.coordinates[3 * i + c] = x;
    if (rest.length !== 6) continue;
    if (!/^[01]$/.test(rest[3 + c])) text.fail(quoted(rest[3 + c]), '0 or 1 as if_pos', { line: row.line });
    sites.free![3 * i + c] = Number(rest[3 + c]);
  }
}

/** [3n] A */
function cartesian(sites: Sites, lattice: Lattice, text: TextReader): Float64Array {
  const { unit, coordinates: x } = sites;
  if (unit === 'crystal') {
    const m = lattice.cell;
    return x.map((_, i) => {
      const [k, c] = [i - (i % 3), i % 3];
      return x[k] * m[c] + x[k + 1] * m[3 + c] + x[k + 2] * m[6 + c];
    });
  }
  if (unit === 'alat' && lattice.ambiguous)
    text.fail(
      'positions in alat, and alat said by celldm(1) or A as well as by CELL_PARAMETERS',
      'one alat',
      {
        line: sites.line,
        hint: 'pw.x refuses this too: leave out celldm(1) and A, or give CELL_PARAMETERS in alat',
      },
    );
  const scale = unit === 'angstrom' ? 1 : unit === 'bohr' ? BOHR : lattice.alat;
  return x.map((value) => value * scale);
}

function velocitiesOf(input: PwInput, labels: readonly string[], text: TextReader): Float64Array | undefined {
  const card = input.cards.get('ATOMIC_VELOCITIES');
  if (!card) return undefined;
  const velocities = new Float64Array(3 * labels.length);
  rowsOf(card, labels.length, 'one for each atom', text).forEach((row, i) => {
    for (let c = 0; c < 3; c++) {
      const v = parseReal(row.words[c + 1] ?? '');
      if (Number.isNaN(v))
        text.fail(quoted(row.words.join(' ')), 'a label and three velocities', { line: row.line });
      velocities[3 * i + c] = v * PW_VELOCITY;
    }
  });
  return velocities;
}

function infoOf(
  input: PwInput,
  species: Map<string, Species>,
  lattice: Lattice,
  text: TextReader,
): Map<string, InfoValue> {
  const info = new Map<string, InfoValue>();
  const rows = input.assignments
    .filter((row) => !isStructural(row.group, row.name) && row.values.length > 0)
    .map((row) => [
      row.group,
      row.index === '' ? row.name : `${row.name}(${row.index})`,
      row.values.join(', '),
    ]);
  if (rows.length > 0) info.set('namelists', { kind: 'S', shape: [rows.length, 3], value: rows.flat() });
  if (species.size > 0) {
    const value = [...species].flatMap(([label, { file }]) => [label, file]);
    info.set('pseudopotentials', { kind: 'S', shape: [species.size, 2], value });
  }
  const lines = (card: Card) => [card.option, ...card.rows.map((row) => row.words.join(' '))];
  for (const name of KEPT_CARDS) {
    const card = input.cards.get(name);
    if (card) info.set(name, { kind: 'S', shape: [card.rows.length + 1], value: lines(card) });
  }
  const k = input.cards.get('K_POINTS');
  if (k) {
    const value = kPointLines(k, lattice, text);
    info.set('K_POINTS', { kind: 'S', shape: [value.length], value });
  }
  return info;
}
