import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveModes } from '../../../src/lattice/harmonic/modes.js';
import { symmetricPolar } from '../../../src/lattice/harmonic/polar-symmetry.js';
import { CODATA_UNITS } from '../../../src/lattice/harmonic/units.js';
import { heights, inverse, product } from '../../../src/model/cell.js';
import { PhonolinkError } from '../../../src/model/errors.js';
import type { PolarResponse } from '../../../src/model/polar.js';
import { createStructure } from '../../../src/model/structure.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { reciprocalOperations, starOf } from '../../../src/symmetry/q-points.js';
import { RECIPES, recipe } from '../../helpers/crystals.js';
import { farthest } from '../../helpers/phonopy-files.js';
import { type Springs, springConstants, springMatrix } from '../../helpers/springs.js';

/** Rounding of sums of some hundred terms of the size of the matrix, 10 eV/A^2/u at most. */
const ROUNDING = 1e-11;

const SPRINGS: Springs = {
  reach: 2.6,
  stiffness: (d, [a, b]) => [8 * Math.exp(-d) * (1 + a + b), 2 * Math.exp(-d)],
};
const names = fc.constantFrom(...RECIPES.map(({ name }) => name));
/** Whole numbers, because doubles come out as zeros and halves more often than not. */
const wave = fc.array(
  fc.integer({ min: -1500, max: 1500 }).map((x) => x / 1009),
  { minLength: 3, maxLength: 3 },
);

/** A supercell in which no spring reaches half of the way around. */
function roomy(name: string, primitive: 'auto' | 'P' = 'auto') {
  const unit = recipe(name);
  const dim = Array.from(heights(unit.cell), (h) => Math.ceil((2 * SPRINGS.reach) / h + 0.01));
  return buildPhononCells(unit, dim, primitive);
}

function matrixAt(matrix: DynamicalMatrix, q: ArrayLike<number>, along?: ArrayLike<number>): Float64Array {
  const out = new Float64Array(2 * matrix.size ** 2);
  matrix.evaluate(q, 0, out, 0, along);
  return out;
}

/** Charges and a dielectric tensor that have the symmetry of a crystal. */
function polarOf(primitive: ReturnType<typeof recipe>): PolarResponse {
  const raw = {
    dielectric: Float64Array.of(4, 0.3, 0, 0.3, 5, 0.2, 0, 0.2, 6),
    charges: Float64Array.from(
      { length: 9 * primitive.count },
      (_, k) => Math.sin(3 * k) + (k % 9 === 0 ? 2 : 0),
    ),
  };
  return symmetricPolar(raw, findCellSymmetry(primitive));
}

