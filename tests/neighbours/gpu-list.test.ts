import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createGpuDevice, type GpuDevice } from '../../src/device/gpu.js';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes, volume } from '../../src/model/cell.js';
import { completeCell } from '../../src/model/structure.js';
import { createGpuNeighbourList, type GpuNeighbourList } from '../../src/neighbours/gpu-list.js';
import { withoutGpu } from '../helpers/gpu.js';
import { type Atoms, bruteForcePairs, type Pair } from './brute-force.js';

/**
 * The pairs of the list on the GPU in the form of bruteForcePairs: the vector of each is decoded from the fixed-point
 * points, and must be a lattice vector away from the difference of the positions.
 */
async function listedPairs(device: GpuDevice, list: GpuNeighbourList, atoms: Atoms): Promise<Pair[]> {
  const { positions, cell, periodic } = atoms;
  const n = list.count;
  const [boxBytes, pointBytes, lengthBytes, neighbourBytes] = await device.download(
    [list.box, list.points, list.lengths, list.neighbours].map((buffer) => ({ buffer, bytes: buffer.size })),
  );
  const rows = new Float32Array(boxBytes);
  const points = new Uint32Array(pointBytes);
  const lengths = new Uint32Array(lengthBytes);
  const neighbours = new Uint32Array(neighbourBytes);
  const own = Float64Array.from(cell, (x, i) => (periodic[Math.floor(i / 3)] ? x : 0));
  const inv = inverse(completeCell(own));
  const pairs: Pair[] = [];
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < lengths[i]; k++) {
      const p = neighbours[k * n + i];
      const j = p % n;
      const steps = [0, 1, 2].map((c) => (points[4 * p + c] - points[4 * i + c]) | 0);
      const rest = [0, 1, 2].map(
        (c) =>
          steps[0] * rows[c] +
          steps[1] * rows[4 + c] +
          steps[2] * rows[8 + c] -
          (positions[3 * j + c] - positions[3 * i + c]),
      );
      const shift = [0, 1, 2].map((c) => rest[0] * inv[c] + rest[1] * inv[3 + c] + rest[2] * inv[6 + c]);
      const whole = shift.map((x) => Math.round(x) + 0);
      // The box in f32 (2^-24 of each vector) and steps of 2^-32, in fractions of cells that are 0.05 of a cube.
      if (shift.some((x, c) => Math.abs(x - whole[c]) > 1e-4)) throw new Error(`no lattice vector: ${shift}`);
      pairs.push(`${i} ${j} ${whole.join(' ')}`);
    }
  }
  return pairs;
}

function randomAtoms(next: () => number, count: number, edge: number, spread: number): Atoms {
  let cell: Float64Array;
  do cell = Float64Array.from({ length: 9 }, () => (2 * next() - 1) * edge);
  while (volume(cell) < 0.05 * edge ** 3);
  const fractions = Float64Array.from({ length: 3 * count }, () => (next() - 0.5) * spread);
  const mask = Math.floor(next() * 8);
  return {
    cell,
    positions: rowsTimes(fractions, cell),
    periodic: [(mask & 1) > 0, (mask & 2) > 0, (mask & 4) > 0],
  };
}

