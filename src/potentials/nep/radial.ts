/**
 * Radial basis (Fan et al., J. Chem. Phys. 157, 114801, 2022): f_k(r) = (T_k(x) + 1)/2 f_c(r) with x = 2 (r/r_c - 1)^2 - 1 and
 * f_c(r) = (1 + cos(pi r/r_c))/2, for k = 0 to `size`. Writes f_k [size+1] and their derivatives in 1/A; r < rc.
 */
export function radialBasis(
  size: number,
  rc: number,
  r: number,
  values: Float64Array,
  slopes: Float64Array,
): void {
  const angle = (Math.PI * r) / rc;
  const fc = 0.5 * (1 + Math.cos(angle));
  const fcSlope = ((-0.5 * Math.PI) / rc) * Math.sin(angle);
  const t = r / rc - 1;
  const x = 2 * t * t - 1;
  const xSlope = (4 * t) / rc;
  values[0] = fc;
  slopes[0] = fcSlope;
  // T_k by its recursion, and T_k' = k U_{k-1} with U by the same one.
  let before = 1;
  let chebyshev = x;
  let secondBefore = 0;
  let second = 1;
  for (let k = 1; k <= size; k++) {
    const half = 0.5 * (chebyshev + 1);
    values[k] = half * fc;
    slopes[k] = 0.5 * k * second * xSlope * fc + half * fcSlope;
    const next = 2 * x * chebyshev - before;
    before = chebyshev;
    chebyshev = next;
    const secondNext = 2 * x * second - secondBefore;
    secondBefore = second;
    second = secondNext;
  }
}

/**
 * Expansion coefficients c_nk^{IJ} with the pair of species outermost, [t][t][(nMax+1)][basisSize+1], so that those of
 * one pair stand together.
 */
export function coefficientsByPair(
  coefficients: Float64Array,
  species: number,
  nMax: number,
  basisSize: number,
): Float64Array {
  const pairs = species * species;
  const block = (nMax + 1) * (basisSize + 1);
  const out = new Float64Array(coefficients.length);
  for (let nk = 0; nk < block; nk++) {
    for (let pair = 0; pair < pairs; pair++) out[pair * block + nk] = coefficients[nk * pairs + pair];
  }
  return out;
}
