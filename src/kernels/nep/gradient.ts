import { SHIFT, add, fill, mul, real, splat, splat1, sub } from '../ops';
import { RECURSION_ROW } from './harmonics';
import { GEOMETRY, Group, Model, Scratch } from './layout';

/**
 * From the weights h_c (and h'_c, the pairs of harmonicWeights): the gradient of sum over c of h_c Y_c(u) by the three
 * components of u as if independent, sum of h_c Y_c, and sum of h'_c Y_c, into the geometry records. With
 * Y = Z(z) (x + iy)^m: dY/dx = m Z (x + iy)^(m-1), dY/dy = i dY/dx, dY/dz = Z' (x + iy)^m, and Z'_lm is Z_l,m+1 up to a
 * factor. One pass for each m, so that everything stays in registers.
 */
export function gradient(model: Model, scratch: Scratch, group: Group): void {
  const geometry = scratch.geometry + <usize>group.block * GEOMETRY;
  const stride = scratch.weightsStride;
  const weights = scratch.weights + <usize>group.block * stride;
  const blocks = group.angularBlocks;
  const lMax = model.lMax;
  m0(lMax, geometry, weights, stride, blocks);
  m1(lMax, geometry, weights, stride, blocks);
  if (lMax > 1) m2(lMax, geometry, weights, stride, blocks);
  if (lMax > 2) m3(lMax, geometry, weights, stride, blocks);
  if (lMax > 3) m4(geometry, weights, stride, blocks);
  if (lMax > 4) high(model, geometry, weights, stride, blocks);
}

/** h_c and h'_c stand at 32 c and 32 c + 16. */
function m0(lMax: i32, geometry: usize, h: usize, stride: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    const z = v128.load(geometry, 32);
    let dz = v128.load(h);
    let value = mul(dz, z);
    let slope = mul(v128.load(h, 16), z);
    if (lMax > 1) {
      const zz = mul(z, z);
      const z20 = sub(mul(fill(3), zz), fill(1));
      const h20 = v128.load(h, 96);
      value = add(value, mul(h20, z20));
      slope = add(slope, mul(v128.load(h, 112), z20));
      dz = add(dz, mul(h20, mul(fill(6), z)));
      if (lMax > 2) {
        const five = mul(fill(5), zz);
        const z30 = mul(z, sub(five, fill(3)));
        const h30 = v128.load(h, 256);
        value = add(value, mul(h30, z30));
        slope = add(slope, mul(v128.load(h, 272), z30));
        dz = add(dz, mul(h30, mul(fill(3), sub(five, fill(1)))));
        if (lMax > 3) {
          const seven = mul(fill(7), zz);
          const z40 = add(mul(five, sub(seven, fill(6))), fill(3));
          const h40 = v128.load(h, 480);
          value = add(value, mul(h40, z40));
          slope = add(slope, mul(v128.load(h, 496), z40));
          dz = add(dz, mul(h40, mul(mul(fill(20), z), sub(seven, fill(3)))));
        }
      }
    }
    v128.store(geometry, dz, 176);
    v128.store(geometry, value, 192);
    v128.store(geometry, slope, 208);
    h += stride;
    geometry += GEOMETRY;
  }
}

