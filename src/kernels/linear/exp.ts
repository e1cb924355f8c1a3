// Exponentials of two numbers at once.

/** Beyond these the result is not a normal number. */
const LEAST: f64 = -708;
const MOST: f64 = 709;
const LOG2_E: f64 = 1.4426950408889634;
/** ln 2 in two parts: multiples of the first by whole numbers of up to 11 bits are exact. */
const LN2_HIGH: f64 = 0.693147180369123816490;
const LN2_LOW: f64 = 1.90821492927058770002e-10;

/**
 * exp(x), with a relative error of 3e-16: 2^k exp(r) with |r| <= ln(2) / 2, where the Taylor series to the 13th power
 * leaves out 4e-18. Below -708 it stays at exp(-708).
 */
@inline export function exp(x: v128): v128 {
  const y = f64x2.min(f64x2.max(x, f64x2.splat(LEAST)), f64x2.splat(MOST));
  const k = f64x2.nearest(f64x2.mul(y, f64x2.splat(LOG2_E)));
  const r = f64x2.sub(f64x2.sub(y, f64x2.mul(k, f64x2.splat(LN2_HIGH))), f64x2.mul(k, f64x2.splat(LN2_LOW)));
  const r2 = f64x2.mul(r, r);
  // Even and odd powers apart: two chains of additions run side by side.
  let even = f64x2.splat(1.0 / 479001600.0);
  let odd = f64x2.splat(1.0 / 6227020800.0);
  even = step(even, r2, 1.0 / 3628800.0);
  odd = step(odd, r2, 1.0 / 39916800.0);
  even = step(even, r2, 1.0 / 40320.0);
  odd = step(odd, r2, 1.0 / 362880.0);
  even = step(even, r2, 1.0 / 720.0);
  odd = step(odd, r2, 1.0 / 5040.0);
  even = step(even, r2, 1.0 / 24.0);
  odd = step(odd, r2, 1.0 / 120.0);
  even = step(even, r2, 0.5);
  odd = step(odd, r2, 1.0 / 6.0);
  even = step(even, r2, 1);
  odd = step(odd, r2, 1);
  const e = f64x2.add(even, f64x2.mul(r, odd));
  const whole = i64x2.extend_low_i32x4_s(i32x4.trunc_sat_f64x2_s_zero(k));
  return f64x2.mul(e, i64x2.shl(i64x2.add(whole, i64x2.splat(1023)), 52));
}

@inline function step(sum: v128, x: v128, next: f64): v128 {
  return f64x2.add(f64x2.mul(sum, x), f64x2.splat(next));
}
