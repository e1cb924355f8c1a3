// Rows of numbers and short words straight from text, for formats/io/row-scanner.ts: whatever is not plain is left to
// its caller, row by row. Two passes over a piece of text that fits the cache: the first finds where words begin and
// end, 64 bytes at a time, the second reads the words, which then do not wait for each other.
//
// Numbers are exact, as those of formats/io/numbers.ts are, by the same means: mantissas below 2^53 with powers of ten
// up to 22 in one exact operation (Clinger, PLDI 1990), longer ones by a quotient of twice the precision where its
// error cannot decide.

const SPACE: u32 = 32;
const TAB: u32 = 9;
const NEWLINE: u32 = 10;
const RETURN: u32 = 13;
const MINUS: u32 = 45;
const PLUS: u32 = 43;
const POINT: u32 = 46;
const ZEROS: u64 = 0x3030303030303030;

// prettier-ignore
const POWERS = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);
const WHOLE_POWERS = memory.data<u64>([1, 10, 100, 1000, 10000, 100000, 1000000, 10000000]);

@inline
function power(exponent: i32): f64 {
  return load<f64>(POWERS + (<usize>exponent << 3));
}

/** Whether all eight bytes are digits: adding carries into the high nibble of any that is above '9'. */
@inline
function areDigits(bytes: u64): bool {
  return ((bytes & 0xf0f0f0f0f0f0f0f0) | (((bytes + 0x0606060606060606) & 0xf0f0f0f0f0f0f0f0) >> 4)) == 0x3333333333333333;
}

/** Eight digits, the first in the lowest byte: pairs, then fours, then eight. */
@inline
function eightDigits(bytes: u64): u64 {
  bytes = (bytes & 0x0f0f0f0f0f0f0f0f) * 2561 >> 8;
  bytes = (bytes & 0x00ff00ff00ff00ff) * 6553601 >> 16;
  return (bytes & 0x0000ffff0000ffff) * 42949672960001 >> 32;
}

/** s + t over 10^e, s the nearest double; NaN where the nearest double to the quotient is not certain. */
function quotient(s: f64, t: f64, e: i32): f64 {
  const p = power(e);
  const q = s / p;
  // Dekker's product: q p = product + low, exactly.
  const cp = p * 134217729.0;
  const ph = cp - (cp - p);
  const pl = p - ph;
  const cq = q * 134217729.0;
  const qh = cq - (cq - q);
  const ql = q - qh;
  const product = q * p;
  const low = ql * pl - (product - qh * ph - ql * ph - qh * pl);
  const correction = (s - product - low + t) / p;
  const error = q * 7.888609052210118e-31; // 2^-100: five roundings of terms below 2^-52 of q
  const value = q + (correction + error);
  return value == q + (correction - error) ? value : NaN;
}

/** A bit for each of 16 bytes that ends a line. */
@inline
function linesOf(bytes: v128): u64 {
  return <u64>i8x16.bitmask(i8x16.eq(bytes, i8x16.splat(<i8>NEWLINE)));
}

/** A bit for each of 16 bytes that stands between words. */
@inline
function blanksOf(bytes: v128): u64 {
  const space = i8x16.eq(bytes, i8x16.splat(<i8>SPACE));
  const tab = i8x16.eq(bytes, i8x16.splat(<i8>TAB));
  const newline = i8x16.eq(bytes, i8x16.splat(<i8>NEWLINE));
  const back = i8x16.eq(bytes, i8x16.splat(<i8>RETURN));
  return <u64>i8x16.bitmask(v128.or(v128.or(space, tab), v128.or(newline, back)));
}

/**
 * Writes where words begin and end, in turn, to `words` and where lines end to `lines`; `stop` ends the last word and
 * the last line. Returns the end of what it wrote to `words`; two ends that no word reaches follow there.
 */
