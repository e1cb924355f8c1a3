import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  atomShares,
  frequencyPoints,
  smearedDensity,
  tetrahedronDensity,
} from '../../../src/lattice/harmonic/density.js';
import { addCornerWeights, tetrahedraAround } from '../../../src/lattice/harmonic/tetrahedra.js';
import { determinant } from '../../../src/model/cell.js';
import { PhonolinkError } from '../../../src/model/errors.js';
import type { MeshModes } from '../../../src/model/phonon-results.js';
import { reduceMesh } from '../../../src/symmetry/q-mesh.js';
import { RECIPES, recipe } from '../../helpers/crystals.js';

describe('tetrahedra', () => {
  it('24 meet at a point, fill the space around it, and are all as large', () => {
    for (const { name } of RECIPES) {
      const { steps, centres } = tetrahedraAround(recipe(name).cell, [5, 4, 3]);
      expect(centres.length).toBe(24);
      for (let t = 0; t < 24; t++) {
        const corner = (v: number) => Array.from(steps.subarray(12 * t + 3 * v, 12 * t + 3 * v + 3));
        expect(corner(centres[t])).toEqual([0, 0, 0]);
        const edges = [1, 2, 3].flatMap((v) => corner(v).map((x, k) => x - corner(0)[k]));
        expect(Math.abs(determinant(edges))).toBe(1);
      }
    }
  });

  it("corner weights integrate to a quarter, and their first moment to that of the corner's share", () => {
    const gap = fc.double({ min: 0.05, max: 0.6, noNaN: true });
    const order = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });
    fc.assert(
      fc.property(fc.tuple(gap, gap, gap), order, ([first, second, third], places) => {
        const rising = [-0.95, first - 0.95, first + second - 0.95, first + second + third - 0.95];
        const corners = places.map((k) => rising[k]);
        const n = 40001;
        const x = Float64Array.from({ length: n }, (_, k) => -1 + (2 * (k + 0.5)) / n);
        const values = Float64Array.from(corners);
        for (let own = 0; own < 4; own++) {
          const weights = new Float64Array(n);
          addCornerWeights(values, own, x, 1, weights);
          let whole = 0;
          let moment = 0;
          for (let k = 0; k < n; k++) {
            whole += (weights[k] * 2) / n;
            moment += (weights[k] * x[k] * 2) / n;
          }
          // The midpoint rule on curves of slopes up to 3 / 0.05^2 with 40001 points.
          expect(whole).toBeCloseTo(1 / 4, 4);
          const sum = corners.reduce((a, b) => a + b, 0);
          expect(moment).toBeCloseTo((sum + corners[own]) / 20, 4);
        }
      }),
      { numRuns: 25 },
    );
  });
});

/** One band f(q) on a whole mesh of a cube. */
function oneBand(n: number, f: (x: number, y: number, z: number) => number) {
  const primitive = recipe('bcc');
  const mesh = reduceMesh([n, n, n], []);
  const frequencies = Float64Array.from({ length: n ** 3 }, (_, p) =>
    f(p % n, Math.floor(p / n) % n, Math.floor(p / n ** 2)),
  );
  const modes: MeshModes = {
    primitive,
    mesh: mesh.mesh,
    points: mesh.points,
    weights: mesh.weights,
    frequencies,
  };
  return { mesh, modes };
}