describe.skipIf(withoutGpu)('a neighbour list on the GPU', () => {
  let device: GpuDevice;
  beforeAll(async () => {
    device = await createGpuDevice();
  });
  afterAll(() => device.close());

  /** Every pair within the cutoff once, and none that f32 could not take for one (the list looks 1e-5 farther). */
  async function expectExact(atoms: Atoms, cutoff: number): Promise<number> {
    const kinds = new Int32Array(atoms.positions.length / 3);
    const list = await createGpuNeighbourList(device, { kinds, periodic: atoms.periodic, cutoff });
    await list.update(atoms.positions, atoms.cell);
    const listed = await listedPairs(device, list, atoms);
    list.release();
    const set = new Set(listed);
    expect(listed.length).toBe(set.size);
    const wanted = bruteForcePairs(atoms, cutoff);
    const allowed = bruteForcePairs(atoms, cutoff * (1 + 2e-5));
    const missing = [...wanted].filter((pair) => !set.has(pair));
    const extra = listed.filter((pair) => !allowed.has(pair));
    expect({ missing, extra }).toEqual({ missing: [], extra: [] });
    return wanted.size;
  }

  it('is that of brute force on 150 random cells of any shape, periodicity and cutoff', async () => {
    const next = uniform(1);
    let pairs = 0;
    for (let round = 0; round < 150; round++) {
      const count = 1 + Math.floor(next() ** 3 * 30);
      const ratio = count < 4 ? 0.3 + 2.7 * next() : 0.3 + 0.9 * next();
      const spread = [1, 3, 40][Math.floor(next() * 3)];
      pairs += await expectExact(randomAtoms(next, count, 3, spread), 3 * ratio);
    }
    expect(pairs).toBeGreaterThan(10_000);
  });

  it('is that of brute force on larger ones, so that bins matter and rows overflow', async () => {
    const next = uniform(2);
    for (let round = 0; round < 12; round++) await expectExact(randomAtoms(next, 200, 12, 1), 1 + 4 * next());
  });

  it('is that of brute force in a crystal, for very skewed and for tiny cells', async () => {
    const edge = 5.431;
    const basis = [0, 0, 0, 0, 2, 2, 2, 0, 2, 2, 2, 0, 1, 1, 1, 1, 3, 3, 3, 1, 3, 3, 3, 1];
    const crystal: Atoms = {
      cell: Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge),
      positions: Float64Array.from(basis, (x) => (x * edge) / 4),
      periodic: [true, true, true],
    };
    // 4 + 12 + 12 + 6 + 12 neighbours in the first five shells of the diamond structure
    expect(await expectExact(crystal, 6)).toBe(8 * 46);
    const skewed = Float64Array.of(3, 0, 0, 93.7, 3, 0.1, -41.3, 17.9, 3);
    const positions = Float64Array.of(0.3, 1.2, -4, 19, 2.2, 7.5);
    await expectExact({ cell: skewed, positions, periodic: [true, true, true] }, 3.2);
    const tiny = Float64Array.of(0.7, 0, 0, 0.1, 0.8, 0, 0.2, 0, 0.9);
    const one = Float64Array.of(-1000.3, 20, 7);
    expect(
      await expectExact({ cell: tiny, positions: one, periodic: [true, true, true] }, 4.037),
    ).toBeGreaterThan(400);
  });

  it('is built anew exactly when moves or strain could bring in a pair, and is whole in between', async () => {
    const next = uniform(3);
    const atoms = randomAtoms(next, 60, 9, 1);
    const [cutoff, skin] = [3, 0.8];
    const list = await createGpuNeighbourList(device, {
      kinds: new Int32Array(60),
      periodic: atoms.periodic,
      cutoff,
      skin,
    });
    let { positions, cell } = atoms;
    for (let step = 0; step < 60; step++) {
      await list.update(positions, cell);
      const set = new Set(await listedPairs(device, list, { ...atoms, positions, cell }));
      const wanted = bruteForcePairs({ ...atoms, positions, cell }, cutoff);
      expect([...wanted].filter((pair) => !set.has(pair))).toEqual([]);
      const strain = Float64Array.from([1, 0, 0, 0, 1, 0, 0, 0, 1], (x) => x + 0.004 * (next() - 0.5));
      cell = rowsTimes(cell, strain);
      positions = rowsTimes(positions, strain).map((x) => x + 0.1 * (next() - 0.5));
    }
    expect(list.builds).toBeGreaterThan(3);
    expect(list.builds).toBeLessThan(30);
    list.release();
  });

  it('stands in the same order in every run', async () => {
    const atoms = randomAtoms(uniform(4), 300, 12, 1);
    const orders = [];
    for (let run = 0; run < 3; run++) {
      const kinds = new Int32Array(300);
      const list = await createGpuNeighbourList(device, { kinds, periodic: atoms.periodic, cutoff: 5 });
      await list.update(atoms.positions, atoms.cell);
      orders.push((await listedPairs(device, list, atoms)).join('\n'));
      list.release();
    }
    expect(new Set(orders).size).toBe(1);
  });

  it('gives all its buffers back', async () => {
    const before = device.usedBytes;
    await expectExact(randomAtoms(uniform(5), 100, 8, 1), 3);
    expect(device.usedBytes).toBe(before);
  });

  it.each([
    ['a coordinate that is not finite', [0, 0, 0, 1, Number.NaN, 1], /atom 2 .*not finite/],
    ['atoms too far apart for fixed-point coordinates', [0, 0, 0, 2e4, 0, 0], /more than the 10000 A/],
  ])('refuses %s', async (_, positions, message) => {
    const list = await createGpuNeighbourList(device, {
      kinds: [0, 0],
      periodic: [false, false, false],
      cutoff: 3,
    });
    await expect(list.update(Float64Array.from(positions), new Float64Array(9))).rejects.toThrow(message);
    list.release();
  });
});
