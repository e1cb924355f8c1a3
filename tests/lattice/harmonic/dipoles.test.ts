import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { commensuratePoints, intoBrillouinZone } from '../../../src/lattice/harmonic/brillouin.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { solveModes } from '../../../src/lattice/harmonic/modes.js';
import { symmetricPolar } from '../../../src/lattice/harmonic/polar-symmetry.js';
import { inverse, product, transpose, volume } from '../../../src/model/cell.js';
import { PhonolinkError } from '../../../src/model/errors.js';
import type { PolarResponse } from '../../../src/model/polar.js';
import { COULOMB } from '../../../src/model/units.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { recipe } from '../../helpers/crystals.js';
import { farthest } from '../../helpers/phonopy-files.js';
import { springConstants } from '../../helpers/springs.js';

const SPRINGS = { reach: 3.2, stiffness: (d: number) => [30 * Math.exp(-d), 4 * Math.exp(-d)] as const };
const METHODS = ['gonze', 'wang'] as const;

function polarCrystal(name: string, dim: number[]) {
  const cells = buildPhononCells(recipe(name), dim, 'auto');
  const { primitive } = cells;
  const polar = symmetricPolar(
    {
      dielectric: Float64Array.of(3, 0.3, 0, 0.3, 4, 0.2, 0, 0.2, 5),
      charges: Float64Array.from({ length: 9 * primitive.count }, (_, k) =>
        k % 4 === 0 ? 1 + primitive.kinds[Math.floor(k / 9)] : Math.sin(k),
      ),
    },
    findCellSymmetry(primitive),
  );
  const constants = springConstants(cells, SPRINGS);
  const of = (method?: 'gonze' | 'wang', more: Partial<PolarResponse> = {}) =>
    new DynamicalMatrix(cells, constants, method && { ...polar, ...more, method });
  return { cells, primitive, polar, of };
}

function matrixAt(matrix: DynamicalMatrix, q: ArrayLike<number>, along?: ArrayLike<number>): Float64Array {
  const out = new Float64Array(2 * matrix.size ** 2);
  matrix.evaluate(q, 0, out, 0, along);
  return out;
}

describe('polar crystals', () => {
  it.each(METHODS)(
    '%s: at Gamma the direction adds 4 pi (k Z)(k Z) / V (k eps k), and nothing else',
    (method) => {
      for (const name of ['wurtzite', 'rocksalt', 'quartz']) {
        const { primitive, polar, of } = polarCrystal(name, [2, 2, 1]);
        const along = [0.3, -0.2, 0.7];
        const [bare, lifted] = [matrixAt(of(), [0, 0, 0]), matrixAt(of(method), [0, 0, 0], along)];
        const columns = inverse(primitive.cell);
        const k = [0, 1, 2].map((c) => along.reduce((sum, x, i) => sum + x * columns[3 * c + i], 0));
        const e = polar.dielectric;
        const form = [0, 1, 2, 3, 4, 5, 6, 7, 8].reduce(
          (sum, c) => sum + k[Math.floor(c / 3)] * e[c] * k[c % 3],
          0,
        );
        const size = 3 * primitive.count;
        const charge = (i: number) =>
          [0, 1, 2].reduce(
            (sum, c) => sum + k[c] * polar.charges[9 * Math.floor(i / 3) + 3 * c + (i % 3)],
            0,
          ) / Math.sqrt(primitive.masses[Math.floor(i / 3)]);
        for (let i = 0; i < size; i++) {
          for (let j = 0; j < size; j++) {
            const expected =
              (COULOMB * 4 * Math.PI * charge(i) * charge(j)) / (volume(primitive.cell) * form);
            const at = 2 * (i * size + j);
            expect(Math.abs(lifted[at] - bare[at] - expected)).toBeLessThan(1e-10);
            expect(Math.abs(lifted[at + 1] - bare[at + 1])).toBeLessThan(1e-10);
          }
        }
      }
    },
  );

  it.each(METHODS)('%s: at the wave vectors of the supercell the force constants have it all', (method) => {
    for (const [name, dim] of [
      ['rocksalt', [2, 2, 2]],
      ['wurtzite', [3, 3, 2]],
      ['R3m', [1, 1, 1]],
    ] as const) {
      const { cells, of } = polarCrystal(name, [...dim]);
      const [bare, corrected] = [of(), of(method)];
      const points = commensuratePoints(cells);
      for (let p = 0; p < points.length; p += 3) {
        const q = points.subarray(p, p + 3);
        // On the zone's surface the sum ends at 1e-10 of its first terms, which are some eV/A^2/u.
        expect(farthest(matrixAt(corrected, q), matrixAt(bare, q))).toBeLessThan(1e-8);
      }
    }
  });

  it('gonze: how the sum is divided does not count where it is whole', () => {
    // Close to Gamma, where the field of the direction is all that there is beside the springs: 1e-3 of the splitting.
    const { of } = polarCrystal('rocksalt', [2, 2, 2]);
    const q = [0.004, 0.002, 0.001];
    const usual = solveModes(of('gonze'), q).frequencies;
    const wider = solveModes(of('gonze', { splitting: 0.4, reciprocalCutoff: 2.5 }), q).frequencies;
    const bare = solveModes(of(), q).frequencies;
    expect(farthest(usual, wider)).toBeLessThan(1e-3 * farthest(usual, bare));
    expect(farthest(usual, bare)).toBeGreaterThan(0.1);
  });

  it.each(METHODS)('%s: near Gamma the modes are those of the direction', (method) => {
    const { of } = polarCrystal('wurtzite', [2, 2, 2]);
    const matrix = of(method);
    const along = [0.1, 0.2, 0.3];
    const there = solveModes(matrix, [0, 0, 0], { along }).frequencies;
    const near = solveModes(
      matrix,
      along.map((x) => 1e-3 * x),
    ).frequencies;
    expect(farthest(near.subarray(3), there.subarray(3))).toBeLessThan(1e-3);
  });

  it('charges that are not of the crystal are refused', () => {
    const { cells } = polarCrystal('rocksalt', [1, 1, 1]);
    const constants = springConstants(cells, SPRINGS);
    const charges = new Float64Array(9);
    const dielectric = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);
    for (const method of METHODS) {
      const make = (polar: PolarResponse) => () =>
        new DynamicalMatrix(cells, constants, { ...polar, method });
      expect(make({ charges, dielectric })).toThrow(/charges of 1 atoms, expected those of the 2/);
      const flat = { charges: new Float64Array(18), dielectric: new Float64Array(9) };
      expect(make(flat)).toThrow(PhonolinkError);
    }
  });
});

