import { inverse, rowsTimes } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { CubicForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { reducedBasis } from '../../src/symmetry/reduced-basis.js';
import { scientific } from '../io/fixed.js';

export interface ThirdOrderOptions {
  /** eV/A^3: triplets whose constants are all of this size or smaller are left out; 0 where absent */
  readonly smallest?: number;
}

/** One atom as seen from another: its index in the unit cell, and the lattice vector to its nearest copies. */
interface Sight {
  readonly atom: number;
  /** [m][3] A, lattice vectors of the unit cell, one for each copy of the same distance */
  readonly vectors: Float64Array;
}

/**
 * Pieces of FORCE_CONSTANTS_3RD. A block is two lattice vectors, three atoms of the unit cell and 27 constants. Where
 * several copies of an atom of the supercell are equally near, its constants are divided among them, as phono3py does.
 * W. Li et al., Comput. Phys. Commun. 185, 1747 (2014), section 3.1
 * @throws PhonolinkError where the force constants lack rows of the unit cell's atoms
 */
export function* writeShengbteThird(
  constants: CubicForceConstants,
  cells: Pick<PhononCells, 'unitCell' | 'supercell' | 'superToUnit' | 'tolerance'>,
  { smallest = 0 }: ThirdOrderOptions = {},
): Generator<string> {
  const rows = rowsOfUnit(constants, cells);
  const sights = rows.map((_, i) => sightsFrom(i, cells));
  let blocks = 0;
  for (const { i, j, k } of triplets(constants, rows, smallest))
    blocks += (sights[i][j].vectors.length / 3) * (sights[i][k].vectors.length / 3);
  yield `${blocks}\n`;
  let number = 0;
  for (const { i, j, k, at } of triplets(constants, rows, smallest)) {
    const [second, third] = [sights[i][j], sights[i][k]];
    const share = (second.vectors.length / 3) * (third.vectors.length / 3);
    const indices = [i, second.atom, third.atom].map((atom) => String(atom + 1).padStart(6)).join(' ');
    const values = valueLines(constants.values.subarray(at, at + 27), share);
    let piece = '';
    for (let a = 0; a < second.vectors.length; a += 3)
      for (let b = 0; b < third.vectors.length; b += 3)
        piece += `\n${++number}\n${vectorLine(second.vectors, a)}${vectorLine(third.vectors, b)}${indices}\n${values}`;
    yield piece;
  }
}

/** For each atom of the unit cell the row of the force constants that is its own. */
function rowsOfUnit(
  constants: CubicForceConstants,
  { unitCell, superToUnit }: Pick<PhononCells, 'unitCell' | 'superToUnit'>,
): number[] {
  const representatives = [...new Set(superToUnit)].sort((a, b) => a - b);
  const rows = representatives.map((atom) => constants.rows.indexOf(atom));
  const missing = rows.indexOf(-1);
  if (missing >= 0 || representatives.length !== unitCell.count)
    throw new PhonolinkError(
      `the third-order force constants have no row of atom ${missing + 1} of the unit cell, which ShengBTE needs`,
      { hint: 'use full force constants, or a unit cell that is the primitive cell' },
    );
  return rows;
}

function* triplets(
  { count, values }: CubicForceConstants,
  rows: readonly number[],
  smallest: number,
): Generator<{ i: number; j: number; k: number; at: number }> {
  for (let i = 0; i < rows.length; i++)
    for (let j = 0; j < count; j++)
      for (let k = 0; k < count; k++) {
        const at = 27 * ((rows[i] * count + j) * count + k);
        let counts = false;
        for (let c = at; c < at + 27 && !counts; c++) counts = Math.abs(values[c]) > smallest;
        if (counts) yield { i, j, k, at };
      }
}

/** How each atom of the supercell is seen from atom `i` of the unit cell. */
function sightsFrom(
  i: number,
  {
    unitCell,
    supercell,
    superToUnit,
    tolerance,
  }: Pick<PhononCells, 'unitCell' | 'supercell' | 'superToUnit' | 'tolerance'>,
): Sight[] {
  const representatives = [...new Set(superToUnit)].sort((a, b) => a - b);
  const here = representatives[i];
  const { positions } = supercell;
  const basis = reducedBasis(supercell.cell).cell;
  const toFraction = inverse(basis);
  const toUnit = inverse(unitCell.cell);
  return Array.from(superToUnit, (representative, j) => {
    const atom = representatives.indexOf(representative);
    const apart = [0, 1, 2].map((c) => positions[3 * j + c] - positions[3 * here + c]);
    const vectors = nearest(apart, basis, toFraction, tolerance).map((d) => {
      const to = [0, 1, 2].map(
        (c) => unitCell.positions[3 * i + c] + d[c] - unitCell.positions[3 * atom + c],
      );
      return rowsTimes(rowsTimes(to, toUnit).map(Math.round), unitCell.cell);
    });
    return { atom, vectors: Float64Array.from(vectors.flatMap((v) => [...v])) };
  });
}

/**
 * The shortest vectors that differ from `d` by lattice vectors, those as long within `tolerance` too. In a reduced basis
 * none is farther than the next cell.
 */
function nearest(
  d: readonly number[],
  basis: Float64Array,
  toFraction: Float64Array,
  tolerance: number,
): number[][] {
  const home = rowsTimes(d, toFraction).map((x) => x - Math.round(x));
  const all = Array.from({ length: 27 }, (_, image) => {
    const steps = [(image % 3) - 1, (Math.floor(image / 3) % 3) - 1, Math.floor(image / 9) - 1];
    const vector = [
      ...rowsTimes(
        home.map((x, k) => x + steps[k]),
        basis,
      ),
    ];
    return { vector, length: Math.hypot(...vector) };
  });
  const least = Math.min(...all.map(({ length }) => length));
  return all.filter(({ length }) => length < least + tolerance).map(({ vector }) => vector);
}

function vectorLine(vectors: Float64Array, from: number): string {
  return `${[0, 1, 2].map((c) => scientific(vectors[from + c], 17, 10)).join(' ')}\n`;
}

function valueLines(values: Float64Array, share: number): string {
  let lines = '';
  for (let c = 0; c < 27; c++) {
    const indices = [Math.floor(c / 9), Math.floor(c / 3) % 3, c % 3].map((n) => String(n + 1).padStart(2));
    lines += `${indices.join(' ')} ${scientific(values[c] / share, 20, 10)}\n`;
  }
  return lines;
}
