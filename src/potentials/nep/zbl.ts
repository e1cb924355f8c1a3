import { atomicNumber } from '../../model/elements.js';
import { PhonolinkError } from '../../model/errors.js';
import { NEP_COULOMB, NEP_ZBL_INVERSE_LENGTH } from './constants.js';
import { zblRadius } from './covalent-radii.js';
import type { NepZbl } from './parameters.js';

/**
 * Ziegler-Biersack-Littmark repulsion of two nuclei at a distance r, switched off between two cutoffs:
 *
 *   V(r) = C Z_i Z_j / r phi(r/a) f_c(r),  1/a = 2.134563 (Z_i^0.23 + Z_j^0.23)/A,  phi(x) = sum_4 A_k exp(-B_k x),
 *   f_c = 1 below the inner cutoff, (1 + cos(pi (r - inner)/(outer - inner)))/2 up to the outer one, 0 beyond.
 */
export interface ZblPair {
  /** C Z_i Z_j, eV A */
  readonly strength: number;
  /** 1/a in 1/A */
  readonly inverseLength: number;
  /** A */
  readonly inner: number;
  readonly outer: number;
  /** A_1 B_1 ... A_4 B_4 */
  readonly screening: ArrayLike<number>;
}

/** The universal screening function (Ziegler, Biersack and Littmark 1985). */
const UNIVERSAL = [0.18175, 3.1998, 0.50986, 0.94229, 0.28022, 0.4029, 0.02817, 0.20162];

/**
 * The repulsion of each pair of species, [t][t] flat and symmetric.
 * @throws PhonolinkError where a species is no element, or the typewise cutoff has no radius for it
 */
export function zblPairs(zbl: NepZbl, species: readonly string[]): ZblPair[] {
  const numbers = species.map(zblNumber);
  return species.flatMap((a, i) =>
    species.map((b, j) => ({
      strength: NEP_COULOMB * numbers[i] * numbers[j],
      inverseLength: NEP_ZBL_INVERSE_LENGTH * (numbers[i] ** 0.23 + numbers[j] ** 0.23),
      ...shape(zbl, species.length, Math.min(i, j), Math.max(i, j), a, b),
    })),
  );
}

function zblNumber(symbol: string): number {
  const number = atomicNumber(symbol);
  if (number > 0) return number;
  throw new PhonolinkError(`the ZBL repulsion needs elements, but a species is named '${symbol}'`);
}

function shape(
  zbl: NepZbl,
  species: number,
  low: number,
  high: number,
  a: string,
  b: string,
): Pick<ZblPair, 'inner' | 'outer' | 'screening'> {
  if (zbl.kind === 'flexible') {
    // Pairs low <= high, row by row of the upper triangle.
    const at = 10 * (low * species - (low * (low - 1)) / 2 + high - low);
    return {
      inner: zbl.pairs[at],
      outer: zbl.pairs[at + 1],
      screening: zbl.pairs.subarray(at + 2, at + 10),
    };
  }
  if (zbl.factor === undefined) return { inner: zbl.inner, outer: zbl.outer, screening: UNIVERSAL };
  const radii = [a, b].map((symbol) => {
    const radius = zblRadius(symbol);
    if (radius !== undefined) return radius;
    throw new PhonolinkError(`typewise ZBL cutoffs have no radius for ${symbol}`);
  });
  const outer = Math.min(zbl.factor * (radii[0] + radii[1]), zbl.outer);
  return { inner: 0, outer, screening: UNIVERSAL };
}

/** V and dV/dr at r (eV, eV/A); zero from the outer cutoff on. */
export function zblEnergy(pair: ZblPair, r: number): { energy: number; slope: number } {
  if (r >= pair.outer) return { energy: 0, slope: 0 };
  const x = r * pair.inverseLength;
  let phi = 0;
  let phiSlope = 0;
  for (let k = 0; k < 8; k += 2) {
    const term = pair.screening[k] * Math.exp(-pair.screening[k + 1] * x);
    phi += term;
    phiSlope -= pair.screening[k + 1] * term;
  }
  const bare = (pair.strength * phi) / r;
  const bareSlope = (pair.strength * pair.inverseLength * phiSlope) / r - bare / r;
  if (r < pair.inner) return { energy: bare, slope: bareSlope };
  const wave = Math.PI / (pair.outer - pair.inner);
  const fc = 0.5 * (1 + Math.cos(wave * (r - pair.inner)));
  const fcSlope = -0.5 * wave * Math.sin(wave * (r - pair.inner));
  return { energy: bare * fc, slope: bareSlope * fc + bare * fcSlope };
}
