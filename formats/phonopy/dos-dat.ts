import { quoted } from '../../src/model/errors.js';
import type { DensityOfStates } from '../../src/model/phonon-results.js';
import { fixed } from '../io/fixed.js';
import { parseReal, type TextReader, words } from '../io/text.js';
import { nextData } from './rows.js';

/** Pieces of total_dos.dat or projected_dos.dat, letter by letter as phonopy writes them. */
export function* writeDos({ method, frequencies, columns }: DensityOfStates): Generator<string> {
  if (method !== undefined) yield `# ${method}\n`;
  for (let f = 0; f < frequencies.length; f++) {
    const row = [frequencies[f], ...columns.map((column) => column[f])];
    yield `${row.map((x) => fixed(x, 20, 10)).join('')}\n`;
  }
}

/**
 * Reads total_dos.dat and projected_dos.dat.
 * @throws FormatError, nothing else
 */
export async function readDos(text: TextReader): Promise<DensityOfStates> {
  let method: string | undefined;
  const rows: number[][] = [];
  for (;;) {
    const line = await nextData(text, (comment) => {
      method ??= comment.replace(/^#\s*/, '');
    });
    if (line === null) break;
    const row = words(line).map(parseReal);
    const columns = rows[0]?.length;
    if (row.length < 2 || row.some(Number.isNaN) || (columns !== undefined && columns !== row.length))
      text.fail(quoted(line), columns ? `${columns} numbers` : 'a frequency and densities of states');
    rows.push(row);
  }
  if (rows.length === 0) text.fail('the end of the file', 'frequencies and densities of states');
  return {
    ...(method !== undefined && { method }),
    frequencies: Float64Array.from(rows, (row) => row[0]),
    columns: rows[0].slice(1).map((_, c) => Float64Array.from(rows, (row) => row[c + 1])),
  };
}
