import { UsageError } from '../../model/errors.js';

export interface FrequencyRange {
  /** THz, of Gaussians */
  readonly sigmas?: readonly number[];
  /** THz between two */
  readonly step?: number;
  /** How many, where there is no step */
  readonly count?: number;
}

/**
 * Frequencies at which spectra are made, as phono3py chooses them: from zero to a little more than twice the highest.
 * @param highest THz
 */
export function spectrumFrequencies(
  highest: number,
  { sigmas = [], step, count }: FrequencyRange = {},
): Float64Array {
  const end = 1.005 * (2 * highest + 4 * Math.max(0, ...sigmas));
  if (count === undefined && step !== undefined) {
    if (!(step > 0)) throw new UsageError(`the step of frequencies is ${step}, expected a positive one`);
    return Float64Array.from({ length: Math.ceil(end / step) }, (_, k) => k * step);
  }
  const points = count ?? 201;
  if (!Number.isInteger(points) || points < 2)
    throw new UsageError(`${points} frequencies, expected a whole number from 2 on`);
  return Float64Array.from({ length: points }, (_, k) => (k === points - 1 ? end : (k * end) / (points - 1)));
}

/**
 * The real part of a self-energy from the imaginary one, Delta(f) = -1/pi P integral of Gamma(f') / (f' - f) df' over
 * all f', Gamma being odd (Kramers and Kronig), by the trapezoidal rule without the point itself.
 * @param gammas [n] THz
 * @param frequencies [n] THz, from zero on in equal steps
 * @returns [n] THz
 */
export function shiftsOfSpectrum(gammas: ArrayLike<number>, frequencies: ArrayLike<number>): Float64Array {
  const n = frequencies.length;
  const step = (frequencies[n - 1] - frequencies[0]) / (n - 1);
  const isEven = Array.from({ length: n }, (_, k) => Math.abs(frequencies[k] - k * step) < 1e-6 * n);
  if (n < 2 || !isEven.every((x) => x))
    throw new UsageError(
      'the frequencies of a spectrum do not rise from zero in equal steps, which its real part needs',
    );
  return Float64Array.from({ length: n }, (_, k) => {
    // What stands at zero counts once, and nothing at the frequency itself.
    let sum = k > 0 ? gammas[0] / frequencies[k] : 0;
    for (let j = 1; j < n; j++) {
      if (j !== k) sum += gammas[j] / (frequencies[j] - frequencies[k]);
      sum += gammas[j] / (frequencies[j] + frequencies[k]);
    }
    return (-sum * step) / Math.PI;
  });
}

/**
 * The spectral function of a mode, 1/THz: -1/pi Im G0 / (1 - G0 Pi) with Pi = Delta - i Gamma. Its integral over
 * frequency is about one.
 * @param gammas [n] THz
 * @param shifts [n] THz
 * @param frequency THz, of the mode
 * @param frequencies [n] THz
 */
export function spectralFunction(
  gammas: ArrayLike<number>,
  shifts: ArrayLike<number>,
  frequency: number,
  frequencies: ArrayLike<number>,
): Float64Array {
  return Float64Array.from(frequencies, (f, k) => {
    const width = 2 * frequency * gammas[k];
    const square = (f * f - frequency * frequency - 2 * frequency * shifts[k]) ** 2 + width * width;
    return square > 0 ? (4 * frequency * frequency * gammas[k]) / (Math.PI * square) : 0;
  });
}
