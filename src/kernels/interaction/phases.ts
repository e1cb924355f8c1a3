// Means of exp(2 pi i q R) over the nearest images of atoms. Products of powers of three numbers, so that no sine is
// taken.
import { Block, f64s, start } from './layout';

/** Powers of cos + i sin from -reach to reach: pairs from `to` on. */
function powers(to: usize, reach: i32, cos: f64, sin: f64): usize {
  const middle = to + (<usize>reach << 4);
  store<f64>(middle, 1);
  store<f64>(middle, 0, 8);
  let re: f64 = 1;
  let im: f64 = 0;
  for (let p = 1; p <= reach; p++) {
    const next = re * cos - im * sin;
    im = re * sin + im * cos;
    re = next;
    const up = middle + (<usize>p << 4);
    const down = middle - (<usize>p << 4);
    store<f64>(up, re);
    store<f64>(up, im, 8);
    store<f64>(down, re);
    store<f64>(down, -im, 8);
  }
  return middle + (<usize>(reach + 1) << 4);
}

/** [pairs][2][atoms of it] real parts, then imaginary ones, of one point. `space` holds the powers and all vectors' phases. */
export function phases(b: Block, point: i32, to: usize, space: usize): void {
  const turn = b.turns + <usize>point * 48;
  const p0 = space;
  const p1 = powers(p0, b.reach0, load<f64>(turn), load<f64>(turn, 8));
  const p2 = powers(p1, b.reach1, load<f64>(turn, 16), load<f64>(turn, 24));
  const all = powers(p2, b.reach2, load<f64>(turn, 32), load<f64>(turn, 40));
  let step = b.steps;
  const end = all + (<usize>b.vectors << 4);
  for (let v = all; v < end; v += 16) {
    const x = p0 + (<usize>load<i32>(step) << 4);
    const y = p1 + (<usize>load<i32>(step, 4) << 4);
    const z = p2 + (<usize>load<i32>(step, 8) << 4);
    step += 12;
    const re = load<f64>(x) * load<f64>(y) - load<f64>(x, 8) * load<f64>(y, 8);
    const im = load<f64>(x) * load<f64>(y, 8) + load<f64>(x, 8) * load<f64>(y);
    store<f64>(v, re * load<f64>(z) - im * load<f64>(z, 8));
    store<f64>(v, re * load<f64>(z, 8) + im * load<f64>(z), 8);
  }
  const pairs = b.n * b.n;
  let image = b.images;
  for (let pair = 0; pair < pairs; pair++) {
    const first = start(b, pair);
    const atoms = start(b, pair + 1) - first;
    let out = to + (<usize>first << 4);
    for (let atom = first; atom < first + atoms; atom++) {
      const last = b.images + (<usize>load<i32>(b.imageStarts + (<usize>atom << 2), 4) << 2);
      let sum = f64x2.splat(0);
      for (; image < last; image += 4) sum = f64x2.add(sum, v128.load(all + (<usize>load<i32>(image) << 4)));
      sum = f64x2.mul(sum, v128.load64_splat(b.shares + (<usize>atom << 3)));
      v128.store64_lane(out, sum, 0);
      v128.store64_lane(out + f64s(atoms), sum, 1);
      out += 8;
    }
  }
}
