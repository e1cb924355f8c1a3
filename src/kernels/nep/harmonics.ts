import { SHIFT, add, fill, mul, splat, splat1, sub } from '../ops';
import { GEOMETRY, Group, Model, Scratch } from './layout';

/**
 * Y_c of the directions of a group's angular pairs: real and imaginary part of Z_lm(z) (x + iy)^m, where Z_lm is the m-th
 * derivative of the Legendre polynomial P_l up to a factor. For l <= 4 the factor makes the coefficients whole numbers
 * without a common divisor; for higher l it is 1/(2m-1)!!. The norms that come with the model make up for it.
 */
export function harmonics(model: Model, scratch: Scratch, group: Group): void {
  const geometry = scratch.geometry + <usize>group.block * GEOMETRY;
  const records = scratch.harmonics + <usize>group.block * scratch.harmonicsStride;
  low(model.lMax, geometry, records, scratch.harmonicsStride, group.angularBlocks);
  if (model.lMax > 4) high(model, geometry, records, scratch.harmonicsStride, group.angularBlocks);
}

function low(lMax: i32, geometry: usize, record: usize, stride: usize, blocks: i32): void {
  const one = fill(1);
  const three = fill(3);
  const five = fill(5);
  const six = fill(6);
  const seven = fill(7);
  for (let block = 0; block < blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    const z = v128.load(geometry, 32);
    v128.store(record, z);
    v128.store(record, x, 16);
    v128.store(record, y, 32);
    if (lMax > 1) {
      const zz = mul(z, z);
      const re2 = sub(mul(x, x), mul(y, y));
      const im2 = mul(add(x, x), y);
      v128.store(record, sub(mul(three, zz), one), 48);
      v128.store(record, mul(z, x), 64);
      v128.store(record, mul(z, y), 80);
      v128.store(record, re2, 96);
      v128.store(record, im2, 112);
      if (lMax > 2) {
        const re3 = sub(mul(re2, x), mul(im2, y));
        const im3 = add(mul(re2, y), mul(im2, x));
        const fiveZz = mul(five, zz);
        const z31 = sub(fiveZz, one);
        v128.store(record, mul(z, sub(fiveZz, three)), 128);
        v128.store(record, mul(z31, x), 144);
        v128.store(record, mul(z31, y), 160);
        v128.store(record, mul(z, re2), 176);
        v128.store(record, mul(z, im2), 192);
        v128.store(record, re3, 208);
        v128.store(record, im3, 224);
        if (lMax > 3) {
          const sevenZz = mul(seven, zz);
          const z41 = mul(z, sub(sevenZz, three));
          const z42 = sub(sevenZz, one);
          // 35 z^4 - 30 z^2 + 3
          v128.store(record, add(mul(fiveZz, sub(sevenZz, six)), three), 240);
          v128.store(record, mul(z41, x), 256);
          v128.store(record, mul(z41, y), 272);
          v128.store(record, mul(z42, re2), 288);
          v128.store(record, mul(z42, im2), 304);
          v128.store(record, mul(z, re3), 320);
          v128.store(record, mul(z, im3), 336);
          v128.store(record, sub(mul(re2, re2), mul(im2, im2)), 352);
          v128.store(record, mul(add(re2, re2), im2), 368);
        }
      }
    }
    geometry += GEOMETRY;
    record += stride;
  }
}

/** l = 5 to lMax, by (l - m + 1) Z_l+1 = (2l + 1) z Z_l - (l + m) Z_l-1; the factors stand in model.recursion [m][l]. */
function high(model: Model, geometry: usize, record: usize, stride: usize, blocks: i32): void {
  const lMax = model.lMax;
  for (let block = 0; block < blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    const z = v128.load(geometry, 32);
    let re = fill(1);
    let im = fill(0);
    for (let m = 0; m <= lMax; m++) {
      let factors = model.recursion + ((<usize>(m * RECURSION_ROW)) << SHIFT);
      let before = fill(0);
      let current = fill(1);
      for (let l = m; l <= lMax; l++) {
        if (l > 4) {
          const c = l * l - 1 + (m == 0 ? 0 : 2 * m - 1);
          const target = record + ((<usize>c) << 4);
          v128.store(target, mul(current, re));
          if (m > 0) v128.store(target, mul(current, im), 16);
        }
        const next = sub(mul(mul(splat(factors), z), current), mul(splat1(factors), before));
        before = current;
        current = next;
        factors += (<usize>2) << SHIFT;
      }
      const following = sub(mul(re, x), mul(im, y));
      im = add(mul(re, y), mul(im, x));
      re = following;
    }
    geometry += GEOMETRY;
    record += stride;
  }
}

/** Numbers of a row of model.recursion: two for each l from m on, the longest row for all. */
export const RECURSION_ROW: i32 = 18;