describe('densities of states', () => {
  const wave = (n: number) => (i: number) => Math.cos((2 * Math.PI * i) / n);

  it('integrate to the number of modes', () => {
    const n = 6;
    const c = wave(n);
    const { mesh, modes } = oneBand(n, (x, y, z) => 5 + c(x) + 0.7 * c(y) + 0.3 * c(z));
    const points = Float64Array.from({ length: 4001 }, (_, k) => 2 + (6 * k) / 4000 + 1e-7);
    const sum = (d: { columns: readonly Float64Array[] }) =>
      d.columns[0].reduce((total, x) => total + (x * 6) / 4000, 0);
    expect(sum(tetrahedronDensity(modes, mesh, points))).toBeCloseTo(1, 4);
    expect(sum(smearedDensity(modes, points, { kind: 'normal', width: 0.1 }))).toBeCloseTo(1, 6);
    // Its tails reach farther: atan(3 / 0.01) of pi on the average side.
    expect(sum(smearedDensity(modes, points, { kind: 'cauchy', width: 0.01 }))).toBeCloseTo(1, 2);
  });

  it('of linear bands are exact: a saw tooth along one direction', () => {
    // f rises from 0 to n - 1 and falls back within the last step: 1/n states between each whole number and the next,
    // and 1/n more spread over all of the fall.
    const n = 5;
    const { mesh, modes } = oneBand(n, (x) => x);
    const points = Float64Array.of(0.5, 1.3, 2.7, 3.9);
    const { columns } = tetrahedronDensity(modes, mesh, points);
    for (const d of columns[0]) expect(d).toBeCloseTo(1 / n + 1 / n / (n - 1), 12);
  });

  it('of a symmetric mesh are those of the whole one', () => {
    const n = 6;
    const c = wave(n);
    const { mesh, modes } = oneBand(n, (x, y, z) => c(x) + c(y) + c(z));
    const half = reduceMesh([n, n, n], [Int32Array.of(-1, 0, 0, 0, -1, 0, 0, 0, -1)]);
    const reduced = {
      ...modes,
      weights: half.weights,
      frequencies: Float64Array.from(half.irreducible, (p) => modes.frequencies[p]),
    };
    // Aside of values that occur: there the two differ in which side rounding puts them on.
    const points = frequencyPoints(modes.frequencies).map((x) => x + 1.234e-4);
    expect(points.length).toBe(201);
    const [a, b] = [tetrahedronDensity(modes, mesh, points), tetrahedronDensity(reduced, half, points)];
    // Inversion keeps the main diagonal, so that the tetrahedra are the same.
    a.columns[0].forEach((x, k) => {
      expect(Math.abs(x - b.columns[0][k])).toBeLessThan(1e-12);
    });
  });

  it('projected ones add up to the total', () => {
    const n = 4;
    const c = wave(n);
    const primitive = recipe('bcc');
    const mesh = reduceMesh([n, n, n], []);
    const size = 3 * primitive.count;
    const random = (k: number) => Math.sin(12.9898 * (k + 1)) * 43758.5453;
    const eigenvectors = new Float64Array(2 * n ** 3 * size * size);
    for (let m = 0; m < n ** 3 * size; m++) {
      const numbers = Array.from({ length: 2 * size }, (_, i) => random(2 * size * m + i) % 1);
      const norm = Math.hypot(...numbers);
      numbers.forEach((x, i) => {
        eigenvectors[2 * size * m + i] = x / norm;
      });
    }
    const frequencies = Float64Array.from({ length: n ** 3 * size }, (_, m) => {
      const p = Math.floor(m / size);
      return (m % size) + c(p % n) + c(Math.floor(p / n) % n) + 0.5 * c(Math.floor(p / n ** 2));
    });
    const modes = {
      primitive,
      mesh: mesh.mesh,
      points: mesh.points,
      weights: mesh.weights,
      frequencies,
      eigenvectors,
    };
    const points = frequencyPoints(frequencies);
    for (const make of [
      (shares?: readonly Float64Array[]) => tetrahedronDensity(modes, mesh, points, shares),
      (shares?: readonly Float64Array[]) =>
        smearedDensity(modes, points, { kind: 'normal', width: 0.3 }, shares),
    ]) {
      const total = make().columns[0];
      for (const per of ['atom', 'direction'] as const) {
        const { columns } = make(atomShares(modes, per));
        expect(columns.length).toBe(per === 'atom' ? primitive.count : size);
        total.forEach((x, k) => {
          const sum = columns.reduce((all, column) => all + column[k], 0);
          expect(Math.abs(sum - x)).toBeLessThan(1e-11);
        });
      }
      const [along] = make(atomShares(modes, [0, 0, 2])).columns;
      const [, , third] = make(atomShares(modes, 'direction')).columns;
      along.forEach((x, k) => {
        expect(Math.abs(x - third[k])).toBeLessThan(1e-11);
      });
    }
  });

  it('ranges and widths that are none are refused', () => {
    const f = Float64Array.of(1, 2);
    expect(() => frequencyPoints(f, { min: 2, max: 1 })).toThrow(PhonolinkError);
    expect(() => frequencyPoints(f, { pitch: -1 })).toThrow(PhonolinkError);
    const { modes } = oneBand(2, () => 1);
    expect(() => smearedDensity(modes, f, { kind: 'normal', width: 0 })).toThrow(/expected a positive one/);
    expect(() => atomShares(modes, 'atom')).toThrow(/needs the eigenvectors/);
  });
});