function m1(lMax: i32, geometry: usize, h: usize, stride: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    // Sums over l of h Z for the real and the imaginary part, of h' Z, and of h Z'.
    let re = v128.load(h, 32);
    let im = v128.load(h, 64);
    let slopeRe = v128.load(h, 48);
    let slopeIm = v128.load(h, 80);
    let dz = v128.load(geometry, 176);
    if (lMax > 1) {
      const z = v128.load(geometry, 32);
      let dRe = v128.load(h, 128);
      let dIm = v128.load(h, 160);
      re = add(re, mul(dRe, z));
      im = add(im, mul(dIm, z));
      slopeRe = add(slopeRe, mul(v128.load(h, 144), z));
      slopeIm = add(slopeIm, mul(v128.load(h, 176), z));
      if (lMax > 2) {
        const zz = mul(z, z);
        const z31 = sub(mul(fill(5), zz), fill(1));
        const ten = mul(fill(10), z);
        const a = v128.load(h, 288);
        const b = v128.load(h, 320);
        re = add(re, mul(a, z31));
        im = add(im, mul(b, z31));
        slopeRe = add(slopeRe, mul(v128.load(h, 304), z31));
        slopeIm = add(slopeIm, mul(v128.load(h, 336), z31));
        dRe = add(dRe, mul(a, ten));
        dIm = add(dIm, mul(b, ten));
        if (lMax > 3) {
          const seven = mul(fill(7), zz);
          const z41 = mul(z, sub(seven, fill(3)));
          const d41 = mul(fill(3), sub(seven, fill(1)));
          const p = v128.load(h, 512);
          const q = v128.load(h, 544);
          re = add(re, mul(p, z41));
          im = add(im, mul(q, z41));
          slopeRe = add(slopeRe, mul(v128.load(h, 528), z41));
          slopeIm = add(slopeIm, mul(v128.load(h, 560), z41));
          dRe = add(dRe, mul(p, d41));
          dIm = add(dIm, mul(q, d41));
        }
      }
      dz = add(dz, add(mul(dRe, x), mul(dIm, y)));
    }
    v128.store(geometry, re, 144);
    v128.store(geometry, im, 160);
    v128.store(geometry, dz, 176);
    v128.store(geometry, add(v128.load(geometry, 192), add(mul(re, x), mul(im, y))), 192);
    v128.store(geometry, add(v128.load(geometry, 208), add(mul(slopeRe, x), mul(slopeIm, y))), 208);
    h += stride;
    geometry += GEOMETRY;
  }
}

function m2(lMax: i32, geometry: usize, h: usize, stride: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    let re = v128.load(h, 192);
    let im = v128.load(h, 224);
    let slopeRe = v128.load(h, 208);
    let slopeIm = v128.load(h, 240);
    const re2 = sub(mul(x, x), mul(y, y));
    const im2 = mul(add(x, x), y);
    if (lMax > 2) {
      const z = v128.load(geometry, 32);
      let dRe = v128.load(h, 352);
      let dIm = v128.load(h, 384);
      re = add(re, mul(dRe, z));
      im = add(im, mul(dIm, z));
      slopeRe = add(slopeRe, mul(v128.load(h, 368), z));
      slopeIm = add(slopeIm, mul(v128.load(h, 400), z));
      if (lMax > 3) {
        const seven = mul(fill(7), z);
        const z42 = sub(mul(seven, z), fill(1));
        const d42 = add(seven, seven);
        const p = v128.load(h, 576);
        const q = v128.load(h, 608);
        re = add(re, mul(p, z42));
        im = add(im, mul(q, z42));
        slopeRe = add(slopeRe, mul(v128.load(h, 592), z42));
        slopeIm = add(slopeIm, mul(v128.load(h, 624), z42));
        dRe = add(dRe, mul(p, d42));
        dIm = add(dIm, mul(q, d42));
      }
      v128.store(geometry, add(v128.load(geometry, 176), add(mul(dRe, re2), mul(dIm, im2))), 176);
    }
    accumulate(geometry, re, im, slopeRe, slopeIm, add(x, x), add(y, y), re2, im2);
    h += stride;
    geometry += GEOMETRY;
  }
}

function m3(lMax: i32, geometry: usize, h: usize, stride: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    let re = v128.load(h, 416);
    let im = v128.load(h, 448);
    let slopeRe = v128.load(h, 432);
    let slopeIm = v128.load(h, 464);
    const re2 = sub(mul(x, x), mul(y, y));
    const im2 = mul(add(x, x), y);
    const re3 = sub(mul(re2, x), mul(im2, y));
    const im3 = add(mul(re2, y), mul(im2, x));
    if (lMax > 3) {
      const z = v128.load(geometry, 32);
      const p = v128.load(h, 640);
      const q = v128.load(h, 672);
      re = add(re, mul(p, z));
      im = add(im, mul(q, z));
      slopeRe = add(slopeRe, mul(v128.load(h, 656), z));
      slopeIm = add(slopeIm, mul(v128.load(h, 688), z));
      v128.store(geometry, add(v128.load(geometry, 176), add(mul(p, re3), mul(q, im3))), 176);
    }
    const three = fill(3);
    accumulate(geometry, re, im, slopeRe, slopeIm, mul(three, re2), mul(three, im2), re3, im3);
    h += stride;
    geometry += GEOMETRY;
  }
}

