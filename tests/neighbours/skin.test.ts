import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { uniform } from '../../src/math/random.js';
import { rowsTimes } from '../../src/model/cell.js';
import { createNeighbourList } from '../../src/neighbours/cell-list.js';
import { deformation, smallestStretch } from '../../src/neighbours/lattice.js';
import { bruteForcePairs, listedPairs } from './brute-force.js';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

type Periodic = readonly [boolean, boolean, boolean];
const CUTOFF = 3;
const CELL = Float64Array.of(5, 0.3, 0, -1, 6, 0.2, 1.5, 0.4, 5.5);

interface Walk {
  seed: number;
  periodic: Periodic;
  skin: number;
  /** A, at most along each axis in a step */
  move: number;
  /** Strain and rotation of a step, at most in each component */
  strain: number;
}

/** A random walk of atoms and cell; each step compares the list with brute force. Returns how often it was built. */
function follow({ seed, periodic, skin, move, strain }: Walk, steps: number): number {
  const next = uniform(seed);
  const kick = (size: number) => (2 * next() - 1) * size;
  const count = 25;
  let cell: Float64Array = CELL;
  let positions: Float64Array = rowsTimes(Float64Array.from({ length: 3 * count }, next), cell);
  const list = createNeighbourList(device, { count, periodic, cutoff: CUTOFF, skin });
  for (let step = 0; step < steps; step++) {
    list.update(positions, cell);
    const atoms = { positions, cell, periodic };
    const expected = bruteForcePairs(atoms, CUTOFF);
    const listed = listedPairs(list, atoms, CUTOFF);
    expect([...expected].filter((pair) => !listed.has(pair))).toEqual([]);
    expect(listed.size).toBe(expected.size);
    const change = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0) + kick(strain));
    cell = rowsTimes(cell, change);
    positions = rowsTimes(positions, change).map((x) => x + kick(move));
  }
  const { builds } = list;
  list.release();
  return builds;
}

const periodicities: Periodic[] = [
  [true, true, true],
  [true, false, true],
  [false, true, false],
  [false, false, false],
];

describe.each(periodicities)('periodic %s %s %s: no pair is missed', (...periodic) => {
  it('while atoms move', () => {
    const builds = follow({ seed: 1, periodic, skin: 1, move: 0.06, strain: 0 }, 60);
    expect(builds).toBeGreaterThan(2);
    expect(builds).toBeLessThan(30);
  });

  it('while the cell is strained and turned, atoms with it', () => {
    const builds = follow({ seed: 2, periodic, skin: 1, move: 0, strain: 0.05 }, 60);
    expect(builds).toBeGreaterThan(1);
    expect(builds).toBeLessThan(60);
  });

  it('while both happen, and the skin is thin', () => {
    for (const skin of [0.2, 0.6, 2]) {
      follow({ seed: 3, periodic, skin, move: 0.04, strain: 0.01 }, 30);
      follow({ seed: 4, periodic, skin, move: 0.4, strain: 0.05 }, 15);
    }
  });
});

describe('the skin', () => {
  const setup = { count: 2, periodic: [true, true, true] as const, cutoff: CUTOFF };
  const at = (x: number) => Float64Array.of(0, 0, 0, x, 0, 0);

  it('lets two atoms move by half of it each, and no more', () => {
    const list = createNeighbourList(device, { ...setup, skin: 1 });
    list.update(at(2), CELL);
    list.update(at(2.99), CELL);
    expect(list.builds).toBe(1);
    const atoms = { positions: at(2.99), cell: CELL, periodic: setup.periodic };
    expect(listedPairs(list, atoms, CUTOFF)).toEqual(bruteForcePairs(atoms, CUTOFF));
    list.update(at(3.01), CELL);
    expect(list.builds).toBe(2);
    // An atom that its caller wraps has moved far.
    list.update(
      at(3.01).map((x, i) => x - (i === 3 ? CELL[0] : i > 3 ? CELL[i - 3] : 0)),
      CELL,
    );
    expect(list.builds).toBe(3);
    list.release();
  });

  it('of 0 builds the list at each update', () => {
    const list = createNeighbourList(device, setup);
    for (let i = 0; i < 3; i++) list.update(at(2), CELL);
    expect(list.builds).toBe(3);
    list.release();
  });

  it('survives an expansion, which brings no pair closer', () => {
    const list = createNeighbourList(device, { ...setup, skin: 0.5 });
    list.update(at(2), CELL);
    list.update(
      at(2).map((x) => 1.3 * x),
      CELL.map((x) => 1.3 * x),
    );
    expect(list.builds).toBe(1);
    list.update(at(2), CELL);
    list.update(
      at(2).map((x) => 0.8 * x),
      CELL.map((x) => 0.8 * x),
    );
    expect(list.builds).toBe(2);
    list.release();
  });

  it('is not trusted again after an error', () => {
    const list = createNeighbourList(device, { ...setup, skin: 1 });
    list.update(at(2), CELL);
    expect(() => list.update(at(Number.NaN), CELL)).toThrow('atom 2');
    list.update(at(2), CELL);
    expect(list.builds).toBe(2);
    list.release();
  });
});

describe('the smallest stretch of a deformation', () => {
  it('is a lower bound of what any vector feels, and close', () => {
    const next = uniform(9);
    for (let round = 0; round < 200; round++) {
      const size = 10 ** (-8 * next());
      const f = Float64Array.from({ length: 9 }, (_, i) => (i % 4 === 0 ? 1 : 0) + size * (2 * next() - 1));
      const bound = smallestStretch(f);
      let least = Number.POSITIVE_INFINITY;
      for (let trial = 0; trial < 400; trial++) {
        const v = [next() - 0.5, next() - 0.5, next() - 0.5];
        least = Math.min(least, Math.hypot(...rowsTimes(v, f)) / Math.hypot(...v));
      }
      expect(bound).toBeLessThanOrEqual(least);
      // 400 random directions come within some 10 degrees of the worst one: sin^2 times the spread of F F^T.
      expect(bound ** 2).toBeGreaterThan(least ** 2 - 0.2 * size - 1e-6);
    }
  });

  it('is exact where the answer is known', () => {
    expect(smallestStretch(Float64Array.of(2, 0, 0, 0, 3, 0, 0, 0, 0.5))).toBeCloseTo(0.5, 5);
    expect(smallestStretch(Float64Array.of(0, 1, 0, -1, 0, 0, 0, 0, 1))).toBeCloseTo(1, 9);
    expect(smallestStretch(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 0))).toBeCloseTo(0, 6);
  });

  it('carries periodic vectors onto periodic vectors', () => {
    const to = CELL.map((x, i) => x + 0.1 * Math.sin(i));
    for (const periodic of periodicities) {
      const moved = rowsTimes(CELL, deformation(CELL, to, periodic));
      for (let i = 0; i < 9; i++) if (periodic[Math.floor(i / 3)]) expect(moved[i]).toBeCloseTo(to[i], 12);
    }
  });
});
