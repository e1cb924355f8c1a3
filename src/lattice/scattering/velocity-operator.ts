import { PhonolinkError } from '../../model/errors.js';
import { applyMatrix, setsOf, toldApart } from '../harmonic/degenerate.js';
import type { DynamicalMatrix } from '../harmonic/dynamical-matrix.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import { DEGENERATE } from '../harmonic/velocities.js';
import { SLOWEST } from './heat-capacity.js';
import { VOIGT } from './star-sums.js';

/**
 * How the velocity of a pair of modes is made of dD: divided by f + f' (Simoncelli, Marzari and Mauri, Nat. Phys. 15, 809,
 * 2019: the derivative of the root of D, phono3py 2 and 3), or by 2 sqrt(f f') (phono3py 4).
 */
export type PairMean = 'arithmetic' | 'geometric';

export interface PairOptions {
  readonly mean: PairMean;
  /**
   * [b][3] THz A: group velocities that stand for what a mode has with itself. phono3py 4 takes those that are averaged over
   * what leaves the point where it is, so that single bands carry what they do without coherences.
   */
  readonly velocities?: ArrayLike<number>;
  readonly units?: PhononUnits;
}

const AXES = [
  [1, 0, 0],
  [0, 1, 0],
  [0, 0, 1],
] as const;
/** The direction that tells equal modes apart, as in phonopy */
const SPLIT = [1, 2, 3].map((x) => x / Math.sqrt(14));

/**
 * Products of the velocity operator's elements, Re V_ij V_ij*, of pairs of modes at a q point.
 * @param q [3] fractions of the reciprocal vectors
 * @param frequencies [b] THz
 * @param eigenvectors [b][b][2] of the dynamical matrix there
 * @returns [b][b][6] THz^2 A^2; zero where a mode is too slow
 */
export function pairVelocityProducts(
  matrix: DynamicalMatrix,
  q: ArrayLike<number>,
  frequencies: Float64Array,
  eigenvectors: Float64Array,
  { mean, velocities, units = PHONOPY_UNITS }: PairOptions,
): Float64Array {
  const { size } = matrix;
  if (frequencies.length !== size || eigenvectors.length !== 2 * size * size)
    throw new PhonolinkError(`${frequencies.length} modes of a dynamical matrix of ${size} rows`);
  const gradients = AXES.map((axis) => {
    const out = new Float64Array(2 * size * size);
    matrix.evaluateGradient(q, 0, axis, out);
    return out;
  });
  const vectors = resolved(frequencies, eigenvectors, gradients, size);
  const elements = gradients.map((gradient) => elementsOf(gradient, vectors, size));
  const out = new Float64Array(6 * size * size);
  const scale = units.toTHz ** 2;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      const [f, g] = [frequencies[i], frequencies[j]];
      if (!(f > SLOWEST && g > SLOWEST)) continue;
      const factor = (scale / (mean === 'arithmetic' ? f + g : 2 * Math.sqrt(f * g))) ** 2;
      const at = 2 * (i * size + j);
      VOIGT.forEach(([a, b], k) => {
        const [u, v] = [elements[a], elements[b]];
        out[6 * (i * size + j) + k] =
          velocities && i === j
            ? velocities[3 * i + a] * velocities[3 * i + b]
            : factor * (u[at] * v[at] + u[at + 1] * v[at + 1]);
      });
    }
  }
  return out;
}

/** Eigenvectors, those of equal modes told apart by the derivative along one direction. */
function resolved(
  frequencies: Float64Array,
  eigenvectors: Float64Array,
  gradients: readonly Float64Array[],
  size: number,
): Float64Array {
  const way = gradients[0].map((_, k) => SPLIT.reduce((sum, x, c) => sum + x * gradients[c][k], 0));
  const out = Float64Array.from(eigenvectors);
  const begins = setsOf(frequencies, 0, size, DEGENERATE);
  for (let s = 0; s + 1 < begins.length; s++) {
    const count = begins[s + 1] - begins[s];
    const from = 2 * size * begins[s];
    const set = eigenvectors.subarray(from, from + 2 * size * count);
    if (count > 1) out.set(toldApart(set, count, way), from);
  }
  return out;
}

/** [i][j][2] <i|m|j>. */
function elementsOf(m: Float64Array, vectors: Float64Array, size: number): Float64Array {
  const out = new Float64Array(2 * size * size);
  const product = new Float64Array(2 * size);
  for (let j = 0; j < size; j++) {
    applyMatrix(m, vectors, 2 * j * size, product);
    for (let i = 0; i < size; i++) {
      let re = 0;
      let im = 0;
      for (let k = 0, e = 2 * i * size; k < 2 * size; k += 2, e += 2) {
        re += vectors[e] * product[k] + vectors[e + 1] * product[k + 1];
        im += vectors[e] * product[k + 1] - vectors[e + 1] * product[k];
      }
      out[2 * (i * size + j)] = re;
      out[2 * (i * size + j) + 1] = im;
    }
  }
  return out;
}
