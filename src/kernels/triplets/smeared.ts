// Delta functions that are Gaussians, and principal values.
import { Deltas, int, real } from './layout';

/** 1/sqrt(2 pi) */
const NORM: f64 = 0.3989422804014327;
/** Squares of arguments in sigma from which on exp(-x^2 / 2) is nothing, not even the smallest number. */
const NOTHING: f64 = 1492;

export function gaussianTriplet(b: Deltas, t: i32): void {
  const bands = b.bands;
  const sigma = real(b.numbers, 1);
  const cutoff = real(b.numbers, 2);
  const first = b.modes + (<usize>(int(b.triplets, 3 * t + 1) * bands) << 3);
  const second = b.modes + (<usize>(int(b.triplets, 3 * t + 2) * bands) << 3);
  let at = <usize>t * b.points * bands * bands;
  for (let k = 0; k < b.points; k++) {
    const f = real(b.frequencies, k);
    for (let i = 0; i < bands; i++) {
      const f1 = real(first, i);
      for (let j = 0; j < bands; j++, at++) {
        const f2 = real(second, j);
        const x = f - f1 - f2;
        const y = f + f1 - f2;
        const z = f - f1 + f2;
        let g0: f64 = 0;
        let g1: f64 = 0;
        let g2: f64 = 0;
        const least = min(abs(x), min(abs(y), abs(z)));
        const isZero = (cutoff > 0 && least > cutoff) || least * least > NOTHING * sigma * sigma;
        if (!isZero) {
          g0 = normal(x, sigma);
          g1 = normal(y, sigma);
          g2 = normal(z, sigma);
        }
        store<f64>(b.decay + (at << 3), g0);
        store<f64>(b.merging + (at << 3), g1 - g2);
        if (b.total) store<f64>(b.total + (at << 3), g0 + g1 + g2);
        store<u8>(b.zero + at, isZero ? 1 : 0);
      }
    }
  }
}

@inline function normal(x: f64, sigma: f64): f64 {
  return NORM / sigma * Math.exp(-x * x / 2 / sigma / sigma);
}

export function principalTriplet(b: Deltas, t: i32): void {
  const bands = b.bands;
  const epsilon = real(b.numbers, 3);
  const e2 = epsilon * epsilon;
  const first = b.modes + (<usize>(int(b.triplets, 3 * t + 1) * bands) << 3);
  const second = b.modes + (<usize>(int(b.triplets, 3 * t + 2) * bands) << 3);
  let at = <usize>t * b.points * bands * bands;
  for (let k = 0; k < b.points; k++) {
    const f = real(b.frequencies, k);
    for (let i = 0; i < bands; i++) {
      const f1 = real(first, i);
      for (let j = 0; j < bands; j++, at++) {
        const f2 = real(second, j);
        const x = f + f1 + f2;
        const y = f - f1 - f2;
        const z = f - f1 + f2;
        const w = f + f1 - f2;
        store<f64>(b.decay + (at << 3), y / (y * y + e2) - x / (x * x + e2));
        store<f64>(b.merging + (at << 3), w / (w * w + e2) - z / (z * z + e2));
        store<u8>(b.zero + at, 0);
      }
    }
  }
}
