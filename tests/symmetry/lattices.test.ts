import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { determinant, inverse, product, transpose } from '../../src/model/cell.js';
import { multiply } from '../../src/symmetry/integer-matrix.js';
import { latticeRotations } from '../../src/symmetry/lattice-group.js';
import { PositionIndex } from '../../src/symmetry/position-index.js';
import { reducedBasis } from '../../src/symmetry/reduced-basis.js';
import { cellOf, inCell, recipe } from '../helpers/crystals.js';

const number = fc.double({ min: -8, max: 8, noNaN: true });
const cells = fc
  .array(number, { minLength: 9, maxLength: 9 })
  .filter((m) => Math.abs(determinant(m)) > 5)
  .map((m) => Float64Array.from(m));

describe('reduced basis', () => {
  it('spans the same lattice, and no vector of the lattice shortens another', () => {
    fc.assert(
      fc.property(cells, (cell) => {
        const { cell: reduced, transform } = reducedBasis(cell);
        expect(determinant(transform)).toBe(1);
        const again = product(transform, cell);
        // Entries of the transform are below 1e4 and those of the cell below 10: 1e5 roundings of 1e-16.
        for (let i = 0; i < 9; i++) expect(Math.abs(again[i] - reduced[i])).toBeLessThan(1e-9);
        const norm = (v: number[]) =>
          Math.hypot(
            ...[0, 1, 2].map((c) => v[0] * reduced[c] + v[1] * reduced[3 + c] + v[2] * reduced[6 + c]),
          );
        for (let p = -3; p <= 3; p++) {
          for (let q = -3; q <= 3; q++) {
            for (let r = -3; r <= 3; r++) {
              // With a coefficient for k the vector is independent of those before k: at least as long as vector k.
              const last = r !== 0 ? 2 : q !== 0 ? 1 : p !== 0 ? 0 : -1;
              if (last >= 0)
                expect(norm([p, q, r])).toBeGreaterThan(
                  norm([0, 1, 2].map((k) => (k === last ? 1 : 0))) * (1 - 1e-6),
                );
            }
          }
        }
      }),
    );
  });
});

describe('rotations of a lattice', () => {
  it.each([
    ['triclinic', [5.1, 6.3, 7.7, 83, 97, 104], 2],
    ['monoclinic', [5.1, 6.3, 7.7, 90, 104, 90], 4],
    ['orthorhombic', [5.1, 6.3, 7.7, 90, 90, 90], 8],
    ['tetragonal', [5.1, 5.1, 7.7, 90, 90, 90], 16],
    ['rhombohedral', [5.1, 5.1, 5.1, 70, 70, 70], 12],
    ['hexagonal', [5.1, 5.1, 7.7, 90, 90, 120], 24],
    ['cubic', [5.1, 5.1, 5.1, 90, 90, 90], 48],
  ] as const)('%s: as many as its holohedry has, in any basis, a group', (_, lattice, count) => {
    const shears = [
      [1, 0, 0, 0, 1, 0, 0, 0, 1],
      [1, 2, 0, 0, 1, 0, 0, 0, 1],
      [1, 0, 0, 3, 1, 0, 0, 2, 1],
    ];
    for (const shear of shears) {
      const cell = product(shear, cellOf(lattice));
      const rotations = latticeRotations(cell, 1e-5);
      expect(rotations).toHaveLength(count);
      const known = new Set(rotations.map((r) => r.join()));
      expect(known.size).toBe(count);
      for (const a of rotations)
        for (const b of rotations) expect(known.has(multiply(a, b).join())).toBe(true);
      const metric = product(cell, transpose(cell));
      for (const r of rotations) {
        const moved = product(product(transpose(r), metric), r);
        for (let i = 0; i < 9; i++) expect(Math.abs(moved[i] - metric[i])).toBeLessThan(1e-8);
      }
    }
  });

  it('a face-centred lattice has those of the cube', () => {
    const { cell } = inCell(recipe('rocksalt'), [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0]);
    expect(latticeRotations(cell, 1e-5)).toHaveLength(48);
  });
});

describe('position index', () => {
  it('finds an atom from any image, within the tolerance and not beyond', () => {
    fc.assert(
      fc.property(
        cells,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 }),
        fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 }),
        fc.array(number, { minLength: 3, maxLength: 3 }).filter((v) => Math.hypot(...v) > 0.1),
        (cell, x, image, direction) => {
          const kinds = Array.from({ length: 10 }, (_, i) => i);
          const index = new PositionIndex(cell, x, kinds, 1e-3);
          const unit = direction.map((d) => d / Math.hypot(...direction));
          const toFractional = inverse(cell);
          for (let i = 0; i < 10; i++) {
            const place = (distance: number) =>
              [0, 1, 2].map(
                (k) =>
                  x[3 * i + k] +
                  image[k] +
                  distance * unit.reduce((s, u, c) => s + u * toFractional[3 * c + k], 0),
              );
            const find = ([a, b, c]: number[], kind: number) => index.find(a, b, c, kind);
            expect(find(place(0.9e-3), i)).toBe(i);
            expect(find(place(1.1e-3), i)).toBe(-1);
            expect(find(place(0), i + 100)).toBe(-1);
          }
        },
      ),
    );
  });
});
