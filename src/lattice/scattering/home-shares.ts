import type { ShortestVectors } from '../shortest-vectors.js';
import type { HomeConvention } from './interaction-setup.js';

/**
 * The three ways to put one atom of three in the home cell: slots of the triplet (q0, q1, q2) in the order of the
 * indices of force constants, the home atom first.
 */
export const LEGS = [
  [0, 1, 2],
  [1, 0, 2],
  [2, 1, 0],
] as const;

/** What share of the force constants of a home atom and two others a leg takes. */
export interface HomeShares {
  /** [n][N][N] 1 where nearest images are unique and all three atoms agree on them */
  readonly agreed: Uint8Array;
  /** [legs] share of triplets that agree, and of the others */
  readonly legs: readonly (readonly [number, number])[];
}

/**
 * Triplets on which all three atoms agree would come out of every leg alike: the first has them alone, as in phono3py,
 * which matters to force constants that are not symmetric.
 */
export function homeShares(shortest: ShortestVectors, convention: HomeConvention): HomeShares {
  if (convention === 'first') return { agreed: new Uint8Array(0), legs: [[1, 1]] };
  return {
    agreed: agreedTriplets(shortest),
    legs: [
      [1, 1 / 3],
      [0, 1 / 3],
      [0, 1 / 3],
    ],
  };
}

function agreedTriplets({ starts, vectors, primitiveAtom }: ShortestVectors): Uint8Array {
  const atoms = primitiveAtom.length;
  const n = (starts.length - 1) / atoms;
  const isUnique = (pair: number) => starts[pair + 1] - starts[pair] === 1;
  const key = (i: number, j: number, x: number, y: number, z: number) => `${i} ${j} ${x} ${y} ${z}`;
  const unique = new Set<string>();
  for (let pair = 0; pair < n * atoms; pair++) {
    if (!isUnique(pair)) continue;
    const s = 3 * starts[pair];
    const i = Math.floor(pair / atoms);
    unique.add(key(i, primitiveAtom[pair % atoms], vectors[s], vectors[s + 1], vectors[s + 2]));
  }
  const out = new Uint8Array(n * atoms * atoms);
  for (let i = 0, at = 0; i < n; i++) {
    for (let j = 0; j < atoms; j++) {
      for (let k = 0; k < atoms; k++, at++) {
        const [ij, ik] = [i * atoms + j, i * atoms + k];
        if (!isUnique(ij) || !isUnique(ik)) continue;
        const [s, t] = [3 * starts[ij], 3 * starts[ik]];
        const [x, y, z] = [0, 1, 2].map((c) => vectors[t + c] - vectors[s + c]);
        if (unique.has(key(primitiveAtom[j], primitiveAtom[k], x, y, z))) out[at] = 1;
      }
    }
  }
  return out;
}
