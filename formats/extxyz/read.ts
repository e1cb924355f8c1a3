import { PhonolinkError, quoted } from '../../src/model/errors.js';
import { createFrame, type Frame, type InfoValue, type Labels } from '../../src/model/frame.js';
import { createStructure, massesOf } from '../../src/model/structure.js';
import { KINETIC } from '../../src/model/units.js';
import type { ReadOptions } from '../format.js';
import { type TextReader, words } from '../io/text.js';
import { type Atoms, readAtoms } from './atoms.js';
import { CommentProblem, type Entry, parseComment } from './comment.js';
import { numbersOf, takeLabels } from './labels.js';
import { type LayoutColumn, LayoutProblem, parseLayout } from './layout.js';
import { isKnownKey, LATTICE, PERIODIC, PROPERTIES } from './names.js';

/** 1/sqrt(u/eV) in A/fs: what one of ASE's units of velocity is. */
const ASE_VELOCITY = 1 / Math.sqrt(KINETIC);

/** Frames of an extended, GPUMD or plain XYZ file. */
export async function* readExtxyz(text: TextReader, options: ReadOptions): AsyncGenerator<Frame> {
  const reader = new FrameReader(text, options);
  let frames = 0;
  for (;;) {
    const line = await text.next();
    if (line === null) break;
    if (/^\s*$/.test(line)) continue;
    yield await reader.frame(line);
    frames++;
  }
  if (frames === 0) text.fail('nothing', 'the number of atoms of a first frame');
}

class FrameReader {
  private layoutText = '';
  private layout: LayoutColumn[] = [];

  constructor(
    private readonly text: TextReader,
    private readonly options: ReadOptions,
  ) {}

  async frame(countLine: string): Promise<Frame> {
    const { text, options } = this;
    if (!/^\s*\d{1,15}\s*$/.test(countLine)) text.fail(quoted(countLine), 'the number of atoms of a frame');
    const n = Number(countLine);
    const comment = await text.expectLine('the comment line of a frame');
    const commentLine = text.line;
    const refuse = (found: string, expected: string): never =>
      text.fail(found, expected, { line: commentLine });

    const info = this.values(comment);
    const properties = takeKey(info, PROPERTIES);
    const layout = properties
      ? this.layoutOf(
          textOf(properties) ?? refuse('a Properties value that is no text', 'NAME:KIND:WIDTH:...'),
        )
      : await this.plainLayout(n);
    const lattice = takeKey(info, LATTICE);
    let cell = lattice && latticeOf(lattice, refuse);
    const pbc = takeKey(info, PERIODIC);
    const periodic = pbc && periodicityOf(pbc, refuse);
    const labels = takeLabels(info, cell, options.labels ?? {}, (key, expected) =>
      refuse(`another value of ${key}`, expected),
    );

    const atoms = await readAtoms(text, n, layout, options.species);
    if (!cell) cell = await this.vectorLines();
    try {
      return frameOf(atoms, cell, periodic, labels, info);
    } catch (error) {
      if (!(error instanceof PhonolinkError)) throw error;
      return refuse(error.message, 'atoms in a cell that makes sense');
    }
  }

