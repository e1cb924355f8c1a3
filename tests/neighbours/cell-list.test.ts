import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { uniform } from '../../src/math/random.js';
import { rowsTimes, volume } from '../../src/model/cell.js';
import { createNeighbourList } from '../../src/neighbours/cell-list.js';
import { type Atoms, bruteForcePairs, listedPairs } from './brute-force.js';

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 2 });
});
afterAll(() => device.close());

/** A random cell of any shape and handedness, not flatter than a tenth of a cube's volume. */
function randomCell(next: () => number, edge: number): Float64Array {
  for (;;) {
    const cell = Float64Array.from({ length: 9 }, () => (2 * next() - 1) * edge);
    if (volume(cell) > 0.05 * edge ** 3) return cell;
  }
}

function randomAtoms(next: () => number, count: number, edge: number, spread: number): Atoms {
  const cell = randomCell(next, edge);
  const fractions = Float64Array.from({ length: 3 * count }, () => (next() - 0.5) * spread);
  const mask = Math.floor(next() * 8);
  return {
    cell,
    positions: rowsTimes(fractions, cell),
    periodic: [(mask & 1) > 0, (mask & 2) > 0, (mask & 4) > 0],
  };
}

function expectExact(atoms: Atoms, cutoff: number, skin = 0): number {
  const count = atoms.positions.length / 3;
  const list = createNeighbourList(device, { count, periodic: atoms.periodic, cutoff, skin });
  list.update(atoms.positions, atoms.cell);
  const expected = bruteForcePairs(atoms, cutoff);
  const listed = listedPairs(list, atoms, cutoff);
  const missing = [...expected].filter((pair) => !listed.has(pair));
  const extra = [...listed].filter((pair) => !expected.has(pair));
  list.release();
  expect({ missing, extra }).toEqual({ missing: [], extra: [] });
  return expected.size;
}

describe('a neighbour list is exact', () => {
  it('on 400 random cells of any shape, periodicity and cutoff', () => {
    const next = uniform(1);
    let pairs = 0;
    for (let round = 0; round < 400; round++) {
      const count = 1 + Math.floor(next() ** 3 * 30);
      // Cutoffs from 0.3 to 4 times the edge; the larger ones on fewer atoms, for the brute force's sake.
      const ratio = count < 4 ? 0.3 + 3.7 * next() : 0.3 + 0.9 * next();
      const spread = [1, 3, 40][Math.floor(next() * 3)];
      pairs += expectExact(randomAtoms(next, count, 3, spread), 3 * ratio, next() < 0.5 ? 0 : next());
    }
    expect(pairs).toBeGreaterThan(10_000);
  });

  it('on sheets, chains and pairs that are flat but for a ripple, without bins as thin as the ripple', () => {
    const next = uniform(7);
    for (const ripple of [0, 1e-160, 1e-12, 1e-6, 1e-3, 0.1]) {
      for (const axes of [[2], [1, 2], [0, 1, 2]]) {
        const positions = Float64Array.from(
          { length: 90 },
          (_, k) => next() * (axes.includes(k % 3) ? ripple : 12),
        );
        const cell = Float64Array.of(12, 0, 0, 0, 12, 0, 0, 0, 12);
        const atoms: Atoms = {
          cell,
          positions,
          periodic: [!axes.includes(0), !axes.includes(1), !axes.includes(2)],
        };
        expectExact(atoms, 3);
      }
    }
  });

  it('on larger ones, so that bins matter', () => {
    const next = uniform(2);
    for (let round = 0; round < 12; round++) expectExact(randomAtoms(next, 200, 12, 1), 1 + 4 * next());
  });

  it('on very skewed cells, which a reduction makes compact', () => {
    const next = uniform(3);
    for (let round = 0; round < 20; round++) {
      const cell = Float64Array.of(
        3,
        0,
        0,
        3 * Math.round(40 * next()) + next(),
        3,
        0.1,
        -50 * next(),
        20 * next(),
        3,
      );
      const positions = rowsTimes(Float64Array.from({ length: 6 }, next), cell);
      expectExact({ cell, positions, periodic: [true, true, true] }, 3.2);
    }
  });

  it('for a left-handed cell', () => {
    const cell = Float64Array.of(0, 4, 0, 4, 0.5, 0, 0.3, 0, 5);
    const positions = Float64Array.of(0.1, 0.2, 0.3, 2, 2, 2.5, 1, 3, 4);
    expect(expectExact({ cell, positions, periodic: [true, true, true] }, 6)).toBeGreaterThan(50);
  });

  it('in a crystal, where every distance occurs many times and atoms lie on the faces of the cell', () => {
    const edge = 5.431;
    const basis = [0, 0, 0, 0, 2, 2, 2, 0, 2, 2, 2, 0, 1, 1, 1, 1, 3, 3, 3, 1, 3, 3, 3, 1];
    const cell = Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge);
    const positions = Float64Array.from(basis, (x) => (x * edge) / 4);
    // 4 + 12 + 12 + 6 + 12 neighbours in the first five shells of the diamond structure
    expect(expectExact({ cell, positions, periodic: [true, true, true] }, 6.0)).toBe(8 * 46);
  });
});