describe('dynamical matrix', () => {
  it('is that of the endless crystal where force constants end within the supercell', () => {
    fc.assert(
      fc.property(names, wave, (name, q) => {
        const cells = roomy(name);
        const matrix = new DynamicalMatrix(cells, springConstants(cells, SPRINGS));
        const expected = springMatrix(cells.primitive, SPRINGS, q);
        expect(farthest(matrixAt(matrix, q), expected)).toBeLessThan(ROUNDING);
      }),
      { numRuns: 40 },
    );
  });

  it('is Hermitian, the conjugate at -q, and has the same values a reciprocal vector away', () => {
    fc.assert(
      fc.property(names, wave, fc.constantFrom('none', 'wang'), (name, q, field) => {
        // Too small a supercell on purpose: images in shares.
        const cells = buildPhononCells(recipe(name), [1, 2, 1], 'auto');
        const polar =
          field === 'none' ? undefined : ({ ...polarOf(cells.primitive), method: 'wang' } as const);
        const matrix = new DynamicalMatrix(cells, springConstants(cells, SPRINGS), polar);
        const { size } = matrix;
        const here = matrixAt(matrix, q);
        const opposite = matrixAt(
          matrix,
          q.map((x) => -x),
        );
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const [at, turned] = [2 * (i * size + j), 2 * (j * size + i)];
            expect(here[at]).toBe(here[turned]);
            expect(here[at + 1]).toBeCloseTo(-here[turned + 1], 15);
            expect(Math.abs(here[at] - opposite[at])).toBeLessThan(ROUNDING);
            expect(Math.abs(here[at + 1] + opposite[at + 1])).toBeLessThan(ROUNDING);
          }
        }
        if (field === 'none') {
          const away = solveModes(matrix, [q[0] + 1, q[1] - 2, q[2] + 1]).frequencies;
          expectEqualModes(away, solveModes(matrix, q).frequencies);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('is the same of full and of compact force constants', () => {
    fc.assert(
      fc.property(names, wave, (name, q) => {
        const cells = buildPhononCells(recipe(name), [2, 1, 1], 'auto');
        const full = new DynamicalMatrix(cells, springConstants(cells, SPRINGS));
        const compact = new DynamicalMatrix(cells, springConstants(cells, SPRINGS, cells.primitiveToSuper));
        expect(farthest(matrixAt(full, q), matrixAt(compact, q))).toBe(0);
      }),
      { numRuns: 20 },
    );
  });

  it('has the modes of the larger cell where waves of the smaller one are folded into it', () => {
    for (const name of ['Fddd', 'Amm2', 'C2/c', 'Imma']) {
      const small = roomy(name);
      const large = roomy(name, 'P');
      const q = [0.12, -0.31, 0.24];
      const folded = solveModes(new DynamicalMatrix(large, springConstants(large, SPRINGS)), q).frequencies;
      const matrix = new DynamicalMatrix(small, springConstants(small, SPRINGS));
      // q of the conventional cell, and all points that differ by its reciprocal vectors, in the primitive cell's.
      const toSmall = product(small.primitive.cell, inverse(large.primitive.cell));
      const found: number[] = [];
      const seen = new Set<string>();
      for (let g = 0; g < 64; g++) {
        const whole = [g % 4, Math.floor(g / 4) % 4, Math.floor(g / 16)];
        const moved = [0, 1, 2].map((r) =>
          [0, 1, 2].reduce((sum, c) => sum + toSmall[3 * r + c] * (q[c] + whole[c]), 0),
        );
        const key = moved.map((x) => Math.round((x - Math.floor(x + 1e-9)) * 1e6)).join();
        if (seen.has(key)) continue;
        seen.add(key);
        found.push(...solveModes(matrix, moved).frequencies);
      }
      expectEqualModes(Float64Array.from(found).sort(), folded);
    }
  });

  it('has three modes without a frequency at Gamma, with a field too where no direction is told', () => {
    fc.assert(
      fc.property(names, fc.constantFrom('none', 'gonze', 'wang'), (name, method) => {
        const cells = buildPhononCells(recipe(name), [2, 2, 2], 'auto');
        const polar = method === 'none' ? undefined : { ...polarOf(cells.primitive), method };
        const matrix = new DynamicalMatrix(cells, springConstants(cells, SPRINGS), polar as PolarResponse);
        const frequencies = solveModes(matrix, [0, 0, 0]).frequencies.map(Math.abs).sort();
        // The root of a rounding error of the matrix, 15 THz times the root of 1e-12.
        expect(frequencies[2]).toBeLessThan(2e-5);
      }),
      { numRuns: 12 },
    );
  });

  it('has the same modes at all points of a star', () => {
    fc.assert(
      fc.property(names, wave, fc.boolean(), (name, q, isPolar) => {
        const cells = buildPhononCells(recipe(name), [2, 2, 2], 'auto');
        const { primitive } = cells;
        const polar = isPolar ? ({ ...polarOf(primitive), method: 'wang' } as const) : undefined;
        const matrix = new DynamicalMatrix(cells, springConstants(cells, SPRINGS), polar);
        const operations = reciprocalOperations(
          findCellSymmetry(cells.supercell).operations.length ===
            findCellSymmetry(primitive).operations.length
            ? findCellSymmetry(primitive).operations.map(({ rotation }) => rotation)
            : [],
        );
        const expected = solveModes(matrix, q).frequencies;
        for (const point of starOf(q, operations)) {
          expectEqualModes(solveModes(matrix, point.q).frequencies, expected);
        }
      }),
      { numRuns: 20 },
    );
  });

  it('is told apart from force constants of another supercell', () => {
    const cells = buildPhononCells(recipe('P1'), [1, 1, 1], 'P');
    const other = buildPhononCells(recipe('P1'), [2, 1, 1], 'P');
    const constants = springConstants(other, SPRINGS);
    expect(() => new DynamicalMatrix(cells, constants)).toThrow(PhonolinkError);
    expect(() => new DynamicalMatrix(cells, constants)).toThrow(/6 atoms, but the supercell has 3/);
    const partial = springConstants(cells, SPRINGS, Int32Array.of(1));
    expect(() => new DynamicalMatrix(cells, partial)).toThrow(/no row of atom 1/);
  });
});

/** Eigenvalues to a rounding error, frequencies where they are not near zero. */
function expectEqualModes(values: Float64Array, expected: Float64Array): void {
  expect(values.length).toBe(expected.length);
  for (let k = 0; k < expected.length; k++) {
    expect(Math.abs(values[k] * Math.abs(values[k]) - expected[k] * Math.abs(expected[k]))).toBeLessThan(
      1e-8,
    );
  }
}

describe('chains', () => {
  /** Atoms along x, far apart sideways, with springs to the next ones. */
  function chain(masses: number[], stiffness: number, spacing = 3, repeats = 5) {
    const n = masses.length;
    const unit = createStructure({
      symbols: masses.map((_, i) => ['Na', 'Cl', 'K'][i]),
      positions: Float64Array.from({ length: 3 * n }, (_, k) => (k % 3 === 0 ? (k / 3) * spacing : 0)),
      cell: [n * spacing, 0, 0, 0, 20, 0, 0, 0, 20],
      masses: Float64Array.from(masses),
    });
    const cells = buildPhononCells(unit, [repeats, 1, 1], 'P');
    const springs = { reach: 1.1 * spacing, stiffness: () => [stiffness, 0] as const };
    return new DynamicalMatrix(cells, springConstants(cells, springs));
  }
  const { toTHz } = CODATA_UNITS;

  it('of one atom: f = 2 sqrt(k/m) |sin pi q|', () => {
    const [m, k] = [12, 5];
    const matrix = chain([m], k);
    for (const q of [0, 0.03, 0.2, 0.37, 0.5, 0.77]) {
      const { frequencies } = solveModes(matrix, [q, 0.3, 0.1], { units: CODATA_UNITS });
      const expected = 2 * Math.sqrt(k / m) * Math.abs(Math.sin(Math.PI * q)) * toTHz;
      // Sideways nothing holds the atoms.
      expect(Math.abs(frequencies[0]) + Math.abs(frequencies[1])).toBeLessThan(1e-6);
      expect(Math.abs(frequencies[2] ** 2 - expected ** 2)).toBeLessThan(1e-10);
    }
  });

  it('of two atoms: f^2 = k (1/m + 1/M) -+ k sqrt((1/m + 1/M)^2 - 4 sin^2(pi q) / m M)', () => {
    const [m, M, k] = [23, 35.5, 3];
    const matrix = chain([m, M], k);
    for (const q of [0.01, 0.1, 0.25, 0.4, 0.5]) {
      const { frequencies } = solveModes(matrix, [q, 0, 0], { units: CODATA_UNITS });
      const sum = 1 / m + 1 / M;
      const root = Math.sqrt(sum ** 2 - (4 * Math.sin(Math.PI * q) ** 2) / (m * M));
      expect(Math.abs(frequencies[4] ** 2 - k * (sum - root) * toTHz ** 2)).toBeLessThan(1e-9);
      expect(Math.abs(frequencies[5] ** 2 - k * (sum + root) * toTHz ** 2)).toBeLessThan(1e-9);
    }
  });

  it('of a spring that pushes apart: imaginary modes are negative', () => {
    const { frequencies } = solveModes(chain([12], -5), [0.5, 0, 0], { units: CODATA_UNITS });
    expect(frequencies[0]).toBeCloseTo(-2 * Math.sqrt(5 / 12) * toTHz, 9);
  });
});
