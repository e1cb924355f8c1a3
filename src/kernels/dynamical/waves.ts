// The sum of Gonze and Lee over reciprocal lattice vectors, as src/lattice/harmonic/dipoles.ts has it: terms of all q
// points, two waves at a time, then one product with the waves' phases at the pairs of atoms.
import { exp } from '../linear/exp';
import { SET, gemm } from '../linear/gemm';
import { Block, Work, number, outputs, pairsOf } from './layout';

const DIELECTRIC: usize = 72;
const INVERSE_WIDTH: usize = 144;
const LEAST: usize = 152;

@inline function madd(sum: v128, a: v128, b: v128): v128 { return f64x2.add(sum, f64x2.mul(a, b)); }

/** Component c of q in Cartesian coordinates. */
@inline export function cartesian(b: Block, q: usize, c: i32): f64 {
  const m = b.numbers + <usize>c * 24;
  return number(m, 0) * number(q, 0) + number(m, 1) * number(q, 1) + number(m, 2) * number(q, 2);
}

/** The terms xx yy zz yz xz xy of the q point at `q`, row `row` of those at work, or their derivatives along x, y, z. */
export function setTerms(b: Block, w: Work, q: usize, row: i32): void {
  const qx = f64x2.splat(cartesian(b, q, 0));
  const qy = f64x2.splat(cartesian(b, q, 1));
  const qz = f64x2.splat(cartesian(b, q, 2));
  const e = b.numbers + DIELECTRIC;
  const least = v128.load64_splat(b.numbers, LEAST);
  const perWidth = v128.load64_splat(b.numbers, INVERSE_WIDTH);
  const one = f64x2.splat(1);
  const bytes = <usize>b.waves << 3;
  const isSlope = b.levels > 1;
  let to = w.terms + <usize>(6 * row * outputs(b)) * bytes;
  for (let g = b.wave, end = b.wave + bytes; g < end; g += 16) {
    let x = f64x2.add(v128.load(g), qx);
    let y = f64x2.add(v128.load(g + bytes), qy);
    let z = f64x2.add(v128.load(g + 2 * bytes), qz);
    const still = f64x2.lt(madd(madd(f64x2.mul(x, x), y, y), z, z), least);
    const isStill = v128.any_true(still);
    // At the origin there is a direction to look at, or nothing.
    if (isStill) {
      x = v128.bitselect(b.along ? v128.load64_splat(b.along) : one, x, still);
      y = v128.bitselect(b.along ? v128.load64_splat(b.along, 8) : one, y, still);
      z = v128.bitselect(b.along ? v128.load64_splat(b.along, 16) : one, z, still);
    }
    // K eps
    const kx = madd(madd(f64x2.mul(x, v128.load64_splat(e)), y, v128.load64_splat(e, 8)), z, v128.load64_splat(e, 16));
    const ky = madd(madd(f64x2.mul(x, v128.load64_splat(e, 8)), y, v128.load64_splat(e, 32)), z, v128.load64_splat(e, 40));
    const kz = madd(madd(f64x2.mul(x, v128.load64_splat(e, 16)), y, v128.load64_splat(e, 40)), z, v128.load64_splat(e, 64));
    const length = madd(madd(f64x2.mul(x, kx), y, ky), z, kz);
    let damping = exp(f64x2.neg(f64x2.mul(length, perWidth)));
    if (isStill) {
      if (!b.along) damping = v128.andnot(damping, still);
      else if (!isSlope) damping = v128.bitselect(one, damping, still);
    }
    const inverse = f64x2.div(one, length);
    const weight = f64x2.mul(damping, inverse);
    if (!isSlope) storeTerms(to, bytes, f64x2.mul(x, weight), f64x2.mul(y, weight), f64x2.mul(z, weight), x, y, z);
    else {
      // d(K K w) = (u K + K u) w + K K w', with w' = -2 (u eps K) w (1 / (K eps K) + 1 / width)
      const factor = f64x2.mul(f64x2.mul(f64x2.splat(-2), weight), f64x2.add(inverse, perWidth));
      storeSlopes(to, bytes, 0, x, y, z, weight, f64x2.mul(factor, kx));
      storeSlopes(to + 6 * bytes, bytes, 1, x, y, z, weight, f64x2.mul(factor, ky));
      storeSlopes(to + 12 * bytes, bytes, 2, x, y, z, weight, f64x2.mul(factor, kz));
    }
    to += 16;
  }
}

@inline function storeTerms(to: usize, bytes: usize, wx: v128, wy: v128, wz: v128, x: v128, y: v128, z: v128): void {
  v128.store(to, f64x2.mul(wx, x));
  v128.store(to + bytes, f64x2.mul(wy, y));
  v128.store(to + 2 * bytes, f64x2.mul(wz, z));
  v128.store(to + 3 * bytes, f64x2.mul(wy, z));
  v128.store(to + 4 * bytes, f64x2.mul(wx, z));
  v128.store(to + 5 * bytes, f64x2.mul(wx, y));
}

function storeSlopes(to: usize, bytes: usize, axis: i32, x: v128, y: v128, z: v128, weight: v128, slope: v128): void {
  storeTerms(to, bytes, f64x2.mul(x, slope), f64x2.mul(y, slope), f64x2.mul(z, slope), x, y, z);
  const wx = f64x2.mul(x, weight);
  const wy = f64x2.mul(y, weight);
  const wz = f64x2.mul(z, weight);
  if (axis == 0) {
    add(to, f64x2.add(wx, wx));
    add(to + 4 * bytes, wz);
    add(to + 5 * bytes, wy);
  } else if (axis == 1) {
    add(to + bytes, f64x2.add(wy, wy));
    add(to + 3 * bytes, wz);
    add(to + 5 * bytes, wx);
  } else {
    add(to + 2 * bytes, f64x2.add(wz, wz));
    add(to + 3 * bytes, wy);
    add(to + 4 * bytes, wx);
  }
}

@inline function add(p: usize, x: v128): void { v128.store(p, f64x2.add(v128.load(p), x)); }

/** Sums [1 + 2 pairs][count][outputs][6] of the terms of `count` q points. */
export function addWaves(b: Block, w: Work, count: i32): void {
  const bytes = <usize>b.waves << 3;
  const columns = 6 * count * outputs(b);
  gemm(
    w.sums, <usize>columns << 3, b.factors, bytes, w.terms, bytes, true,
    1 + 2 * pairsOf(b), columns, b.waves, SET, w.product,
  );
}
