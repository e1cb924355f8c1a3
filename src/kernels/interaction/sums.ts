// Sums with complex factors.
import { ROW_BYTES, TILE } from './layout';

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

/** to [2][ROW] += a real tensor times a complex factor. */
export function addTensor(to: usize, tensor: usize, cos: f64, sin: f64): void {
  const c = f64x2.splat(cos);
  const d = f64x2.splat(sin);
  for (const end = tensor + ROW_BYTES; tensor < end; tensor += 32) {
    const x = v128.load(tensor);
    const y = v128.load(tensor, 16);
    v128.store(to, f64x2.add(v128.load(to), f64x2.mul(x, c)));
    v128.store(to, f64x2.add(v128.load(to, 16), f64x2.mul(y, c)), 16);
    v128.store(to, f64x2.add(v128.load(to, 224), f64x2.mul(x, d)), 224);
    v128.store(to, f64x2.add(v128.load(to, 240), f64x2.mul(y, d)), 240);
    to += 32;
  }
}

/** to [2][ROW] = sum of real tensors, `step` bytes apart, times complex factors. */
export function tensorSum(to: usize, tensors: usize, step: usize, cos: usize, sin: usize, count: i32): void {
  for (const end = to + ROW_BYTES; to < end; to += 32) {
    let a = tensors;
    let c = cos;
    let d = sin;
    let re0 = f64x2.splat(0);
    let re1 = re0;
    let im0 = re0;
    let im1 = re0;
    for (let left = count; left > 0; left--) {
      const p = v128.load64_splat(c);
      const q = v128.load64_splat(d);
      const x = v128.load(a);
      const y = v128.load(a, 16);
      re0 = f64x2.add(re0, f64x2.mul(x, p));
      im0 = f64x2.add(im0, f64x2.mul(x, q));
      re1 = f64x2.add(re1, f64x2.mul(y, p));
      im1 = f64x2.add(im1, f64x2.mul(y, q));
      a += step;
      c += 8;
      d += 8;
    }
    v128.store(to, re0);
    v128.store(to, re1, 16);
    v128.store(to, im0, 224);
    v128.store(to, im1, 240);
    tensors += 32;
  }
}
