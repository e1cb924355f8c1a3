import { add, fill, mul, neg, splat, sub } from '../ops';
import { Centre, Description, Scratch } from './layout';

/** Writes the values of the functions of rank 1 of the atom of lane `lane` (bytes: 0 or 8) to its row. */
export function describeRankOne(centre: Centre, description: Description, scratch: Scratch, lane: usize, row: usize): void {
  for (let p = 0; p < centre.densities; p++) {
    const place = load<i32>(description.places + ((<usize>p) << 2));
    store<f64>(row + place, load<f64>(scratch.base + ((<usize>p) << 4) + lane));
  }
}

/** Writes the values of the other functions of both atoms to their rows; `second` is 0 where there is one alone. */
export function describeProducts(description: Description, scratch: Scratch, first: usize, second: usize): void {
  const values = scratch.values;
  let factor = description.factors;
  let weight = description.weights;
  const end = description.functions + <usize>description.count * 12;
  for (let at = description.functions; at < end; at += 12) {
    const rank = (<usize>load<i32>(at, 4)) << 2;
    let sum = fill(0);
    for (let product = load<i32>(at, 8); product > 0; product--) {
      let re = splat(weight);
      let im = fill(0);
      for (const last = factor + rank; factor < last; factor += 4) {
        const word = load<i32>(factor);
        const leaf = values + <usize>(word & ~1);
        const xr = v128.load(leaf);
        const x = v128.load(leaf, 16);
        const xi = word & 1 ? neg(x) : x;
        const next = sub(mul(re, xr), mul(im, xi));
        im = add(mul(re, xi), mul(im, xr));
        re = next;
      }
      sum = add(sum, re);
      weight += 8;
    }
    const place = load<i32>(at);
    store<f64>(first + place, f64x2.extract_lane(sum, 0));
    if (second) store<f64>(second + place, f64x2.extract_lane(sum, 1));
  }
}
