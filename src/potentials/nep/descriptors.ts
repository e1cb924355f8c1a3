import { PhonolinkError } from '../../model/errors.js';
import type { NeighbourList } from '../../neighbours/list.js';
import { createHarmonics, evaluateHarmonics, type Harmonics, harmonicsGradient } from './harmonics.js';
import { createInvariants, type Invariant } from './invariants.js';
import type { NepBasis, NepParameters } from './parameters.js';
import { coefficientsByPair, radialBasis } from './radial.js';

/** What the descriptor needs of a model, prepared once. */
export interface DescriptorModel {
  readonly species: number;
  readonly dimension: number;
  /** [dimension] */
  readonly scaler: Float64Array;
  readonly radial: Expansion;
  readonly angular: Expansion;
  readonly harmonics: Harmonics;
  readonly invariants: readonly Invariant[];
}

/** g_n(r) = sum_k c_nk^{IJ} f_k(r) for n = 0 to nMax of a pair of species I, J. */
interface Expansion {
  readonly count: number;
  readonly basisSize: number;
  /** [t][t] A, the cutoff of each pair of species: the mean of the two */
  readonly cutoffs: Float64Array;
  /** [t][t][count][basisSize+1] */
  readonly coefficients: Float64Array;
  /** Scratch: f_k and df_k/dr, [basisSize+1]; g_n and dg_n/dr, [count] */
  readonly basis: Float64Array;
  readonly basisSlopes: Float64Array;
  readonly values: Float64Array;
  readonly slopes: Float64Array;
}

/** Descriptors of all atoms, and the expansion coefficients that their gradient needs. */
export interface Descriptors {
  /** [n][dimension] components q, each times its scaler */
  readonly q: Float64Array;
  /** [n][nMax+1][harmonics] A_nlm, real and imaginary parts */
  readonly moments: Float64Array;
}

/** Takes the force-like vector f = dU_i/dr_ij of a pair: centre i, neighbour j (an atom), r_ij, both in A and eV/A. */
export type PairVisitor = (
  i: number,
  j: number,
  x: number,
  y: number,
  z: number,
  fx: number,
  fy: number,
  fz: number,
) => void;

export function createDescriptorModel(parameters: NepParameters): DescriptorModel {
  const species = parameters.species.length;
  return {
    species,
    dimension: parameters.dimension,
    scaler: parameters.scaler,
    radial: expansion(parameters.radial, parameters.radialCoefficients, species),
    angular: expansion(parameters.angular, parameters.angularCoefficients, species),
    harmonics: createHarmonics(parameters.lMax),
    invariants: createInvariants(parameters),
  };
}

function expansion(basis: NepBasis, coefficients: Float64Array, species: number): Expansion {
  const { cutoffs, nMax, basisSize } = basis;
  const pairCutoffs = new Float64Array(species * species);
  for (let i = 0; i < species; i++) {
    for (let j = 0; j < species; j++) pairCutoffs[i * species + j] = 0.5 * (cutoffs[i] + cutoffs[j]);
  }
  return {
    count: nMax + 1,
    basisSize,
    cutoffs: pairCutoffs,
    coefficients: coefficientsByPair(coefficients, species, nMax, basisSize),
    basis: new Float64Array(basisSize + 1),
    basisSlopes: new Float64Array(basisSize + 1),
    values: new Float64Array(nMax + 1),
    slopes: new Float64Array(nMax + 1),
  };
}

/** Fills `values` and `slopes` of an expansion at a distance; false where the pair is beyond its cutoff. */
function expand(expansion: Expansion, pair: number, r: number): boolean {
  const { count, basisSize, coefficients, basis, basisSlopes, values, slopes } = expansion;
  const rc = expansion.cutoffs[pair];
  if (r >= rc) return false;
  radialBasis(basisSize, rc, r, basis, basisSlopes);
  let at = pair * count * (basisSize + 1);
  for (let n = 0; n < count; n++) {
    let value = 0;
    let slope = 0;
    for (let k = 0; k <= basisSize; k++, at++) {
      value += coefficients[at] * basis[k];
      slope += coefficients[at] * basisSlopes[k];
    }
    values[n] = value;
    slopes[n] = slope;
  }
  return true;
}

/**
 * Descriptors of all atoms (Fan et al., J. Chem. Phys. 157, 114801, 2022):
 * q_n = sum_j g_n(r_ij), then the invariants of A_nlm = sum_j g_n(r_ij) Y_lm(r_ij), l outermost.
 * @throws PhonolinkError where two atoms have no distance
 */
