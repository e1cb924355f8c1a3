import { quoted } from '../../src/model/errors.js';
import { parseReal, type TextReader, words } from '../io/text.js';
import { nextData } from './rows.js';

/** e-v.dat: energies by volume. */
export interface VolumeEnergies {
  /** [v] A^3 */
  readonly volumes: Float64Array;
  /** [v] eV */
  readonly energies: Float64Array;
}

/** fe-v.dat: electronic free energies by temperature and volume. */
export interface ElectronicFreeEnergies {
  /** [t] K */
  readonly temperatures: Float64Array;
  /** [t][v] eV */
  readonly energies: readonly Float64Array[];
}

/**
 * Reads e-v.dat: a volume and an energy a line; # begins a comment.
 * @throws FormatError, nothing else
 */
export async function readVolumeEnergies(text: TextReader): Promise<VolumeEnergies> {
  const rows = await readTable(text, 'a volume (A^3) and an energy (eV)', (row) => {
    if (row.length !== 2) return false;
    return row[0] > 0 || text.fail(`the volume ${row[0]}`, 'a volume above 0');
  });
  return {
    volumes: Float64Array.from(rows, ([volume]) => volume),
    energies: Float64Array.from(rows, ([, energy]) => energy),
  };
}

/**
 * Reads fe-v.dat, as `phonopy-vasp-efe` writes it: a temperature, and a free energy for each volume.
 * @throws FormatError, nothing else
 */
export async function readElectronicFreeEnergies(text: TextReader): Promise<ElectronicFreeEnergies> {
  let width = 0;
  const rows = await readTable(
    text,
    'a temperature (K) and free energies (eV), as many in each line',
    (row) => {
      width ||= row.length;
      return row.length > 1 && row.length === width;
    },
  );
  return {
    temperatures: Float64Array.from(rows, ([temperature]) => temperature),
    energies: rows.map((row) => Float64Array.from(row.slice(1))),
  };
}

/** Pieces of e-v.dat. @param names what stands behind each line */
export function* writeVolumeEnergies(
  { volumes, energies }: VolumeEnergies,
  names: readonly string[],
): Generator<string> {
  yield '#   volume (A^3)           energy (eV)\n';
  for (let v = 0; v < volumes.length; v++) yield `${volumes[v]} ${energies[v]}  # ${names[v]}\n`;
}

async function readTable(
  text: TextReader,
  expected: string,
  isRow: (row: readonly number[]) => boolean,
): Promise<number[][]> {
  const rows: number[][] = [];
  for (;;) {
    const line = await nextData(text);
    if (line === null) break;
    const row = words(line.split('#')[0]).map(parseReal);
    if (row.some((x) => !Number.isFinite(x)) || !isRow(row)) text.fail(quoted(line), expected);
    rows.push(row);
  }
  if (rows.length === 0) text.fail('the end of the file', expected);
  return rows;
}
