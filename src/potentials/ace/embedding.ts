import type { AceEmbedding } from './parameters.js';

/** Below it the root-like embedding goes over to a straight line: 1/w, whose slope would be infinite at 0. */
const STEEPNESS = 1e6;
const SMALL = 1e-10;

/** Energy of the densities, eV, without the core; sets slopes [p] dF/drho_p. */
export function embed(
  { kind, densities, parameters }: AceEmbedding,
  rho: Float64Array,
  slopes: Float64Array,
): number {
  let energy = 0;
  for (let p = 0; p < densities; p++) {
    const weight = parameters[2 * p];
    const [value, slope] = FUNCTIONS[kind](rho[p], parameters[2 * p + 1]);
    energy += weight * value;
    slopes[p] = weight * slope;
  }
  return energy;
}

type Embedding = (rho: number, m: number) => [value: number, slope: number];

const FUNCTIONS: Readonly<Record<AceEmbedding['kind'], Embedding>> = {
  linear: (rho) => [rho, 1],
  /** sign(rho) |rho|^m, a straight line about 0 (Lysogorskiy et al. 2021) */
  FinnisSinclair: (rho, m) => {
    const steady = (1 / STEEPNESS) ** (m - 1);
    const a = Math.abs(rho);
    if (a <= SMALL) return [steady * rho, steady];
    const cube = (STEEPNESS * a) ** 3;
    const g = cube > 30 ? 0 : Math.exp(-cube);
    const dg = -3 * STEEPNESS ** 3 * a * a * g;
    const power = a ** m;
    const value = (1 - g) * power + steady * g * a;
    const slope = m * a ** (m - 1) * (1 - g) - power * dg + steady * dg * a + steady * g;
    return [Math.sign(rho) * value, slope];
  },
  /** The same with finite slope at 0, shifted and scaled by exp(-|rho|) (Bochkarev et al. 2022) */
  FinnisSinclairShiftedScaled: (rho, m) => {
    if (Math.abs(m - 1) < SMALL) return [rho, 1];
    const a = Math.abs(rho);
    const fade = Math.exp(-a);
    const n = 1 / m;
    const x = n ** (n / (1 - n)) * fade;
    const y = n ** (1 / (1 - n)) * fade;
    const value = (x + a) ** m - y;
    const slope = y + m * (1 - x) * (x + a) ** (m - 1);
    return [rho < 0 ? -value : value, slope];
  },
};
