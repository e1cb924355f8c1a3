import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildSupercell } from '../../src/lattice/cells.js';
import { uniform } from '../../src/math/random.js';
import { determinant, inverse, rowsTimes } from '../../src/model/cell.js';
import { withPositions } from '../../src/model/structure.js';
import {
  type CellSymmetry,
  findCellSymmetry,
  operationsBetween,
  permutationOf,
  shiftsAlone,
  siteSymmetry,
} from '../../src/symmetry/cell-symmetry.js';
import { times } from '../../src/symmetry/integer-matrix.js';
import { RECIPES, recipe } from '../helpers/crystals.js';

const small = fc.integer({ min: -1, max: 2 });
const matrices = fc
  .array(small, { minLength: 9, maxLength: 9 })
  .filter((m) => determinant(m) > 0 && determinant(m) <= 4)
  .map((m) => Int32Array.from(m));
function operationsOf({ operations, translations }: CellSymmetry): number {
  return operations.length * translations.length;
}

const cases = fc.record({ name: fc.constantFrom(...RECIPES.map(({ name }) => name)), matrix: matrices });

describe('symmetry of a cell', () => {
  it('maps atoms onto atoms, as its operations say', () => {
    fc.assert(
      fc.property(cases, ({ name, matrix }) => {
        const { structure } = buildSupercell(recipe(name), matrix);
        const symmetry = findCellSymmetry(structure);
        const x = rowsTimes(structure.positions, inverse(structure.cell));
        symmetry.operations.forEach(({ rotation, translation }, o) => {
          const permutation = symmetry.permutations[o];
          expect(new Set(permutation).size).toBe(structure.count);
          for (let i = 0; i < structure.count; i++) {
            const moved = times(rotation, x.subarray(3 * i, 3 * i + 3));
            const to = permutation[i];
            expect(structure.kinds[to]).toBe(structure.kinds[i]);
            for (let k = 0; k < 3; k++) {
              const d = moved[k] + translation[k] - x[3 * to + k];
              expect(Math.abs(d - Math.round(d))).toBeLessThan(1e-6);
            }
          }
        });
      }),
      { numRuns: 40 },
    );
  });

  it('counts: operations that fix an atom times its equivalents are all operations', () => {
    fc.assert(
      fc.property(cases, ({ name, matrix }) => {
        const symmetry = findCellSymmetry(buildSupercell(recipe(name), matrix).structure);
        const all = symmetry.operations.length * symmetry.translations.length;
        const { equivalent } = symmetry;
        for (const atom of new Set(equivalent)) {
          const orbit = equivalent.filter((e) => e === atom);
          expect(equivalent[atom]).toBe(atom);
          expect(siteSymmetry(symmetry, atom).length * orbit.length).toBe(all);
          for (let i = 0; i < equivalent.length; i++) {
            const to = operationsBetween(symmetry, i, atom);
            expect(to.length > 0).toBe(equivalent[i] === atom);
            for (const operation of to) expect(permutationOf(symmetry, operation)[i]).toBe(atom);
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('loses what the shape of a supercell breaks, and finds it again where the shape restores it', () => {
    const unit = recipe('rocksalt');
    const operations = (m: number[]) =>
      findCellSymmetry(buildSupercell(unit, Int32Array.from(m)).structure).operations.length;
    expect(operations([2, 0, 0, 0, 2, 0, 0, 0, 2])).toBe(48);
    expect(operations([2, 0, 0, 0, 1, 0, 0, 0, 1])).toBe(16);
    expect(operations([1, 0, 0, 0, 2, 0, 0, 0, 3])).toBe(8);
    const tall = buildSupercell(unit, Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 2)).structure;
    expect(findCellSymmetry(tall).operations).toHaveLength(16);
    const cube = buildSupercell(tall, Int32Array.of(2, 0, 0, 0, 2, 0, 0, 0, 1)).structure;
    expect(findCellSymmetry(cube).operations).toHaveLength(48);
  });

  it('does not depend on the lattice images that atoms are given in', () => {
    const structure = recipe('corundum');
    const far = structure.positions.map((x, i) => {
      const image = (Math.floor(i / 3) % 5) - 2;
      return x + image * structure.cell[i % 3] - 2 * structure.cell[3 + (i % 3)];
    });
    expect(findCellSymmetry(withPositions(structure, far)).permutations).toEqual(
      findCellSymmetry(structure).permutations,
    );
  });

  it('is a group whatever the size of the inexactness, the tolerance among them', () => {
    const random = uniform(3);
    for (const size of [1e-7, 1e-6, 3e-6, 5e-6, 8e-6, 1.2e-5, 1e-4]) {
      for (const { name } of RECIPES) {
        const structure = recipe(name);
        const inexact = structure.positions.map((x) => x + size * (2 * random() - 1));
        const symmetry = findCellSymmetry(withPositions(structure, inexact));
        const all = symmetry.operations.length * symmetry.translations.length;
        for (const atom of new Set(symmetry.equivalent)) {
          const orbit = symmetry.equivalent.filter((e) => e === atom).length;
          expect(siteSymmetry(symmetry, atom).length * orbit).toBe(all);
        }
        if (size <= 1e-6) expect(all).toBe(operationsOf(findCellSymmetry(structure)));
      }
    }
  });

  it('is the identity alone where it is not asked for', () => {
    const symmetry = shiftsAlone(recipe('bcc'));
    expect(symmetry.operations).toHaveLength(1);
    expect([...symmetry.equivalent]).toEqual([0, 1]);
    expect(siteSymmetry(symmetry, 1)).toHaveLength(1);
  });
});