function layOut(from: usize, stop: usize, words: usize, lines: usize): usize {
  let inWord: u64 = 0;
  for (let base = from; base <= stop; base += 64) {
    const a = v128.load(base);
    const b = v128.load(base, 16);
    const c = v128.load(base, 32);
    const d = v128.load(base, 48);
    let text = ~(blanksOf(a) | (blanksOf(b) << 16) | (blanksOf(c) << 32) | (blanksOf(d) << 48));
    let ends = linesOf(a) | (linesOf(b) << 16) | (linesOf(c) << 32) | (linesOf(d) << 48);
    if (stop - base < 64) {
      const inside = (<u64>1 << <u64>(stop - base)) - 1;
      text &= inside;
      ends &= inside;
    }
    let changes = text ^ ((text << 1) | inWord);
    inWord = text >> 63;
    while (changes != 0) {
      store<u32>(words, <u32>(base + <usize>ctz(changes)));
      words += 4;
      changes &= changes - 1;
    }
    while (ends != 0) {
      store<u32>(lines, <u32>(base + <usize>ctz(ends)));
      lines += 4;
      ends &= ends - 1;
    }
  }
  store<u32>(lines, <u32>stop);
  store<u32>(words, <u32>stop + 1);
  return words;
}

/** The word from `at` to `end` as a number; NaN where it is none that this reader is sure of. */
@inline
function real(at: usize, end: usize): f64 {
  // No branches here: nobody can foresee a sign.
  const c: u32 = load<u8>(at);
  const negative = <u32>(c == MINUS);
  at += <usize>(negative | <u32>(c == PLUS));
  const value = end - at <= 8 ? shortReal(at, end) : longReal(at, end);
  return reinterpret<f64>(reinterpret<u64>(value) ^ (<u64>negative << 63));
}

/** At most eight digits and a point, without a branch for each; others go to `anyReal`. */
@inline
function shortReal(at: usize, end: usize): f64 {
  if (at == end) return NaN;
  // The word's last byte goes to the top, the bytes before its first become zero.
  let empty: u64 = 8 - <u64>(end - at);
  let bytes = load<u64>(at) << (empty << 3);
  let decimals: u64 = 0;
  const points = bytes ^ 0x2e2e2e2e2e2e2e2e;
  const point = (points - 0x0101010101010101) & ~points & 0x8080808080808080;
  if (point != 0) {
    // What stands before the point moves to its place.
    const place = ctz(point) & 56;
    const before = (<u64>1 << place) - 1;
    bytes = ((bytes >> place >> 8) << place << 8) | ((bytes & before) << 8);
    decimals = 7 - (place >> 3);
    if (++empty == 8) return NaN;
  }
  bytes |= ZEROS & ((<u64>1 << (empty << 3)) - 1);
  if (!areDigits(bytes)) return anyReal(at, end);
  return <f64>eightDigits(bytes) / power(<i32>decimals);
}

/** The last `count` of eight bytes, 1 to 8, behind zeros as digits. */
@inline
function lastOf(bytes: u64, count: u64): u64 {
  const empty = (8 - count) << 3;
  const kept = (<u64>1 << empty) - 1;
  return (bytes & ~kept) | (ZEROS & kept);
}

/** More than eight bytes, a point behind at most seven digits; others, and exponents, go to `anyReal`. */
function longReal(at: usize, end: usize): f64 {
  const first = load<u64>(at);
  const points = first ^ 0x2e2e2e2e2e2e2e2e;
  const found = (points - 0x0101010101010101) & ~points & 0x8080808080808080;
  if (found == 0) return anyReal(at, end);
  const whole = <u64>(ctz(found) >> 3);
  const decimals = <i32>(end - at) - <i32>whole - 1;
  let mantissa: u64 = 0;
  if (whole != 0) {
    const digits = lastOf(first << ((8 - whole) << 3), whole);
    if (!areDigits(digits)) return anyReal(at, end);
    mantissa = eightDigits(digits);
  }
  // Below 10^19 all fits into 64 bits.
  if (decimals + (mantissa == 0 ? 0 : <i32>whole) > 19) return anyReal(at, end);
  let next = at + <usize>whole + 1;
  while (end - next >= 8) {
    const digits = load<u64>(next);
    if (!areDigits(digits)) return anyReal(at, end);
    mantissa = mantissa * 100000000 + eightDigits(digits);
    next += 8;
  }
  if (next < end) {
    const count = <u64>(end - next);
    const digits = lastOf(load<u64>(end - 8), count);
    if (!areDigits(digits)) return anyReal(at, end);
    mantissa = mantissa * load<u64>(WHOLE_POWERS + (<usize>count << 3)) + eightDigits(digits);
  }
  return nearest(mantissa, -decimals);
}

