import { afterAll, describe, expect, it } from 'vitest';
import { createCpuDevice } from '../../src/device/cpu.js';
import { InteractionStrengths } from '../../src/lattice/scattering/interaction.js';
import { PlainInteraction } from '../../src/lattice/scattering/interaction-plain.js';
import type { HomeConvention } from '../../src/lattice/scattering/interaction-setup.js';
import { randomCubic, scatteringCells } from '../helpers/scattering.js';
import { rocksalt, type ScatteringCase, silicon } from '../helpers/scattering-cases.js';
import { withoutData } from '../helpers/shared-data.js';
import { springConstants } from '../helpers/springs.js';
import { type InteractionCase, peerInteraction } from './interaction.js';

interface Case {
  name: string;
  dim: [number, number, number];
  mesh: [number, number, number] | number;
  polar?: boolean;
}

/** Supercells so small that images share, one to four atoms, meshes even and odd, one that leans. */
const CASES: Case[] = [
  { name: 'P1', dim: [2, 1, 1], mesh: [3, 2, 2] },
  { name: 'diamond', dim: [1, 1, 1], mesh: [4, 4, 4] },
  { name: 'diamond', dim: [1, 1, 1], mesh: 12 },
  { name: 'rocksalt', dim: [1, 1, 1], mesh: [3, 3, 3], polar: true },
  { name: 'wurtzite', dim: [2, 2, 1], mesh: [3, 3, 2] },
];

/**
 * Of the largest strength: sums of some thousand terms of rounding errors 1e-16 each in another order, and constants
 * of nature that are theirs to 1e-12.
 */
const APART = 1e-11;

const IDENTITY = Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1);

function caseOf({ name, dim, polar }: Case): ScatteringCase {
  const cells = scatteringCells(name, dim);
  const stiffness = (d: number) => [8 * Math.exp(-d), 0.5 * Math.exp(-d)] as const;
  const charges = [1.1, -1.1].flatMap((charge) => Array.from(IDENTITY, (x) => charge * x));
  return {
    cells,
    harmonic: springConstants(cells, { reach: 4.5, stiffness }, cells.primitiveToSuper),
    cubic: randomCubic(cells),
    ...(polar && {
      polar: {
        dielectric: IDENTITY.map((x) => 2.4 * x),
        charges: Float64Array.from(charges),
        factor: 14.4,
        method: 'gonze',
      },
    }),
  };
}

describe('interaction strengths beside phono3py', () => {
  const ready = createCpuDevice({ threads: 2 });
  afterAll(async () => (await ready).close());

  async function compare(
    input: Omit<InteractionCase, 'convention'>,
    convention: HomeConvention,
    makers: ('plain' | 'fast')[],
  ) {
    const { grid, modes, parts } = peerInteraction({ ...input, convention });
    const setup = { cells: input.cells, constants: input.cubic, convention, grid, modes };
    expect(parts.length).toBeGreaterThan(1);
    for (const maker of makers) {
      const ours =
        maker === 'plain' ? new PlainInteraction(setup) : new InteractionStrengths(setup, await ready);
      for (const { point, triplets, strengths } of parts) {
        const found = ours.at(triplets);
        const largest = strengths.reduce((most, x) => Math.max(most, x), 0);
        expect(largest).toBeGreaterThan(0);
        expect(found.length).toBe(strengths.length);
        const apart = found.reduce((most, x, i) => Math.max(most, Math.abs(x - strengths[i])), 0);
        expect(apart / largest, `${maker} at point ${point}`).toBeLessThan(APART);
      }
    }
  }

  const conventions = ['first', 'average'] as const;

  it.each(CASES.flatMap((crystal) => conventions.map((convention) => ({ ...crystal, convention }))))(
    '$name, mesh $mesh, home atom: $convention',
    async (crystal) =>
      compare({ ...caseOf(crystal), mesh: crystal.mesh, count: 3 }, crystal.convention, ['plain', 'fast']),
  );

  it.skipIf(withoutData).each(conventions)('silicon of 64 atoms, home atom: %s', async (convention) =>
    compare({ ...(await silicon()), mesh: [11, 11, 11], count: 6 }, convention, ['fast']),
  );

  it.skipIf(withoutData).each(conventions)(
    'rocksalt of 64 atoms with its field, home atom: %s',
    async (convention) => compare({ ...(await rocksalt()), mesh: [9, 9, 9], count: 6 }, convention, ['fast']),
  );
});
