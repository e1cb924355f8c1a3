import { describe, expect, it } from 'vitest';
import { createStructure, symbolsOf, withPositions } from '../../src/model/structure.js';
import { compose, type Operation } from '../../src/symmetry/operation.js';
import { findSpaceGroup, operationsIn } from '../../src/symmetry/space-group.js';
import { crystal, inCell, RECIPES, type Recipe, recipe } from '../helpers/crystals.js';

/** A lattice that has the symmetry of a group's crystal system and no more. */
function latticeOf(group: number): Recipe['lattice'] {
  if (group <= 2) return [5.1, 6.3, 7.7, 83, 97, 104];
  if (group <= 15) return [5.1, 6.3, 7.7, 90, 104, 90];
  if (group <= 74) return [5.1, 6.3, 7.7, 90, 90, 90];
  if (group <= 142) return [5.1, 5.1, 7.7, 90, 90, 90];
  if (group <= 194) return [5.1, 5.1, 7.7, 90, 90, 120];
  return [7.7, 7.7, 7.7, 90, 90, 90];
}

describe('space groups', () => {
  it('finds each of the 230 in a crystal made by its operations', () => {
    const found = Array.from({ length: 230 }, (_, i) => {
      const made = crystal({
        name: `${i + 1}`,
        group: i + 1,
        lattice: latticeOf(i + 1),
        sites: [
          ['Si', 0.1237, 0.2791, 0.4173],
          ['O', 0.3519, 0.0883, 0.1931],
        ],
      });
      return findSpaceGroup(made).number;
    });
    expect(found).toEqual(Array.from({ length: 230 }, (_, i) => i + 1));
  });

  it('says what is known of rock salt', () => {
    const group = findSpaceGroup(recipe('rocksalt'));
    expect(group).toMatchObject({
      number: 225,
      hallNumber: 523,
      symbol: 'Fm-3m',
      pointGroup: 'm-3m',
      centring: 'F',
    });
    expect(group.operations).toHaveLength(48);
    expect(group.lattice.translations).toHaveLength(4);
    expect(group.wyckoffs).toEqual(['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b']);
    expect(new Set(group.siteSymbols)).toEqual(new Set(['m-3m']));
  });

  it.each(RECIPES.map(({ name }) => name))('has a group of operations: %s', (name) => {
    const structure = recipe(name);
    const operations = operationsIn(findSpaceGroup(structure), structure.cell);
    const primitive = inCell(structure, [1, 0, 0, 0, 1, 0, 0, 0, 1]);
    expect(primitive.count).toBe(structure.count);
    const known = new Map(operations.map((operation) => [operation.rotation.join(), operation]));
    expect(known.size).toBe(operations.length);
    const shifts = findSpaceGroup(structure).lattice.translations;
    for (const a of operations) {
      for (const b of operations) {
        const both = compose(a, b);
        const same = known.get(both.rotation.join());
        expect(same).toBeDefined();
        expect(shifts.some((shift) => differBy(both, same!, shift))).toBe(true);
      }
    }
  });

  it('is that of the crystal, whatever the cell', () => {
    for (const { name, group } of RECIPES) {
      const repeated = inCell(recipe(name), [1, 2, 0, 0, 1, 0, 1, 0, 1]);
      expect(findSpaceGroup(repeated).number).toBe(group);
    }
  });

  it('falls when an atom moves farther than the tolerance, and not when nearer', () => {
    const moved = (by: number) => {
      const structure = recipe('rutile');
      const positions = structure.positions.slice();
      positions[0] += by;
      return withPositions(structure, positions);
    };
    expect(findSpaceGroup(moved(1e-6)).number).toBe(136);
    expect(findSpaceGroup(moved(1e-3)).number).toBeLessThan(136);
    expect(findSpaceGroup(moved(1e-3), 1e-2).number).toBe(136);
  });

  it('tells isotopes and other species apart', () => {
    const structure = recipe('diamond');
    const symbols = symbolsOf(structure).map((_, i) => (i < 4 ? 'Ga' : 'As'));
    expect(findSpaceGroup(structure).number).toBe(227);
    expect(
      findSpaceGroup(createStructure({ ...structure, species: undefined, kinds: undefined, symbols })).number,
    ).toBeLessThan(227);
  });

  it.each([
    [
      'atoms in one place',
      { symbols: ['Si', 'Si'], cell: [5, 0, 0, 0, 5, 0, 0, 0, 5], positions: new Float64Array(6) },
      /within the tolerance|no space group/,
    ],
    [
      'no atoms',
      { symbols: [], cell: [5, 0, 0, 0, 5, 0, 0, 0, 5], positions: new Float64Array(0) },
      /without atoms/,
    ],
    ['a molecule', { symbols: ['Si'], positions: new Float64Array(3) }, /not periodic/],
    [
      'a cell too thin',
      { symbols: ['Si'], cell: [1e-6, 0, 0, 0, 5, 0, 0, 0, 5], positions: new Float64Array(3) },
      /too much/,
    ],
  ])('says what is wrong with %s', (_, input, message) => {
    expect(() => findSpaceGroup(createStructure(input))).toThrow(message);
  });
});

/** 1e-6 of a cell of some 5 A is below the tolerance of 1e-5 A within which operations are known. */
function differBy(a: Operation, b: Operation, shift: Float64Array): boolean {
  return a.translation.every((x, k) => {
    const d = x - b.translation[k] - shift[k];
    return Math.abs(d - Math.round(d)) < 1e-6;
  });
}
