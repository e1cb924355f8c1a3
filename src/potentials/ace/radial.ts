import type { AceBond, AceInner } from './parameters.js';
import { fall } from './smooth-step.js';

/**
 * The radial functions of a pair as the equations give them (Lysogorskiy et al., npj Comput. Mater. 7, 97, 2021, and
 * Bochkarev et al., Phys. Rev. Mater. 6, 013804, 2022).
 */
export type RadialBase = (bond: AceBond, r: number, values: Float64Array, slopes: Float64Array) => void;

/** [k] g_k(r) and their slopes 1/A, the outer cutoff included; called within the cutoff only. */
const BASES: Readonly<Record<AceBond['base'], RadialBase>> = {
  ChebExpCos: (bond, r, values, slopes) => {
    const { cutoff, cutoffWidth, parameters, baseCount } = bond;
    const lambda = parameters[0];
    const far = Math.exp(-lambda);
    const near = Math.exp((-lambda * r) / cutoff);
    const x = 1 - 2 * ((near - far) / (1 - far));
    const dx = 2 * (lambda / cutoff) * (near / (1 - far));
    chebyshev(x, dx, baseCount, values, slopes);
    for (let k = 1; k < baseCount; k++) {
      values[k] = 0.5 - 0.5 * values[k];
      slopes[k] *= -0.5;
    }
    fade(values, slopes, baseCount, cosineFall(r, cutoff));
    if (r > cutoff - cutoffWidth)
      fade(values, slopes, baseCount, cosineFall(r - (cutoff - cutoffWidth), cutoffWidth));
  },
  ChebPow: (bond, r, values, slopes) => {
    const { cutoff, parameters, baseCount } = bond;
    const lambda = parameters[0];
    const y = 1 - r / cutoff;
    const power = y ** (lambda - 1);
    shifted(1 - 2 * power * y, 2 * (lambda / cutoff) * power, baseCount, values, slopes);
  },
  ChebLinear: ({ cutoff, baseCount }, r, values, slopes) =>
    shifted(1 - r / cutoff, -1 / cutoff, baseCount, values, slopes),
  SBessel: ({ cutoff, baseCount }, r, values, slopes) => {
    // Orthogonal combinations of sums of two sinc functions (Kocer et al., AIP Adv. 10, 015021, 2020).
    let last = 1;
    for (let n = 0; n < baseCount; n++) {
      const [value, slope] = bessel(r, cutoff, n);
      if (n === 0) {
        values[0] = value;
        slopes[0] = slope;
        continue;
      }
      const e = (n * n * (n + 2) * (n + 2)) / (4 * (n + 1) ** 4 + 1);
      const d = 1 - e / last;
      const mix = Math.sqrt(e / last);
      values[n] = (value + mix * values[n - 1]) / Math.sqrt(d);
      slopes[n] = (slope + mix * slopes[n - 1]) / Math.sqrt(d);
      last = d;
    }
  },
};

/** [baseCount] g_k(r) and slopes, outer and inner cutoff included: zero beyond them. */
export function radialBase(
  bond: AceBond,
  inner: AceInner,
  r: number,
  values: Float64Array,
  slopes: Float64Array,
): void {
  const { baseCount, innerWidth } = bond;
  const innerCutoff = innerEnd(bond, inner);
  if (r <= innerCutoff - innerWidth || r >= bond.cutoff) {
    values.fill(0, 0, baseCount);
    slopes.fill(0, 0, baseCount);
    return;
  }
  BASES[bond.base](bond, r, values, slopes);
  if (inner === 'density') return;
  const { value, slope } = fall(r, innerCutoff, innerWidth);
  fade(values, slopes, baseCount, [1 - value, -slope]);
}

/** Distances (A) where a g_k or one of its derivatives jumps. */
export function radialBreaks(bond: AceBond, inner: AceInner): number[] {
  const innerCutoff = innerEnd(bond, inner);
  return [
    // What begins there counts only beyond it.
    (innerCutoff - bond.innerWidth) * (1 + Number.EPSILON),
    innerCutoff,
    bond.cutoff - bond.cutoffWidth,
  ];
}

/** With ZBL the inner cutoff weakens the energy, not the functions; LAMMPS leaves them out below 1 A where it has no width. */
function innerEnd({ innerCutoff, innerWidth }: AceBond, inner: AceInner): number {
  return inner === 'zbl' ? Number(innerWidth === 0) : innerCutoff;
}

/** [(n * (lMax + 1)) + l] R_nl(r) = sum_k c_nlk g_k(r) and slopes, of the g_k and their slopes. */
export function expandRadial(
  { coefficients, baseCount, radialCount, lMax }: AceBond,
  base: { values: Float64Array; slopes: Float64Array },
  values: Float64Array,
  slopes: Float64Array,
): void {
  const functions = radialCount * (lMax + 1);
  for (let f = 0; f < functions; f++) {
    let value = 0;
    let slope = 0;
    for (let k = 0; k < baseCount; k++) {
      const c = coefficients[f * baseCount + k];
      value += c * base.values[k];
      slope += c * base.slopes[k];
    }
    values[f] = value;
    slopes[f] = slope;
  }
}

/** (1 - T_k(x)) / 2 for k from 1. */
function shifted(x: number, dx: number, count: number, values: Float64Array, slopes: Float64Array): void {
  let before = 1;
  let value = x;
  let slopeBefore = 0;
  let slope = 1;
  for (let k = 0; k < count; k++) {
    values[k] = 0.5 - 0.5 * value;
    slopes[k] = -0.5 * slope * dx;
    const next = 2 * x * value - before;
    const slopeNext = 2 * value + 2 * x * slope - slopeBefore;
    before = value;
    value = next;
    slopeBefore = slope;
    slope = slopeNext;
  }
}

/** T_k(x) for k from 0, and their slopes by r. */
function chebyshev(x: number, dx: number, count: number, values: Float64Array, slopes: Float64Array): void {
  for (let k = 0; k < count; k++) {
    values[k] = k === 0 ? 1 : k === 1 ? x : 2 * x * values[k - 1] - values[k - 2];
    slopes[k] = k === 0 ? 0 : k === 1 ? dx : 2 * dx * values[k - 1] + 2 * x * slopes[k - 1] - slopes[k - 2];
  }
}

/** (1 + cos(pi r / end)) / 2 and its slope. */
function cosineFall(r: number, end: number): [value: number, slope: number] {
  const angle = (Math.PI * r) / end;
  return [0.5 * (1 + Math.cos(angle)), (-0.5 * Math.sin(angle) * Math.PI) / end];
}

function fade(
  values: Float64Array,
  slopes: Float64Array,
  count: number,
  [factor, factorSlope]: readonly [number, number],
): void {
  for (let k = 0; k < count; k++) {
    slopes[k] = values[k] * factorSlope + slopes[k] * factor;
    values[k] *= factor;
  }
}

function bessel(r: number, cutoff: number, n: number): [value: number, slope: number] {
  const a = n + 1;
  const b = n + 2;
  const norm =
    ((n % 2 === 0 ? 1 : -1) * Math.SQRT2 * Math.PI * a * b) / (cutoff ** 1.5 * Math.sqrt(a * a + b * b));
  const wave = Math.PI / cutoff;
  const [va, da] = sinc(r * a * wave);
  const [vb, db] = sinc(r * b * wave);
  return [norm * (va + vb), norm * wave * (a * da + b * db)];
}

function sinc(x: number): [value: number, slope: number] {
  if (x === 0) return [1, 0];
  return [Math.sin(x) / x, (Math.cos(x) * x - Math.sin(x)) / (x * x)];
}