  /** The values of a comment line; of a line that is free text, that text as `comment`. */
  private values(comment: string): Map<string, InfoValue> {
    const extended = /(^|\s)["']?(lattice|properties)["']?\s*=/i.test(comment);
    let entries: Entry[];
    try {
      entries = parseComment(comment);
    } catch (error) {
      if (!(error instanceof CommentProblem)) throw error;
      if (extended) this.text.fail(error.found, error.expected);
      entries = [];
    }
    const meant =
      extended ||
      entries.some(({ key, bare }) => !bare && isKnownKey(key)) ||
      (entries.length > 0 && entries.every(({ bare }) => !bare));
    const info = new Map<string, InfoValue>();
    if (!meant) {
      const free = comment.replace(/^[ \t\r]+|[ \t\r]+$/g, '');
      if (free !== '') info.set('comment', { kind: 'S', value: free });
      return info;
    }
    for (const { key, value } of entries) {
      if (info.has(key)) this.text.fail(`${key} twice`, 'a key once in a comment line');
      info.set(key, value);
    }
    return info;
  }

  private layoutOf(properties: string): LayoutColumn[] {
    if (properties === this.layoutText) return this.layout;
    try {
      this.layout = parseLayout(properties, this.options.labels?.forces);
    } catch (error) {
      if (error instanceof LayoutProblem) this.text.fail(error.found, error.expected);
      throw error;
    }
    this.layoutText = properties;
    return this.layout;
  }

  /** Without Properties: a species, a position, and whatever words more the first atom has, as one column. */
  private async plainLayout(n: number): Promise<LayoutColumn[]> {
    const line = this.text.line;
    const first = n > 0 ? words((await this.text.peek()) ?? '') : [];
    this.text.line = line;
    const more = first.length - 4;
    if (more <= 0) return this.layoutOf('species:S:1:pos:R:3');
    const numeric = first.slice(4).every((word) => !Number.isNaN(Number(word)));
    return this.layoutOf(`species:S:1:pos:R:3:extra:${numeric ? 'R' : 'S'}:${more}`);
  }

  /** Lattice vectors as lines VEC1 x y z behind the atoms (ASE's vec_cell, ADF). */
  private async vectorLines(): Promise<Float64Array | undefined> {
    const { text } = this;
    let cell: Float64Array | undefined;
    for (let k = 0; k < 3 && (await text.peekByte()) === 'V'.charCodeAt(0); k++) {
      const line = await text.expectLine('a lattice vector');
      const [name, ...vector] = words(line);
      const numbers = vector.map(Number);
      if (name !== `VEC${k + 1}` || numbers.length !== 3 || !numbers.every(Number.isFinite))
        text.fail(quoted(line), `VEC${k + 1} and three numbers`);
      cell ??= new Float64Array(9);
      cell.set(numbers, 3 * k);
    }
    return cell;
  }
}

/** Removes a key of the format, in any case, and returns its value. */
function takeKey(info: Map<string, InfoValue>, name: string): InfoValue | undefined {
  for (const key of info.keys()) {
    if (key.toLowerCase() !== name) continue;
    const value = info.get(key);
    info.delete(key);
    return value;
  }
  return undefined;
}

function textOf(value: InfoValue): string | undefined {
  return value.kind === 'S' && !('shape' in value) ? value.value : undefined;
}

function latticeOf(value: InfoValue, refuse: (found: string, expected: string) => never): Float64Array {
  const numbers = numbersOf(value);
  if (numbers?.length !== 9)
    refuse(
      numbers ? `a Lattice of ${numbers.length} numbers` : 'a Lattice that is not numbers',
      'nine numbers, the vectors a, b and c',
    );
  return Float64Array.from(numbers);
}

function periodicityOf(
  value: InfoValue,
  refuse: (found: string, expected: string) => never,
): readonly [boolean, boolean, boolean] {
  let flags: boolean[] = [];
  if (value.kind === 'L') flags = 'shape' in value ? value.value : [value.value];
  else if (value.kind === 'I')
    flags = Array.from(numbersOf(value)!, (x) =>
      x === 0 || x === 1 ? x === 1 : refuse(`pbc ${x}`, 'T or F'),
    );
  if (flags.length === 1) flags = [flags[0], flags[0], flags[0]];
  if (flags.length !== 3) refuse('another value of pbc', 'three times T or F');
  return [flags[0], flags[1], flags[2]];
}

function frameOf(
  atoms: Atoms,
  cell: Float64Array | undefined,
  periodic: readonly [boolean, boolean, boolean] | undefined,
  labels: Labels,
  info: Map<string, InfoValue>,
): Frame {
  const { known, columns, species, kinds, positions } = atoms;
  const masses = known.masses?.data ?? massesOf(species, kinds);
  if (known.masses?.data.some((m) => m < 0)) throw new PhonolinkError('an atom has a negative mass');
  const structure = createStructure({ positions, species, kinds, cell, periodic, masses });
  for (const role of [
    'forces',
    'energies',
    'virials',
    'charges',
    'magneticMoments',
    'bornCharges',
  ] as const) {
    const column = known[role];
    if (column) labels[role] = column.data;
  }
  let velocities = known.velocities?.data;
  if (known.momenta) {
    const { data } = known.momenta;
    if (masses.every((m) => m > 0))
      velocities = data.map((p, i) => (p / masses[Math.floor(i / 3)]) * ASE_VELOCITY);
    else columns.set('momenta', { kind: 'R', width: 3, data });
  }
  return createFrame(structure, { labels, velocities, info, columns });
}
