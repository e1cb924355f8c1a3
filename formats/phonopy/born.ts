import { product, transpose } from '../../src/model/cell.js';
import { PhonolinkError, quoted } from '../../src/model/errors.js';
import type { PolarResponse } from '../../src/model/polar.js';
import { type CellSymmetry, operationsBetween } from '../../src/symmetry/cell-symmetry.js';
import { cartesianRotation } from '../../src/symmetry/operation.js';
import { fixed } from '../io/fixed.js';
import { parseReal, type TextReader, words } from '../io/text.js';
import { ANGSTROM_EV, type UnitFactors, unitFactors } from './units.js';

/** BORN as it stands: charges of the atoms that symmetry does not make from others. */
export interface BornFile extends Omit<PolarResponse, 'charges' | 'method'> {
  /** [lines][9] e */
  readonly charges: Float64Array;
  readonly file: string;
}

/**
 * How the atoms of a primitive cell come from a few of them by symmetry.
 * With R the Cartesian rotation that takes atom `representative[i]` to atom i, Z_i = R Z R^T.
 */
export interface AtomImages {
  /** [n] the atom that stands for each; an atom that stands for itself is independent */
  readonly representative: Int32Array;
  /** [n][9] R, row-major */
  readonly rotations: Float64Array;
}

/** Every atom for itself: no symmetry. */
export function noImages(count: number): AtomImages {
  const rotations = new Float64Array(9 * count);
  for (let i = 0; i < count; i++) for (let k = 0; k < 3; k++) rotations[9 * i + 4 * k] = 1;
  return { representative: Int32Array.from({ length: count }, (_, i) => i), rotations };
}

/** The images that the space group makes of the atoms of a primitive cell. */
export function imagesOf(symmetry: CellSymmetry): AtomImages {
  const { equivalent: representative, structure } = symmetry;
  const rotations = new Float64Array(9 * structure.count);
  representative.forEach((from, i) => {
    const [{ rotation }] = operationsBetween(symmetry, from, i);
    rotations.set(cartesianRotation(rotation, structure.cell), 9 * i);
  });
  return { representative, rotations };
}

/**
 * Reads BORN. Its first line is the factor e^2 / (4 pi epsilon_0) in the units of the calculator, which a cutoff and a
 * width of Gonze's sum may follow, or anything else ('default', a comment), which means the usual ones. The second is
 * the dielectric tensor, and each further one the charge of an independent atom, nine numbers each, up to a blank line.
 * @throws FormatError, nothing else
 */
export async function readBorn(
  text: TextReader,
  factors: UnitFactors = unitFactors(ANGSTROM_EV),
): Promise<BornFile> {
  const head = words(await text.expectLine('the unit conversion factor, or a comment')).map(parseReal);
  const end = head.findIndex(Number.isNaN);
  const [factor, cutoff, width] = end < 0 ? head : head.slice(0, end);
  const dielectric = nineOf(await text.expectLine('the dielectric tensor'), text, 'the dielectric tensor');
  const charges: number[] = [];
  for (;;) {
    const line = await text.next();
    if (line === null || line.trim() === '') break;
    charges.push(...nineOf(line, text, 'the Born effective charge of an atom'));
  }
  if (charges.length === 0)
    text.fail('the end of the file', 'the Born effective charges', { line: text.line + 1 });
  return {
    file: text.file,
    dielectric: Float64Array.from(dielectric),
    charges: Float64Array.from(charges),
    ...(factor !== undefined && { factor: factor * factors.coulomb }),
    ...(cutoff !== undefined && { reciprocalCutoff: cutoff / factors.length }),
    ...(width !== undefined && { splitting: width / factors.length }),
  };
}

function nineOf(line: string, text: TextReader, what: string): number[] {
  const numbers = words(line).map(parseReal);
  if (numbers.length !== 9 || numbers.some(Number.isNaN)) text.fail(quoted(line), `nine numbers, ${what}`);
  return numbers;
}

/**
 * The charges of all atoms. A file that has a line for every atom is taken at its word.
 * @throws PhonolinkError where the file has neither a line for each independent atom nor one for each atom
 */
export function expandBorn(born: BornFile, images: AtomImages): PolarResponse {
  const { file, charges, ...rest } = born;
  const { representative, rotations } = images;
  const count = representative.length;
  const lines = charges.length / 9;
  if (lines === count) return { ...rest, charges };
  const independent = independentAtoms(images);
  if (lines !== independent.length)
    throw new PhonolinkError(
      `${file}: found Born effective charges of ${lines} atoms, expected those of ${independent.length} independent ones of ${count}`,
      {
        hint: `the independent atoms of the primitive cell are ${independent.map((i) => i + 1).join(', ')}`,
      },
    );
  const all = new Float64Array(9 * count);
  for (let i = 0; i < count; i++) {
    const from = 9 * independent.indexOf(representative[i]);
    const rotation = rotations.subarray(9 * i, 9 * i + 9);
    const rotated = product(product(rotation, charges.subarray(from, from + 9)), transpose(rotation));
    all.set(rotated, 9 * i);
  }
  return { ...rest, charges: all };
}

function independentAtoms({ representative }: AtomImages): number[] {
  return [...representative.keys()].filter((i) => representative[i] === i);
}

/** Pieces of BORN with the charges of the independent atoms; its first line is a comment where no factor is told. */
export function* writeBorn(
  polar: PolarResponse,
  images: AtomImages = noImages(polar.charges.length / 9),
  factors: UnitFactors = unitFactors(ANGSTROM_EV),
): Generator<string> {
  const independent = independentAtoms(images);
  const { dielectric, charges, factor, reciprocalCutoff, splitting } = polar;
  if (factor === undefined) yield `# epsilon and Z* of atoms ${independent.map((i) => i + 1).join(' ')}\n`;
  else {
    const numbers = [factor / factors.coulomb];
    if (reciprocalCutoff !== undefined) {
      numbers.push(reciprocalCutoff * factors.length);
      if (splitting !== undefined) numbers.push(splitting * factors.length);
    }
    yield `${numbers.map((x) => fixed(x, 0, 9)).join(' ')}\n`;
  }
  const row = (m: Float64Array) => `${Array.from(m, (x) => `${fixed(x, 13, 8)} `).join('')}\n`;
  yield row(dielectric);
  for (const i of independent) yield row(charges.subarray(9 * i, 9 * i + 9));
}
