import { describe, expect, it } from 'vitest';
import { writeShengbteSecond } from '../../formats/shengbte/second-order.js';
import { writeShengbteThird } from '../../formats/shengbte/third-order.js';
import type { CubicForceConstants } from '../../src/model/force-constants.js';
import { createStructure } from '../../src/model/structure.js';
import { joined } from '../helpers/phonopy-files.js';

/** A chain of two atoms along x, three cells long. */
const unitCell = createStructure({
  symbols: ['Na', 'Cl'],
  cell: [4, 0, 0, 0, 10, 0, 0, 0, 10],
  positions: Float64Array.of(0, 0, 0, 1.5, 0, 0),
});
const cells = {
  unitCell,
  supercell: createStructure({
    symbols: ['Na', 'Na', 'Na', 'Cl', 'Cl', 'Cl'],
    cell: [12, 0, 0, 0, 10, 0, 0, 0, 10],
    positions: Float64Array.from([0, 4, 8, 1.5, 5.5, 9.5].flatMap((x) => [x, 0, 0])),
  }),
  superToUnit: Int32Array.of(0, 0, 0, 3, 3, 3),
  tolerance: 1e-5,
};

function constants(rows: readonly number[], set: [number[], number][]): CubicForceConstants {
  const values = new Float64Array(rows.length * 36 * 27);
  for (const [[r, j, k, c], value] of set) values[27 * (36 * r + 6 * j + k) + c] = value;
  return { count: 6, rows: Int32Array.from(rows), values };
}

/** The blocks of a file: two lattice vectors, three atoms, and what is not zero by its three directions. */
function blocksOf(text: string) {
  const [count, ...blocks] = text.trimEnd().split(/\n\n/);
  expect(blocks).toHaveLength(Number(count));
  return blocks.map((block, b) => {
    const lines = block.split('\n').map((line) => line.trim().split(/\s+/).map(Number));
    expect(lines).toHaveLength(31);
    expect(lines[0]).toEqual([b + 1]);
    const values = lines.slice(4).filter((row) => row[3] !== 0);
    return { second: lines[1], third: lines[2], atoms: lines[3], values };
  });
}

describe('FORCE_CONSTANTS_3RD', () => {
  it('has the lattice vectors of the nearest copies', () => {
    const text = joined(
      writeShengbteThird(
        constants(
          [0, 3],
          [
            [[0, 2, 3, 5], 1.5],
            [[1, 0, 0, 26], -2],
            [[1, 1, 5, 0], 4],
          ],
        ),
        cells,
      ),
    );
    expect(blocksOf(text)).toEqual([
      // From Na at 0: Na at 8 is the one at -4; its Cl stands in the same cell.
      { second: [-4, 0, 0], third: [0, 0, 0], atoms: [1, 1, 2], values: [[1, 2, 3, 1.5]] },
      { second: [0, 0, 0], third: [0, 0, 0], atoms: [2, 1, 1], values: [[3, 3, 3, -2]] },
      // From Cl at 1.5: Na at 4 in the next cell, Cl at 9.5 in the one before.
      { second: [4, 0, 0], third: [-4, 0, 0], atoms: [2, 1, 2], values: [[1, 1, 1, 4]] },
    ]);
  });

  it('divides constants among copies that are equally near', () => {
    // With the two cells of an even chain the farthest atom is seen on either side.
    const even = {
      ...cells,
      supercell: createStructure({
        symbols: ['Na', 'Na', 'Cl', 'Cl'],
        cell: [8, 0, 0, 0, 10, 0, 0, 0, 10],
        positions: Float64Array.from([0, 4, 1.5, 5.5].flatMap((x) => [x, 0, 0])),
      }),
      superToUnit: Int32Array.of(0, 0, 2, 2),
    };
    const values = new Float64Array(2 * 16 * 27);
    values[27 * (0 + 4 * 1 + 1)] = 1;
    const text = joined(writeShengbteThird({ count: 4, rows: Int32Array.of(0, 2), values }, even));
    const blocks = blocksOf(text);
    expect(blocks.map(({ second, third }) => [second[0], third[0]])).toEqual([
      [-4, -4],
      [-4, 4],
      [4, -4],
      [4, 4],
    ]);
    for (const block of blocks) expect(block.values).toEqual([[1, 1, 1, 0.25]]);
  });

  it('leaves out what is small', () => {
    const made = constants(
      [0, 3],
      [
        [[0, 0, 0, 0], 1],
        [[0, 1, 1, 0], 1e-9],
      ],
    );
    expect(blocksOf(joined(writeShengbteThird(made, cells)))).toHaveLength(2);
    expect(blocksOf(joined(writeShengbteThird(made, cells, { smallest: 1e-8 })))).toHaveLength(1);
  });

  it('needs the rows of the unit cell', () => {
    expect(() => joined(writeShengbteThird(constants([0], []), cells))).toThrow(
      'have no row of atom 2 of the unit cell',
    );
  });
});

describe('FORCE_CONSTANTS_2ND', () => {
  it('is of all atoms', () => {
    const full = {
      count: 2,
      rows: Int32Array.of(0, 1),
      values: Float64Array.from({ length: 36 }, (_, i) => i),
    };
    expect(joined(writeShengbteSecond(full)).split('\n').slice(0, 3)).toEqual([
      '   2    2',
      '1 1',
      '     0.000000000000000     1.000000000000000     2.000000000000000',
    ]);
    const compact = { ...full, rows: Int32Array.of(1), values: full.values.slice(18) };
    expect(() => joined(writeShengbteSecond(compact))).toThrow(
      'needs full force constants, and these are compact',
    );
  });
});
