import { quoted } from '../../src/model/errors.js';
import type { AceProblem } from '../../src/potentials/ace/check.js';
import {
  ACE_EMBEDDINGS,
  ACE_INNER,
  ACE_RADIAL_BASES,
  type AceBond,
  type AceEmbedding,
  type AceInner,
} from '../../src/potentials/ace/parameters.js';

/** A place in a file: it ends the reading with what was found there and what was expected. */
export interface Place {
  fail(found: string, expected: string): never;
}

/** The radial basis of a name; the one of tests that pacemaker's own program knows too. */
export function radialBaseOf(name: string, place: Place): AceBond['base'] {
  const base = ACE_RADIAL_BASES.find((known) => known === name || `TEST_${known}` === name);
  if (base && (name === base || base === 'SBessel')) return base;
  const list = ACE_RADIAL_BASES.join(', ');
  if (name.startsWith('ACE.jl'))
    return place.fail(
      `the radial basis ${quoted(name)} of ACE.jl`,
      `one of ${list}: ACE.jl's are not supported`,
    );
  return place.fail(`the radial basis ${quoted(name)}`, `one of ${list}`);
}

export function embeddingOf(name: string, place: Place): AceEmbedding['kind'] {
  const kind = ACE_EMBEDDINGS.find((known) => known === name);
  return kind ?? place.fail(`the embedding ${quoted(name)}`, `one of ${ACE_EMBEDDINGS.join(', ')}`);
}

export function innerOf(name: string, place: Place): AceInner {
  const inner = ACE_INNER.find((known) => known === name);
  return inner ?? place.fail(`the inner cutoff ${quoted(name)}`, `one of ${ACE_INNER.join(', ')}`);
}

export function checked(problem: AceProblem | undefined, place: Place): void {
  if (problem) place.fail(problem.found, problem.expected);
}

/** Distance of the knots, A. */
export function splineStepOf(value: number, place: Place): number {
  return value > 0 ? value : place.fail(`the spline step ${value}`, 'a distance above 0');
}

/** A pair that a file says nothing of: it does not interact. The numbers are those that pacemaker starts from. */
export const NO_BOND: AceBond = {
  base: 'ChebExpCos',
  parameters: [1],
  cutoff: 1,
  cutoffWidth: 1,
  baseCount: 0,
  radialCount: 0,
  lMax: 0,
  coefficients: new Float64Array(0),
  corePrefactor: 0,
  coreExponent: 1,
  innerCutoff: 0,
  innerWidth: 0,
};
