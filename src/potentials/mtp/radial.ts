import type { MtpRadial } from './parameters.js';

/**
 * The radial bases phi_k(r) = envelope(r) p_k(x), x = (2 r - minimum - maximum) / (maximum - minimum):
 *
 *   RBChebyshev  (maximum - r)^2, Chebyshev polynomials T_k(x)
 *   BChebyshev   1, T_k(x): not smooth at the cutoff
 *   RBTaylor     1, r^k: not smooth at the cutoff
 *   RBShapeev    (minimum / (maximum - minimum))^2 ((maximum - r) / r)^2, Jacobi polynomials P_k^(5,1)(x) times
 *                sqrt((2 k + 7) (k + 6) / (8 (k + 1)^3)): the closed form of the coefficients that MLIP tabulates
 *
 * and those ending in _repuls, which are constant below `minimum`. RBChebyshev_repuls pushes such pairs apart besides.
 * p_k+1 = (a_k x + b_k) p_k - c_k p_k-1 and p_0 = `first` make all of them.
 */
export interface Recursion {
  readonly first: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
  readonly c: Float64Array;
}

export function recursionOf({ type, minimum, maximum, size }: MtpRadial): Recursion {
  const steps = Array.from({ length: size - 1 }, (_, k) => k);
  const of = (first: number, step: (k: number) => [number, number, number]): Recursion => {
    const rows = steps.map(step);
    const [a, b, c] = [0, 1, 2].map((at) => Float64Array.from(rows, (row) => row[at]));
    return { first, a, b, c };
  };
  if (type === 'RBTaylor') return of(1, () => [(maximum - minimum) / 2, (maximum + minimum) / 2, 0]);
  if (type === 'RBShapeev') return of(shapeevFactor(0), shapeevStep);
  return of(1, (k) => (k === 0 ? [1, 0, 0] : [2, 0, 1]));
}

const shapeevFactor = (k: number) => Math.sqrt(((2 * k + 7) * (k + 6)) / (8 * (k + 1) ** 3));

/** The recursion of Jacobi polynomials (Abramowitz and Stegun, 22.7.1) for alpha = 5, beta = 1, and the factors. */
function shapeevStep(k: number): [number, number, number] {
  const n = k + 1;
  const s = 2 * n + 6;
  const over = shapeevFactor(n) / (2 * n * (n + 6) * (s - 2));
  const own = over / shapeevFactor(n - 1);
  return [
    (s - 1) * s * (s - 2) * own,
    (s - 1) * 24 * own,
    n === 1 ? 0 : (2 * (n + 4) * n * s * over) / shapeevFactor(n - 2),
  ];
}

export function isClamped({ type }: MtpRadial): boolean {
  return type === 'RBChebyshev_repuls' || type === 'BChebyshev_repuls';
}

/** Which envelope a basis has: 0 none, 1 (maximum - r)^2, 2 that of RBShapeev. */
export function envelopeOf({ type }: MtpRadial): 0 | 1 | 2 {
  if (type === 'RBShapeev') return 2;
  return type === 'RBChebyshev' || type === 'RBChebyshev_repuls' ? 1 : 0;
}

/** phi_k(r) and its derivative, of r in A, into arrays of `size`. */
export type RadialBasis = (r: number, values: Float64Array, slopes: Float64Array) => void;

export function createRadialBasis(radial: MtpRadial): RadialBasis {
  const { minimum, maximum, size } = radial;
  const { first, a, b, c } = recursionOf(radial);
  const clamped = isClamped(radial);
  const kind = envelopeOf(radial);
  const rate = 2 / (maximum - minimum);
  return (distance, values, slopes) => {
    const r = clamped ? Math.max(distance, minimum) : distance;
    const x = (2 * r - minimum - maximum) / (maximum - minimum);
    let [value, slope] = [1, 0];
    if (kind === 1) {
      value = (maximum - r) ** 2;
      slope = 2 * (r - maximum);
    } else if (kind === 2) {
      const factor = (minimum / (maximum - minimum)) ** 2;
      const ratio = (maximum - r) / r;
      value = factor * ratio * ratio;
      slope = (-2 * factor * ratio * maximum) / (r * r);
    }
    values[0] = first * value;
    slopes[0] = first * slope;
    for (let k = 0; k < size - 1; k++) {
      const factor = a[k] * x + b[k];
      values[k + 1] = factor * values[k] - (k > 0 ? c[k] * values[k - 1] : 0);
      slopes[k + 1] = factor * slopes[k] + a[k] * rate * values[k] - (k > 0 ? c[k] * slopes[k - 1] : 0);
    }
    if (clamped && distance <= minimum) slopes.fill(0);
  };
}

/** eV and 1/A of the repulsion of RBChebyshev_repuls */
export const REPULSION = { strength: 1e4, rate: 10, from: 1 } as const;

/**
 * What a pair closer than `minimum` adds to the energy of each of its atoms, for RBChebyshev_repuls (MLIP-2 and 3):
 * strength (exp(-rate (r - 1 A)) - exp(-rate (minimum - 1 A))). Energy and its derivative; zero for all else.
 */
export function repulsion({ type, minimum }: MtpRadial, r: number): [energy: number, slope: number] {
  if (type !== 'RBChebyshev_repuls' || r >= minimum) return [0, 0];
  const { strength, rate, from } = REPULSION;
  const here = strength * Math.exp(-rate * (r - from));
  return [here - strength * Math.exp(-rate * (minimum - from)), -rate * here];
}
