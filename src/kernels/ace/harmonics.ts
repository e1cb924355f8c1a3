import { add, fill, mul, splat, splat1, sub } from '../ops';
import { GEOMETRY, Group, Model, Pair, Scratch, Side } from './layout';

/**
 * Of the directions of a group's pairs: Z_lm(z), the m-th derivative of the Legendre polynomial P_l, the powers
 * (x + iy)^m, and their products Y_lm, which the norms of the centre make the normalised ones.
 */
export function harmonics(model: Model, scratch: Scratch, side: Side, group: Group): void {
  const lMax = changetype<Pair>(group.pair).lMax;
  let geometry = side.geometry + <usize>group.block * GEOMETRY;
  let legendre = side.legendre + <usize>group.block * side.legendreStride;
  let powers = side.powers + <usize>group.block * side.powersStride;
  let record = scratch.harmonics + <usize>group.block * scratch.harmonicsStride;
  const row = (<usize>(model.lMax + 1)) << 4;
  for (let b = 0; b < group.blocks; b++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    const z = v128.load(geometry, 32);
    let re = fill(1);
    let im = fill(0);
    let leading: f64 = 1; // (2m - 1)!!
    let factors = model.recursion;
    let target = legendre;
    for (let m = 0; m <= lMax; m++, factors += row) {
      const power = powers + ((<usize>m) << 5);
      v128.store(power, re);
      v128.store(power, im, 16);
      let before = fill(0);
      let current = fill(leading);
      let factor = factors;
      for (let l = m; l <= lMax; l++) {
        v128.store(target, current);
        target += 16;
        const place = record + ((<usize>(l * l + (m == 0 ? 0 : 2 * m - 1))) << 4);
        v128.store(place, mul(current, re));
        if (m > 0) v128.store(place, mul(current, im), 16);
        const next = sub(mul(mul(splat(factor), z), current), mul(splat1(factor), before));
        before = current;
        current = next;
        factor += 16;
      }
      const following = sub(mul(re, x), mul(im, y));
      im = add(mul(re, y), mul(im, x));
      re = following;
      leading *= <f64>(2 * m + 1);
    }
    geometry += GEOMETRY;
    legendre += side.legendreStride;
    powers += side.powersStride;
    record += scratch.harmonicsStride;
  }
}
