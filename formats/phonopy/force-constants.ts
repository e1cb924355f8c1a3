import { PhonolinkError, quoted } from '../../src/model/errors.js';
import type { ForceConstants } from '../../src/model/force-constants.js';
import { fixed } from '../io/fixed.js';
import { Cursor } from '../io/numbers.js';
import { integerOf, type TextReader, words } from '../io/text.js';

/** Lines of a pair: its two atoms, and three rows of three numbers. */
const LINES = 4;

/**
 * Reads FORCE_CONSTANTS: the number of rows and of atoms (one number where they are the same), then for each pair its
 * atoms and three rows. Compact files have the rows of the primitive cell's atoms only.
 * @param factor of the file's unit into eV/A^2
 * @throws FormatError, nothing else
 */
export async function readForceConstants(text: TextReader, factor = 1): Promise<ForceConstants> {
  const head = words(await text.expectLine('the number of atoms'));
  const rowCount = integerOf(head[0], 'the number of rows', text);
  const count = head.length > 1 ? integerOf(head[1], 'the number of atoms', text) : rowCount;
  if (!(rowCount >= 1 && rowCount <= count) || head.length > 2)
    text.fail(quoted(head.join(' ')), 'the number of atoms, or of rows and of atoms');
  const blocks: Float64Array[] = [];
  const rows: number[] = [];
  for (let r = 0; r < rowCount; r++) {
    const { row, values } = await readRow(text, count, `row ${r + 1} of ${rowCount}`, factor);
    if (rows.includes(row)) text.fail(`a second row of atom ${row + 1}`, 'one row for each atom');
    rows.push(row);
    blocks.push(values);
  }
  const rest = await text.rest();
  if (rest.trim() !== '') text.fail(quoted(rest), `the end of the file behind ${rowCount} rows`);
  const values = new Float64Array(9 * rowCount * count);
  for (let r = 0; r < rowCount; r++) values.set(blocks[r], 9 * count * r);
  return { count, rows: Int32Array.from(rows), values };
}

async function readRow(
  text: TextReader,
  count: number,
  name: string,
  factor: number,
): Promise<{ row: number; values: Float64Array }> {
  const { bytes, start, stop } = await text.block(LINES * count, `${count} pairs of ${name}`);
  const values = new Float64Array(9 * count);
  const cursor = new Cursor();
  cursor.set(bytes, start, stop);
  let row = -1;
  const fail = (from: number, line: number, expected: string): never => {
    const end = bytes.indexOf(10, from);
    const words = Buffer.from(bytes.subarray(from, end < 0 ? stop : Math.min(end, stop))).toString('latin1');
    return text.fail(quoted(words), expected, { line });
  };
  for (let j = 0; j < count; j++) {
    const line = text.line + LINES * j;
    const from = cursor.at;
    const i = cursor.integer() - 1;
    const second = cursor.integer() - 1;
    if (j === 0) row = i;
    if (!cursor.endLine() || i !== row || second !== j || !(i >= 0 && i < count))
      fail(from, line, j === 0 ? `two atoms, the second being 1` : `the atoms ${row + 1} and ${j + 1}`);
    for (let k = 0; k < 3; k++) {
      const begin = cursor.at;
      for (let c = 0; c < 3; c++) {
        const value = cursor.real();
        if (Number.isNaN(value)) fail(begin, line + 1 + k, `three force constants of ${i + 1} and ${j + 1}`);
        values[9 * j + 3 * k + c] = value * factor;
      }
      if (!cursor.endLine()) fail(begin, line + 1 + k, 'three force constants');
    }
  }
  return { row, values };
}

/** Pieces of FORCE_CONSTANTS as phonopy writes it, full or compact. */
export function* writeForceConstants(constants: ForceConstants, factor = 1): Generator<string> {
  const { count, rows, values } = constants;
  yield `${String(rows.length).padStart(4)} ${String(count).padStart(4)}\n`;
  for (let r = 0; r < rows.length; r++) {
    let piece = '';
    for (let j = 0; j < count; j++) {
      piece += `${rows[r] + 1} ${j + 1}\n`;
      const at = 9 * (r * count + j);
      for (let k = 0; k < 9; k++) piece += fixed(values[at + k] / factor, 22, 15) + (k % 3 === 2 ? '\n' : '');
    }
    yield piece;
  }
}

/** @throws PhonolinkError where the rows are not those of all atoms in their order */
export function expectFull({ count, rows }: Pick<ForceConstants, 'count' | 'rows'>, where: string): void {
  if (rows.length !== count || rows.some((atom, r) => atom !== r))
    throw new PhonolinkError(`${where} needs full force constants, and these are compact`, {
      hint: `there are rows of ${rows.length} of the ${count} atoms: expand them over the lattice first`,
    });
}
