// Sums of tensors with complex factors. Tensors of a group of atoms lie in tiles of four numbers, [ROW / 4][atoms][4], so
// that memory is read in one stream.
import { ROW_BYTES } from './layout';

/** to [2][ROW] = sum of complex tensors re + i im times complex factors; `sign` -1: of the tensors' conjugates. */
export function complexSum(to: usize, re: usize, im: usize, cos: usize, sin: usize, atoms: i32, sign: f64): void {
  const s = f64x2.splat(sign);
  for (const end = to + ROW_BYTES; to < end; to += 32) {
    let c = cos;
    let d = sin;
    let rc0 = f64x2.splat(0);
    let rc1 = rc0;
    let id0 = rc0;
    let id1 = rc0;
    let rd0 = rc0;
    let rd1 = rc0;
    let ic0 = rc0;
    let ic1 = rc0;
    for (let left = atoms; left > 0; left--) {
      const p = v128.load64_splat(c);
      const q = v128.load64_splat(d);
      let x = v128.load(re);
      let y = v128.load(im);
      rc0 = f64x2.add(rc0, f64x2.mul(x, p));
      rd0 = f64x2.add(rd0, f64x2.mul(x, q));
      ic0 = f64x2.add(ic0, f64x2.mul(y, p));
      id0 = f64x2.add(id0, f64x2.mul(y, q));
      x = v128.load(re, 16);
      y = v128.load(im, 16);
      rc1 = f64x2.add(rc1, f64x2.mul(x, p));
      rd1 = f64x2.add(rd1, f64x2.mul(x, q));
      ic1 = f64x2.add(ic1, f64x2.mul(y, p));
      id1 = f64x2.add(id1, f64x2.mul(y, q));
      re += 32;
      im += 32;
      c += 8;
      d += 8;
    }
    v128.store(to, f64x2.sub(rc0, f64x2.mul(s, id0)));
    v128.store(to, f64x2.sub(rc1, f64x2.mul(s, id1)), 16);
    v128.store(to, f64x2.add(rd0, f64x2.mul(s, ic0)), 224);
    v128.store(to, f64x2.add(rd1, f64x2.mul(s, ic1)), 240);
  }
}

/** to [2][ROW] = sum of real tensors, `step` bytes apart, their tiles `tile`, times complex factors. */
export function realSum(to: usize, from: usize, step: usize, tile: usize, cos: usize, sin: usize, count: i32): void {
  for (const end = to + ROW_BYTES; to < end; to += 32) {
    let a = from;
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
    from += tile;
  }
}
