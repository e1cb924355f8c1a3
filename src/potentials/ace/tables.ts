/**
 * Functions of a distance as cubic Hermite splines on evenly spaced knots, the way pacemaker and LAMMPS tabulate them:
 * `bins` bins up to the cutoff, zero from there on.
 */
export interface SplineTable {
  readonly functions: number;
  /** Knots stand at bin / scale, A */
  readonly scale: number;
  readonly bins: number;
  /** [(bins) * functions * 4] of each bin and function c_0 to c_3: f = sum_k c_k t^k, t from 0 to 1 across the bin. The first bin is NaN. */
  readonly coefficients: Float64Array;
}

/** @param step A, wanted distance of the knots; theirs is the cutoff over a whole number of bins */
export function knotsOf(cutoff: number, step: number): { bins: number; scale: number } {
  const bins = Math.trunc(cutoff / step);
  return { bins, scale: bins / cutoff };
}

/**
 * @param step A, wanted distance of the knots
 * @param sample sets values and slopes (1/A) [functions] at a distance
 */
export function tabulate(
  functions: number,
  cutoff: number,
  step: number,
  sample: (r: number, values: Float64Array, slopes: Float64Array) => void,
): SplineTable {
  const { bins, scale } = knotsOf(cutoff, step);
  const width = 1 / scale;
  // Nobody comes that close: LAMMPS stops there, and what is not a number is found out by every caller.
  const coefficients = new Float64Array(bins * functions * 4).fill(Number.NaN, 0, functions * 4);
  const values = new Float64Array(functions);
  const slopes = new Float64Array(functions);
  // The last knot counts as zero only beyond itself.
  sample(width * bins, values, slopes);
  const next = Float64Array.from(values);
  const nextSlope = slopes.map((slope) => slope * width);
  for (let bin = bins - 1; bin >= 1; bin--) {
    sample(width * bin, values, slopes);
    for (let f = 0; f < functions; f++) {
      const f0 = values[f];
      const d0 = slopes[f] * width;
      const c = 4 * (bin * functions + f);
      coefficients[c] = f0;
      coefficients[c + 1] = d0;
      coefficients[c + 2] = 3 * (next[f] - f0) - nextSlope[f] - 2 * d0;
      coefficients[c + 3] = -2 * (next[f] - f0) + nextSlope[f] + d0;
      next[f] = f0;
      nextSlope[f] = d0;
    }
  }
  return { functions, scale, bins, coefficients };
}

/** Values and slopes (1/A) [functions] at a distance: NaN in the first bin, zero from the last on. */
export function interpolate(
  { functions, scale, bins, coefficients }: SplineTable,
  r: number,
  values: Float64Array,
  slopes: Float64Array,
): void {
  const x = r * scale;
  const bin = Math.floor(x);
  if (bin >= bins) {
    values.fill(0, 0, functions);
    slopes.fill(0, 0, functions);
    return;
  }
  const t = x - bin;
  for (let f = 0; f < functions; f++) {
    const c = 4 * (bin * functions + f);
    const c1 = coefficients[c + 1];
    const c2 = coefficients[c + 2];
    const c3 = coefficients[c + 3];
    values[f] = coefficients[c] + t * (c1 + t * (c2 + t * c3));
    slopes[f] = (c1 + t * (2 * c2 + t * 3 * c3)) * scale;
  }
}
