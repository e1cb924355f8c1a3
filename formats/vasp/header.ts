import { determinant } from '../../src/model/cell.js';
import { quoted } from '../../src/model/errors.js';
import { type TextReader, words } from '../io/text.js';
import { numbersOf } from './numbers.js';

/** The lines that POSCAR and XDATCAR begin with. */
export interface Header {
  comment: string;
  /** [9] A, rows a, b, c, the scale applied */
  cell: Float64Array;
  /** [3] what Cartesian coordinates are multiplied with */
  scale: Float64Array;
  /** Species as the file names them, one for each group of atoms; absent in files of VASP 4. */
  labels?: string[];
  /** Atoms in each group */
  counts: number[];
  /** All atoms */
  count: number;
}

/** Reads from the comment line to the numbers of atoms; from the line behind it where the comment was `read` already. */
export async function readHeader(text: TextReader, read?: string): Promise<Header> {
  const comment = (read ?? (await text.expectLine('a comment line'))).trim();
  const factors = await readFactors(text);
  const lattice = new Float64Array(9);
  for (let k = 0; k < 3; k++) lattice.set(await readVector(text, `the lattice vector ${'abc'[k]}`), 3 * k);
  const determinantOfLattice = determinant(lattice);
  if (determinantOfLattice === 0 || !Number.isFinite(determinantOfLattice)) {
    text.fail('lattice vectors that span no volume', 'three independent lattice vectors');
  }
  // One negative number is the volume of the cell; it scales the lattice evenly.
  const scale =
    factors[0] < 0
      ? new Float64Array(3).fill(Math.cbrt(-factors[0] / Math.abs(determinantOfLattice)))
      : Float64Array.of(factors[0], factors[1] ?? factors[0], factors[2] ?? factors[0]);
  const cell = lattice.map((x, i) => x * scale[i % 3]);
  const { labels, counts } = await readGroups(text);
  const count = counts.reduce((sum, n) => sum + n, 0);
  if (count === 0) text.fail('no atoms', 'at least one atom');
  return { comment, cell, scale, labels, counts, count };
}

/** One scale, negative for a volume, or three positive ones. */
async function readFactors(text: TextReader): Promise<number[]> {
  const line = await text.expectLine('the scale of the lattice');
  const numbers = numbersOf(line);
  const factors: number[] = [];
  for (let value = numbers.real(); !Number.isNaN(value) && factors.length < 3; value = numbers.real()) {
    factors.push(value);
  }
  const valid = factors.length === 3 ? factors.every((x) => x > 0) : factors.length === 1 && factors[0] !== 0;
  if (!valid)
    text.fail(quoted(line), 'one scale other than zero (negative: a volume), or three positive ones');
  return factors;
}

/** The first three numbers of the next line. */
export async function readVector(text: TextReader, what: string): Promise<Float64Array> {
  const line = await text.expectLine(what);
  const numbers = numbersOf(line);
  const vector = Float64Array.of(numbers.real(), numbers.real(), numbers.real());
  if (vector.some(Number.isNaN)) text.fail(quoted(line), `three numbers, ${what}`);
  return vector;
}

/** Symbols (absent in VASP 4) and numbers of atoms. VASP breaks both after twenty groups. */
async function readGroups(text: TextReader): Promise<{ labels?: string[]; counts: number[] }> {
  const labels: string[] = [];
  let line = await text.expectLine('the symbols of the species');
  while (words(line).length > 0 && !/^\d/.test(line.trim())) {
    const tokens = withoutRemark(line);
    if (!tokens.every((token) => /^[A-Za-z]/.test(token))) {
      text.fail(quoted(line), 'the symbols of the species, or the number of atoms of each');
    }
    labels.push(...tokens);
    line = await text.expectLine('the number of atoms of each species');
  }
  const counts = countsOf(line, text);
  while (counts.length < labels.length) {
    line = await text.expectLine(`${labels.length} numbers of atoms, one for each symbol`);
    counts.push(...countsOf(line, text));
  }
  if (labels.length > 0 && counts.length !== labels.length) {
    text.fail(
      `${counts.length} numbers of atoms for ${labels.length} symbols (${labels.join(' ')})`,
      'one for each',
    );
  }
  return { labels: labels.length > 0 ? labels : undefined, counts };
}

function countsOf(line: string, text: TextReader): number[] {
  const tokens = withoutRemark(line);
  const counts = tokens.map((token) => (/^\d+$/.test(token) ? Number(token) : Number.NaN));
  const total = counts.reduce((sum, n) => sum + n, 0);
  if (tokens.length === 0 || !Number.isSafeInteger(total)) {
    text.fail(quoted(line), 'the number of atoms of each species');
  }
  return counts;
}

function withoutRemark(line: string): string[] {
  return words(line.replace(/[!#].*$/, ''));
}
