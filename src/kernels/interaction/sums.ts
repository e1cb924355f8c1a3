// Sums with complex factors.
import { TILE } from './layout';

/** Sum of complex tiles times complex factors (pairs); four real parts to `re`, four imaginary ones to `im`. */
@inline export function tileSum(re: usize, im: usize, from: usize, factors: usize, count: i32): void {
  let rc0 = f64x2.splat(0);
  let rc1 = rc0;
  let id0 = rc0;
  let id1 = rc0;
  let rd0 = rc0;
  let rd1 = rc0;
  let ic0 = rc0;
  let ic1 = rc0;
  for (const end = from + <usize>count * TILE; from < end; from += TILE) {
    const c = v128.load64_splat(factors);
    const d = v128.load64_splat(factors, 8);
    let x = v128.load(from);
    let y = v128.load(from, 32);
    rc0 = f64x2.add(rc0, f64x2.mul(x, c));
    rd0 = f64x2.add(rd0, f64x2.mul(x, d));
    ic0 = f64x2.add(ic0, f64x2.mul(y, c));
    id0 = f64x2.add(id0, f64x2.mul(y, d));
    x = v128.load(from, 16);
    y = v128.load(from, 48);
    rc1 = f64x2.add(rc1, f64x2.mul(x, c));
    rd1 = f64x2.add(rd1, f64x2.mul(x, d));
    ic1 = f64x2.add(ic1, f64x2.mul(y, c));
    id1 = f64x2.add(id1, f64x2.mul(y, d));
    factors += 16;
  }
  v128.store(re, f64x2.sub(rc0, id0));
  v128.store(re, f64x2.sub(rc1, id1), 16);
  v128.store(im, f64x2.add(rd0, ic0));
  v128.store(im, f64x2.add(rd1, ic1), 16);
}

/** A third of a real tensor times a complex factor is added to `re` and `im`. */
@inline export function addThird(re: usize, im: usize, tensor: usize, c: v128, d: v128): void {
  let x = v128.load(tensor);
  v128.store(re, f64x2.add(v128.load(re), f64x2.mul(x, c)));
  v128.store(im, f64x2.add(v128.load(im), f64x2.mul(x, d)));
  x = v128.load(tensor, 16);
  v128.store(re, f64x2.add(v128.load(re, 16), f64x2.mul(x, c)), 16);
  v128.store(im, f64x2.add(v128.load(im, 16), f64x2.mul(x, d)), 16);
  x = v128.load(tensor, 32);
  v128.store(re, f64x2.add(v128.load(re, 32), f64x2.mul(x, c)), 32);
  v128.store(im, f64x2.add(v128.load(im, 32), f64x2.mul(x, d)), 32);
  x = v128.load(tensor, 48);
  v128.store(re, f64x2.add(v128.load(re, 48), f64x2.mul(x, c)), 48);
  v128.store(im, f64x2.add(v128.load(im, 48), f64x2.mul(x, d)), 48);
  x = v128.load(tensor, 64);
  v128.store(re, f64x2.add(v128.load(re, 64), f64x2.mul(x, c)), 64);
  v128.store(im, f64x2.add(v128.load(im, 64), f64x2.mul(x, d)), 64);
}

/** Sum of thirds of real tensors, `step` bytes apart, times complex factors. */
export function sumThirds(re: usize, im: usize, tensors: usize, step: usize, cos: usize, sin: usize, count: i32): void {
  let re0 = f64x2.splat(0);
  let re1 = re0;
  let re2 = re0;
  let re3 = re0;
  let re4 = re0;
  let im0 = re0;
  let im1 = re0;
  let im2 = re0;
  let im3 = re0;
  let im4 = re0;
  for (let left = count; left > 0; left--) {
    const c = v128.load64_splat(cos);
    const d = v128.load64_splat(sin);
    let x = v128.load(tensors);
    re0 = f64x2.add(re0, f64x2.mul(x, c));
    im0 = f64x2.add(im0, f64x2.mul(x, d));
    x = v128.load(tensors, 16);
    re1 = f64x2.add(re1, f64x2.mul(x, c));
    im1 = f64x2.add(im1, f64x2.mul(x, d));
    x = v128.load(tensors, 32);
    re2 = f64x2.add(re2, f64x2.mul(x, c));
    im2 = f64x2.add(im2, f64x2.mul(x, d));
    x = v128.load(tensors, 48);
    re3 = f64x2.add(re3, f64x2.mul(x, c));
    im3 = f64x2.add(im3, f64x2.mul(x, d));
    x = v128.load(tensors, 64);
    re4 = f64x2.add(re4, f64x2.mul(x, c));
    im4 = f64x2.add(im4, f64x2.mul(x, d));
    tensors += step;
    cos += 8;
    sin += 8;
  }
  v128.store(re, re0);
  v128.store(re, re1, 16);
  v128.store(re, re2, 32);
  v128.store(re, re3, 48);
  v128.store(re, re4, 64);
  v128.store(im, im0);
  v128.store(im, im1, 16);
  v128.store(im, im2, 32);
  v128.store(im, im3, 48);
  v128.store(im, im4, 64);
}
