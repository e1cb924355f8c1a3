import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/math/random.js';
import { determinant, inverse, product } from '../../src/model/cell.js';
import { conventionalAxes } from '../../src/symmetry/axes/conventional.js';
import { delaunay, scalar, type Vector } from '../../src/symmetry/axes/delaunay.js';
import { operationsInHallOrder } from '../../src/symmetry/axes/hall-order.js';
import { niggli } from '../../src/symmetry/axes/niggli.js';
import { centringMatrix } from '../../src/symmetry/centring.js';
import { keyOf, wholeNumbers } from '../../src/symmetry/integer-matrix.js';
import { askMoyo, rowMajor } from '../../src/symmetry/moyo.js';
import { wrap } from '../../src/symmetry/operation.js';
import { findSpaceGroup, operationsIn } from '../../src/symmetry/space-group.js';
import { inCell, RECIPES, randomCrystal, recipe, turned } from '../helpers/crystals.js';

const IDENTITY = [1, 0, 0, 0, 1, 0, 0, 0, 1];

describe('conventional axes', () => {
  it('have the operations of the standard setting, for all 230 space groups in cells cut and turned at will', () => {
    const random = uniform(5);
    for (let group = 1; group <= 230; group++) {
      const crystal = randomCrystal(group, random);
      const cut = inCell(
        turned(crystal, [6 * random(), 6 * random(), 6 * random()]),
        [1, 2, 0, 0, 1, -1, 0, 0, 1],
      );
      const found = findSpaceGroup(cut);
      const axes = conventionalAxes(found, cut.cell, 1e-5);
      const standard = inCell(cut, [...axes]);
      const rotations = operationsIn(findSpaceGroup(standard), standard.cell).map(({ rotation }) =>
        keyOf(rotation),
      );
      const known = askMoyo((moyo) => moyo.operations_from_number(group, { type: 'Spglib' }, false)).map(
        ({ rotation }) => rowMajor(rotation).join(),
      );
      expect(new Set(rotations)).toEqual(new Set(known));
      // Primitive vectors of the centring are primitive vectors of the crystal.
      const primitive = inCell(standard, [...centringMatrix(found.centring)]);
      expect(primitive.count).toBe(
        crystal.count / Math.round(determinant(crystal.cell) / determinant(primitive.cell)),
      );
      expect(findSpaceGroup(primitive).lattice.translations).toHaveLength(1);
    }
  });

  it('of a cell that has them already are its own', () => {
    for (const { name, group } of RECIPES) {
      // Triclinic axes are reduced, and those of Fddd put in the order of their lengths.
      if (group <= 2 || name === 'Fddd') continue;
      const structure = recipe(name);
      conventionalAxes(findSpaceGroup(structure), structure.cell, 1e-5).forEach((x, i) => {
        expect(x).toBeCloseTo(IDENTITY[i], 6);
      });
    }
  });

  it('of a primitive cell cut out of a conventional one are those of the conventional one', () => {
    for (const { name, group } of RECIPES) {
      if (group <= 2 || name === 'Fddd') continue;
      const structure = recipe(name);
      const centring = centringMatrix(findSpaceGroup(structure).centring);
      const primitive = inCell(structure, [...centring]);
      const back = inverse(centring);
      conventionalAxes(findSpaceGroup(primitive), primitive.cell, 1e-5).forEach((x, i) => {
        expect(x).toBeCloseTo(back[i], 6);
      });
    }
  });

  it('puts short ones first where the space group does not name them', () => {
    const structure = recipe('Fddd');
    const axes = conventionalAxes(findSpaceGroup(structure), structure.cell, 1e-5);
    const { cell } = inCell(structure, [...axes]);
    const lengths = [0, 3, 6].map((i) => Math.hypot(...cell.subarray(i, i + 3)));
    expect(lengths).toEqual([...lengths].sort((a, b) => a - b));
  });
});

describe("operations in the order of a Hall symbol's generators", () => {
  /** An operation, its shift in 24ths. */
  const key = (rotation: ArrayLike<number>, translation: ArrayLike<number>) =>
    [...Array.from(rotation), ...Array.from(translation, (x) => Math.round(24 * x) % 24)].join();

  it('are those of the space group, for all 530 symbols', () => {
    for (let number = 1; number <= 530; number++) {
      const entry = askMoyo((moyo) => moyo.hall_symbol_entry(number));
      const known = askMoyo((moyo) =>
        moyo.operations_from_number(entry.number, { type: 'HallNumber', value: number }, false),
      ).map(({ rotation, translation }) => key(rowMajor(rotation), translation.map(wrap)));
      const ours = operationsInHallOrder(entry.hall_symbol).map((o) => key(o.rotation, o.translation));
      expect([...ours].sort()).toEqual(known.sort());
      expect(ours[0]).toBe(key(IDENTITY, [0, 0, 0]));
    }
  });

  it('come power by power: 4/m about c', () => {
    const rotations = operationsInHallOrder('-P 4').map(({ rotation }) => keyOf(rotation));
    expect(rotations.slice(0, 4)).toEqual([
      '1,0,0,0,1,0,0,0,1',
      '-1,0,0,0,-1,0,0,0,-1',
      '0,-1,0,1,0,0,0,0,1',
      '0,1,0,-1,0,0,0,0,-1',
    ]);
  });
});

const number = fc.double({ min: -8, max: 8, noNaN: true });
const cells = fc
  .array(number, { minLength: 9, maxLength: 9 })
  .filter((m) => Math.abs(determinant(m)) > 5)
  .map((m): Vector[] => [0, 3, 6].map((i): Vector => [m[i], m[i + 1], m[i + 2]]));

describe('reduced cells', () => {
  it.each([
    ['Delaunay', delaunay],
    ['Niggli', (rows: readonly Vector[]) => niggli(rows, 1e-10)],
  ] as const)('%s: spans the same lattice, right-handed', (_, reduce) => {
    fc.assert(
      fc.property(cells, (rows) => {
        const reduced = reduce(rows, 1e-5);
        const relative = wholeNumbers(product(reduced.flat(), inverse(rows.flat())), 1e-6);
        expect(relative && Math.abs(determinant(relative))).toBe(1);
        expect(determinant(reduced.flat())).toBeGreaterThan(0);
      }),
    );
  });

  it("meets Niggli's conditions: lengths in order, angles all acute or none", () => {
    fc.assert(
      fc.property(cells, (rows) => {
        const [a, b, c] = niggli(rows, 1e-10);
        const [xi, eta, zeta] = [scalar(b, c), scalar(a, c), scalar(a, b)];
        expect(scalar(a, a)).toBeLessThanOrEqual(scalar(b, b) + 1e-9);
        expect(scalar(b, b)).toBeLessThanOrEqual(scalar(c, c) + 1e-9);
        // Twice a product below 1e-10 counts as a right angle.
        const acute = [xi, eta, zeta].filter((x) => 2 * x > 1e-10).length;
        expect(acute === 3 || acute === 0).toBe(true);
        expect(2 * Math.abs(xi)).toBeLessThanOrEqual(scalar(b, b) + 1e-9);
        expect(2 * Math.abs(eta)).toBeLessThanOrEqual(scalar(a, a) + 1e-9);
        expect(2 * Math.abs(zeta)).toBeLessThanOrEqual(scalar(a, a) + 1e-9);
      }),
    );
  });
});
