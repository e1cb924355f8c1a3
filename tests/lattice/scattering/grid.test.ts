import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { intoBrillouinZone } from '../../../src/lattice/harmonic/brillouin.js';
import { phononGrid, regularPoint, zonePoint } from '../../../src/lattice/scattering/grid.js';
import { generalGridMatrix } from '../../../src/lattice/scattering/grid-matrix.js';
import {
  addressOperations,
  irreduciblePoints,
  permutationBy,
  rotatedZonePoint,
} from '../../../src/lattice/scattering/grid-symmetry.js';
import { tripletsAt } from '../../../src/lattice/scattering/triplets.js';
import { inverse, rowsTimes, transpose } from '../../../src/model/cell.js';
import { times } from '../../../src/symmetry/integer-matrix.js';
import { RECIPES } from '../../helpers/crystals.js';
import { latticeOfRecipe } from './helpers.js';

const names = fc.constantFrom(...RECIPES.map(({ name }) => name));
const lengths = fc.integer({ min: 8, max: 22 });

/** A crystal's generalised regular grid, which has its symmetry. */
function gridOf(name: string, length: number) {
  const { primitive, reciprocal } = latticeOfRecipe(name);
  const grid = phononGrid(generalGridMatrix(length, primitive), primitive.cell);
  return { primitive, reciprocal, grid, operations: addressOperations(grid, reciprocal) };
}

describe('phonon grid', () => {
  it('holds each point of the lattice that M makes once, in the first Brillouin zone', () => {
    fc.assert(
      fc.property(names, lengths, (name, length) => {
        const { grid, primitive } = gridOf(name, length);
        const { points, addresses, first, regular, total, matrix } = grid;
        const reciprocal = transpose(inverse(primitive.cell));
        const square = (q: ArrayLike<number>) => rowsTimes(q, reciprocal).reduce((s, x) => s + x * x, 0);
        const shortest = intoBrillouinZone(points, primitive.cell);
        const seen = new Set<string>();
        for (let p = 0; p < regular.length; p++) {
          const q = points.subarray(3 * p, 3 * p + 3);
          // M q is whole: q = Q D^-1 x, and M Q D^-1 = P^-1.
          for (const x of times(matrix, q)) expect(Math.abs(x - Math.round(x))).toBeLessThan(1e-9);
          expect(square(q) - square(shortest.subarray(3 * p, 3 * p + 3))).toBeLessThan(2 * grid.tolerance);
          const [x, y, z] = addresses.subarray(3 * p, 3 * p + 3);
          expect(regularPoint(grid, x, y, z)).toBe(regular[p]);
          expect(zonePoint(grid, x, y, z)).toBe(p);
          seen.add(Array.from(q, (v) => Math.round(1e6 * (v - Math.floor(v + 1e-9)))).join());
        }
        expect(seen.size).toBe(total);
        expect(first[total]).toBe(regular.length);
      }),
      { numRuns: 40 },
    );
  });

  it('is mapped onto itself by the crystal, and its irreducible points stand for all', () => {
    fc.assert(
      fc.property(names, lengths, (name, length) => {
        const { grid, operations, reciprocal } = gridOf(name, length);
        const { map, points, weights } = irreduciblePoints(grid, operations);
        expect(weights.reduce((a, b) => a + b, 0)).toBe(grid.total);
        operations.forEach((m, o) => {
          const permutation = permutationBy(grid, m);
          expect(new Set(permutation).size).toBe(grid.total);
          permutation.forEach((to, from) => {
            expect(map[to]).toBe(map[from]);
          });
          const point = grid.first[points[points.length - 1]];
          const moved = times(reciprocal[o], grid.points.subarray(3 * point, 3 * point + 3));
          const to = rotatedZonePoint(grid, m, point);
          moved.forEach((x, k) => {
            expect(x).toBeCloseTo(grid.points[3 * to + k], 9);
          });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('refuses meshes that are none, and those that lack the symmetry', () => {
    const { primitive, reciprocal } = latticeOfRecipe('diamond');
    expect(() => phononGrid([3, 3], primitive.cell)).toThrow("the mesh is '3 3', expected three or nine");
    expect(() => phononGrid([3, 3, 0], primitive.cell)).toThrow('expected positive whole numbers');
    const uneven = phononGrid([3, 4, 4], primitive.cell);
    expect(() => addressOperations(uneven, reciprocal)).toThrow(
      "the mesh '3 4 4' lacks the symmetry of the crystal",
    );
  });
});

describe('triplets', () => {
  it('add up to a lattice vector, stand for all of the grid, and are equivalent to what they stand for', () => {
    fc.assert(
      fc.property(names, lengths, fc.nat(), fc.boolean(), (name, length, pick, swap) => {
        const { grid, operations } = gridOf(name, length);
        const { addresses, regular, total, diagonal } = grid;
        const point = pick % regular.length;
        const { points, weights, of, stars } = tripletsAt(grid, point, operations, { swap });
        expect(weights.reduce((a, b) => a + b, 0)).toBe(total);
        const fixing = operations.filter((m) => regular[rotatedZonePoint(grid, m, point)] === regular[point]);
        const permutations = fixing.map((m) => permutationBy(grid, m));
        weights.forEach((_, t) => {
          const [p0, p1, p2] = points.subarray(3 * t, 3 * t + 3);
          expect(regular[p0]).toBe(regular[point]);
          for (let k = 0; k < 3; k++) {
            const sum = addresses[3 * p0 + k] + addresses[3 * p1 + k] + addresses[3 * p2 + k];
            expect(Math.abs(sum % diagonal[k])).toBe(0);
          }
          const members = new Set(permutations.flatMap((to) => [to[regular[p1]], to[regular[p2]]]));
          for (let q1 = 0; q1 < total; q1++) {
            if (of[q1] === t) expect(members.has(q1)).toBe(true);
            if (swap && members.has(q1)) expect(of[q1]).toBe(t);
          }
        });
        stars.forEach((star, q1) => {
          expect(of[star]).toBe(of[q1]);
        });
      }),
      { numRuns: 25 },
    );
  });

  it('are those of silicon at Gamma', () => {
    const { primitive, reciprocal } = latticeOfRecipe('diamond');
    const grid = phononGrid([11, 11, 11], primitive.cell);
    const { weights } = tripletsAt(grid, 0, addressOperations(grid, reciprocal));
    // An odd mesh has no point on the zone's surface; q and -q are equivalent: as many as irreducible points.
    expect(weights.length).toBe(irreduciblePoints(grid, addressOperations(grid, reciprocal)).points.length);
  });
});
