// What of a vertex does not depend on q1: for one pair (j, k) of the second and the third atom the rows G(S), in which
// the first atom's place and axes are summed up with the modes of q0. With q2 = -q0 - q1,
// exp(2 pi i (q1 R_j + q2 R_k)) = exp(-2 pi i q0 R_k) exp(2 pi i q1 (R_j - R_k)),
// and so for the legs that are at home with another atom.
import { gemm, SET } from '../linear/gemm';
import { atomsOf, Block, f64s, i32At, rowAt, seen, start, TENSOR_BYTES, tensorsAt, THIRD, THIRD_BYTES } from './layout';
import { addThird, sumThirds } from './sums';

/** The leg at home with the first atom. */
export function firstLeg(b: Block, j: i32, k: i32, work: usize): void {
  const gathered = work + b.atGathered;
  const count = b.separations;
  memory.fill(gathered, 0, <usize>(6 * b.n * count) * THIRD_BYTES);
  for (let home = 0; home < b.n; home++) gather(b, home, j, k, gathered);
  const result = contracted(b, count, work);
  for (let plane = 0; plane < 2; plane++) {
    for (let band = 0; band < b.chosen; band++) {
      const index = (band * b.n * b.n + j * b.n + k) * 9;
      const from = result + <usize>((plane * b.chosen + band) * count) * THIRD_BYTES;
      for (let m = 0; m < 9; m++) {
        let to = rowAt(b, index + m, 0) + (<usize>plane << 5);
        let at = from + f64s(m);
        for (const end = at + <usize>count * THIRD_BYTES; at < end; at += THIRD_BYTES) {
          store<f64>(to, load<f64>(at));
          to += 64;
        }
      }
    }
  }
}

/** [2][chosen][count][THIRD] from atGathered [2][n][3][count][THIRD]: sums over the first atom and its axes. */
function contracted(b: Block, count: i32, work: usize): usize {
  const result = work + b.atContracted;
  const columns = THIRD * count;
  gemm(result, f64s(columns), b.waves0, f64s(6 * b.n), work + b.atGathered, f64s(columns), false, 2 * b.chosen, columns, 6 * b.n, SET, work);
  return result;
}

/** to [2][n][3][separations][THIRD] += all tensors of one home atom and a pair of others. */
function gather(b: Block, home: i32, j: i32, k: i32, to: usize): void {
  const firstX = start(b, home * b.n + j);
  const lastX = firstX + atomsOf(b, home * b.n + j);
  const firstY = start(b, home * b.n + k);
  const lastY = firstY + atomsOf(b, home * b.n + k);
  const step = <usize>seen(b, home) * TENSOR_BYTES;
  const apart = <usize>b.separations * THIRD_BYTES;
  const re = to + <usize>(3 * home) * apart;
  const plane = <usize>(3 * b.n) * apart;
  let column = tensorsAt(b, b.tensors, home, j) + <usize>(firstY - start(b, home * b.n)) * TENSOR_BYTES;
  for (let y = firstY; y < lastY; y++) {
    const endY = i32At(b.imageStarts, y + 1);
    for (let imageY = i32At(b.imageStarts, y); imageY < endY; imageY++) {
      const vectorY = i32At(b.images, imageY);
      const phase = b.phases + (<usize>vectorY << 4);
      const shareY = load<f64>(b.shares + f64s(y));
      let tensor = column;
      for (let x = firstX; x < lastX; x++) {
        const share = shareY * load<f64>(b.shares + f64s(x));
        const c = f64x2.splat(share * load<f64>(phase));
        const d = f64x2.splat(-share * load<f64>(phase, 8));
        const endX = i32At(b.imageStarts, x + 1);
        for (let imageX = i32At(b.imageStarts, x); imageX < endX; imageX++) {
          let at = re + <usize>i32At(b.differences, i32At(b.images, imageX) * b.vectors + vectorY) * THIRD_BYTES;
          addThird(at, at + plane, tensor, c, d);
          at += apart;
          addThird(at, at + plane, tensor + THIRD_BYTES, c, d);
          at += apart;
          addThird(at, at + plane, tensor + 2 * THIRD_BYTES, c, d);
        }
        tensor += step;
      }
    }
    column += TENSOR_BYTES;
  }
}

/** Adds the legs at home with the second and the third atom. */
export function otherLegs(b: Block, j: i32, k: i32, work: usize): void {
  leg(b, b.tensors1, j, k, j * b.n + k, true, work);
  leg(b, b.tensors2, k, j, j * b.n + k, false, work);
}

/** @param second whether the home atom is the second of the triplet and the other one the third, or the other way round */
function leg(b: Block, tensors: usize, home: i32, other: i32, pair: i32, second: bool, work: usize): void {
  const n = b.n;
  const first = start(b, home * n + other);
  const count = atomsOf(b, home * n + other);
  const step = <usize>seen(b, home) * TENSOR_BYTES;
  const apart = <usize>count * THIRD_BYTES;
  const plane = <usize>(3 * n) * apart;
  for (let i = 0; i < n; i++) {
    const mean = b.means + (<usize>start(b, home * n + i) << 4);
    const atoms = atomsOf(b, home * n + i);
    let tensor = tensorsAt(b, tensors, home, i) + <usize>(first - start(b, home * n)) * TENSOR_BYTES;
    let to = work + b.atGathered + <usize>(3 * i) * apart;
    for (let y = 0; y < count; y++) {
      for (let axis: usize = 0; axis < 3; axis++) {
        const at = to + axis * apart;
        sumThirds(at, at + plane, tensor + axis * THIRD_BYTES, step, mean, mean + f64s(atoms), atoms);
      }
      tensor += TENSOR_BYTES;
      to += THIRD_BYTES;
    }
  }
  const result = contracted(b, count, work);
  const half = <usize>(b.chosen * count) * THIRD_BYTES;
  for (let y = 0; y < count; y++) {
    const share = load<f64>(b.shares + f64s(first + y));
    const end = i32At(b.imageStarts, first + y + 1);
    for (let image = i32At(b.imageStarts, first + y); image < end; image++) {
      const vector = i32At(b.images, image);
      const separation = i32At(second ? b.minus : b.plus, vector);
      // The third atom's q2 R, of which -q0 R is known; the second's q1 R.
      const phase = b.phases + (<usize>vector << 4);
      const cos = second ? share * load<f64>(phase) : share;
      const sin = second ? -share * load<f64>(phase, 8) : 0;
      for (let band = 0; band < b.chosen; band++) {
        const index = (band * n * n + pair) * 9;
        const from = result + <usize>(band * count + y) * THIRD_BYTES;
        for (let m = 0; m < 9; m++) {
          const to = rowAt(b, index + m, separation);
          const re = load<f64>(from + f64s(m));
          const im = load<f64>(from + half + f64s(m));
          store<f64>(to, load<f64>(to) + re * cos - im * sin);
          store<f64>(to, load<f64>(to, 32) + re * sin + im * cos, 32);
        }
      }
    }
  }
}
