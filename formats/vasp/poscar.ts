import { rowsTimes } from '../../src/model/cell.js';
import { quoted } from '../../src/model/errors.js';
import { type Column, createFrame, type InfoValue } from '../../src/model/frame.js';
import type { StructureFormat } from '../format.js';
import { hasTellingEnding } from '../io/names.js';
import { type TextReader, words } from '../io/text.js';
import { groupedAtoms, periodicStructure, symbolsOfGroups } from './groups.js';
import { type Header, readHeader, readVector } from './header.js';
import { latin1, numbersIn, numbersOf, readTriples } from './numbers.js';
import { modeLine, TRAJECTORY } from './outline.js';
import {
  DIRECT_VELOCITIES,
  HELD,
  LATTICE_VECTORS,
  LATTICE_VELOCITIES,
  MD_EXTRA,
  SELECTIVE,
} from './poscar-names.js';
import { writePoscar } from './poscar-write.js';

/**
 * POSCAR and CONTCAR of VASP 4, 5 and 6, one structure a file.
 * https://www.vasp.at/wiki/index.php/POSCAR, "Full format specification"
 */
export const poscar: StructureFormat = {
  name: 'poscar',
  title: 'VASP POSCAR',
  manyFrames: false,

  recognises(filename, head) {
    const named =
      (/^[A-Z]?(POSCAR|CONTCAR)/i.test(filename) && !hasTellingEnding(filename)) ||
      /\.(vasp|(s|ss|uc)?poscar|contcar)$/i.test(filename);
    const mode = modeLine(head) ?? '';
    return named || (/^\s*[sdckf]/i.test(mode) && !TRAJECTORY.test(mode));
  },

  async *read(text, options) {
    const header = await readHeader(text);
    const countLine = text.line;
    let mode = await text.expectLine('Direct or Cartesian');
    const selective = /^\s*s/i.test(mode);
    if (selective) mode = await text.expectLine('Direct or Cartesian');
    if (!/^\s*[a-z]/i.test(mode)) text.fail(quoted(mode), 'Direct or Cartesian (or Selective dynamics)');
    const { coordinates, flags, trailing } = await readAtoms(text, header, selective);
    const positions = /^\s*[ck]/i.test(mode)
      ? coordinates.map((x, i) => x * header.scale[i % 3])
      : rowsTimes(coordinates, header.cell);
    const symbols = symbolsOfGroups(header, text, countLine, options.species, trailing);

    const info = new Map<string, InfoValue>();
    const columns = new Map<string, Column>();
    info.set('comment', { kind: 'S', value: header.comment });
    const { labels } = header;
    if (labels?.some((label, group) => label !== symbols[group])) {
      info.set('potcar_labels', { kind: 'S', shape: [labels.length], value: labels });
    }
    if (flags) columns.set(SELECTIVE, { kind: 'L', width: 3, data: flags });
    const velocities = await readMotion(text, header, info, columns);
    const structure = periodicStructure(groupedAtoms(symbols, header.counts), positions, header.cell);
    yield createFrame(structure, { velocities, info, columns });
  },

  write: writePoscar,
  holds: (quantity) => HELD.has(quantity),
};

interface AtomLines {
  /** [3n] as in the file */
  coordinates: Float64Array;
  /** [3n] 1 where the atom may move along that lattice vector */
  flags?: Uint8Array;
  /** The word behind the coordinates of the first atom of each group, '' where there is none */
  trailing: string[];
}

