import { quoted } from '../../src/model/errors.js';
import { fixed, scientific } from '../io/fixed.js';
import { parseReal, type TextReader, words } from '../io/text.js';
import { nextData } from '../phonopy/rows.js';
import { type NameParts, nameSuffix, plainNumber } from './names.js';

/** Columns against frequency: gammas-*.dat (linewidths, one column) or jdos-*.dat (two). */
export interface Spectrum {
  /** [f] THz */
  readonly frequencies: Float64Array;
  /** [c][f] */
  readonly columns: readonly Float64Array[];
}

/** Pieces of gammas-*.dat, deltas-*.dat, spectral-*.dat or jdos-*.dat, letter by letter as phono3py writes them. */
export function* writeSpectrum({ frequencies, columns }: Spectrum): Generator<string> {
  for (let f = 0; f < frequencies.length; f++) {
    yield `${fixed(frequencies[f], 15, 7)}${columns.map((column) => ` ${scientific(column[f], 20, 15)}`).join('')}\n`;
  }
}

/**
 * Reads such a file.
 * @throws FormatError, nothing else
 */
export async function readSpectrum(text: TextReader): Promise<Spectrum> {
  const rows: number[][] = [];
  for (;;) {
    const line = await nextData(text, () => {});
    if (line === null) break;
    const row = words(line).map(parseReal);
    if (row.length < 2 || row.some(Number.isNaN) || (rows.length > 0 && rows[0].length !== row.length))
      text.fail(quoted(line), rows.length > 0 ? `${rows[0].length} numbers` : 'a frequency and numbers');
    rows.push(row);
  }
  if (rows.length === 0) text.fail('the end of the file', 'frequencies and numbers');
  return {
    frequencies: Float64Array.from(rows, (row) => row[0]),
    columns: rows[0].slice(1).map((_, c) => Float64Array.from(rows, (row) => row[c + 1])),
  };
}

/** 'gammas-m999-g12-t300-b1b2.dat': phono3py's order of parts is its own here. */
export function linewidthSpectrumName(
  parts: NameParts & { point: number; bands: readonly number[] },
): string {
  const { mesh, point, bands, sigma, temperature, middle } = parts;
  return [
    `gammas-m${Array.from(mesh).join('')}-g${point}-`,
    sigma === undefined ? '' : `s${plainNumber(sigma)}-`,
    temperature === undefined ? '' : `t${plainNumber(temperature)}-`,
    bands.map((b) => `b${b + 1}`).join(''),
    middle === undefined ? '' : `.${middle}`,
    '.dat',
  ].join('');
}

/** 'jdos-m999-g12-s0.1-t300.dat'. */
export function jointDensityName({ mesh, point, sigma, temperature }: NameParts): string {
  return `jdos${nameSuffix({ mesh, point, sigma, temperature })}.dat`;
}