export function describeAtoms(model: DescriptorModel, kinds: Int32Array, list: NeighbourList): Descriptors {
  const { species, dimension, radial, angular, harmonics, invariants, scaler } = model;
  const { count, points, owners, first, neighbours } = list;
  const width = angular.count * harmonics.count;
  const q = new Float64Array(count * dimension);
  const moments = new Float64Array(count * width);
  const ylm = new Float64Array(harmonics.count);
  for (let i = 0; i < count; i++) {
    const own = i * dimension;
    for (let p = first[i]; p < first[i + 1]; p++) {
      const j = neighbours[p];
      const x = points[3 * j] - points[3 * i];
      const y = points[3 * j + 1] - points[3 * i + 1];
      const z = points[3 * j + 2] - points[3 * i + 2];
      const r = Math.sqrt(x * x + y * y + z * z);
      if (r === 0) throw new PhonolinkError(`atoms ${i + 1} and ${owners[j] + 1} are at the same place`);
      const pair = kinds[i] * species + kinds[owners[j]];
      if (expand(radial, pair, r)) {
        for (let n = 0; n < radial.count; n++) q[own + n] += radial.values[n];
      }
      if (expand(angular, pair, r)) {
        evaluateHarmonics(harmonics, x / r, y / r, z / r, ylm);
        let at = i * width;
        for (let n = 0; n < angular.count; n++) {
          const g = angular.values[n];
          for (let c = 0; c < harmonics.count; c++) moments[at++] += g * ylm[c];
        }
      }
    }
    let d = own + radial.count;
    for (const invariant of invariants) {
      for (let n = 0; n < angular.count; n++)
        q[d++] = invariant.value(moments, i * width + n * harmonics.count);
    }
    for (let k = 0; k < dimension; k++) q[own + k] *= scaler[k];
  }
  return { q, moments };
}

/**
 * Hands out f_ij = dU_i/dr_ij of every pair, from the slopes dU_i/dq [n][dimension] with respect to scaled
 * descriptors:
 *
 *   f_ij = sum_n (dU/dq_n) g_n' u + sum_nlm (dU/dA_nlm) (g_n' Y_lm u + g_n dY_lm/dr),  u = r_ij/r.
 */
export function visitPairs(
  model: DescriptorModel,
  kinds: Int32Array,
  list: NeighbourList,
  moments: Float64Array,
  slopes: Float64Array,
  visit: PairVisitor,
): void {
  const { species, dimension, radial, angular, harmonics, scaler } = model;
  const { count, points, owners, first, neighbours } = list;
  const width = angular.count * harmonics.count;
  const momentSlopes = new Float64Array(width);
  const ylm = new Float64Array(harmonics.count);
  const weights = new Float64Array(harmonics.count);
  const gradient = new Float64Array(3);
  for (let i = 0; i < count; i++) {
    slopeOfMoments(model, i, moments, slopes, momentSlopes);
    for (let p = first[i]; p < first[i + 1]; p++) {
      const j = neighbours[p];
      const x = points[3 * j] - points[3 * i];
      const y = points[3 * j + 1] - points[3 * i + 1];
      const z = points[3 * j + 2] - points[3 * i + 2];
      const r = Math.sqrt(x * x + y * y + z * z);
      const ux = x / r;
      const uy = y / r;
      const uz = z / r;
      const pair = kinds[i] * species + kinds[owners[j]];
      let along = 0;
      gradient.fill(0);
      const near = expand(radial, pair, r);
      if (near) {
        for (let n = 0; n < radial.count; n++)
          along += slopes[i * dimension + n] * scaler[n] * radial.slopes[n];
      }
      const angularNear = expand(angular, pair, r);
      if (angularNear) {
        evaluateHarmonics(harmonics, ux, uy, uz, ylm);
        along += contract(angular, momentSlopes, ylm, weights);
        harmonicsGradient(harmonics, ux, uy, uz, weights, gradient);
        // du/dr = (1 - u u)/r: what points along u does not turn the direction.
        along -= (gradient[0] * ux + gradient[1] * uy + gradient[2] * uz) / r;
      }
      if (!near && !angularNear) continue;
      visit(
        i,
        owners[j],
        x,
        y,
        z,
        along * ux + gradient[0] / r,
        along * uy + gradient[1] / r,
        along * uz + gradient[2] / r,
      );
    }
  }
}

/** dU_i/dA_nlm [nMax+1][harmonics] by the chain rule through the invariants. */
function slopeOfMoments(
  model: DescriptorModel,
  i: number,
  moments: Float64Array,
  slopes: Float64Array,
  out: Float64Array,
): void {
  const { dimension, radial, angular, harmonics, invariants, scaler } = model;
  const width = angular.count * harmonics.count;
  const own = moments.subarray(i * width, (i + 1) * width);
  out.fill(0);
  let d = radial.count;
  for (const invariant of invariants) {
    for (let n = 0; n < angular.count; n++, d++)
      invariant.addSlope(own, n * harmonics.count, slopes[i * dimension + d] * scaler[d], out);
  }
}

/** Returns sum_nlm (dU/dA_nlm) g_n' Y_lm and writes the weights sum_n (dU/dA_nlm) g_n of each harmonic. */
function contract(
  angular: Expansion,
  momentSlopes: Float64Array,
  ylm: Float64Array,
  weights: Float64Array,
): number {
  weights.fill(0);
  let along = 0;
  let at = 0;
  for (let n = 0; n < angular.count; n++) {
    const g = angular.values[n];
    let sum = 0;
    for (let c = 0; c < ylm.length; c++, at++) {
      sum += momentSlopes[at] * ylm[c];
      weights[c] += momentSlopes[at] * g;
    }
    along += angular.slopes[n] * sum;
  }
  return along;
}
