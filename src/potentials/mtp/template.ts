import { levelBasis, radialFunctionsOf } from './levels.js';
import type { MtpParameters } from './parameters.js';

export interface TemplateOptions {
  /** Even, 2 to 28 */
  readonly level: number;
  readonly species: readonly string[];
  /** A, where the radial basis begins: at or below the shortest bond */
  readonly minimum: number;
  /** A */
  readonly cutoff: number;
  /** Chebyshev polynomials of a radial function */
  readonly size: number;
}

/**
 * An untrained MTP of a level, as MLIP's templates are, for these species.
 * @throws PhonolinkError (exit code 2) where there is no such level
 */
export function createMtpTemplate({ level, species, minimum, cutoff, size }: TemplateOptions): MtpParameters {
  const basis = levelBasis(level);
  return {
    label: { name: 'MTP1m', tag: '' },
    types: species.map((_, k) => k),
    species,
    named: true,
    radial: { type: 'RBChebyshev', minimum, maximum: cutoff, size, functions: radialFunctionsOf(basis) },
    basis,
  };
}
