import { describe, expect, it } from 'vitest';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { withPositions } from '../../src/model/structure.js';
import { operationsInHallOrder } from '../../src/symmetry/axes/hall-order.js';
import { listedOperations } from '../../src/symmetry/axes/listed-operations.js';
import { standardise } from '../../src/symmetry/axes/standard-cell.js';
import { permutationsOf } from '../../src/symmetry/cell-symmetry.js';
import { keyOf, times } from '../../src/symmetry/integer-matrix.js';
import { askMoyo, rowMajor } from '../../src/symmetry/moyo.js';
import { wrap } from '../../src/symmetry/operation.js';
import { pointGroupOf } from '../../src/symmetry/point-group.js';
import { PositionIndex } from '../../src/symmetry/position-index.js';
import { projection, wyckoffLetter } from '../../src/symmetry/wyckoff.js';
import { crystal, inCell, RECIPES, randomCrystal, recipe, turned } from '../helpers/crystals.js';

const CUT = [1, 2, 0, 0, 1, -1, 0, 0, 1];

describe('a crystal in its standard setting', () => {
  it('is symmetric by the tabled operations about the origin, for all 230 space groups in cells cut and turned at will', () => {
    const random = uniform(3);
    for (let group = 1; group <= 230; group++) {
      const straight = randomCrystal(group, random);
      const by = rowsTimes([random(), random(), random()], straight.cell);
      const moved = withPositions(
        straight,
        straight.positions.map((x, k) => x + by[k % 3]),
      );
      const cut = inCell(turned(moved, [6 * random(), 6 * random(), 6 * random()]), CUT);
      const { structure, group: found } = standardise(cut);
      expect(found.number).toBe(group);
      const operations = operationsInHallOrder(found.hallSymbol);
      // Throws where an operation misses an atom by 2e-7 A.
      expect(permutationsOf(structure, operations, 1e-7)).toHaveLength(operations.length);
      expect([structure.cell[1], structure.cell[2], structure.cell[5]]).toEqual([0, 0, 0]);
    }
  });

  it('stays what it is', () => {
    for (const entry of RECIPES) {
      const once = standardise(crystal(entry)).structure;
      const twice = standardise(once).structure;
      const [a, b] = [once, twice].map(({ positions, cell }) => rowsTimes(positions, inverse(cell)));
      // Atoms may come in another order.
      const index = new PositionIndex(once.cell, a, once.kinds, 1e-8);
      const found = Array.from(twice.kinds, (kind, i) =>
        index.find(b[3 * i], b[3 * i + 1], b[3 * i + 2], kind),
      );
      expect(found.sort((x, y) => x - y)).toEqual([...once.kinds.keys()]);
      expect(twice.cell.every((x, k) => Math.abs(x - once.cell[k]) < 1e-9)).toBe(true);
    }
  });

  it('has places moved to where symmetry has them', () => {
    const exact = recipe('rutile');
    const random = uniform(11);
    const rough = withPositions(
      exact,
      exact.positions.map((x) => x + 2e-4 * (random() - 0.5)),
    );
    const { structure, group } = standardise(rough, 1e-3);
    expect(group.number).toBe(136);
    const operations = operationsInHallOrder(group.hallSymbol);
    expect(permutationsOf(structure, operations, 1e-10)).toHaveLength(16);
  });

  it('lists operations that map the given cell onto itself, each once', () => {
    for (const entry of RECIPES) {
      const cell = inCell(crystal(entry), CUT);
      const { group, setting } = standardise(cell);
      const listed = listedOperations(group, setting, cell.cell, 1e-5);
      permutationsOf(cell, listed, 1e-6);
      const keys = listed.map(({ rotation, translation }) => [
        keyOf(rotation),
        Array.from(translation, (x) => wrap(x + 1e-9).toFixed(5)).join(),
      ]);
      expect(new Set(keys.map(String)).size).toBe(listed.length);
      expect(listed.length).toBe(group.operations.length * group.lattice.translations.length);
    }
  });
});

describe('Wyckoff letters', () => {
  it('are those of places on each position, for all 530 settings', () => {
    const random = uniform(5);
    const cell = Float64Array.of(5.1, 0, 0, 0, 5.1, 0, 0, 0, 5.1);
    for (let hall = 1; hall <= 530; hall++) {
      const operations = operationsInHallOrder(askMoyo((moyo) => moyo.hall_symbol_entry(hall)).hall_symbol);
      const place = [random(), random(), random()];
      for (const { letter, coordinates } of askMoyo((moyo) => moyo.wyckoff_positions(hall))) {
        const on = projection(coordinates)(place);
        // An image of it is on the same position.
        const { rotation, translation } = operations[Math.floor(random() * operations.length)];
        const image = times(rotation, on).map((x, k) => x + translation[k]);
        expect([hall, wyckoffLetter(hall, operations, image, cell, 1e-6)]).toEqual([hall, letter]);
      }
    }
  });

  it('follow the origin: sodium is at a, chlorine at b', () => {
    const { wyckoffs, structure } = standardise(recipe('rocksalt'));
    expect(new Set(wyckoffs)).toEqual(new Set(['a', 'b']));
    expect(structure.count).toBe(8);
  });
});

describe('point groups', () => {
  it('are told by their rotations, for all 230 space groups', () => {
    const symbols = new Set<string>();
    for (let number = 1; number <= 230; number++) {
      const { hall_number, geometric_crystal_class } = askMoyo((moyo) => moyo.space_group_type(number));
      const setting = { type: 'HallNumber', value: hall_number } as const;
      const rotations = askMoyo((moyo) => moyo.operations_from_number(number, setting, true)).map(
        ({ rotation }) => Int32Array.from(rowMajor(rotation)),
      );
      expect(pointGroupOf(rotations)?.symbol).toBe(geometric_crystal_class);
      symbols.add(geometric_crystal_class);
    }
    expect(symbols.size).toBe(32);
  });

  it('are none where rotations make up no group', () => {
    expect(pointGroupOf([Int32Array.of(0, -1, 0, 1, 0, 0, 0, 0, 1)])).toBeUndefined();
  });
});
