import { PhonolinkError } from '../../model/errors.js';

/**
 * Tersoff's bond-order potential (J. Tersoff, Phys. Rev. B 37, 6991, 1988; 39, 5566, 1989), in the general form that
 * LAMMPS and GPUMD have:
 *
 *   U_i = 1/2 sum_j f_C(r_ij) [A exp(-lambda r_ij) - b_ij B exp(-mu r_ij)]
 *   b_ij = (1 + (beta zeta_ij)^n)^(-1/2n)
 *   zeta_ij = sum_k f_C(r_ik) g(theta_ijk) exp(alpha (r_ij - r_ik)^m)
 *   f_C(r) = 1 to `inner`, (1 + cos(pi (r - inner)/(outer - inner)))/2 from there to `outer`, 0 beyond
 *
 * A, B, lambda, mu, beta and n of a bond ij are those of the entry ijj; g, alpha, m and the f_C in zeta those of ijk.
 * Where a file gives A or lambda of ijj and jii with different digits, each end of the bond has its own here, so that
 * the order of atoms does not matter; LAMMPS takes one of the two for the whole bond, by the order of the atoms.
 */
export interface TersoffParameters {
  /** t symbols or labels */
  readonly species: readonly string[];
  /** [t^3] the entry of atoms of kinds i, j, k stands at (i t + j) t + k; undefined where the file has none */
  readonly entries: readonly (TersoffEntry | undefined)[];
}

export interface TersoffEntry {
  /** eV */
  readonly a: number;
  /** eV */
  readonly b: number;
  /** 1/A */
  readonly lambda: number;
  /** 1/A */
  readonly mu: number;
  readonly beta: number;
  readonly n: number;
  readonly angle: TersoffAngle;
  /** A */
  readonly inner: number;
  /** A */
  readonly outer: number;
  /** A^-m */
  readonly alpha: number;
  readonly m: 1 | 3;
}

export type TersoffAngle =
  /** g = gamma (1 + c^2/d^2 - c^2/(d^2 + (h - cos theta)^2)) */
  | {
      readonly kind: 'tersoff';
      readonly gamma: number;
      readonly c: number;
      readonly d: number;
      readonly h: number;
    }
  /** g = (h - cos theta)^2, Tersoff-mini (Fan et al., J. Phys.: Condens. Matter 32, 135901, 2020) */
  | { readonly kind: 'quadratic'; readonly h: number };

export function entryOf(
  parameters: TersoffParameters,
  i: number,
  j: number,
  k: number,
): TersoffEntry | undefined {
  const t = parameters.species.length;
  return parameters.entries[(i * t + j) * t + k];
}

/** Largest cutoff of all entries, A. */
export function largestCutoff(parameters: TersoffParameters): number {
  return parameters.entries.reduce((most, entry) => Math.max(most, entry?.outer ?? 0), 0);
}

/** @throws PhonolinkError where the numbers make no potential */
export function checkTersoff(parameters: TersoffParameters): void {
  const { species, entries } = parameters;
  const t = species.length;
  entries.forEach((entry, at) => {
    if (!entry) return;
    const [i, j, k] = [Math.floor(at / (t * t)), Math.floor(at / t) % t, at % t];
    const problem = problemOf(entry, j === k);
    if (!problem) return;
    throw new PhonolinkError(`the Tersoff entry ${species[i]} ${species[j]} ${species[k]} has ${problem}`);
  });
  if (!(largestCutoff(parameters) > 0)) {
    throw new PhonolinkError('every Tersoff cutoff is 0, expected a positive one');
  }
}

/** A; no bond is that long. */
const LONGEST_CUTOFF = 1000;

function problemOf(entry: TersoffEntry, isBond: boolean): string {
  const { a, b, lambda, mu, beta, n, angle, inner, outer, alpha } = entry;
  const numbers = { a, b, lambda, mu, beta, n, alpha, ...angle };
  for (const [name, value] of Object.entries(numbers)) {
    if (typeof value === 'number' && !Number.isFinite(value))
      return `${name} = ${value}, expected a finite number`;
  }
  const gamma = angle.kind === 'tersoff' ? angle.gamma : 0;
  for (const [name, value] of Object.entries({ a, b, lambda, mu, beta, n, gamma })) {
    if (value < 0) return `${name} = ${value}, expected 0 or more`;
  }
  if (!(inner >= 0 && outer >= inner && outer <= LONGEST_CUTOFF))
    return `a cutoff that begins at ${inner} A and ends at ${outer} A, expected 0 <= begin <= end <= ${LONGEST_CUTOFF}`;
  if (isBond && b > 0 && !(n > 0)) return `n = ${n}, expected a positive exponent for a bond`;
  if (angle.kind === 'tersoff' && angle.c !== 0 && angle.d === 0) return 'd = 0, expected another number';
  return '';
}
