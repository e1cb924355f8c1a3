import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { velocitiesAt } from '../../../src/lattice/harmonic/mesh.js';
import { solveModes } from '../../../src/lattice/harmonic/modes.js';
import { symmetricPolar } from '../../../src/lattice/harmonic/polar-symmetry.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { times } from '../../../src/symmetry/integer-matrix.js';
import { reciprocalOperations } from '../../../src/symmetry/q-points.js';
import { RECIPES, recipe } from '../../helpers/crystals.js';
import { springConstants } from '../../helpers/springs.js';

const SPRINGS = {
  reach: 3.2,
  stiffness: (d: number) => [8 * Math.exp(-d), 2 * Math.exp(-d)] as const,
};
const names = fc.constantFrom(...RECIPES.map(({ name }) => name));
/** Whole numbers, because doubles come out as zeros and halves more often than not. */
const wave = fc.array(
  fc.integer({ min: -500, max: 500 }).map((x) => x / 1009),
  { minLength: 3, maxLength: 3 },
);
const methods = fc.constantFrom('none', 'gonze', 'wang');

function crystalWith(name: string, method: string): DynamicalMatrix {
  const cells = buildPhononCells(recipe(name), [2, 1, 2], 'auto');
  const { primitive } = cells;
  const polar = {
    dielectric: Float64Array.of(4, 0.3, 0, 0.3, 5, 0.2, 0, 0.2, 6),
    charges: Float64Array.from(
      { length: 9 * primitive.count },
      (_, k) => Math.sin(3 * k) + (k % 9 === 0 ? 2 : 0),
    ),
    method: method as 'gonze',
  };
  return new DynamicalMatrix(
    cells,
    springConstants(cells, SPRINGS),
    method === 'none' ? undefined : symmetricPolar(polar, findCellSymmetry(primitive)),
  );
}

describe('derivatives of the dynamical matrix', () => {
  it('are what differences of it come to', () => {
    fc.assert(
      fc.property(names, wave, methods, fc.integer({ min: 0, max: 2 }), (name, q, method, axis) => {
        // Nearer to Gamma than 1e-2/A the field's own curvature is more than differences can follow.
        fc.pre(Math.hypot(...q) > 0.1);
        const matrix = crystalWith(name, method);
        const { size, cell } = matrix;
        const numbers = 2 * size * size;
        const direction = [0, 1, 2].map((c) => (c === axis ? 1 : 0));
        const slope = new Float64Array(numbers);
        matrix.evaluateGradient(q, 0, direction, slope);
        const step = 1e-4;
        const at = (steps: number) => {
          const out = new Float64Array(numbers);
          matrix.evaluate(
            q.map((x, k) => x + steps * step * cell[3 * k + axis]),
            0,
            out,
          );
          return out;
        };
        // Fourth order: the error is step^4 / 30 times a fifth derivative of (2 pi 10 A)^5 times the matrix.
        const [a, b, c, d] = [at(-2), at(-1), at(1), at(2)];
        const scale = Math.max(...slope.map(Math.abs), 1);
        for (let k = 0; k < numbers; k++) {
          const difference = (a[k] - 8 * b[k] + 8 * c[k] - d[k]) / (12 * step);
          expect(Math.abs(slope[k] - difference)).toBeLessThan(1e-7 * scale);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('group velocities', () => {
  it('are the slopes of the bands', () => {
    fc.assert(
      fc.property(names, wave, methods, (name, q, method) => {
        fc.pre(Math.hypot(...q) > 0.1);
        const matrix = crystalWith(name, method);
        const { frequencies, eigenvectors } = solveModes(matrix, q, { vectors: true });
        const velocities = velocitiesAt(matrix, q, frequencies, eigenvectors!);
        const step = 1e-4;
        const along = [0.48, 0.6, 0.64];
        const moved = (sign: number) => {
          const turn = [0, 1, 2].map((k) =>
            [0, 1, 2].reduce((sum, c) => sum + matrix.cell[3 * k + c] * along[c], 0),
          );
          return solveModes(
            matrix,
            q.map((x, k) => x + sign * step * turn[k]),
          ).frequencies;
        };
        const [before, after] = [moved(-1), moved(1)];
        for (let b = 0; b < frequencies.length; b++) {
          const gap = Math.min(
            frequencies[b] - (frequencies[b - 1] ?? -1),
            (frequencies[b + 1] ?? 1e9) - frequencies[b],
          );
          // Where bands nearly touch they curve within a step.
          if (!(gap > 0.2) || !(frequencies[b] > 0.5)) continue;
          const slope = (after[b] - before[b]) / (2 * step);
          const own = along.reduce((sum, x, c) => sum + x * velocities[3 * b + c], 0);
          expect(Math.abs(slope - own)).toBeLessThan(1e-3 * (1 + Math.abs(own)));
        }
      }),
      { numRuns: 30 },
    );
  });

  it('of equal modes are shared out by the symmetry of the point', () => {
    // On the threefold axis of a polar trigonal crystal equal modes part as cones: symmetry leaves nothing of their
    // slopes across the axis, z.
    const cells = buildPhononCells(recipe('R3m'), [2, 2, 1], 'auto');
    const matrix = new DynamicalMatrix(cells, springConstants(cells, SPRINGS));
    const symmetry = findCellSymmetry(cells.primitive);
    const operations = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
    const q = [0.15, 0.15, 0.15];
    const { frequencies, eigenvectors } = solveModes(matrix, q, { vectors: true });
    const across = (options: object) => {
      const v = velocitiesAt(matrix, q, frequencies, eigenvectors!, options);
      return Math.max(...v.filter((_, k) => k % 3 !== 2).map(Math.abs));
    };
    expect(across({ operations })).toBeLessThan(1e-9);
    expect(across({})).toBeGreaterThan(0.1);
    const along = velocitiesAt(matrix, q, frequencies, eigenvectors!, { operations });
    expect(along.some((v) => Math.abs(v) > 0.1)).toBe(true);
  });

  it('on the surface of the zone are those of operations that leave 1/2 at 1/2', () => {
    const cells = buildPhononCells(recipe('diamond'), [1, 1, 1], 'auto');
    const matrix = new DynamicalMatrix(cells, springConstants(cells, SPRINGS));
    const symmetry = findCellSymmetry(cells.primitive);
    const all = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
    const q = [1 / 2, 5 / 12, -1 / 12];
    const little = all.filter((m) => times(m, q).every((x, c) => Math.abs(x - q[c]) < 1e-9));
    // At (-1/2, 5/12, -1/12), one reciprocal vector away, others leave the point where it is.
    expect(little).toHaveLength(2);
    const { frequencies, eigenvectors } = solveModes(matrix, q, { vectors: true });
    const by = (operations: readonly Int32Array[]) =>
      velocitiesAt(matrix, q, frequencies, eigenvectors!, { operations });
    expect(Array.from(by(all))).toEqual(Array.from(by(little)));
    expect(
      Math.max(
        ...by(all)
          .filter((_, k) => k % 3 === 2)
          .map(Math.abs),
      ),
    ).toBeGreaterThan(0.1);
  });
});
