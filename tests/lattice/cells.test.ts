import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPhononCells, supercellMatrix } from '../../src/lattice/cells.js';
import { determinant, inverse, product, rowsTimes, volume } from '../../src/model/cell.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { wholeNumbers } from '../../src/symmetry/integer-matrix.js';
import { RECIPES, recipe } from '../helpers/crystals.js';

const dims = fc.oneof(
  fc.array(fc.integer({ min: 1, max: 3 }), { minLength: 3, maxLength: 3 }),
  fc
    .array(fc.integer({ min: -2, max: 2 }), { minLength: 9, maxLength: 9 })
    .filter((m) => determinant(m) > 0 && determinant(m) <= 6),
);
const names = fc.constantFrom(...RECIPES.map(({ name }) => name));

/** Vectors from atoms of one list to those of another, in lattice vectors. */
function between(from: ArrayLike<number>, to: ArrayLike<number>, cell: ArrayLike<number>): Float64Array {
  return rowsTimes(
    Float64Array.from(from, (x, i) => to[i] - x),
    inverse(cell),
  );
}

function atomsOf(positions: Float64Array, atoms: ArrayLike<number>): Float64Array {
  return Float64Array.from(
    Array.from(atoms, (atom) => [...positions.subarray(3 * atom, 3 * atom + 3)]).flat(),
  );
}

describe('unit cell, supercell, primitive cell', () => {
  it('every atom is a copy of the atoms that the maps name', () => {
    fc.assert(
      fc.property(names, dims, (name, dim) => {
        const unit = recipe(name);
        const cells = buildPhononCells(unit, dim, 'auto');
        const { supercell, primitive, superToUnit, superToPrimitive, primitiveToSuper } = cells;
        const repeats = determinant(cells.supercellMatrix);
        expect(supercell.count).toBe(unit.count * repeats);
        expect(volume(supercell.cell)).toBeCloseTo(volume(unit.cell) * repeats, 6);
        expect(primitive.count * Math.round(volume(supercell.cell) / volume(primitive.cell))).toBe(
          supercell.count,
        );

        const unitAtom = Array.from(superToUnit, (atom) => atom / repeats);
        expect(symbolsOf(supercell)).toEqual(unitAtom.map((atom) => symbolsOf(unit)[atom]));
        // 1e-9 lattice vectors: coordinates of some 50 A, rounded to 1e-14 of them a few times over.
        const steps = between(atomsOf(unit.positions, unitAtom), supercell.positions, unit.cell);
        expect(wholeNumbers(steps, 1e-9)).toBeDefined();

        expect([...superToPrimitive].every((atom) => primitiveToSuper.includes(atom))).toBe(true);
        const shifts = between(
          atomsOf(supercell.positions, superToPrimitive),
          supercell.positions,
          primitive.cell,
        );
        expect(wholeNumbers(shifts, 1e-6)).toBeDefined();
        expect(
          wholeNumbers(
            between(primitive.positions, atomsOf(supercell.positions, primitiveToSuper), primitive.cell),
            1e-9,
          ),
        ).toBeDefined();
        expect([...primitiveToSuper]).toEqual([...new Set(superToPrimitive)]);

        const inside = rowsTimes(supercell.positions, inverse(supercell.cell));
        expect(inside.every((x) => x > -1e-9 && x < 1)).toBe(true);
        const same = new Set(
          Array.from({ length: supercell.count }, (_, i) =>
            [...inside.subarray(3 * i, 3 * i + 3)].map((x) => x.toFixed(6)).join(),
          ),
        );
        expect(same.size).toBe(supercell.count);
      }),
      { numRuns: 60 },
    );
  });

  it('counts cells along a first, then b, then c, atom by atom', () => {
    const unit = createStructure({
      symbols: ['Na', 'Cl'],
      cell: [4, 0, 0, 0, 5, 0, 0, 0, 6],
      positions: Float64Array.of(0, 0, 0, 2, 2.5, 3),
    });
    const { supercell } = buildPhononCells(unit, [2, 1, 2], 'P');
    expect(symbolsOf(supercell)).toEqual(['Na', 'Na', 'Na', 'Na', 'Cl', 'Cl', 'Cl', 'Cl']);
    const at = [0, 0, 0, 4, 0, 0, 0, 0, 6, 4, 0, 6, 2, 2.5, 3, 6, 2.5, 3, 2, 2.5, 9, 6, 2.5, 9];
    [...supercell.positions].forEach((x, i) => {
      expect(x).toBeCloseTo(at[i], 12);
    });
  });

  it('takes the columns of the supercell matrix as new lattice vectors', () => {
    const { supercell, unitCell } = buildPhononCells(recipe('P-1'), [1, 2, 0, 0, 1, 0, 0, 0, 1], 'P');
    const expected = product([1, 0, 0, 2, 1, 0, 0, 0, 1], unitCell.cell);
    [...supercell.cell].forEach((x, i) => {
      expect(x).toBeCloseTo(expected[i], 12);
    });
  });

  it('finds the primitive cell that the letter of the centring names', () => {
    const primitive = (name: string, choice: 'auto' | 'F' | 'I' | 'R' | 'C' | 'A') =>
      buildPhononCells(recipe(name), [1, 1, 1], choice).primitiveMatrix;
    for (const [name, letter] of [
      ['rocksalt', 'F'],
      ['bcc', 'I'],
      ['corundum', 'R'],
      ['C2/c', 'C'],
      ['Amm2', 'A'],
    ] as const) {
      const named = primitive(name, letter);
      primitive(name, 'auto').forEach((x, i) => {
        expect(x).toBeCloseTo(named[i], 9);
      });
    }
  });

  it.each([
    ['1 1', [1, 1]],
    ['0 1 1', [0, 1, 1]],
    ['a half', [0.5, 1, 1]],
    ['left-handed', [0, 1, 0, 1, 0, 0, 0, 0, 1]],
  ])('refuses the supercell %s', (_, dim) => {
    expect(() => supercellMatrix(dim)).toThrow(/3 or 9 whole numbers of positive determinant/);
  });

  it('refuses primitive matrices that are no lattice of the crystal', () => {
    expect(() => buildPhononCells(recipe('rocksalt'), [2, 2, 2], 'I')).toThrow(/primitive matrix makes/);
    expect(() => buildPhononCells(recipe('rocksalt'), [2, 2, 2], [2, 0, 0, 0, 1, 0, 0, 0, 1])).toThrow(
      /determinant/,
    );
    expect(() => buildPhononCells(recipe('rocksalt'), [2, 2, 2], [1, 0])).toThrow(/9 numbers/);
  });
});
