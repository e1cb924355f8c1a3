import { component, createHarmonics } from './harmonics.js';
import { cubicTerms, HIGHER_INVARIANTS } from './invariants.js';
import type { NepParameters } from './parameters.js';

/**
 * The harmonics as the kernel has them (src/kernels/nep/harmonics.ts): without their norm, with the leading coefficient
 * of Z_lm chosen for speed. Everything that is quadratic or cubic in A gets the norms instead.
 */

/** [l][m] leading coefficients of Z_lm for l <= 4, where all coefficients are whole numbers without a common divisor. */
const LEADING = [[1], [1, 1], [3, 1, 1], [5, 5, 1, 1], [35, 7, 7, 1, 1]];

/** Leading coefficient of the m-th derivative of P_l, (2l)! / (2^l l! (l-m)!), divided by (2m-1)!!. */
function legendreLeading(l: number, m: number): number {
  let value = 1;
  for (let k = 1; k <= l; k++) value *= (l + k) / 2; // (2l)! / (l! 2^l)
  for (let k = 1; k <= l - m; k++) value /= k;
  for (let k = 1; k <= m; k++) value /= 2 * k - 1;
  return value;
}

/** [(lMax+1)^2 - 1] factor that makes a kernel's harmonic the normalised one of harmonics.ts. */
export function kernelNorms(lMax: number): Float64Array {
  const { count, polynomials } = createHarmonics(lMax);
  const norms = new Float64Array(count);
  for (let l = 1; l <= lMax; l++) {
    for (let m = 0; m <= l; m++) {
      const leading = polynomials[l][m][l - m] / (LEADING[l]?.[m] ?? legendreLeading(l, m));
      norms.fill(leading, component(l, m), component(l, m) + (m === 0 ? 1 : 2));
    }
  }
  return norms;
}

/** [harmonics] what A_c^2 of the kernel weighs in q_l: m > 0 stands for -m too. */
export function squareWeights(lMax: number): Float64Array {
  const weights = kernelNorms(lMax).map((norm) => 2 * norm * norm);
  for (let l = 1; l <= lMax; l++) weights[component(l, 0)] /= 2;
  return weights;
}

/** [10][9][2] factors (2l+1)/(l-m+1) and (l+m)/(l-m+1) of the recursion Z_l+1 = f z Z_l - g Z_l-1; row m begins at l = m. */
export function recursionFactors(): Float64Array {
  const factors = new Float64Array(10 * 18);
  for (let m = 0; m < 10; m++) {
    for (let k = 0; k < 9; k++) {
      const l = m + k;
      factors[18 * m + 2 * k] = (2 * l + 1) / (k + 1);
      factors[18 * m + 2 * k + 1] = (l + m) / (k + 1);
    }
  }
  return factors;
}

export interface KernelTerm {
  /** Three harmonics whose A are multiplied */
  readonly harmonics: readonly [number, number, number];
  /** Which component of the descriptor's angular part, counted in radial functions */
  readonly component: number;
  readonly coefficient: number;
}

/** The cubic invariants as sums of products of the kernel's A, and the place of the five-body one (-1: none). */
export function higherTerms(parameters: Pick<NepParameters, 'lMax' | 'invariants'>): {
  terms: KernelTerm[];
  square: number;
} {
  const { lMax, invariants } = parameters;
  const norms = kernelNorms(lMax);
  const terms: KernelTerm[] = [];
  let square = -1;
  HIGHER_INVARIANTS.filter((name) => invariants[name]).forEach((name, index) => {
    const ls = Array.from(name.slice(1), Number);
    if (Math.max(...ls) > lMax) return; // zero, as the model expands no such l
    if (ls.length === 4) {
      square = lMax + index;
      return;
    }
    for (const { coefficient, i, j, k } of cubicTerms(ls[0], ls[1], ls[2])) {
      terms.push({
        harmonics: [i, j, k],
        component: lMax + index,
        coefficient: coefficient * norms[i] * norms[j] * norms[k],
      });
    }
  });
  return { terms, square };
}
