import { join } from 'node:path';
import { loadPotential } from '../../formats/potentials.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import type { TersoffEntry } from '../../src/potentials/tersoff/parameters.js';
import { createTersoff } from '../../src/potentials/tersoff/potential.js';
import { describePotential } from './potential.js';
import { skewedDiamond } from './structures.js';

describePotential({
  name: 'Tersoff silicon',
  make: () => loadPotential(join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff')),
  structures: {
    'a skewed cell smaller than the cutoff': skewedDiamond(['Si'], { bond: 2.35, repeat: [1, 1, 1] }),
    'a larger one, compressed': skewedDiamond(['Si'], { bond: 2.2, seed: 4, repeat: [2, 2, 1] }),
    'a molecule': skewedDiamond(['Si'], { bond: 2.35, repeat: [2, 2, 2], periodic: [false, false, false] }),
    'a wire': skewedDiamond(['Si'], { bond: 2.4, periodic: [false, true, false], seed: 3 }),
  },
});

/** No real material: every term at work, and every triple with numbers of its own. */
function entry(i: number, j: number, k: number): TersoffEntry {
  const mixed = 0.1 * (i + j);
  return {
    a: 1500 + 100 * (i + j),
    b: 300 + 20 * (i + j),
    lambda: 2.6 + mixed,
    mu: 1.6 + mixed,
    beta: 0.2 + 0.1 * i,
    n: 0.8 + 0.1 * i,
    angle:
      i === 0
        ? { kind: 'tersoff', gamma: 0.3, c: 2 + 0.1 * k, d: 1.5, h: -0.3 - 0.05 * j }
        : { kind: 'quadratic', h: -0.4 + 0.1 * k },
    inner: 2.4 + 0.05 * (i + k),
    outer: 3.1 + 0.05 * (i + k),
    alpha: 0.4 + 0.1 * (j + 2 * k),
    m: (i + j + k) % 2 ? 1 : 3,
  };
}

describePotential({
  name: 'Tersoff with all terms',
  make: async () =>
    createTersoff({
      species: ['A', 'B'],
      entries: [0, 1].flatMap((i) => [0, 1].flatMap((j) => [0, 1].map((k) => entry(i, j, k)))),
    }),
  structures: {
    'a skewed cell smaller than the cutoff': skewedDiamond(['A', 'B'], { bond: 2.3, repeat: [1, 1, 1] }),
    'a larger one': skewedDiamond(['B', 'A', 'A'], { bond: 2.4, seed: 2, repeat: [2, 1, 2] }),
    'a molecule': skewedDiamond(['A', 'B'], {
      bond: 2.3,
      repeat: [2, 2, 1],
      periodic: [false, false, false],
    }),
  },
});