describe('odd structures', () => {
  const open = [false, false, false] as const;
  const none = new Float64Array(9);

  it('no atom', () => {
    const list = createNeighbourList(device, { count: 0, periodic: [true, true, true], cutoff: 5 });
    list.update(new Float64Array(0), Float64Array.of(3, 0, 0, 0, 3, 0, 0, 0, 3));
    expect([list.pointCount, list.first.length, list.first[0], list.neighbours.length]).toEqual([0, 1, 0, 0]);
    list.release();
  });

  it('one atom without a cell, and one in a cell far smaller than the cutoff', () => {
    expect(expectExact({ positions: Float64Array.of(1e5, -7, 3), cell: none, periodic: open }, 5)).toBe(0);
    const cell = Float64Array.of(0.7, 0, 0, 0.1, 0.8, 0, 0.2, 0, 0.9);
    const positions = Float64Array.of(-1000.3, 20, 7);
    expect(expectExact({ positions, cell, periodic: [true, true, true] }, 4.037)).toBeGreaterThan(400);
  });

  it('many atoms at one place are all neighbours, and nothing hangs', () => {
    const positions = new Float64Array(3 * 40).fill(1.5);
    expect(expectExact({ positions, cell: none, periodic: open }, 2)).toBe(40 * 39);
    const cell = Float64Array.of(4, 0, 0, 0, 4, 0, 0, 0, 4);
    expect(expectExact({ positions, cell, periodic: [true, true, true] }, 2)).toBe(40 * 39);
  });

  it('a molecule flown apart over a kilometre of Angstroms', () => {
    const next = uniform(7);
    const positions = Float64Array.from(
      { length: 90 },
      (_, i) => next() + (i % 2 ? 1e6 : 0) * (i < 45 ? 1 : -1),
    );
    expectExact({ positions, cell: none, periodic: open }, 1.3);
  });

  it('cells whose open directions are zero, parallel or skewed', () => {
    const positions = Float64Array.of(0, 0, 0, 1, 1, 1, 0.2, 5, -3);
    for (const cell of [
      [2, 0, 0, 0, 0, 0, 0, 0, 0],
      [2, 0, 0, 4, 0, 0, 0, 0, 1],
      [2, 0, 0, 1.9, 0.1, 0, 3, 3, 0.2],
    ])
      expectExact({ positions, cell: Float64Array.from(cell), periodic: [true, false, false] }, 4.5);
  });

  it('numbers that no simulation should have are named in an error', () => {
    const list = createNeighbourList(device, { count: 2, periodic: open, cutoff: 5 });
    const update = (x: number) => list.update(Float64Array.of(0, 0, 0, 0, x, 0), none);
    expect(() => update(Number.NaN)).toThrow('atom 2 is at 0 NaN 0 A');
    expect(() => update(1e30)).toThrow('atom 2');
    expect(() => update(5e8)).toThrow('spread over 5.00e+8 A');
    update(1);
    expect(list.neighbours.length).toBe(2);
    list.release();
    const flat = createNeighbourList(device, { count: 1, periodic: [true, true, false], cutoff: 5 });
    const cell = Float64Array.of(1, 2, 3, 2, 4, 6, 0, 0, 0);
    expect(() => flat.update(new Float64Array(3), cell)).toThrow('not finite and independent');
    expect(() => flat.update(new Float64Array(3), cell.fill(Number.NaN))).toThrow(
      'not finite and independent',
    );
    flat.release();
    const tiny = createNeighbourList(device, { count: 1, periodic: [true, true, true], cutoff: 5 });
    const speck = Float64Array.of(1e-3, 0, 0, 0, 1e-3, 0, 0, 0, 1e-3);
    expect(() => tiny.update(new Float64Array(3), speck)).toThrow('periodic images');
    tiny.release();
    expect(() => createNeighbourList(device, { count: 1, periodic: open, cutoff: 0 })).toThrow('cutoff');
  });
});

describe('the list as a whole', () => {
  it('does not depend on the number of threads', async () => {
    const atoms = randomAtoms(uniform(5), 700, 14, 1);
    const lists = [];
    for (const threads of [1, 2, 3]) {
      const other = await createCpuDevice({ threads });
      const list = createNeighbourList(other, { count: 700, periodic: atoms.periodic, cutoff: 4, skin: 1 });
      list.update(atoms.positions, atoms.cell);
      lists.push({ first: Array.from(list.first), neighbours: Array.from(list.neighbours) });
      await other.close();
    }
    expect(lists[1]).toEqual(lists[0]);
    expect(lists[2]).toEqual(lists[0]);
  });

  it('gives all memory back', async () => {
    const own = await createCpuDevice({ threads: 1 });
    const start = own.heap.float64(1);
    own.heap.release(start);
    const next = uniform(6);
    const list = createNeighbourList(own, { count: 20, periodic: [true, true, true], cutoff: 3 });
    for (let round = 0; round < 10; round++) {
      const { positions, cell } = randomAtoms(next, 20, 3 + round, 1);
      list.update(positions, cell);
    }
    list.release();
    list.release();
    // Released to the last byte, the heap hands out its first address again, for any size.
    const again = own.heap.float64(1 << 20);
    expect(again.byteOffset).toBe(start.byteOffset);
    await own.close();
  });
});
