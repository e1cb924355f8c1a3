// Roots of 1 + rho sum over j of z_j^2 / (d_j - x) = 0 with d ascending, rho > 0: one in each gap of the poles d, and
// one above the last. What an eigenvector needs are the differences d_j - x, each with all its digits: x is therefore
// found as an offset from the pole that is closest to it.
// (Bunch, Nielsen, Sorensen, Numer. Math. 31 (1978) 31; Li, LAPACK working note 89 (1993), "the middle way".)
import { total } from '../linear/rows';

const EPSILON: f64 = 1.1102230246251565e-16;
const STEPS: i32 = 80;

// Sums over the poles below the root and above it, and their derivatives: what `sums` found last.
let below: f64 = 0;
let below1: f64 = 0;
let above: f64 = 0;
let above1: f64 = 0;
// Sums over a range.
let value: f64 = 0;
let slope: f64 = 0;

/** value and slope of the poles [from, to); writes their differences (d_j - origin) - offset. */
function range(differences: usize, d: usize, z: usize, from: i32, to: i32, origin: f64, offset: f64): void {
  let s: f64 = 0;
  let s1: f64 = 0;
  let j = from;
  if ((j & 1) && j < to) {
    const at = <usize>j << 3;
    const difference = load<f64>(d + at) - origin - offset;
    store<f64>(differences + at, difference);
    const x = load<f64>(z + at);
    const t = x / difference;
    s = x * t;
    s1 = t * t;
    j++;
  }
  const center = f64x2.splat(origin);
  const shift = f64x2.splat(offset);
  let sum = f64x2.splat(0);
  let sum1 = sum;
  for (; j + 2 <= to; j += 2) {
    const at = <usize>j << 3;
    const difference = f64x2.sub(f64x2.sub(v128.load(d + at), center), shift);
    v128.store(differences + at, difference);
    const x = v128.load(z + at);
    const t = f64x2.div(x, difference);
    sum = f64x2.add(sum, f64x2.mul(x, t));
    sum1 = f64x2.add(sum1, f64x2.mul(t, t));
  }
  if (j < to) {
    const at = <usize>j << 3;
    const difference = load<f64>(d + at) - origin - offset;
    store<f64>(differences + at, difference);
    const x = load<f64>(z + at);
    const t = x / difference;
    s += x * t;
    s1 += t * t;
  }
  value = s + total(sum);
  slope = s1 + total(sum1);
}

function sums(differences: usize, d: usize, z: usize, split: i32, count: i32, origin: f64, offset: f64): void {
  range(differences, d, z, 0, split, origin, offset);
  below = value;
  below1 = slope;
  range(differences, d, z, split, count, origin, offset);
  above = value;
  above1 = slope;
}

@inline function at(p: usize, j: i32): f64 { return load<f64>(p + (<usize>j << 3)); }

/** Of c x^2 - a x + b = 0, the root that is continuous in c through 0; or the other one. */
function quadratic(a: f64, b: f64, c: f64, other: bool): f64 {
  const root = Math.sqrt(Math.max(0, a * a - 4 * b * c));
  if (other) return a >= 0 ? (a + root) / (2 * c) : 2 * b / (a - root);
  return a > 0 ? 2 * b / (a + root) : (a - root) / (2 * c);
}

/** Root i of `count`; writes the differences d_j - x. `squares`: the sum of z^2. */
export function secularRoot(differences: usize, d: usize, z: usize, i: i32, count: i32, rho: f64, squares: f64): f64 {
  if (count == 1) {
    const shift = rho * squares;
    store<f64>(differences, -shift);
    return at(d, 0) + shift;
  }
  const last = i == count - 1;
  const inverse = 1 / rho;
  // The two poles that shape the function at the root.
  const p = last ? i - 1 : i;
  const gap = at(d, p + 1) - at(d, p);
  const zp = at(z, p) * at(z, p);
  const zq = at(z, p + 1) * at(z, p + 1);
  const half = 0.5 * (last ? rho * squares : gap);
  const split = p + 1;
  let pole = i;
  sums(differences, d, z, split, count, at(d, i), half);
  let f = inverse + below + above;
  const rest = f - zp / at(differences, p) - zq / at(differences, p + 1);
  let low: f64 = 0;
  let high: f64 = 0;
  let offset: f64;
  if (last) {
    high = 2 * half;
    if (f > 0) high = half;
    else low = half;
    offset = quadratic(zp + zq - rest * gap, -zq * gap, rest, true);
  } else if (f > 0) {
    high = half;
    offset = quadratic(zp + zq + rest * gap, zp * gap, rest, false);
  } else {
    pole = i + 1;
    low = -half;
    offset = quadratic(zp + zq - rest * gap, -zq * gap, rest, false);
  }
  const origin = at(d, pole);
  if (!(offset > low && offset < high)) offset = 0.5 * (low + high);
  for (let step = 0; step < STEPS; step++) {
    sums(differences, d, z, split, count, origin, offset);
    f = inverse + below + above;
    const slopes = below1 + above1;
    const noise = EPSILON * (8 * (Math.abs(above) + Math.abs(below)) + 2 * inverse + Math.abs(offset) * slopes);
    if (Math.abs(f) <= noise) break;
    if (f < 0) low = offset;
    else high = offset;
    // A function c + s/(d_p - x) + t/(d_q - x) that has the sums and slopes of both sides.
    const u = at(differences, p);
    const v = at(differences, p + 1);
    const c = f - u * below1 - v * above1;
    const a = (u + v) * f - u * v * slopes;
    let change = quadratic(a, u * v * f, c, last);
    if (!(f * change < 0)) change = -f / slopes;
    let next = offset + change;
    if (!(next > low && next < high) || (step & 7) == 7) next = 0.5 * (low + high);
    if (next == offset || next == low || next == high) break;
    offset = next;
  }
  return origin + offset;
}
