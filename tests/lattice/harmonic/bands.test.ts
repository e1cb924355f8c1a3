import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { solveBands, straightLine } from '../../../src/lattice/harmonic/bands.js';
import { DynamicalMatrix } from '../../../src/lattice/harmonic/dynamical-matrix.js';
import { gruneisenParameters } from '../../../src/lattice/harmonic/gruneisen.js';
import { PhonolinkError } from '../../../src/model/errors.js';
import { createStructure, withPositions } from '../../../src/model/structure.js';
import { recipe } from '../../helpers/crystals.js';
import { farthest } from '../../helpers/phonopy-files.js';
import { springConstants } from '../../helpers/springs.js';

/** A box of one atom whose springs along x, y and z differ: three bands that know nothing of each other. */
function grid(stiffness: readonly number[]) {
  const unit = createStructure({
    symbols: ['Al'],
    positions: new Float64Array(3),
    cell: [3, 0, 0, 0, 3.1, 0, 0, 0, 3.2],
  });
  const cells = buildPhononCells(unit, [4, 4, 4], 'P');
  const springs = { reach: 3.3, stiffness: (d: number) => [stiffness[Math.round((d - 3) * 10)], 0] as const };
  return { cells, matrix: new DynamicalMatrix(cells, springConstants(cells, springs)) };
}

describe('bands', () => {
  it('distances are those of reciprocal space, and do not jump', () => {
    const { cells, matrix } = grid([5, 4, 3]);
    const { segments } = solveBands(matrix, cells.primitive, [
      { points: straightLine([0, 0, 0], [0.5, 0, 0], 6), labels: ['G', 'X'] },
      { points: straightLine([0, 0.5, 0], [0, 0.5, 0.5], 3) },
    ]);
    expect(segments[0].distances[5]).toBeCloseTo(0.5 / 3, 12);
    expect(segments[1].distances[0]).toBe(segments[0].distances[5]);
    expect(segments[1].distances[2]).toBeCloseTo(0.5 / 3 + 0.5 / 3.2, 12);
    expect(segments[0].labels).toEqual(['G', 'X']);
    expect(segments[1].labels).toBeUndefined();
    expect(farthest(segments[0].points.subarray(6, 9), [0.2, 0, 0])).toBeLessThan(1e-15);
  });

  it('connected ones cross', () => {
    const { cells, matrix } = grid([6, 4, 3]);
    const points = straightLine([0.05, 0.45, 0.5], [0.45, 0.05, 0.5], 13);
    const [plain] = solveBands(matrix, cells.primitive, [{ points }]).segments;
    const [connected] = solveBands(matrix, cells.primitive, [{ points }], {
      connected: true,
      vectors: true,
      velocities: true,
    }).segments;
    const band = (b: number, of = connected) =>
      Array.from({ length: 13 }, (_, p) => of.frequencies[3 * p + b]);
    const rising = (list: number[]) => list.every((x, k) => k === 0 || x > list[k - 1]);
    // Along the line the band of x rises, that of y falls, that of z stays.
    expect(Array.from({ length: 3 }, (_, b) => rising(band(b))).filter(Boolean).length).toBe(1);
    expect(Array.from({ length: 3 }, (_, b) => rising(band(b).reverse())).filter(Boolean).length).toBe(1);
    expect([0, 1, 2].some((b) => rising(band(b, plain)))).toBe(false);
    for (let p = 0; p < 13; p++) {
      const sorted = [...connected.frequencies.subarray(3 * p, 3 * p + 3)].sort((a, b) => a - b);
      expect(sorted).toEqual([...plain.frequencies.subarray(3 * p, 3 * p + 3)]);
      for (let b = 0; b < 3; b++) {
        // Each band moves along one axis alone, the same all the way, and its velocity goes with it.
        const e = connected.eigenvectors!.subarray(18 * p + 6 * b, 18 * p + 6 * b + 6);
        const first = connected.eigenvectors!.subarray(6 * b, 6 * b + 6);
        const axis = [0, 1, 2].findIndex((c) => Math.hypot(first[2 * c], first[2 * c + 1]) > 0.99);
        expect(Math.hypot(e[2 * axis], e[2 * axis + 1])).toBeCloseTo(1, 9);
        const v = connected.velocities!.subarray(9 * p + 3 * b, 9 * p + 3 * b + 3);
        expect(v.every((x, c) => c === axis || Math.abs(x) < 1e-9)).toBe(true);
      }
    }
  });

  it('at Gamma a polar crystal has the field of the segment', () => {
    const cells = buildPhononCells(recipe('rocksalt'), [2, 2, 2], 'auto');
    const charge = (z: number) => [z, 0, 0, 0, z, 0, 0, 0, z];
    const polar = {
      charges: Float64Array.from([...charge(1.1), ...charge(-1.1)]),
      dielectric: Float64Array.from(charge(2.4)),
    };
    const springs = { reach: 3, stiffness: () => [3, 0.3] as const };
    const matrix = new DynamicalMatrix(cells, springConstants(cells, springs), polar);
    const [segment] = solveBands(matrix, cells.primitive, [
      { points: straightLine([0, 0, 0], [0.5, 0, 0.5], 51) },
    ]).segments;
    const [at, next] = [segment.frequencies.subarray(0, 6), segment.frequencies.subarray(6, 12)];
    // The longitudinal mode stands above the transverse ones, and the next point goes on from there.
    expect(at[5] - at[4]).toBeGreaterThan(1);
    expect(Math.abs(at[5] - next[5])).toBeLessThan(0.05);
  });
});

describe('Grueneisen parameters', () => {
  it('of springs that weaken as V^-2g are g', () => {
    const gamma = 1.7;
    const at = (scale: number) => {
      const unit = recipe('diamond');
      const grown = withPositions(
        unit,
        unit.positions.map((x) => x * scale),
        unit.cell.map((x) => x * scale),
      );
      const cells = buildPhononCells(grown, [2, 2, 2], 'auto');
      const weaker = scale ** (-3 * 2 * gamma);
      const springs = {
        reach: 4 * scale,
        stiffness: (d: number) => [8 * weaker * Math.exp(-d / scale), weaker * Math.exp(-d / scale)] as const,
      };
      return new DynamicalMatrix(cells, springConstants(cells, springs));
    };
    const points = [0.1, 0.2, 0.3, 0.5, 0, 0.5, 0.25, 0, 0.25];
    const found = gruneisenParameters(at(1), at(1.001), at(0.999), points);
    // Second-order differences: (2 g)(2 g + 1)(2 g + 2) / 6 (dV / V)^2 / 2 g, dV / V = 0.003.
    for (const g of found.parameters) expect(Math.abs(g - gamma)).toBeLessThan(1e-4);
    expect(found.frequencies.length).toBe(3 * at(1).size);
    expect(() => gruneisenParameters(at(1), at(1), at(1), points)).toThrow(PhonolinkError);
  });
});