async function readAtoms(text: TextReader, header: Header, selective: boolean): Promise<AtomLines> {
  const { count, counts } = header;
  const block = await text.block(count, `coordinates of ${count} atoms`);
  const { bytes } = block;
  const numbers = numbersIn(bytes, block.start, block.stop);
  const coordinates = new Float64Array(3 * count);
  const flags = selective ? new Uint8Array(3 * count) : undefined;
  const trailing: string[] = [];
  const starts = new Set<number>();
  let first = 0;
  for (const n of counts) {
    starts.add(first);
    first += n;
  }
  for (let i = 0; i < count; i++) {
    const start = numbers.at;
    for (let c = 0; c < 3; c++) coordinates[3 * i + c] = numbers.real();
    const behind = numbers.at;
    numbers.skipLine();
    const rest = flags || starts.has(i) ? words(latin1(bytes, behind, numbers.at)) : [];
    // The flags are Fortran logicals: T, F, .TRUE., .false.
    const logicals = flags
      ? rest.splice(0, 3).map((word) => /^\.?([tf])/i.exec(word)?.[1].toLowerCase())
      : [];
    const whole = !coordinates.subarray(3 * i, 3 * i + 3).some(Number.isNaN);
    if (!whole || (flags && (logicals.length < 3 || logicals.includes(undefined)))) {
      text.fail(
        quoted(latin1(bytes, start, numbers.at)),
        `three coordinates${flags ? ' and three flags T or F' : ''} of atom ${i + 1}`,
        { line: text.line + i },
      );
    }
    logicals.forEach((letter, c) => {
      if (flags) flags[3 * i + c] = letter === 't' ? 1 : 0;
    });
    if (starts.has(i)) trailing.push(rest[0] ?? '');
  }
  return { coordinates, flags, trailing };
}

/**
 * What may follow the atoms: velocities of the lattice, velocities of the atoms [3n] A/fs (returned), and the state
 * of the integrator (MD extra). Velocities per time step (Direct) are carried as a column where the file does not
 * say the time step.
 */
async function readMotion(
  text: TextReader,
  header: Header,
  info: Map<string, InfoValue>,
  columns: Map<string, Column>,
): Promise<Float64Array | undefined> {
  let mode = await text.next();
  if (mode !== null && /^\s*l/i.test(mode)) {
    await readLatticeVelocities(text, info);
    mode = await text.next();
  }
  if (mode === null) return undefined;
  if (!/^\s*([a-z]|$)/i.test(mode)) {
    text.fail(quoted(mode), `nothing more than the coordinates of ${header.count} atoms, or velocities`);
  }
  const next = await nextText(text);
  if (next === null) {
    if (mode.trim() === '') return undefined;
    text.fail('the end of the file', `velocities of ${header.count} atoms`, { line: text.line + 1 });
  }
  if (!/^\s*[-+.\d]/.test(next)) {
    await text.next();
    text.fail(quoted(next), `velocities of ${header.count} atoms, or nothing`);
  }
  let read: Float64Array | undefined;
  if (words(next).length > 1) {
    read = await readTriples(text, header.count, 'the velocity of an atom');
    await nextText(text);
  }
  const step = await readMdExtra(text, info);
  if (!read || /^\s*([ck]|$)/i.test(mode)) return read;
  if (step === undefined) {
    columns.set(DIRECT_VELOCITIES, { kind: 'R', width: 3, data: read });
    return undefined;
  }
  const velocities = rowsTimes(read, header.cell).map((x) => x / step);
  if (!velocities.every(Number.isFinite)) text.fail(`the time step ${step}`, 'a time step in fs');
  return velocities;
}

/** The next line that is not blank, unread; null at the end. */
async function nextText(text: TextReader): Promise<string | null> {
  for (;;) {
    const line = await text.peek();
    if (line === null || line.trim() !== '') return line;
    await text.next();
  }
}

/** The state of initialisation, three velocities of the lattice vectors, and the lattice vectors they belong to. */
async function readLatticeVelocities(text: TextReader, info: Map<string, InfoValue>): Promise<void> {
  // Some writers leave the state out.
  if (words((await text.peek()) ?? '').length === 1) await text.next();
  for (const name of [LATTICE_VELOCITIES, LATTICE_VECTORS]) {
    const value = new Float64Array(9);
    for (let k = 0; k < 3; k++) value.set(await readVector(text, name.replaceAll('_', ' ')), 3 * k);
    info.set(name, { kind: 'R', shape: [3, 3], value });
  }
}

/** Keeps the predictor-corrector state as it stands; returns the time step in fs that it begins with. */
async function readMdExtra(text: TextReader, info: Map<string, InfoValue>): Promise<number | undefined> {
  const first = await text.peek();
  if (first === null) return undefined;
  if (!/^\s*\d+\s*$/.test(first)) {
    await text.next();
    text.fail(quoted(first), 'the end of the file, or the state of a molecular dynamics run (MD extra)');
  }
  const value = (await text.rest()).trimEnd();
  info.set(MD_EXTRA, { kind: 'S', value });
  const step = numbersOf(value.split('\n')[1] ?? '').real();
  return step > 0 ? step : undefined;
}
