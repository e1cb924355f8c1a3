import { wigner3j } from '../../math/wigner.js';
import { component } from './harmonics.js';
import type { NepInvariants, NepParameters } from './parameters.js';

/**
 * A rotation invariant of the expansion coefficients A_lm = sum_j g(r_ij) Y_lm(r_ij) of one radial function, given as
 * the real and imaginary parts `a` in the order of harmonics.ts.
 */
export interface Invariant {
  value(a: Float64Array, at: number): number;
  /** Adds weight * dq/da to `slope`, both arrays from `at`. */
  addSlope(a: Float64Array, at: number, weight: number, slope: Float64Array): void;
}

/** The higher invariants in the order of the l_max line and of the descriptor. */
export const HIGHER_INVARIANTS: readonly (keyof NepInvariants)[] = [
  'q222',
  'q1111',
  'q112',
  'q123',
  'q233',
  'q134',
];

/** All invariants of one n: l = 1 to lMax, then the higher ones that the model has. */
export function createInvariants(parameters: Pick<NepParameters, 'lMax' | 'invariants'>): Invariant[] {
  const { lMax, invariants } = parameters;
  const powers = Array.from({ length: lMax }, (_, l) => powerSpectrum(l + 1));
  const higher = HIGHER_INVARIANTS.filter((name) => invariants[name]).map((name) => {
    const [l1, l2, l3, l4] = Array.from(name.slice(1), Number);
    // A model may list an invariant of an l that it does not expand: its coefficients are zero, and so is it.
    if (Math.max(l1, l2, l3) > lMax) return ABSENT;
    return l4 === undefined ? bispectrum(l1, l2, l3) : FIVE_BODY;
  });
  return [...powers, ...higher];
}

const ABSENT: Invariant = { value: () => 0, addSlope: () => {} };

/** q_l = sum_m |A_lm|^2: Y_l0 once, each m > 0 for itself and -m. */
function powerSpectrum(l: number): Invariant {
  const first = l * l - 1;
  const last = first + 2 * l;
  return {
    value(a, at) {
      let sum = 0;
      for (let c = first + 1; c <= last; c++) sum += a[at + c] * a[at + c];
      return a[at + first] * a[at + first] + 2 * sum;
    },
    addSlope(a, at, weight, slope) {
      slope[at + first] += 2 * weight * a[at + first];
      for (let c = first + 1; c <= last; c++) slope[at + c] += 4 * weight * a[at + c];
    },
  };
}

/** coefficient * a_i a_j a_k */
export interface CubicTerm {
  readonly coefficient: number;
  readonly i: number;
  readonly j: number;
  readonly k: number;
}

/**
 * The four-body invariant sum over m1 + m2 + m3 = 0 of (l1 l2 l3; m1 m2 m3) A_l1m1 A_l2m2 A_l3m3 (Fan et al. 2022)
 * as a polynomial of the real parts: a term of each product of three that occurs.
 */
export function cubicTerms(l1: number, l2: number, l3: number): CubicTerm[] {
  const sums = new Map<string, number>();
  for (let m1 = -l1; m1 <= l1; m1++) {
    for (let m2 = Math.max(-l2, -l3 - m1); m2 <= Math.min(l2, l3 - m1); m2++) {
      const m3 = -m1 - m2;
      const coupling = wigner3j(l1, l2, l3, m1, m2, m3);
      for (const p of parts(l1, m1)) {
        for (const q of parts(l2, m2)) {
          for (const r of parts(l3, m3)) {
            // Only real products stay: those with an odd number of imaginary parts cancel against -m.
            const imaginary = p.imaginary + q.imaginary + r.imaginary;
            if (imaginary % 2 === 1) continue;
            const sign = imaginary === 2 ? -1 : 1;
            const key = [p.index, q.index, r.index].sort((x, y) => x - y).join(' ');
            sums.set(key, (sums.get(key) ?? 0) + sign * coupling * p.sign * q.sign * r.sign);
          }
        }
      }
    }
  }
  const terms: CubicTerm[] = [];
  for (const [key, coefficient] of sums) {
    const [i, j, k] = key.split(' ').map(Number);
    // The couplings are of order 0.1: what is below 1e-14 is a cancellation.
    if (Math.abs(coefficient) > 1e-14) terms.push({ coefficient, i, j, k });
  }
  return terms;
}

/**
 * A_lm as a sum of sign * i^imaginary * a_index, with the phase of Condon and Shortley:
 * A_lm = (-1)^m (re + i im) and A_l,-m = (-1)^m A_lm^* = re - i im for m > 0.
 */
function parts(l: number, m: number): { index: number; imaginary: 0 | 1; sign: number }[] {
  const index = component(l, Math.abs(m));
  if (m === 0) return [{ index, imaginary: 0, sign: 1 }];
  const phase = m > 0 && m % 2 === 1 ? -1 : 1;
  return [
    { index, imaginary: 0, sign: phase },
    { index: index + 1, imaginary: 1, sign: m > 0 ? phase : -phase },
  ];
}

function bispectrum(l1: number, l2: number, l3: number): Invariant {
  const terms = cubicTerms(l1, l2, l3);
  return {
    value(a, at) {
      let sum = 0;
      for (const { coefficient, i, j, k } of terms) sum += coefficient * a[at + i] * a[at + j] * a[at + k];
      return sum;
    },
    addSlope(a, at, weight, slope) {
      for (const { coefficient, i, j, k } of terms) {
        const w = weight * coefficient;
        const x = a[at + i];
        const y = a[at + j];
        const z = a[at + k];
        slope[at + i] += w * y * z;
        slope[at + j] += w * x * z;
        slope[at + k] += w * x * y;
      }
    },
  };
}

/** The five-body invariant in units of q_1^2. */
export const FIVE_BODY_FACTOR = 7 / 15;

/**
 * The five-body invariant of four l = 1 coefficients, coupled in pairs to L = 0 and L = 2.
 * A_1m is a vector v: L = 0 gives |v|^4/3, L = 2 gives (2/3)|v|^4/5; together (7/15) q_1^2.
 */
const FIVE_BODY: Invariant = (() => {
  const q1 = powerSpectrum(1);
  const factor = FIVE_BODY_FACTOR;
  return {
    value: (a, at) => factor * q1.value(a, at) ** 2,
    addSlope: (a, at, weight, slope) => q1.addSlope(a, at, 2 * factor * weight * q1.value(a, at), slope),
  };
})();
