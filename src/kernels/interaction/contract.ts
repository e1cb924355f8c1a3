// From a vertex to its strengths.
import { ADD, gemm, SET } from '../linear/gemm';
import { Block, f64s } from './layout';

/**
 * @param triplet its record
 * @param sums [2][4 tiles] of numbers [chosen][n n][3][3]
 * @param space for the results on the way
 */
export function contract(b: Block, triplet: usize, sums: usize, space: usize, work: usize): void {
  const bands = b.bands;
  const chosen = b.chosen;
  const point1 = load<i32>(triplet);
  const point2 = load<i32>(triplet, 4);
  const square = bands * bands;
  const wave1 = b.waves + f64s(2 * square * point1);
  const wave2 = b.waves + f64s(2 * square * point2);
  const row = chosen * bands;
  // Two results that take turns, and two small matrices.
  const one = space;
  const two = one + f64s(2 * bands * row);
  const both = two + f64s(2 * bands * row);
  const turned = both + f64s(4 * square);

  // Second index: [2][b1][chosen][3 n].
  arrange(b, two, sums);
  pairOf(both, wave1, bands);
  gemm(one, f64s(row), both, f64s(2 * bands), two, f64s(row), false, 2 * bands, row, 2 * bands, SET, work);

  // Third.
  const place = <usize>load<i32>(triplet, 8) * <usize>(b.total * square);
  const out = b.strengths + (place << 3);
  const inverse1 = b.inverses + f64s(point1 * bands);
  const inverse2 = b.inverses + f64s(point2 * bands);
  const zero = b.zero + place;
  if (b.zero && areFew(zero, chosen * square)) {
    wantedOnly(b, out, zero, one, wave2, inverse1, inverse2);
    return;
  }
  // [b1][chosen][2][b2].
  negative(turned, wave2, square);
  gemm(two, f64s(2 * bands), one, f64s(bands), wave2, f64s(bands), true, row, 2 * bands, bands, SET, work);
  gemm(two, f64s(2 * bands), one + f64s(bands * row), f64s(bands), turned, f64s(bands), true, row, 2 * bands, bands, ADD, work);
  for (let b1 = 0; b1 < bands; b1++) {
    const factor1 = load<f64>(inverse1 + f64s(b1));
    for (let b0 = 0; b0 < chosen; b0++) {
      const factor = factor1 * load<f64>(b.inverses0 + f64s(b0));
      const re = two + f64s(2 * bands * (b1 * chosen + b0));
      const im = re + f64s(bands);
      const to = out + f64s((b0 * bands + b1) * bands);
      const left = zero + <usize>((b0 * bands + b1) * bands);
      for (let b2 = 0; b2 < bands; b2++) {
        const x = load<f64>(re + f64s(b2));
        const y = load<f64>(im + f64s(b2));
        const isZero = b.zero != 0 && load<u8>(left + b2) != 0;
        store<f64>(to + f64s(b2), isZero ? 0 : (x * x + y * y) * factor * load<f64>(inverse2 + f64s(b2)));
      }
    }
  }
}

/** Whether less than a third is wanted: from there on products of whole matrices are quicker. */
function areFew(zero: usize, count: i32): bool {
  let left = 0;
  for (const end = zero + count; zero < end; zero++) left += load<u8>(zero);
  return 3 * left > 2 * count;
}

/** The third index one by one. `from`: [2][b1][chosen][3 n]. */
function wantedOnly(b: Block, out: usize, zero: usize, from: usize, wave: usize, inverse1: usize, inverse2: usize): void {
  const bands = b.bands;
  const size = f64s(bands);
  const plane = size * bands * b.chosen;
  const minus = f64s(bands * bands);
  for (let b1 = 0; b1 < bands; b1++) {
    const factor1 = load<f64>(inverse1 + f64s(b1));
    for (let b0 = 0; b0 < b.chosen; b0++, from += size) {
      const factor = factor1 * load<f64>(b.inverses0 + f64s(b0));
      const first = (b0 * bands + b1) * bands;
      for (let b2 = 0; b2 < bands; b2++) {
        let strength: f64 = 0;
        if (!load<u8>(zero + first + b2)) {
          const w = wave + size * b2;
          strength = squareOf(from, from + plane, w, w + minus, size) * factor * load<f64>(inverse2 + f64s(b2));
        }
        store<f64>(out + f64s(first + b2), strength);
      }
    }
  }
}

/** |sum of products|^2 of two complex rows, `bytes` of real parts and of imaginary ones. */
@inline function squareOf(xRe: usize, xIm: usize, yRe: usize, yIm: usize, bytes: usize): f64 {
  let re = f64x2.splat(0);
  let im = f64x2.splat(0);
  let k: usize = 0;
  for (; k + 16 <= bytes; k += 16) {
    const a = v128.load(xRe + k);
    const b = v128.load(xIm + k);
    const c = v128.load(yRe + k);
    const d = v128.load(yIm + k);
    re = f64x2.add(re, f64x2.sub(f64x2.mul(a, c), f64x2.mul(b, d)));
    im = f64x2.add(im, f64x2.add(f64x2.mul(a, d), f64x2.mul(b, c)));
  }
  let x = f64x2.extract_lane(re, 0) + f64x2.extract_lane(re, 1);
  let y = f64x2.extract_lane(im, 0) + f64x2.extract_lane(im, 1);
  if (k < bytes) {
    const a = load<f64>(xRe + k);
    const b = load<f64>(xIm + k);
    const c = load<f64>(yRe + k);
    const d = load<f64>(yIm + k);
    x += a * c - b * d;
    y += a * d + b * c;
  }
  return x * x + y * y;
}

/** [2][3 n][chosen][3 n] from [2][chosen][n n][3][3]. */
function arrange(b: Block, to: usize, from: usize): void {
  const n = b.n;
  const bands = b.bands;
  for (let plane = 0; plane < 2; plane++) {
    let at = from + (<usize>(plane * b.tiles) << 5);
    for (let band = 0; band < b.chosen; band++) {
      for (let j = 0; j < n; j++) {
        for (let k = 0; k < n; k++) {
          for (let axis = 0; axis < 3; axis++) {
            const out = to + f64s(((plane * bands + 3 * j + axis) * b.chosen + band) * bands + 3 * k);
            v128.store(out, v128.load(at));
            store<f64>(out, load<f64>(at, 16), 16);
            at += 24;
          }
        }
      }
    }
  }
}

/** [Re, -Im] over [Im, Re]. */
function pairOf(to: usize, wave: usize, bands: i32): void {
  const size = f64s(bands);
  const square = f64s(bands * bands);
  let re = to;
  let im = to + 2 * square;
  for (const end = wave + square; wave < end; wave += size) {
    for (let k: usize = 0; k < size; k += 8) {
      const x = load<f64>(wave + k);
      const y = load<f64>(wave + square + k);
      store<f64>(re + k, x);
      store<f64>(re + size + k, -y);
      store<f64>(im + k, y);
      store<f64>(im + size + k, x);
    }
    re += 2 * size;
    im += 2 * size;
  }
}

/** -Im, then Re. */
function negative(to: usize, wave: usize, square: i32): void {
  const size = f64s(square);
  for (let k: usize = 0; k < size; k += 8) {
    store<f64>(to + k, -load<f64>(wave + size + k));
    store<f64>(to + size + k, load<f64>(wave + k));
  }
}
