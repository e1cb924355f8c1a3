import { add, fill, mul, splat, splat1, sub } from '../ops';
import { GEOMETRY, Group, Model, Pair, Scratch, Side } from './layout';

/**
 * Of the directions of a group's pairs: Z_lm(z), the m-th derivative of the Legendre polynomial P_l, the powers
 * (x + iy)^m, and their products Y_lm, which the norms of the centre make the normalised ones. Two blocks at a time, so that
 * one's steps of the recursion fill the other's waits; an odd last one goes with itself.
 */
export function harmonics(model: Model, scratch: Scratch, side: Side, group: Group): void {
  const lMax = changetype<Pair>(group.pair).lMax;
  const end = group.block + group.blocks;
  for (let block = group.block; block < end; block += 2) {
    two(model, scratch, side, lMax, <usize>block, <usize>min(block + 1, end - 1));
  }
}

function two(model: Model, scratch: Scratch, side: Side, lMax: i32, a: usize, b: usize): void {
  const geometryA = side.geometry + a * GEOMETRY;
  const geometryB = side.geometry + b * GEOMETRY;
  const za = v128.load(geometryA, 32);
  const zb = v128.load(geometryB, 32);
  const record = scratch.harmonics + a * scratch.harmonicsStride;
  // From the first block's records to the second's.
  const toRecord = (b - a) * scratch.harmonicsStride;
  const toLegendre = (b - a) * side.legendreStride;
  const toPower = (b - a) * side.powersStride;
  let legendre = side.legendre + a * side.legendreStride;
  let power = side.powers + a * side.powersStride;
  let factors = model.recursion;
  const row = (<usize>(model.lMax + 1)) << 4;
  let reA = fill(1);
  let imA = fill(0);
  let reB = reA;
  let imB = imA;
  let leading: f64 = 1; // (2m - 1)!!
  for (let m = 0; m <= lMax; m++) {
    v128.store(power, reA);
    v128.store(power, imA, 16);
    v128.store(power + toPower, reB);
    v128.store(power + toPower, imB, 16);
    power += 32;
    let beforeA = fill(0);
    let beforeB = beforeA;
    let currentA = fill(leading);
    let currentB = currentA;
    let factor = factors;
    let place = record + ((<usize>(m == 0 ? 0 : m * m + 2 * m - 1)) << 4);
    for (let l = m; l <= lMax; l++) {
      v128.store(legendre, currentA);
      v128.store(legendre + toLegendre, currentB);
      legendre += 16;
      v128.store(place, mul(currentA, reA));
      v128.store(place + toRecord, mul(currentB, reB));
      if (m > 0) {
        v128.store(place, mul(currentA, imA), 16);
        v128.store(place + toRecord, mul(currentB, imB), 16);
      }
      place += (<usize>(2 * l + 1)) << 4; // (l + 1)^2 - l^2
      const f = splat(factor);
      const g = splat1(factor);
      const nextA = sub(mul(mul(f, za), currentA), mul(g, beforeA));
      const nextB = sub(mul(mul(f, zb), currentB), mul(g, beforeB));
      beforeA = currentA;
      beforeB = currentB;
      currentA = nextA;
      currentB = nextB;
      factor += 16;
    }
    factors += row;
    leading *= <f64>(2 * m + 1);
    const xa = v128.load(geometryA);
    const ya = v128.load(geometryA, 16);
    const nextReA = sub(mul(reA, xa), mul(imA, ya));
    imA = add(mul(reA, ya), mul(imA, xa));
    reA = nextReA;
    const xb = v128.load(geometryB);
    const yb = v128.load(geometryB, 16);
    const nextReB = sub(mul(reB, xb), mul(imB, yb));
    imB = add(mul(reB, yb), mul(imB, xb));
    reB = nextReB;
  }
}
