import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { centringMatrix } from '../../src/symmetry/centring.js';
import { times } from '../../src/symmetry/integer-matrix.js';
import { meshOfLength, meshPoint, meshShift, reduceMesh } from '../../src/symmetry/q-mesh.js';
import { equivalentPoints, littleGroup, reciprocalOperations, starOf } from '../../src/symmetry/q-points.js';
import { findSpaceGroup, operationsIn } from '../../src/symmetry/space-group.js';
import { inCell, RECIPES, recipe } from '../helpers/crystals.js';

/** The primitive cell that phonopy takes, in which face-centred axes stand alike. */
function primitiveOf(name: string) {
  const conventional = recipe(name);
  return inCell(conventional, [...centringMatrix(findSpaceGroup(conventional).centring)]);
}

function operationsOf(name: string, timeReversal = true): Int32Array[] {
  const primitive = primitiveOf(name);
  const rotations = operationsIn(findSpaceGroup(primitive), primitive.cell).map(({ rotation }) => rotation);
  return reciprocalOperations(rotations, timeReversal);
}

const meshes = fc.record({
  name: fc.constantFrom(...RECIPES.map(({ name }) => name)),
  mesh: fc.tuple(...[0, 1, 2].map(() => fc.integer({ min: 1, max: 5 }))) as fc.Arbitrary<
    [number, number, number]
  >,
  shift: fc.tuple(...[0, 1, 2].map(() => fc.constantFrom(0, 1))) as fc.Arbitrary<[0 | 1, 0 | 1, 0 | 1]>,
  timeReversal: fc.boolean(),
});

describe('irreducible meshes', () => {
  it('every point is its irreducible one moved by the operation named, and weights count them', () => {
    fc.assert(
      fc.property(meshes, ({ name, mesh, shift, timeReversal }) => {
        const reduced = reduceMesh(mesh, operationsOf(name, timeReversal), shift);
        const counted = new Int32Array(reduced.map.length);
        for (let p = 0; p < reduced.map.length; p++) {
          counted[reduced.map[p]]++;
          const from = meshPoint(reduced.map[p], mesh, shift);
          const to = meshPoint(p, mesh, shift);
          times(reduced.operations[reduced.by[p]], from).forEach((x, k) => {
            expect(Math.abs(x - to[k] - Math.round(x - to[k]))).toBeLessThan(1e-12);
          });
        }
        expect([...reduced.weights]).toEqual([...reduced.irreducible].map((p) => counted[p]));
        expect(reduced.weights.reduce((a, b) => a + b)).toBe(mesh[0] * mesh[1] * mesh[2]);
      }),
    );
  });

  it('leaves no two equivalent points where all operations keep the mesh', () => {
    for (const { name } of RECIPES) {
      const operations = operationsOf(name);
      const { points, operations: kept } = reduceMesh([4, 4, 4], operations);
      if (kept.length < operations.length) continue;
      const first = equivalentPoints(points, operations);
      expect([...first]).toEqual([...first.keys()]);
    }
  });

  it('has the counts that are known: silicon 8x8x8 about Gamma 29, Monkhorst-Pack 60', () => {
    const operations = operationsOf('diamond');
    expect(reduceMesh([8, 8, 8], operations).irreducible).toHaveLength(29);
    const shift = meshShift([8, 8, 8], { gammaCentred: false });
    expect(shift).toEqual([1, 1, 1]);
    expect(reduceMesh([8, 8, 8], operations, shift).irreducible).toHaveLength(60);
  });

  it('shifts as phonopy reads it', () => {
    expect(meshShift([4, 5, 6], { gammaCentred: false })).toEqual([1, 0, 1]);
    expect(meshShift([4, 5, 6], { gammaCentred: false, shift: [0.5, 0.5, 0] })).toEqual([0, 1, 1]);
    expect(meshShift([4, 5, 6])).toEqual([0, 0, 0]);
    expect(meshShift([4, 5, 6], { shift: [0.5, 0, 0.5] })).toEqual([1, 0, 1]);
  });

  it('keeps every point without symmetry, and lays an even mesh from a length', () => {
    expect(reduceMesh([3, 2, 2], []).irreducible).toHaveLength(12);
    const { cell } = primitiveOf('rocksalt');
    expect(meshOfLength(40, cell, operationsOf('rocksalt'))).toEqual([12, 12, 12]);
    expect(meshOfLength(0.1, cell, [])).toEqual([1, 1, 1]);
  });

  it.each([[[0, 1, 1]], [[2, 2]], [[1.5, 2, 2]]])('refuses the mesh %j', (mesh) => {
    expect(() => reduceMesh(mesh, [])).toThrow(/three positive whole numbers/);
  });
});

describe('stars of q points', () => {
  it('has as many points as the little group leaves: orbit times stabiliser', () => {
    const coordinate = fc.constantFrom(0, 0.5, 0.25, 1 / 3, 0.137, -0.25, 0.411);
    fc.assert(
      fc.property(
        fc.constantFrom(...RECIPES.map(({ name }) => name)),
        fc.array(coordinate, { minLength: 3, maxLength: 3 }),
        (name, q) => {
          const operations = operationsOf(name);
          const star = starOf(q, operations);
          expect(star.length * littleGroup(q, operations).length).toBe(operations.length);
          expect(
            star
              .map((point) => [...point.q])
              .slice(1)
              .every((p) => p.some((x, k) => Math.abs(x - q[k]) > 1e-9)),
          ).toBe(true);
        },
      ),
    );
  });

  it('the star of X has three points, that of W six', () => {
    const operations = operationsOf('rocksalt');
    const { cell } = primitiveOf('rocksalt');
    const a = 5.69;
    const fractional = (x: number, y: number, z: number) => {
      // q = k . a for each primitive vector a, with k in units of 2 pi / a.
      return [0, 1, 2].map((r) => (x * cell[3 * r] + y * cell[3 * r + 1] + z * cell[3 * r + 2]) / a);
    };
    expect(starOf(fractional(1, 0, 0), operations)).toHaveLength(3);
    expect(starOf(fractional(1, 0.5, 0), operations)).toHaveLength(6);
    expect(starOf([0, 0, 0], operations)).toHaveLength(1);
  });
});
