import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { pathSegments, recommendedPath } from '../../../src/lattice/harmonic/band-path.js';
import { LATTICE_PATHS } from '../../../src/lattice/harmonic/band-path-tables.js';
import { intoBrillouinZone } from '../../../src/lattice/harmonic/brillouin.js';
import { inverse, rowsTimes, transpose } from '../../../src/model/cell.js';
import type { Structure } from '../../../src/model/structure.js';
import { inCell, RECIPES, recipe } from '../../helpers/crystals.js';

const primitiveOf = (name: string) => buildPhononCells(recipe(name), [1, 1, 1], 'auto').primitive;

/** Lengths of the lines and distances of their begins from Gamma, 1/A. */
function sizes(cell: Structure): number[] {
  const reciprocal = transpose(inverse(cell.cell));
  const length = (q: ArrayLike<number>) => Math.hypot(...rowsTimes(q, reciprocal));
  return recommendedPath(cell).lines.flatMap(({ from, to }) => [
    length(to.map((x, c) => x - from[c])),
    length(from),
  ]);
}

describe('recommended paths', () => {
  it('rocksalt: Gamma X U, K Gamma L W X of the cubic lattice', () => {
    const primitive = primitiveOf('rocksalt');
    const { lattice, lines } = recommendedPath(primitive);
    expect(lattice).toBe('cF2');
    expect(lines.map(({ labels }) => labels.join('-'))).toEqual([
      'GAMMA-X',
      'X-U',
      'K-GAMMA',
      'GAMMA-L',
      'L-W',
      'W-X',
    ]);
    // In units of 1/a along the cubic axes: X (0 1 0), L (1/2 1/2 1/2), W (1/2 1 0) and the like.
    const a = recipe('rocksalt').cell[0];
    const cubic = (q: Float64Array) =>
      [...rowsTimes(q, transpose(inverse(primitive.cell)))].map((x) => Math.abs(x * a)).sort();
    expect(cubic(lines[0].to)).toEqual([0, 0, 1].map((x) => expect.closeTo(x, 9)));
    expect(cubic(lines[3].to)).toEqual([0.5, 0.5, 0.5].map((x) => expect.closeTo(x, 9)));
    expect(cubic(lines[4].to)).toEqual([0, 0.5, 1].map((x) => expect.closeTo(x, 9)));
    const segments = pathSegments({ lines }, 11);
    expect(segments.length).toBe(6);
    expect(segments[0].points.length).toBe(33);
    expect([...segments[0].points.subarray(30)]).toEqual([...lines[0].to]);
  });

  it('do not depend on how the primitive cell is cut', () => {
    for (const { name } of RECIPES) {
      const primitive = primitiveOf(name);
      const expected = sizes(primitive);
      for (const columns of [
        [0, 0, 1, 1, 0, 0, 0, 1, 0],
        [1, 2, 0, 0, 1, -1, 0, 0, 1],
      ]) {
        const found = sizes(inCell(primitive, columns));
        expect(found.length).toBe(expected.length);
        found.forEach((x, k) => {
          expect(x).toBeCloseTo(expected[k], 6);
        });
      }
    }
  });

  it('triclinic: no reciprocal lattice vector makes a point shorter', () => {
    for (const name of ['P1', 'P-1']) {
      const { cell } = primitiveOf(name);
      const reciprocal = transpose(inverse(cell));
      const length = (q: ArrayLike<number>) => Math.hypot(...rowsTimes(q, reciprocal));
      for (const { to, from } of recommendedPath(primitiveOf(name)).lines) {
        for (const q of [to, from]) expect(length(q)).toBeCloseTo(length(intoBrillouinZone(q, cell)), 9);
      }
    }
  });

  it('tables name no point that they do not place', () => {
    for (const { path, points } of Object.values(LATTICE_PATHS)) {
      const labels = new Set(path.split(' ').filter((label) => label !== '|' && label !== 'GAMMA'));
      expect([...labels].sort()).toEqual(Object.keys(points).sort());
    }
  });
});
