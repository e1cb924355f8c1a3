import { describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { createAdaptiveList } from '../../src/neighbours/adaptive-list.js';
import type { NeighbourList } from '../../src/neighbours/list.js';
import { randomAtoms } from '../helpers/random-nep.js';

const CUTOFF = 4;
const structure = randomAtoms(1, ['Si'], 60);
const { count, periodic, cell } = structure;

async function adaptive() {
  const device = await createCpuDevice({ threads: 1 });
  return createAdaptiveList(device, { count, periodic, cutoff: CUTOFF, skin: 1 });
}

/** Distances within the cutoff, sorted. */
function distances(list: NeighbourList): number[] {
  const found: number[] = [];
  for (let i = 0; i < list.count; i++) {
    for (let at = list.first[i]; at < list.first[i + 1]; at++) {
      const j = list.neighbours[at];
      const r = Math.hypot(...[0, 1, 2].map((c) => list.points[3 * j + c] - list.points[3 * i + c]));
      if (r < CUTOFF) found.push(r);
    }
  }
  return found.sort((a, b) => a - b);
}

/** Positions in which atom k has moved by `step` times its own direction. */
function moved(step: number): Float64Array {
  return structure.positions.map((x, k) => x + step * Math.sin(7 * k));
}

describe('a neighbour list that adapts', () => {
  it('keeps a list while positions follow each other', async () => {
    const list = await adaptive();
    for (let step = 0; step < 20; step++) list.update(moved(0.01 * step), cell);
    // One without a skin at first, one with.
    expect(list.builds).toBe(2);
  });

  it('lists no more than the cutoff asks for where positions jump', async () => {
    const list = await adaptive();
    for (const step of [0, 1, -1, 0.5]) {
      list.update(moved(step), cell);
      expect(list.neighbours.length).toBe(distances(list).length);
    }
    expect(list.builds).toBe(4);
  });

  it('finds the same pairs whatever came before', async () => {
    const list = await adaptive();
    const strained = cell.map((x) => 1.02 * x);
    for (const step of [0, 0.01, 0.02, 2, 2.01, -1, -1.01, 0]) {
      for (const box of [cell, strained]) {
        list.update(moved(step), box);
        const fresh = await adaptive();
        fresh.update(moved(step), box);
        const expected = distances(fresh);
        expect(expected.length).toBeGreaterThan(0);
        const got = distances(list);
        expect(got.length).toBe(expected.length);
        for (const [k, r] of got.entries()) expect(r).toBeCloseTo(expected[k], 12);
      }
    }
  });
});
