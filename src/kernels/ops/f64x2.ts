// Two f64 a vector.

export type real = f64;
/** Lanes of a vector, and the shift that divides by them. */
export const WIDTH: i32 = 2;
export const WIDTH_SHIFT: i32 = 1;
/** Bytes of a number, and the shift that multiplies by them. */
export const BYTES: usize = 8;
export const SHIFT: usize = 3;

@inline export function fill(x: real): v128 { return f64x2.splat(x); }
/** The number at p in all lanes; `splat1` takes the one behind it, and so on. */
@inline export function splat(p: usize): v128 { return v128.load64_splat(p); }
/** The f32 at p in all lanes. */
@inline export function splatF32(p: usize): v128 { return f64x2.splat(<f64>load<f32>(p)); }
@inline export function splat1(p: usize): v128 { return v128.load64_splat(p, 8); }
@inline export function add(a: v128, b: v128): v128 { return f64x2.add(a, b); }
@inline export function sub(a: v128, b: v128): v128 { return f64x2.sub(a, b); }
@inline export function mul(a: v128, b: v128): v128 { return f64x2.mul(a, b); }
@inline export function div(a: v128, b: v128): v128 { return f64x2.div(a, b); }
@inline export function sqrt(a: v128): v128 { return f64x2.sqrt(a); }
@inline export function neg(a: v128): v128 { return f64x2.neg(a); }
/** The smaller (larger) of both; b where one is not a number. One instruction, unlike min (max). */
@inline export function least(a: v128, b: v128): v128 { return f64x2.pmin(b, a); }
@inline export function most(a: v128, b: v128): v128 { return f64x2.pmax(b, a); }
/** All bits of a lane where a > b, none where not. */
@inline export function above(a: v128, b: v128): v128 { return f64x2.gt(a, b); }

/** Smallest value of cos - sin at the cutoff: its square is a normal number, its inverse finite. */
export const TINY: real = 1e-30;

/** Writes the sums over the lanes of a, b, c, d to p. */
@inline export function storeSums(p: usize, a: v128, b: v128, c: v128, d: v128): void {
  v128.store(p, f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3)));
  v128.store(p, f64x2.add(v128.shuffle<f64>(c, d, 0, 2), v128.shuffle<f64>(c, d, 1, 3)), 16);
}

/** Writes lane k of x, y, z to p + 32 k: a record of four numbers for each pair. */
@inline export function storeRecords(p: usize, x: v128, y: v128, z: v128): void {
  v128.store(p, v128.shuffle<f64>(x, y, 0, 2));
  v128.store64_lane(p, z, 0, 16);
  v128.store(p, v128.shuffle<f64>(x, y, 1, 3), 32);
  v128.store64_lane(p, z, 1, 48);
}

/** The number at p in both f64 lanes, and two neighbouring numbers as f64. */
@inline export function wideSplat(p: usize): v128 { return v128.load64_splat(p); }
@inline export function widePair(p: usize): v128 { return v128.load(p); }

/** Sum of a[k] b[k] over whole vectors, in f64. */
export function wideDot(a: usize, b: usize, vectors: i32): f64 {
  let sum = f64x2.splat(0);
  for (const end = a + ((<usize>vectors) << 4); a < end; a += 16, b += 16) {
    sum = f64x2.add(sum, f64x2.mul(v128.load(a), v128.load(b)));
  }
  return f64x2.extract_lane(sum, 0) + f64x2.extract_lane(sum, 1);
}

/** cos(pi w / 2) of |w| <= 1/2 from its square: Taylor series, the first term left out is 2e-18. */
@inline export function cosine(w2: v128): v128 {
  let p = fill(6.5659631149794735e-11);
  p = add(mul(p, w2), fill(-6.386603083791852e-9));
  p = add(mul(p, w2), fill(4.710874778818171e-7));
  p = add(mul(p, w2), fill(-2.5202042373060605e-5));
  p = add(mul(p, w2), fill(9.192602748394265e-4));
  p = add(mul(p, w2), fill(-2.0863480763352958e-2));
  p = add(mul(p, w2), fill(0.25366950790104803));
  p = add(mul(p, w2), fill(-1.2337005501361697));
  return add(mul(p, w2), fill(1));
}

/** sin(pi w / 2) of |w| <= 1/2: Taylor series, the first term left out is 5e-17. */
@inline export function sine(w: v128, w2: v128): v128 {
  let p = fill(-6.688035109811467e-10);
  p = add(mul(p, w2), fill(5.692172921967925e-8));
  p = add(mul(p, w2), fill(-3.598843235212084e-6));
  p = add(mul(p, w2), fill(1.604411847873598e-4));
  p = add(mul(p, w2), fill(-4.681754135318687e-3));
  p = add(mul(p, w2), fill(7.969262624616704e-2));
  p = add(mul(p, w2), fill(-0.6459640975062462));
  return mul(w, add(mul(p, w2), fill(1.5707963267948966)));
}

/** tanh to 3e-16: (1 - e)/(1 + e) with e = exp(-2|x|) = 2^n exp(f), |f| <= ln 2 / 2, its series to f^12. */
@inline export function tanh(x: v128): v128 {
  const y = most(mul(f64x2.abs(x), fill(-2)), fill(-60));
  const shifted = add(mul(y, fill(1.4426950408889634)), fill(6755399441055744)); // 1.5 * 2^52: rounds, n in the low bits
  const n = sub(shifted, fill(6755399441055744));
  const f = sub(sub(y, mul(n, fill(0.693147180369123816490))), mul(n, fill(1.90821492927058770002e-10)));
  let p = fill(2.08767569878681e-9);
  p = add(mul(p, f), fill(2.505210838544172e-8));
  p = add(mul(p, f), fill(2.755731922398589e-7));
  p = add(mul(p, f), fill(2.7557319223985893e-6));
  p = add(mul(p, f), fill(2.48015873015873e-5));
  p = add(mul(p, f), fill(1.984126984126984e-4));
  p = add(mul(p, f), fill(1.388888888888889e-3));
  p = add(mul(p, f), fill(8.333333333333333e-3));
  p = add(mul(p, f), fill(4.1666666666666664e-2));
  p = add(mul(p, f), fill(0.16666666666666666));
  p = add(mul(p, f), fill(0.5));
  p = add(mul(p, f), fill(1));
  p = add(mul(p, f), fill(1));
  const e = i64x2.add(p, i64x2.shl(shifted, 52));
  const magnitude = div(sub(fill(1), e), add(fill(1), e));
  return v128.or(magnitude, v128.and(x, f64x2.splat(-0.0)));
}
