import type { Structure } from '../../src/model/structure.js';
import { createLennardJones, type LennardJonesPotential } from '../../src/potentials/lj/potential.js';

/**
 * A Lennard-Jones potential for any structure, each pair of species with numbers of its own, that sees a few
 * neighbours. The structure is not at rest in it: forces do not vanish.
 */
export function pairPotential({ species }: Structure, cutoff = 5): LennardJonesPotential {
  const pairs = species.flatMap((_, i) =>
    species.map((__, j) => ({ epsilon: 0.3 + 0.05 * (i + j), sigma: 1.7 + 0.1 * Math.abs(i - j), cutoff })),
  );
  return createLennardJones({ species, pairs, shift: true });
}