/** Digits, a point and an exponent; NaN where this reader is not sure of it. */
function anyReal(at: usize, end: usize): f64 {
  const begin = at;
  let mantissa: u64 = 0;
  let digit: u32 = <u32>load<u8>(at) - 48;
  while (digit <= 9) {
    mantissa = mantissa * 10 + digit;
    digit = <u32>load<u8>(++at) - 48;
  }
  let digits: i32 = <i32>(at - begin);
  let exponent: i32 = 0;
  if (digit + 48 == POINT) {
    const point = ++at;
    digit = <u32>load<u8>(at) - 48;
    while (digit <= 9) {
      mantissa = mantissa * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    exponent = -<i32>(at - point);
    digits -= exponent;
  }
  if (digits == 0) return NaN;
  if (digits > 18) {
    // Zeros at the front do not count; 19 digits or more may not fit.
    let zero = begin;
    while (load<u8>(zero) == 48 || load<u8>(zero) == POINT) {
      if (load<u8>(zero) == 48) digits--;
      zero++;
    }
    if (digits > 18) return NaN;
  }
  if (at != end) {
    // e, E, d, D
    if (((digit + 48) | 33) != 101) return NaN;
    const c: u32 = load<u8>(++at);
    const down = c == MINUS;
    if (down || c == PLUS) at++;
    const from = at;
    let shift: i32 = 0;
    digit = <u32>load<u8>(at) - 48;
    while (digit <= 9 && at - from < 4) {
      shift = shift * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    if (at == from || at != end) return NaN;
    exponent += down ? -shift : shift;
  }
  return nearest(mantissa, exponent);
}

/** The nearest double to mantissa 10^exponent; NaN where it is not certain. */
@inline
function nearest(mantissa: u64, exponent: i32): f64 {
  const value = <f64>mantissa;
  if (mantissa >> 53 == 0) {
    if (mantissa == 0) return 0;
    if (exponent < -22 || exponent > 22) return NaN;
    return exponent < 0 ? value / power(-exponent) : value * power(exponent);
  }
  if (exponent > 0 || exponent < -22) return NaN;
  return exponent == 0 ? value : quotient(value, <f64>(<i64>(mantissa - <u64>value)), -exponent);
}

/** The word where it has at most four bytes of printed ASCII: they are its number, the first lowest. 0 otherwise. */
@inline
function short(at: usize, end: usize): u32 {
  const length = <u32>(end - at);
  if (length > 4) return 0;
  const code = load<u32>(at) & (<u32>0xffffffff >> ((4 - length) << 3));
  for (let rest = code; rest != 0; rest >>= 8) {
    const c = rest & 255;
    if (c <= SPACE || c > 127) return 0;
  }
  return code >> ((length - 1) << 3) == 0 ? 0 : code;
}

/** Where the row that `rows` could not read begins, or what it read ends. */
export function position(): usize {
  return next;
}
let next: usize = 0;

/**
 * Reads up to `most` rows of `columns` from `at`, where a row begins, to `stop`, where one ends; 80 more bytes must be
 * there. `kinds` has a byte for each column, not 0 for words. Numbers go to `out`, row-major, words as their codes.
 * `words` and `lines` have room for as many numbers of 32 bits as there are bytes, and two more. Returns how many rows
 * it read; it ends before the first that is not plain.
 */
export function rows(
  at: usize,
  stop: usize,
  most: i32,
  columns: i32,
  kinds: usize,
  out: usize,
  words: usize,
  lines: usize,
): i32 {
  next = at;
  const last = layOut(at, stop, words, lines);
  const stride = <usize>columns << 3;
  let from: u32 = <u32>at;
  for (let row = 0; row < most; row++) {
    // All words of the row, and no other, stand before the end of its line.
    const following = words + stride;
    const lineEnd = load<u32>(lines);
    if (following > last || load<u32>(words) < from || load<u32>(following - 4) > lineEnd) return row;
    if (load<u32>(following) <= lineEnd) return row;
    for (let column = 0; column < columns; column++) {
      const begin = <usize>load<u32>(words);
      const end = <usize>load<u32>(words, 4);
      words += 8;
      let value: f64;
      if (load<u8>(kinds + column)) {
        const code = short(begin, end);
        if (code == 0) return row;
        value = <f64>code;
      } else {
        value = real(begin, end);
        if (value != value) return row;
      }
      store<f64>(out, value);
      out += 8;
    }
    lines += 4;
    from = lineEnd + 1;
    next = lineEnd < <u32>stop ? <usize>lineEnd + 1 : stop;
  }
  return most;
}
