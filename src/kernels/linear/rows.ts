// Dot products and sums of rows. Lengths are in pairs of numbers (16 bytes); rows are `step` bytes apart.

@inline export function total(x: v128): f64 { return f64x2.extract_lane(x, 0) + f64x2.extract_lane(x, 1); }
@inline function madd(sum: v128, a: v128, b: v128): v128 { return f64x2.add(sum, f64x2.mul(a, b)); }
@inline function msub(sum: v128, a: v128, b: v128): v128 { return f64x2.sub(sum, f64x2.mul(a, b)); }

/** a . b */
export function dot(a: usize, b: usize, pairs: i32): f64 {
  let s = f64x2.splat(0);
  let t = s;
  let left = pairs;
  for (; left >= 2; left -= 2) {
    s = madd(s, v128.load(a), v128.load(b));
    t = madd(t, v128.load(a, 16), v128.load(b, 16));
    a += 32;
    b += 32;
  }
  if (left) s = madd(s, v128.load(a), v128.load(b));
  return total(f64x2.add(s, t));
}

/** out[j] += row j . x for `count` rows, a multiple of 2. */
export function dots(out: usize, rows: usize, step: usize, count: i32, x: usize, pairs: i32): void {
  const bytes = <usize>pairs << 4;
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    let r0 = rows;
    let r1 = r0 + step;
    let r2 = r1 + step;
    let r3 = r2 + step;
    let a = f64x2.splat(0);
    let b = a;
    let c = a;
    let d = a;
    const end = x + bytes;
    for (let p = x; p < end; p += 16) {
      const v = v128.load(p);
      a = madd(a, v, v128.load(r0));
      b = madd(b, v, v128.load(r1));
      c = madd(c, v, v128.load(r2));
      d = madd(d, v, v128.load(r3));
      r0 += 16;
      r1 += 16;
      r2 += 16;
      r3 += 16;
    }
    const ab = f64x2.add(v128.shuffle<f64>(a, b, 0, 2), v128.shuffle<f64>(a, b, 1, 3));
    const cd = f64x2.add(v128.shuffle<f64>(c, d, 0, 2), v128.shuffle<f64>(c, d, 1, 3));
    v128.store(out, f64x2.add(v128.load(out), ab));
    v128.store(out, f64x2.add(v128.load(out, 16), cd), 16);
    out += 32;
    rows += step << 2;
  }
  for (; j < count; j++) {
    store<f64>(out, load<f64>(out) + dot(rows, x, pairs));
    out += 8;
    rows += step;
  }
}

/** y -= sum over j of c[j] row j, `count` rows, a multiple of 2; the factors are `apart` bytes apart. */
export function subtractRows(y: usize, factors: usize, apart: usize, rows: usize, step: usize, count: i32, pairs: i32): void {
  const bytes = <usize>pairs << 4;
  let j = 0;
  for (; j + 4 <= count; j += 4) {
    const a = v128.load64_splat(factors);
    const b = v128.load64_splat(factors + apart);
    const c = v128.load64_splat(factors + 2 * apart);
    const d = v128.load64_splat(factors + 3 * apart);
    let r0 = rows;
    let r1 = r0 + step;
    let r2 = r1 + step;
    let r3 = r2 + step;
    const end = y + bytes;
    for (let p = y; p < end; p += 16) {
      const s = madd(f64x2.mul(a, v128.load(r0)), b, v128.load(r1));
      const t = madd(f64x2.mul(c, v128.load(r2)), d, v128.load(r3));
      v128.store(p, f64x2.sub(v128.load(p), f64x2.add(s, t)));
      r0 += 16;
      r1 += 16;
      r2 += 16;
      r3 += 16;
    }
    factors += 4 * apart;
    rows += step << 2;
  }
  for (; j < count; j++) {
    const a = v128.load64_splat(factors);
    let r = rows;
    const end = y + bytes;
    for (let p = y; p < end; p += 16) {
      v128.store(p, msub(v128.load(p), a, v128.load(r)));
      r += 16;
    }
    factors += apart;
    rows += step;
  }
}

export function zero(p: usize, pairs: i32): void {
  const end = p + (<usize>pairs << 4);
  for (; p < end; p += 16) v128.store(p, f64x2.splat(0));
}
