import { linearLeastSquares } from './least-squares.js';

/** A polynomial in u = (x - centre) / scale, which keeps the digits that powers of x itself would lose. */
export interface Polynomial {
  readonly centre: number;
  readonly scale: number;
  /** Of u^0, u^1, ... */
  readonly coefficients: Float64Array;
}

/** The polynomial nearest to points by least squares. There have to be more points than its degree. */
export function fitPolynomial(xs: ArrayLike<number>, ys: ArrayLike<number>, degree: number): Polynomial {
  const columns = degree + 1;
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (let i = 0; i < xs.length; i++) {
    low = Math.min(low, xs[i]);
    high = Math.max(high, xs[i]);
  }
  const centre = (low + high) / 2;
  const scale = (high - low) / 2 || 1;
  const powers = new Float64Array(xs.length * columns);
  for (let i = 0; i < xs.length; i++) {
    for (let k = 0, power = 1; k < columns; k++, power *= (xs[i] - centre) / scale)
      powers[i * columns + k] = power;
  }
  return { centre, scale, coefficients: linearLeastSquares(powers, Float64Array.from(ys), columns) };
}

/** Its value. */
export function polynomialAt({ centre, scale, coefficients }: Polynomial, x: number): number {
  const u = (x - centre) / scale;
  let value = 0;
  for (let k = coefficients.length - 1; k >= 0; k--) value = value * u + coefficients[k];
  return value;
}

/** Its slope, by x. */
export function polynomialSlope({ centre, scale, coefficients }: Polynomial, x: number): number {
  const u = (x - centre) / scale;
  let slope = 0;
  for (let k = coefficients.length - 1; k > 0; k--) slope = slope * u + k * coefficients[k];
  return slope / scale;
}

/** Its coefficients of x^0, x^1, ..., for whoever prints them: they are large numbers that cancel. */
export function powerCoefficients({ centre, scale, coefficients }: Polynomial): Float64Array {
  const out = new Float64Array(coefficients.length);
  // Horner's scheme with polynomials: p -> p * (x - centre) / scale + c
  for (let k = coefficients.length - 1; k >= 0; k--) {
    for (let j = out.length - 1; j >= 0; j--) out[j] = ((j > 0 ? out[j - 1] : 0) - centre * out[j]) / scale;
    out[0] += coefficients[k];
  }
  return out;
}