describe('symmetric charges', () => {
  it('add up to nothing and are left alone when they are symmetric', () => {
    const { polar, primitive } = polarCrystal('corundum', [1, 1, 1]);
    for (let c = 0; c < 9; c++) {
      let sum = 0;
      for (let i = 0; i < primitive.count; i++) sum += polar.charges[9 * i + c];
      expect(Math.abs(sum)).toBeLessThan(1e-12);
    }
    const again = symmetricPolar(polar, findCellSymmetry(primitive));
    expect(farthest(again.charges, polar.charges)).toBeLessThan(1e-12);
    expect(farthest(again.dielectric, polar.dielectric)).toBeLessThan(1e-12);
    // Trigonal: the axis is its own, and around it all directions are the same.
    const e = polar.dielectric;
    expect(Math.abs(e[0] - e[4])).toBeLessThan(1e-12);
    expect([e[1], e[2], e[5]].every((x) => Math.abs(x) < 1e-12)).toBe(true);
    expect(e[8]).toBeCloseTo(5, 12);
  });
});

describe('Brillouin zone', () => {
  it('commensurate points are as many as primitive cells, fill the supercell with whole waves, and are short', () => {
    for (const [name, dim] of [
      ['Fddd', [1, 1, 1]],
      ['corundum', [2, 1, 1]],
      ['P1', [1, 1, 0, -1, 2, 1, 0, 1, 3]],
      ['diamond', [2, 3, 1]],
    ] as const) {
      const cells = buildPhononCells(recipe(name), [...dim], 'auto');
      const points = commensuratePoints(cells);
      const rows = product(cells.supercell.cell, inverse(cells.primitive.cell));
      expect(points.length / 3).toBe(Math.round(volume(cells.supercell.cell) / volume(cells.primitive.cell)));
      const seen = new Set<string>();
      for (let p = 0; p < points.length; p += 3) {
        const waves = [0, 3, 6].map((r) =>
          [0, 1, 2].reduce((sum, c) => sum + rows[r + c] * points[p + c], 0),
        );
        for (const x of waves) expect(Math.abs(x - Math.round(x))).toBeLessThan(1e-9);
        seen.add(
          [0, 1, 2].map((c) => Math.round((points[p + c] - Math.floor(points[p + c] + 1e-9)) * 1e6)).join(),
        );
      }
      expect(seen.size).toBe(points.length / 3);
    }
  });

  it('no reciprocal lattice vector makes a point shorter', () => {
    const { cell } = recipe('P1');
    const reciprocal = transpose(inverse(cell));
    const length = (q: number[]) =>
      Math.hypot(...[0, 1, 2].map((c) => q.reduce((sum, x, k) => sum + x * reciprocal[3 * k + c], 0)));
    const points = [0.9, -1.7, 0.4, 0.5, 0.5, 0.5, 3.2, 0.1, -0.6];
    const moved = intoBrillouinZone(points, cell);
    for (let p = 0; p < points.length; p += 3) {
      const own = [...moved.subarray(p, p + 3)];
      own.forEach((x, c) => {
        expect(Math.abs(x - points[p + c] - Math.round(x - points[p + c]))).toBeLessThan(1e-9);
      });
      for (let g = 0; g < 125; g++) {
        const other = own.map((x, c) => x + (Math.floor(g / 5 ** c) % 5) - 2);
        expect(length(own)).toBeLessThan(length(other) + 1e-9);
      }
    }
  });
});
