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

  // Third: [b1][chosen][2][b2].
  negative(turned, wave2, square);
  gemm(two, f64s(2 * bands), one, f64s(bands), wave2, f64s(bands), true, row, 2 * bands, bands, SET, work);
  gemm(two, f64s(2 * bands), one + f64s(bands * row), f64s(bands), turned, f64s(bands), true, row, 2 * bands, bands, ADD, work);

  const inverse1 = b.inverses + f64s(point1 * bands);
  const inverse2 = b.inverses + f64s(point2 * bands);
  const out = b.strengths + <usize>load<i32>(triplet, 8) * f64s(b.total * square);
  for (let b1 = 0; b1 < bands; b1++) {
    const factor1 = load<f64>(inverse1 + f64s(b1));
    for (let b0 = 0; b0 < chosen; b0++) {
      const factor = factor1 * load<f64>(b.inverses0 + f64s(b0));
      const re = two + f64s(2 * bands * (b1 * chosen + b0));
      const im = re + f64s(bands);
      const to = out + f64s((b0 * bands + b1) * bands);
      for (let b2: usize = 0; b2 < f64s(bands); b2 += 8) {
        const x = load<f64>(re + b2);
        const y = load<f64>(im + b2);
        store<f64>(to + b2, (x * x + y * y) * factor * load<f64>(inverse2 + b2));
      }
    }
  }
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
