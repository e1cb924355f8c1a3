import { PhonolinkError } from '../../model/errors.js';

/**
 * Lennard-Jones pairs V(r) = 4 epsilon ((sigma/r)^12 - (sigma/r)^6) for r < cutoff, and 0 beyond (Jones, Proc. R. Soc.
 * Lond. A 106, 463, 1924).
 */
export interface LennardJonesParameters {
  /** t symbols */
  readonly species: readonly string[];
  /** [t * t], symmetric; the pair of species I and J stands at I * t + J */
  readonly pairs: readonly LennardJonesPair[];
  /** Whether V(cutoff) is subtracted, so that the energy has no step there (LAMMPS `pair_modify shift yes`). */
  readonly shift: boolean;
}

export interface LennardJonesPair {
  /** eV */
  readonly epsilon: number;
  /** A */
  readonly sigma: number;
  /** A */
  readonly cutoff: number;
}

/** The pair of two species' numbers. */
export function pairOf(parameters: LennardJonesParameters, i: number, j: number): LennardJonesPair {
  return parameters.pairs[i * parameters.species.length + j];
}

/** Energy at the cutoff, eV: what `shift` subtracts. */
export function energyAtCutoff({ epsilon, sigma, cutoff }: LennardJonesPair): number {
  const s6 = cutoff > 0 ? (sigma / cutoff) ** 6 : 0;
  return 4 * epsilon * s6 * (s6 - 1);
}

/** @throws PhonolinkError where the numbers are no Lennard-Jones potential */
export function checkLennardJones(parameters: LennardJonesParameters): void {
  const { species, pairs } = parameters;
  if (species.length === 0 || pairs.length !== species.length ** 2) {
    throw new PhonolinkError(
      `Lennard-Jones has ${pairs.length} pairs for ${species.length} species, expected one for each two`,
    );
  }
  species.forEach((a, i) => {
    species.forEach((b, j) => {
      const { epsilon, sigma, cutoff } = pairOf(parameters, i, j);
      if (!(Number.isFinite(epsilon) && sigma >= 0 && cutoff >= 0 && sigma < 1e3 && cutoff < 1e3)) {
        throw new PhonolinkError(
          `the Lennard-Jones pair ${a}-${b} has epsilon ${epsilon} eV, sigma ${sigma} A and cutoff ${cutoff} A, expected finite numbers with sigma and cutoff from 0 to 1000 A`,
        );
      }
      const mirror = pairOf(parameters, j, i);
      if (mirror.epsilon !== epsilon || mirror.sigma !== sigma || mirror.cutoff !== cutoff) {
        throw new PhonolinkError(`the Lennard-Jones pairs ${a}-${b} and ${b}-${a} differ, expected the same`);
      }
    });
  });
  if (!pairs.some(({ cutoff }) => cutoff > 0)) {
    throw new PhonolinkError('every Lennard-Jones cutoff is 0, expected a positive one');
  }
}
