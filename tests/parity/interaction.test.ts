import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { InteractionStrengths } from '../../src/lattice/scattering/interaction.js';
import { PlainInteraction } from '../../src/lattice/scattering/interaction-plain.js';
import { uniform } from '../../src/math/random.js';
import {
  allTriplets,
  offTwofoldGrid,
  randomCubic,
  randomModes,
  scatteringCells,
  twofoldGrid,
} from '../helpers/scattering.js';

/**
 * Of the largest strength: sums of up to (n N)^2 27 terms of either sign in another order, each off by some roundings of
 * 1e-16, squared.
 */
const ERROR = 1e-12;

/** One to five atoms in the primitive cell, supercells in which groups of atoms differ in size. */
const CASES = [
  { name: 'diamond', dim: [1, 1, 1], mesh: [3, 4, 2], bands0: [4, 1] },
  { name: 'P1', dim: [1, 2, 1], mesh: [2, 3, 3], bands0: [8] },
  { name: 'wurtzite', dim: [1, 1, 1], mesh: [3, 1, 5], bands0: [0, 5, 11] },
  { name: 'C2/c', dim: [1, 1, 1], mesh: [2, 2, 2], bands0: [2] },
] as const;

describe.each([1, 3])('interaction strengths by the kernel on %i threads', (threads) => {
  const ready = createCpuDevice({ threads });
  afterAll(async () => (await ready).close());

  it.each(
    CASES.flatMap((crystal) =>
      (['first', 'average'] as const).flatMap((convention) =>
        [0, 1 << 28].map((memory) => ({ ...crystal, convention, memory })),
      ),
    ),
  )(
    '$name, home atom: $convention, $memory bytes',
    async ({ name, dim, mesh, bands0, convention, memory }) => {
      const cells = scatteringCells(name, dim);
      const grid = twofoldGrid(mesh);
      const constants = randomCubic(cells);
      const { count } = constants;
      // A pair that acts on nothing, as behind a cutoff, and an atom that one home atom does not know at all.
      for (let j = 0; j < count; j++) {
        for (let k = 0; k < count; k++) {
          const isCut = j === count - 1 || k === count - 1 || (j === 1 && k === 2);
          if (isCut) constants.values.fill(0, 27 * (j * count + k), 27 * (j * count + k + 1));
        }
      }
      const setup = { cells, constants, convention, grid, modes: randomModes(cells, grid) };
      const plain = new PlainInteraction(setup);
      const fast = new InteractionStrengths(setup, await ready, { memory });
      for (const point of [0, 7]) {
        const triplets = allTriplets(grid, point);
        for (const chosen of [undefined, bands0]) {
          const expected = plain.at(triplets, chosen);
          const found = fast.at(triplets, chosen);
          expect(found.length).toBe(expected.length);
          const largest = expected.reduce((most, x) => Math.max(most, x), 0);
          expect(largest).toBeGreaterThan(0);
          const apart = found.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i])), 0);
          expect(apart / largest).toBeLessThan(ERROR);
        }
      }
      fast.release();
    },
  );

  it.each([0.1, 0.9])('%d of the strengths not wanted', async (share) => {
    const device = await ready;
    for (const [name, mesh] of [
      ['diamond', [3, 4, 2]],
      ['P1', [2, 3, 3]],
    ] as const) {
      const cells = scatteringCells(name, [1, 1, 1]);
      const grid = twofoldGrid(mesh);
      const constants = randomCubic(cells);
      const setup = {
        cells,
        constants,
        convention: 'average',
        grid,
        modes: randomModes(cells, grid),
      } as const;
      const triplets = allTriplets(grid, 3);
      const chosen = [4, 1];
      const expected = new PlainInteraction(setup).at(triplets, chosen);
      const next = uniform(2);
      const zero = Uint8Array.from(expected, () => (next() < share ? 1 : 0));
      const shared = device.heap.bytes(zero.length);
      shared.set(zero);
      const largest = expected.reduce((most, x) => Math.max(most, x), 0);
      for (const memory of [0, 1 << 26]) {
        const fast = new InteractionStrengths(setup, device, { memory });
        for (const mask of [zero, shared]) {
          const found = fast.at(triplets, chosen, mask);
          const apart = found.reduce(
            (most, x, i) =>
              Math.max(most, zero[i] ? Math.abs(x) * Number.MAX_VALUE : Math.abs(x - expected[i])),
            0,
          );
          expect(apart / largest).toBeLessThan(ERROR);
        }
        fast.release();
      }
      device.heap.release(shared);
    }
  });

  it('at a point that is none of the grid', async () => {
    const cells = scatteringCells('P1', [1, 2, 1]);
    const { grid, triplets } = offTwofoldGrid([2, 3, 3], [0.13, -0.31, 0.77]);
    const setup = {
      cells,
      constants: randomCubic(cells),
      convention: 'average',
      grid,
      modes: randomModes(cells, grid),
    } as const;
    const expected = new PlainInteraction(setup).at(triplets);
    const fast = new InteractionStrengths(setup, await ready);
    const found = fast.at(triplets);
    const largest = expected.reduce((most, x) => Math.max(most, x), 0);
    const apart = found.reduce((most, x, i) => Math.max(most, Math.abs(x - expected[i])), 0);
    expect(largest).toBeGreaterThan(0);
    expect(apart / largest).toBeLessThan(ERROR);
    fast.release();
  });
});
