import type { AceFunction, AceParameters } from './parameters.js';

/** The products of a function. */
export type Products = Pick<AceFunction, 'rank' | 'species' | 'n' | 'l' | 'm'>;

/** A function whose value describes an atom: the sum of its products by their weights [products]. */
export interface Projection extends Products {
  readonly weights: Float64Array;
}

/**
 * The functions that describe atoms of a species, in order: of the B-basis where the file has one, otherwise the C-tilde
 * functions with the coefficients of the first density.
 */
export function projections(
  { basis, functions, embeddings }: AceParameters,
  kind: number,
): readonly Projection[] {
  if (basis) return basis.functions[kind].map((f) => ({ ...f, weights: f.couplings }));
  const { densities } = embeddings[kind];
  return functions[kind].map((f) => ({
    ...f,
    weights: f.coefficients.filter((_, at) => at % densities === 0),
  }));
}

/** Numbers that describe an atom: those whose species has fewer functions are padded with zeros. */
export function descriptorWidth({ basis, functions }: AceParameters): number {
  return Math.max(0, ...(basis?.functions ?? functions).map((list) => list.length));
}
