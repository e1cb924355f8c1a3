import { determinant, inverse, product, rowsTimes } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import type { PhononCells } from '../model/phonon-cells.js';
import { createStructure, type Structure } from '../model/structure.js';
import { times, wholeNumbers } from '../symmetry/integer-matrix.js';
import { wrap } from '../symmetry/operation.js';
import { requireCrystal } from '../symmetry/primitive-lattice.js';
import { TOLERANCE } from '../symmetry/space-group.js';
import { type PrimitiveChoice, primitiveMatrixOf } from './primitive-matrix.js';

/** A supercell and where its atoms come from. */
export interface Supercell {
  readonly structure: Structure;
  /** [n] the supercell's atom that stands for the unit cell's atom that each is a copy of */
  readonly superToUnit: Int32Array;
}

/**
 * [9] the supercell matrix of what stands behind --dim: three numbers or nine.
 * @throws PhonolinkError where they are others, not whole, or do not span a right-handed cell
 */
export function supercellMatrix(dim: ArrayLike<number>): Int32Array {
  const nine = dim.length === 3 ? [dim[0], 0, 0, 0, dim[1], 0, 0, 0, dim[2]] : Array.from(dim);
  const matrix = nine.length === 9 ? wholeNumbers(nine, 0) : undefined;
  if (!matrix || !(determinant(matrix) > 0)) {
    throw new PhonolinkError(
      `'${Array.from(dim).join(' ')}' is no supercell, expected 3 or 9 whole numbers of positive determinant`,
    );
  }
  return matrix;
}

/**
 * Repeats a unit cell. Atoms come in phonopy's order: all copies of the first atom, then those of the second; among
 * them the cells of a box around the supercell, along a fastest, each the first time that it is met.
 * @param matrix [9] M: (a b c)_super = (a b c)_unit M, columns
 * @throws PhonolinkError where the unit cell is not periodic in three directions
 */
export function buildSupercell(unit: Structure, matrix: Int32Array): Supercell {
  requireCrystal(unit);
  const m = Array.from(matrix);
  const cells = determinant(m);
  const steps = cellsOf(matrix);
  const count = unit.count * cells;
  const back = inverse(m);
  const fractional = rowsTimes(unit.positions, inverse(unit.cell));
  const cell = rowsTimes(transposeOf(m), unit.cell);
  const inSuper = new Float64Array(3 * count);
  const kinds = new Uint16Array(count);
  const masses = new Float64Array(count);
  const superToUnit = new Int32Array(count);
  for (let u = 0, i = 0; u < unit.count; u++) {
    for (const [a, b, c] of steps) {
      const x = [fractional[3 * u] + a, fractional[3 * u + 1] + b, fractional[3 * u + 2] + c];
      inSuper.set(times(back, x).map(wrap), 3 * i);
      kinds[i] = unit.kinds[u];
      masses[i] = unit.masses[u];
      superToUnit[i++] = u * cells;
    }
  }
  const positions = rowsTimes(inSuper, cell);
  return {
    structure: createStructure({ positions, cell, species: unit.species, kinds, masses }),
    superToUnit,
  };
}

/**
 * Unit cell, supercell and primitive cell with the maps between them, atoms in phonopy's order.
 * @param dim 3 or 9 whole numbers, as phonopy's --dim
 * @param primitive as phonopy's --pa
 * @param tolerance A
 * @throws PhonolinkError where the matrices do not go with the structure
 */
export function buildPhononCells(
  unitCell: Structure,
  dim: ArrayLike<number>,
  primitive: PrimitiveChoice = 'auto',
  tolerance = TOLERANCE,
): PhononCells {
  const matrix = supercellMatrix(dim);
  const primitiveMatrix = primitiveMatrixOf(unitCell, primitive, tolerance);
  const { structure: supercell, superToUnit } = buildSupercell(unitCell, matrix);
  return {
    unitCell,
    supercellMatrix: matrix,
    primitiveMatrix,
    supercell,
    superToUnit,
    ...trim(supercell, product(inverse(matrix), primitiveMatrix), tolerance),
    tolerance,
  };
}

/** The cells of a unit-cell lattice that lie in a supercell, each once. */
function cellsOf(matrix: Int32Array): [number, number, number][] {
  const m = Array.from(matrix);
  const cells = determinant(m);
  const column = (k: number) => [m[k], m[3 + k], m[6 + k]];
  const corners = Array.from({ length: 8 }, (_, bits) =>
    [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, k) => sum + ((bits >> k) & 1) * column(k)[row], 0)),
  );
  const box = [0, 1, 2].map((row) => {
    const reach = corners.map((corner) => corner[row]);
    return Math.max(...reach) - Math.min(...reach);
  });
  // Two cells are the same in the supercell where M^-1 times their difference is whole: compared as whole numbers.
  const adjugate = inverse(m).map((x) => Math.round(x * cells));
  const seen = new Set<string>();
  const out: [number, number, number][] = [];
  for (let c = 0; c < box[2]; c++) {
    for (let b = 0; b < box[1]; b++) {
      for (let a = 0; a < box[0]; a++) {
        const key = times(adjugate, [a, b, c])
          .map((x) => ((x % cells) + cells) % cells)
          .join();
        if (seen.has(key)) continue;
        seen.add(key);
        out.push([a, b, c]);
      }
    }
  }
  return out;
}

/**
 * Cuts a smaller cell out of a supercell: of atoms that fall together the first stays.
 * @param relative [9] (a b c)_primitive = (a b c)_super times it, columns
 */
function trim(
  supercell: Structure,
  relative: Float64Array,
  tolerance: number,
): Pick<PhononCells, 'primitive' | 'primitiveToSuper' | 'superToPrimitive'> {
  const { count, kinds } = supercell;
  const cell = rowsTimes(transposeOf(relative), supercell.cell);
  const fractional = rowsTimes(supercell.positions, inverse(cell)).map(wrap);
  const kept: number[] = [];
  const superToPrimitive = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const same = kept.find((j) => kinds[j] === kinds[i] && distance(fractional, i, j, cell) < tolerance);
    superToPrimitive[i] = same ?? i;
    if (same === undefined) kept.push(i);
  }
  const expected = Math.round(count * Math.abs(determinant(relative)));
  if (kept.length !== expected) {
    throw new PhonolinkError(
      `the primitive matrix makes ${kept.length} atoms of the supercell's ${count}, expected ${expected}`,
      { hint: 'the matrix is no lattice of this structure, or atoms overlap' },
    );
  }
  const x = Float64Array.from(kept.flatMap((i) => [0, 1, 2].map((k) => fractional[3 * i + k])));
  return {
    primitive: createStructure({
      positions: rowsTimes(x, cell),
      cell,
      species: supercell.species,
      kinds: Uint16Array.from(kept, (i) => kinds[i]),
      masses: Float64Array.from(kept, (i) => supercell.masses[i]),
    }),
    primitiveToSuper: Int32Array.from(kept),
    superToPrimitive,
  };
}

function distance(x: Float64Array, i: number, j: number, cell: Float64Array): number {
  const d = [0, 1, 2].map((k) => x[3 * i + k] - x[3 * j + k]);
  const [dx, dy, dz] = rowsTimes(
    d.map((v) => v - Math.round(v)),
    cell,
  );
  return Math.hypot(dx, dy, dz);
}

function transposeOf(m: ArrayLike<number>): number[] {
  return [0, 3, 6, 1, 4, 7, 2, 5, 8].map((i) => m[i]);
}
