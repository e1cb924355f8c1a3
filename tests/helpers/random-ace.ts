import { uniform } from '../../src/math/random.js';
import {
  ACE_EMBEDDINGS,
  ACE_INNER,
  ACE_RADIAL_BASES,
  type AceBond,
  type AceFunction,
  type AceParameters,
} from '../../src/potentials/ace/parameters.js';

const SYMBOLS = ['Al', 'Cu', 'Ni', 'Zn'];

export interface AceShape {
  readonly species: number;
  readonly lMax: number;
  readonly radialCount: number;
  readonly rank: number;
  /** Functions of more than one neighbour, of each species of the centre */
  readonly functions: number;
  readonly densities: number;
  readonly inner: AceParameters['inner'];
}

/**
 * An ACE model with random numbers: nothing physical and not invariant under rotations, but every term of the equations
 * is there. Functions take any species, n, l and m (both signs, so that factors and whole products recur conjugated).
 */
export function randomAce(seed: number, fixed: Partial<AceShape> = {}): AceParameters {
  const next = uniform(seed);
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const signed = (scale: number) => scale * (2 * next() - 1);
  const one = <T>(list: readonly T[]) => list[whole(0, list.length - 1)];
  const shape: AceShape = {
    species: whole(1, 3),
    lMax: whole(0, 6),
    radialCount: whole(1, 6),
    rank: whole(2, 6),
    functions: whole(0, 30),
    densities: whole(1, 3),
    inner: one(ACE_INNER),
    ...fixed,
  };
  const count = shape.species;
  const bonds = Array.from({ length: count * count }, (): AceBond => {
    const cutoff = 4 + next();
    const baseCount = whole(1, 6);
    const base = one(ACE_RADIAL_BASES);
    return {
      base,
      parameters: [2 + next()],
      cutoff,
      cutoffWidth: 0.3 + next(),
      baseCount,
      radialCount: shape.radialCount,
      lMax: shape.lMax,
      coefficients: Float64Array.from({ length: shape.radialCount * (shape.lMax + 1) * baseCount }, () =>
        signed(0.5),
      ),
      corePrefactor: 10 * next(),
      coreExponent: 1 + next(),
      innerCutoff: 2.4 + 0.3 * next(),
      innerWidth: 0.3 + next(),
    };
  });
  const many = (centre: number): AceFunction => {
    const rank = whole(2, shape.rank);
    const species = Uint8Array.from({ length: rank }, () => whole(0, count - 1));
    const l = Uint8Array.from({ length: rank }, () => whole(0, shape.lMax));
    const products = whole(1, 4);
    return {
      rank,
      species,
      n: Uint8Array.from({ length: rank }, () => whole(1, shape.radialCount)),
      l,
      m: Int8Array.from({ length: products * rank }, (_, k) => whole(-l[k % rank], l[k % rank])),
      coefficients: Float64Array.from({ length: products * densitiesOf[centre] }, () => signed(0.2)),
    };
  };
  const alone = (centre: number): AceFunction => {
    const neighbour = whole(0, count - 1);
    return {
      rank: 1,
      species: Uint8Array.of(neighbour),
      n: Uint8Array.of(whole(1, bonds[centre * count + neighbour].baseCount)),
      l: Uint8Array.of(0),
      m: Int8Array.of(0),
      coefficients: Float64Array.from({ length: densitiesOf[centre] }, () => signed(0.5)),
    };
  };
  const densitiesOf = Array.from({ length: count }, () => whole(1, shape.densities));
  return {
    species: SYMBOLS.slice(0, count),
    isolated: Float64Array.from({ length: count }, () => signed(5)),
    splineStep: 0.001,
    embeddings: densitiesOf.map((densities) => ({
      kind: one(ACE_EMBEDDINGS),
      densities,
      parameters: Float64Array.from({ length: 2 * densities }, (_, k) =>
        k % 2 === 0 ? signed(1) : one([1, 0.5, 0.7, 2]),
      ),
      // About where the core densities of dense structures lie.
      coreCutoff: 0.5 + next(),
      coreWidth: 0.3 + next(),
    })),
    bonds,
    inner: shape.inner,
    functions: Array.from({ length: count }, (_, centre) => [
      ...Array.from({ length: whole(0, 4) }, () => alone(centre)),
      ...Array.from({ length: shape.functions }, () => many(centre)),
    ]),
  };
}