function m4(geometry: usize, h: usize, stride: usize, blocks: i32): void {
  for (let block = 0; block < blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    const re2 = sub(mul(x, x), mul(y, y));
    const im2 = mul(add(x, x), y);
    const re3 = sub(mul(re2, x), mul(im2, y));
    const im3 = add(mul(re2, y), mul(im2, x));
    const four = fill(4);
    accumulate(
      geometry,
      v128.load(h, 704),
      v128.load(h, 736),
      v128.load(h, 720),
      v128.load(h, 752),
      mul(four, re3),
      mul(four, im3),
      sub(mul(re2, re2), mul(im2, im2)),
      mul(add(re2, re2), im2),
    );
    h += stride;
    geometry += GEOMETRY;
  }
}

/** Adds what one m contributes to dE/dx, dE/dy and the two sums; `lower` is m (x + iy)^(m-1), `power` (x + iy)^m. */
@inline
function accumulate(
  geometry: usize,
  re: v128,
  im: v128,
  slopeRe: v128,
  slopeIm: v128,
  lowerRe: v128,
  lowerIm: v128,
  powerRe: v128,
  powerIm: v128,
): void {
  v128.store(geometry, add(v128.load(geometry, 144), add(mul(re, lowerRe), mul(im, lowerIm))), 144);
  v128.store(geometry, add(v128.load(geometry, 160), sub(mul(im, lowerRe), mul(re, lowerIm))), 160);
  v128.store(geometry, add(v128.load(geometry, 192), add(mul(re, powerRe), mul(im, powerIm))), 192);
  v128.store(geometry, add(v128.load(geometry, 208), add(mul(slopeRe, powerRe), mul(slopeIm, powerIm))), 208);
}

/** l = 5 to lMax, by the recursion of harmonics.ts for Z_lm and Z_l,m+1 at once; Z'_lm = (2m + 1) Z_l,m+1. */
function high(model: Model, geometry: usize, h: usize, stride: usize, blocks: i32): void {
  const lMax = model.lMax;
  for (let block = 0; block < blocks; block++) {
    const x = v128.load(geometry);
    const y = v128.load(geometry, 16);
    const z = v128.load(geometry, 32);
    let powerRe = fill(1);
    let powerIm = fill(0);
    let lowerRe = fill(0);
    let lowerIm = fill(0);
    for (let m = 0; m <= lMax; m++) {
      let factors = model.recursion + ((<usize>(m * RECURSION_ROW)) << SHIFT);
      let factorsUp = factors + ((<usize>RECURSION_ROW) << SHIFT);
      let before = fill(0);
      let current = fill(1);
      let beforeUp = fill(0);
      let currentUp = fill(0);
      let re = fill(0);
      let im = re;
      let slopeRe = re;
      let slopeIm = re;
      let dRe = re;
      let dIm = re;
      for (let l = m; l <= lMax; l++) {
        if (l > 4) {
          const at = h + ((<usize>(l * l - 1 + (m == 0 ? 0 : 2 * m - 1))) << 5);
          const p = v128.load(at);
          re = add(re, mul(p, current));
          slopeRe = add(slopeRe, mul(v128.load(at, 16), current));
          dRe = add(dRe, mul(p, currentUp));
          if (m > 0) {
            const q = v128.load(at, 32);
            im = add(im, mul(q, current));
            slopeIm = add(slopeIm, mul(v128.load(at, 48), current));
            dIm = add(dIm, mul(q, currentUp));
          }
        }
        const next = sub(mul(mul(splat(factors), z), current), mul(splat1(factors), before));
        before = current;
        current = next;
        factors += (<usize>2) << SHIFT;
        if (l == m) {
          currentUp = fill(1);
        } else {
          const nextUp = sub(mul(mul(splat(factorsUp), z), currentUp), mul(splat1(factorsUp), beforeUp));
          beforeUp = currentUp;
          currentUp = nextUp;
          factorsUp += (<usize>2) << SHIFT;
        }
      }
      const derivative = mul(fill(<real>(m + m + 1)), add(mul(dRe, powerRe), mul(dIm, powerIm)));
      v128.store(geometry, add(v128.load(geometry, 176), derivative), 176);
      accumulate(geometry, re, im, slopeRe, slopeIm, lowerRe, lowerIm, powerRe, powerIm);
      const factor = fill(<real>(m + 1));
      lowerRe = mul(factor, powerRe);
      lowerIm = mul(factor, powerIm);
      const following = sub(mul(powerRe, x), mul(powerIm, y));
      powerIm = add(mul(powerRe, y), mul(powerIm, x));
      powerRe = following;
    }
    h += stride;
    geometry += GEOMETRY;
  }
}
