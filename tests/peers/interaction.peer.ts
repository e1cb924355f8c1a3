import { describe, expect, it } from 'vitest';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { PlainInteraction } from '../../src/lattice/scattering/interaction-plain.js';
import type { HomeConvention } from '../../src/lattice/scattering/interaction-setup.js';
import { uniform } from '../../src/math/random.js';
import { recipe } from '../helpers/crystals.js';
import { springConstants } from '../helpers/springs.js';
import { type InteractionCase, peerInteraction } from './interaction.js';

interface Case {
  name: string;
  dim: [number, number, number];
  mesh: [number, number, number];
  polar?: boolean;
}

/** Supercells so small that images share, one to four atoms, meshes even and odd. */
const CASES: Case[] = [
  { name: 'P1', dim: [2, 1, 1], mesh: [3, 2, 2] },
  { name: 'diamond', dim: [1, 1, 1], mesh: [4, 4, 4] },
  { name: 'rocksalt', dim: [1, 1, 1], mesh: [3, 3, 3], polar: true },
  { name: 'wurtzite', dim: [2, 2, 1], mesh: [3, 3, 2] },
];

/**
 * Of the largest strength: sums of some thousand terms of rounding errors 1e-16 each in another order, and constants
 * of nature that are theirs to 1e-12.
 */
const APART = 1e-11;

function caseOf({ name, dim, mesh, polar }: Case, convention: HomeConvention): InteractionCase {
  const cells = buildPhononCells(recipe(name), dim, 'auto');
  const { primitive, supercell, primitiveToSuper } = cells;
  const harmonic = springConstants(
    cells,
    { reach: 4.5, stiffness: (d) => [8 * Math.exp(-d), 0.5 * Math.exp(-d)] },
    primitiveToSuper,
  );
  // Without any symmetry, so that no order of indices can be mistaken for another.
  const random = uniform(11);
  const size = 27 * primitive.count * supercell.count ** 2;
  const cubic = {
    count: supercell.count,
    rows: primitiveToSuper,
    values: Float64Array.from({ length: size }, () => random() - 0.5),
  };
  const ion = [1.1, 0, 0, 0, 1.1, 0, 0, 0, 1.1];
  return {
    cells,
    harmonic,
    cubic,
    mesh,
    convention,
    count: 3,
    ...(polar && {
      polar: {
        dielectric: Float64Array.of(2.4, 0, 0, 0, 2.4, 0, 0, 0, 2.4),
        charges: Float64Array.of(...ion, ...ion.map((z) => -z)),
        factor: 14.4,
        method: 'gonze',
      },
    }),
  };
}

describe.each(CASES)('interaction strengths of $name beside phono3py', (crystal) => {
  it.each(['first', 'average'] as const)('with home atom: %s', (convention) => {
    const input = caseOf(crystal, convention);
    const { grid, modes, parts } = peerInteraction(input);
    const setup = { cells: input.cells, constants: input.cubic, convention, grid, modes };
    const plain = new PlainInteraction(setup);
    for (const { triplets, strengths } of parts) {
      const found = plain.at(triplets);
      const largest = strengths.reduce((most, x) => Math.max(most, x), 0);
      expect(largest).toBeGreaterThan(0);
      expect(found.length).toBe(strengths.length);
      const apart = found.reduce((most, x, i) => Math.max(most, Math.abs(x - strengths[i])), 0);
      expect(apart / largest, `at point ${triplets.point}`).toBeLessThan(APART);
    }
  });
});
