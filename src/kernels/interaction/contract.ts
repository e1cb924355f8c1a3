// From the sums over the lattice of one triplet to its strengths.
import { ADD, gemm, SET } from '../linear/gemm';
import { Block, f64s } from './layout';

/**
 * @param sums [2][3 n][n n][9] of the leg at home with the first atom
 * @param legs [n n][2][3][chosen][3] the other legs, contracted with q0 already; 0: there are none
 * @param space for the results on the way
 */
export function contract(b: Block, triplet: i32, sums: usize, legs: usize, space: usize, work: usize): void {
  const n = b.n;
  const bands = b.bands;
  const chosen = b.chosen;
  const pairs = n * n;
  const points = b.triplets + (<usize>triplet << 4);
  const point1 = load<i32>(points, 4);
  const point2 = load<i32>(points, 8);
  const square = bands * bands;
  const wave1 = b.waves + f64s(2 * square * point1);
  const wave2 = b.waves + f64s(2 * square * point2);
  const row = chosen * bands;
  // Two results that take turns, and two small matrices.
  const one = space;
  const two = one + f64s(2 * bands * row);
  const both = two + f64s(2 * bands * row);
  const turned = both + f64s(4 * square);

  // First index: [2][chosen][pairs][3][3].
  gemm(one, f64s(9 * pairs), b.waves0, f64s(2 * bands), sums, f64s(9 * pairs), false, 2 * chosen, 9 * pairs, 2 * bands, SET, work);
  arrange(b, two, one, legs);

  // Second: [2][b1][chosen][3 n].
  pairOf(both, wave1, bands);
  gemm(one, f64s(row), both, f64s(2 * bands), two, f64s(row), false, 2 * bands, row, 2 * bands, SET, work);

  // Third: [b1][chosen][2][b2].
  negative(turned, wave2, square);
  gemm(two, f64s(2 * bands), one, f64s(bands), wave2, f64s(bands), true, row, 2 * bands, bands, SET, work);
  gemm(two, f64s(2 * bands), one + f64s(bands * row), f64s(bands), turned, f64s(bands), true, row, 2 * bands, bands, ADD, work);

  const inverse1 = b.inverses + f64s(point1 * bands);
  const inverse2 = b.inverses + f64s(point2 * bands);
  const out = b.strengths + <usize>load<i32>(points, 12) * f64s(chosen * square);
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

/** [2][3 n][chosen][3 n] from [2][chosen][pairs][3][3], and the other legs added. */
function arrange(b: Block, to: usize, from: usize, legs: usize): void {
  const n = b.n;
  const bands = b.bands;
  const chosen = b.chosen;
  for (let plane = 0; plane < 2; plane++) {
    for (let j = 0; j < n; j++) {
      for (let k = 0; k < n; k++) {
        const pair = j * n + k;
        for (let axis = 0; axis < 3; axis++) {
          let out = to + f64s(((plane * bands + 3 * j + axis) * chosen) * bands + 3 * k);
          let at = from + f64s(9 * (plane * chosen * n * n + pair) + 3 * axis);
          if (legs) {
            let leg = legs + f64s(3 * ((pair * 2 + plane) * 3 + axis) * chosen);
            for (let band = 0; band < chosen; band++) {
              v128.store(out, f64x2.add(v128.load(at), v128.load(leg)));
              store<f64>(out, load<f64>(at, 16) + load<f64>(leg, 16), 16);
              out += f64s(bands);
              at += f64s(9 * n * n);
              leg += 24;
            }
          } else {
            for (let band = 0; band < chosen; band++) {
              v128.store(out, v128.load(at));
              store<f64>(out, load<f64>(at, 16), 16);
              out += f64s(bands);
              at += f64s(9 * n * n);
            }
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
