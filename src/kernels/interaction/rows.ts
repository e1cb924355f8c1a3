// What of a vertex does not depend on q1: for one pair (j, k) of the second and the third atom the rows G(S), in which
// the first atom's place and axes are summed up with a mode of q0. With q2 = -q0 - q1,
// exp(2 pi i (q1 R_j + q2 R_k)) = exp(-2 pi i q0 R_k) exp(2 pi i q1 (R_j - R_k)),
// and so for the legs that are at home with another atom.
import { atomsOf, Block, f64s, i32At, ROW, ROW_BYTES, rowAt, seen, start, tensorsAt } from './layout';
import { addTensor, tensorSum } from './sums';

/** The leg at home with the first atom. `space` [n][separations][2][ROW]. */
export function firstLeg(b: Block, j: i32, k: i32, space: usize): void {
  const each = 2 * ROW_BYTES;
  const size = <usize>(b.n * b.separations) * each;
  memory.fill(space, 0, size);
  for (let home = 0; home < b.n; home++) gather(b, home, j, k, space + <usize>(home * b.separations) * each);
  const pair = j * b.n + k;
  for (let band = 0; band < b.chosen; band++) {
    const wave = b.waves0 + f64s(6 * b.n * band);
    const index = (band * b.n * b.n + pair) * 9;
    for (let s = 0; s < b.separations; s++) contractRow(b, index, s, wave, space + <usize>s * each);
  }
}

/** to [separations][2][ROW] += all tensors of one home atom and a pair of others. */
function gather(b: Block, home: i32, j: i32, k: i32, to: usize): void {
  const firstX = start(b, home * b.n + j);
  const lastX = firstX + atomsOf(b, home * b.n + j);
  const firstY = start(b, home * b.n + k);
  const lastY = firstY + atomsOf(b, home * b.n + k);
  const step = <usize>seen(b, home) * ROW_BYTES;
  let column = tensorsAt(b, b.tensors, home, j) + <usize>(firstY - start(b, home * b.n)) * ROW_BYTES;
  for (let y = firstY; y < lastY; y++) {
    const endY = i32At(b.imageStarts, y + 1);
    for (let imageY = i32At(b.imageStarts, y); imageY < endY; imageY++) {
      const vectorY = i32At(b.images, imageY);
      const phase = b.phases + (<usize>vectorY << 4);
      const shareY = load<f64>(b.shares + f64s(y));
      let tensor = column;
      for (let x = firstX; x < lastX; x++) {
        const share = shareY * load<f64>(b.shares + f64s(x));
        const cos = share * load<f64>(phase);
        const sin = -share * load<f64>(phase, 8);
        const endX = i32At(b.imageStarts, x + 1);
        for (let imageX = i32At(b.imageStarts, x); imageX < endX; imageX++) {
          const s = i32At(b.differences, i32At(b.images, imageX) * b.vectors + vectorY);
          addTensor(to + <usize>s * (2 * ROW_BYTES), tensor, cos, sin);
        }
        tensor += step;
      }
    }
    column += ROW_BYTES;
  }
}

/** Nine numbers of the row of a separation: sum over the first atoms and their axes. `from`: tensors [n] of it. */
function contractRow(b: Block, index: i32, separation: i32, wave: usize, from: usize): void {
  const apart = <usize>b.separations * (2 * ROW_BYTES);
  const minus = wave + f64s(3 * b.n);
  for (let m = 0; m < 9; m++) {
    let re: f64 = 0;
    let im: f64 = 0;
    let t = from + f64s(m);
    for (let i = 0; i < 3 * b.n; i += 3) {
      for (let a: usize = 0; a < 24; a += 8) {
        const c = load<f64>(wave + f64s(i) + a);
        const d = load<f64>(minus + f64s(i) + a);
        const x = load<f64>(t + 9 * a);
        const y = load<f64>(t + 9 * a, 224);
        re += x * c - y * d;
        im += x * d + y * c;
      }
      t += apart;
    }
    const to = rowAt(b, index + m, separation);
    store<f64>(to, re);
    store<f64>(to, im, 32);
  }
}

/** Adds the legs at home with the second and the third atom. `space` [n][2][ROW]. */
export function otherLegs(b: Block, j: i32, k: i32, space: usize): void {
  leg(b, b.tensors1, j, k, j * b.n + k, true, space);
  leg(b, b.tensors2, k, j, j * b.n + k, false, space);
}

/** @param second whether the home atom is the second of the triplet and the other one the third, or the other way round */
function leg(b: Block, tensors: usize, home: i32, other: i32, pair: i32, second: bool, space: usize): void {
  const n = b.n;
  const first = start(b, home * n + other);
  const last = first + atomsOf(b, home * n + other);
  const step = <usize>seen(b, home) * ROW_BYTES;
  for (let y = first; y < last; y++) {
    for (let i = 0; i < n; i++) {
      const mean = b.means + (<usize>start(b, home * n + i) << 4);
      const atoms = atomsOf(b, home * n + i);
      const from = tensorsAt(b, tensors, home, i) + <usize>(y - start(b, home * n)) * ROW_BYTES;
      tensorSum(space + <usize>i * (2 * ROW_BYTES), from, step, mean, mean + f64s(atoms), atoms);
    }
    const share = load<f64>(b.shares + f64s(y));
    for (let band = 0; band < b.chosen; band++) {
      const wave = b.waves0 + f64s(6 * n * band);
      const index = (band * n * n + pair) * 9;
      for (let u = 0; u < 3; u++) {
        for (let w = 0; w < 3; w++) {
          addToImages(b, second ? index + 3 * u + w : index + 3 * w + u, y, second, share, wave, space + f64s(9 * u + w));
        }
      }
    }
  }
}

/** One number of the rows of all images of an atom; `from`: its summands [n], three axes of the first atom each. */
function addToImages(b: Block, index: i32, atom: i32, second: bool, share: f64, wave: usize, from: usize): void {
  const minus = wave + f64s(3 * b.n);
  let re: f64 = 0;
  let im: f64 = 0;
  for (let i = 0; i < b.n; i++) {
    for (let a: usize = 0; a < 24; a += 8) {
      const c = load<f64>(wave + f64s(3 * i) + a);
      const d = load<f64>(minus + f64s(3 * i) + a);
      const t = from + f64s(2 * ROW * i) + 3 * a;
      const x = load<f64>(t);
      const y = load<f64>(t, 224);
      re += x * c - y * d;
      im += x * d + y * c;
    }
  }
  re *= share;
  im *= share;
  const end = i32At(b.imageStarts, atom + 1);
  for (let image = i32At(b.imageStarts, atom); image < end; image++) {
    const vector = i32At(b.images, image);
    const to = rowAt(b, index, i32At(second ? b.minus : b.plus, vector));
    if (second) {
      // The third atom's q2 R, of which -q0 R is known.
      const cos = load<f64>(b.phases + (<usize>vector << 4));
      const sin = -load<f64>(b.phases + (<usize>vector << 4), 8);
      store<f64>(to, load<f64>(to) + re * cos - im * sin);
      store<f64>(to, load<f64>(to, 32) + re * sin + im * cos, 32);
    } else {
      store<f64>(to, load<f64>(to) + re);
      store<f64>(to, load<f64>(to, 32) + im, 32);
    }
  }
}
