import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { shortestDistances } from '../../src/lattice/shortest.js';
import { shortestVectors } from '../../src/lattice/shortest-vectors.js';
import { determinant } from '../../src/model/cell.js';
import { RECIPES, recipe } from '../helpers/crystals.js';

const names = fc.constantFrom(...RECIPES.map(({ name }) => name));
const dims = fc
  .array(fc.integer({ min: -2, max: 2 }), { minLength: 9, maxLength: 9 })
  .filter((m) => determinant(m) > 0 && determinant(m) <= 4);

describe('shortest vectors', () => {
  it('lead to every image that is nearest, and to no other', () => {
    fc.assert(
      fc.property(names, dims, (name, dim) => {
        const cells = buildPhononCells(recipe(name), dim, 'auto');
        const { primitive, supercell, primitiveToSuper } = cells;
        const { starts, vectors, primitiveAtom } = shortestVectors(cells);
        const { cell, positions } = primitive;
        for (let i = 0; i < primitive.count; i++) {
          const distances = shortestDistances(supercell, primitiveToSuper[i]);
          for (let k = 0; k < supercell.count; k++) {
            const seen = new Set<string>();
            const [begin, end] = [starts[i * supercell.count + k], starts[i * supercell.count + k + 1]];
            expect(end).toBeGreaterThan(begin);
            for (let s = begin; s < end; s++) {
              const steps = vectors.subarray(3 * s, 3 * s + 3);
              seen.add(steps.join());
              const v = [0, 1, 2].map(
                (c) =>
                  positions[3 * primitiveAtom[k] + c] -
                  positions[3 * i + c] +
                  steps[0] * cell[c] +
                  steps[1] * cell[3 + c] +
                  steps[2] * cell[6 + c],
              );
              expect(Math.abs(Math.hypot(...v) - distances[k])).toBeLessThan(cells.tolerance + 1e-9);
            }
            expect(seen.size).toBe(end - begin);
          }
        }
      }),
      { numRuns: 40 },
    );
  });

  it('halfway around a cube there are 2, 4 and 8 of them', () => {
    const cells = buildPhononCells(recipe('bcc'), [2, 2, 2], 'P');
    const { starts } = shortestVectors(cells);
    const counts = Array.from({ length: cells.supercell.count }, (_, k) => starts[k + 1] - starts[k]);
    const of = (n: number) => counts.filter((count) => count === n).length;
    // Corners of the cube: itself, 3 along its edges, 3 along its faces, 1 along its diagonal, and 8 centres.
    expect([of(1), of(2), of(4), of(8)]).toEqual([1 + 8, 3, 3, 1]);
  });
});
