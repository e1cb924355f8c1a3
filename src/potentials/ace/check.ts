import { atomicNumber } from '../../model/elements.js';
import type { AceBond, AceEmbedding, AceFunction, AceInner } from './parameters.js';

/** What a part of a model says and what it should. */
export interface AceProblem {
  readonly found: string;
  readonly expected: string;
}

/** Numbers of functions, species and angular momenta fit a byte, and tables of radial functions the memory. */
const MOST = 255;
const MOST_L = 100;
const MOST_KNOTS = 1e6;

/** What is wrong with an embedding; undefined where nothing is. */
export function embeddingProblem({
  densities,
  parameters,
  coreCutoff,
  coreWidth,
}: AceEmbedding): AceProblem | undefined {
  if (densities < 1 || densities > MOST)
    return { found: `${densities} densities`, expected: `a number of densities from 1 to ${MOST}` };
  if (parameters.length !== 2 * densities)
    return {
      found: `${parameters.length} parameters of the embedding`,
      expected: `${2 * densities}: weight and exponent of ${densities} densities`,
    };
  if (coreCutoff < 0 || coreWidth < 0)
    return { found: `the core cutoff ${coreCutoff} and width ${coreWidth}`, expected: 'numbers from 0 up' };
  return undefined;
}

/** What is wrong with a bond; undefined where nothing is. */
export function bondProblem(bond: AceBond, splineStep: number): AceProblem | undefined {
  const { parameters, cutoff, cutoffWidth, baseCount, radialCount, lMax, coefficients } = bond;
  if (baseCount < 0 || baseCount > MOST || radialCount < 0 || radialCount > MOST)
    return {
      found: `${baseCount} base functions and ${radialCount} radial functions`,
      expected: `numbers from 0 to ${MOST}`,
    };
  if (lMax < 0 || lMax > MOST_L)
    return { found: `the largest angular momentum ${lMax}`, expected: `one from 0 to ${MOST_L}` };
  if (coefficients.length !== radialCount * (lMax + 1) * baseCount)
    return {
      found: `${coefficients.length} radial coefficients`,
      expected: `${radialCount} times ${lMax + 1} times ${baseCount}`,
    };
  if (parameters.length === 0)
    return { found: 'no parameter of the radial functions', expected: 'one at least' };
  if (!(cutoff > 0)) return { found: `the cutoff ${cutoff}`, expected: 'one above 0' };
  if (cutoff / splineStep > MOST_KNOTS)
    return {
      found: `the cutoff ${cutoff} with splines of step ${splineStep}`,
      expected: `at most ${MOST_KNOTS} knots`,
    };
  if (cutoffWidth < 0) return { found: `the width ${cutoffWidth} of the cutoff`, expected: 'one from 0 up' };
  if (bond.innerCutoff < 0 || bond.innerWidth < 0)
    return {
      found: `the inner cutoff ${bond.innerCutoff} and its width ${bond.innerWidth}`,
      expected: 'numbers from 0 up',
    };
  return undefined;
}

/** What is wrong with a function of a centre whose bonds with each species are `bonds`; undefined where nothing is. */
export function functionProblem(
  f: Pick<AceFunction, 'species' | 'n' | 'l' | 'm'>,
  bonds: readonly AceBond[],
): AceProblem | undefined {
  const rank = f.species.length;
  for (let i = 0; i < rank; i++) {
    const bond = bonds[f.species[i]];
    if (!bond) return { found: `the species ${f.species[i]}`, expected: `one from 0 to ${bonds.length - 1}` };
    const most = rank === 1 ? bond.baseCount : bond.radialCount;
    if (f.n[i] < 1 || f.n[i] > most)
      return {
        found: `n ${f.n[i]} in a function of rank ${rank}`,
        expected: `one from 1 to ${most}, which its bond has`,
      };
    const mostL = rank === 1 ? 0 : bond.lMax;
    if (f.l[i] > mostL)
      return { found: `l ${f.l[i]} in a function of rank ${rank}`, expected: `one from 0 to ${mostL}` };
  }
  for (let at = 0; at < f.m.length; at += rank) {
    const m = f.m.subarray(at, at + rank);
    if (m.reduce((sum, value) => sum + value, 0) !== 0 || m.some((value, i) => Math.abs(value) > f.l[i]))
      return {
        found: `the product m ${m.join(' ')} for l ${f.l.join(' ')}`,
        expected: 'm that add up to 0, none beyond its l',
      };
  }
  return undefined;
}

/** What is wrong with the species of a model; undefined where nothing is. */
export function speciesProblem(species: readonly string[], inner: AceInner): AceProblem | undefined {
  if (species.length === 0 || species.length > MOST)
    return { found: `${species.length} elements`, expected: `a number from 1 to ${MOST}` };
  const twice = species.find((symbol, i) => species.indexOf(symbol) !== i);
  if (twice !== undefined) return { found: `the element ${twice} twice`, expected: 'each element once' };
  const unknown = species.find((symbol) => atomicNumber(symbol) < 1);
  if (inner === 'zbl' && unknown !== undefined)
    return { found: `the species ${unknown}`, expected: 'chemical elements, whose charges ZBL needs' };
  return undefined;
}
