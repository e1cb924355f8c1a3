import type { Recipe } from './crystals.js';

/** Two atoms in general places, so that no symmetry is there by accident. */
const GENERAL: Recipe['sites'] = [
  ['Si', 0.1, 0.21, 0.32],
  ['O', 0.13, 0.37, 0.41],
];

/** Lattices whose lengths decide between kinds of Brillouin zones, and lattices that no other recipe has. */
export const LATTICE_RECIPES: readonly Recipe[] = [
  { name: 'oF1', group: 42, lattice: [4, 7, 9, 90, 90, 90], sites: GENERAL },
  { name: 'oF2', group: 42, lattice: [9, 7, 4, 90, 90, 90], sites: GENERAL },
  { name: 'oF3', group: 42, lattice: [6, 6.5, 7, 90, 90, 90], sites: GENERAL },
  { name: 'oI1', group: 46, lattice: [5, 6, 8, 90, 90, 90], sites: GENERAL },
  { name: 'oI2', group: 46, lattice: [8, 6, 5, 90, 90, 90], sites: GENERAL },
  { name: 'oI3', group: 46, lattice: [5, 8, 6, 90, 90, 90], sites: GENERAL },
  { name: 'oC1', group: 36, lattice: [5, 8, 6, 90, 90, 90], sites: GENERAL },
  { name: 'oC2', group: 36, lattice: [8, 5, 6, 90, 90, 90], sites: GENERAL },
  { name: 'oA1', group: 38, lattice: [5, 6, 8, 90, 90, 90], sites: GENERAL },
  { name: 'oA2', group: 38, lattice: [5, 8, 6, 90, 90, 90], sites: GENERAL },
  { name: 'mC1', group: 5, lattice: [8, 5, 6, 90, 105, 90], sites: GENERAL },
  { name: 'mC2', group: 5, lattice: [5, 8, 6, 90, 105, 90], sites: GENERAL },
  { name: 'mC3', group: 5, lattice: [8, 8.1, 3, 90, 115, 90], sites: GENERAL },
  { name: 'mP1', group: 4, lattice: [5, 8, 6, 90, 105, 90], sites: GENERAL },
  { name: 'tI1', group: 79, lattice: [7, 7, 5, 90, 90, 90], sites: GENERAL },
  { name: 'tI2', group: 79, lattice: [5, 5, 8, 90, 90, 90], sites: GENERAL },
  { name: 'hR1', group: 146, lattice: [5, 5, 9, 90, 90, 120], sites: GENERAL },
  { name: 'hR2', group: 146, lattice: [7, 7, 5, 90, 90, 120], sites: GENERAL },
  { name: 'hP1', group: 143, lattice: [5, 5, 6, 90, 90, 120], sites: GENERAL },
  { name: 'cP1', group: 195, lattice: [7, 7, 7, 90, 90, 90], sites: GENERAL },
  { name: 'cP2', group: 207, lattice: [9, 9, 9, 90, 90, 90], sites: GENERAL },
  { name: 'cF1', group: 196, lattice: [9, 9, 9, 90, 90, 90], sites: GENERAL },
  { name: 'aP', group: 1, lattice: [5, 6, 7, 70, 75, 80], sites: GENERAL },
  { name: 'aP obtuse', group: 1, lattice: [5, 6, 7, 100, 104, 109], sites: GENERAL },
];
