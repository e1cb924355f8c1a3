// Rows of numbers and short words straight from text, for formats/io/rows.ts: whatever is not plain is left to the
// slow reader there, row by row. Numbers are exact, as those of formats/io/numbers.ts are, by the same means:
// mantissas below 2^53 with powers of ten up to 22 in one exact operation (Clinger, PLDI 1990), longer ones by a
// quotient of twice the precision where its error cannot decide.

const SPACE: u32 = 32;
const TAB: u32 = 9;
const NEWLINE: u32 = 10;
const RETURN: u32 = 13;
const MINUS: u32 = 45;
const PLUS: u32 = 43;
const POINT: u32 = 46;

// prettier-ignore
const POWERS = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);

@inline
function power(exponent: i32): f64 {
  return load<f64>(POWERS + (<usize>exponent << 3));
}

/** Where the word that was read last ends. */
let end: usize = 0;

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

@inline
function isBlank(c: u32): bool {
  return c == SPACE || c == NEWLINE || c == TAB || c == RETURN;
}

/** The word at `at` as a number; NaN where it is none that this reader is sure of. */
@inline
function real(at: usize): f64 {
  const c: u32 = load<u8>(at);
  const negative = c == MINUS;
  if (negative || c == PLUS) at++;
  const short = shortReal(at);
  const value = short == short ? short : longReal(at);
  return negative ? -value : value;
}

/** At most eight digits and a point, without a branch for each; NaN for all else. */
@inline
function shortReal(at: usize): f64 {
  const bytes = load<u64>(at);
  const blanks = (bytes - 0x2121212121212121) & ~bytes & 0x8080808080808080;
  const length = blanks == 0 ? 8 : ctz(blanks) >> 3;
  const points = bytes ^ 0x2e2e2e2e2e2e2e2e;
  const point = (points - 0x0101010101010101) & ~points & 0x8080808080808080;
  let digits = length;
  let kept = bytes;
  let decimals: u64 = 0;
  if (point != 0) {
    const whole = ctz(point) >> 3;
    if (whole < length) {
      // The bytes behind the point move to its place.
      const before = (<u64>1 << (whole << 3)) - 1;
      kept = (bytes & before) | ((bytes >> 8) & ~before);
      digits = length - 1;
      decimals = digits - whole;
    }
  }
  if (digits == 0) return NaN;
  const empty = (8 - digits) << 3;
  kept = (kept << empty) | (0x3030303030303030 & ((<u64>1 << empty) - 1));
  if (!areDigits(kept) || !isBlank(load<u8>(at + <usize>length))) return NaN;
  end = at + <usize>length;
  return <f64>eightDigits(kept) / power(<i32>decimals);
}

/** Digits, a point and an exponent; NaN where this reader is not sure of it. */
function longReal(at: usize): f64 {
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
    let eight = load<u64>(at);
    while (areDigits(eight)) {
      mantissa = mantissa * 100000000 + eightDigits(eight);
      at += 8;
      eight = load<u64>(at);
    }
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
  let c: u32 = digit + 48;
  if (c > SPACE) {
    // e, E, d, D
    if ((c | 33) != 101) return NaN;
    c = load<u8>(++at);
    const down = c == MINUS;
    if (down || c == PLUS) at++;
    const from = at;
    let shift: i32 = 0;
    digit = <u32>load<u8>(at) - 48;
    while (digit <= 9 && at - from < 4) {
      shift = shift * 10 + digit;
      digit = <u32>load<u8>(++at) - 48;
    }
    if (at == from) return NaN;
    exponent += down ? -shift : shift;
    c = digit + 48;
  }
  if (!isBlank(c)) return NaN;
  end = at;
  let value: f64 = <f64>mantissa;
  if (mantissa >> 53 == 0) {
    if (exponent < 0) {
      if (exponent < -22) {
        if (mantissa != 0) return NaN;
      } else value /= power(-exponent);
    } else if (exponent > 0 && mantissa != 0) {
      if (exponent > 22) return NaN;
      value *= power(exponent);
    }
  } else {
    if (exponent > 0 || exponent < -22) return NaN;
    if (exponent < 0) value = quotient(value, <f64>(<i64>(mantissa - <u64>value)), -exponent);
  }
  return value;
}

/** The word at `at` where it has at most four bytes of ASCII: they are its number, the first lowest. 0 otherwise. */
function word(at: usize): u32 {
  let code: u32 = 0;
  let shift: u32 = 0;
  let c: u32 = load<u8>(at);
  while (c > SPACE) {
    if (c > 127 || shift == 32) return 0;
    code |= c << shift;
    shift += 8;
    c = load<u8>(++at);
  }
  end = at;
  return isBlank(c) ? code : 0;
}

/** Where the row that `rows` could not read begins, or what it read ends. */
export function position(): usize {
  return next;
}
let next: usize = 0;

/**
 * Reads up to `most` rows of `columns` from `at`; a newline must stand at `stop` or before, and eight more bytes be
 * there. `kinds` has a byte for each column, not 0 for words. Numbers go to `out`, row-major, words as their codes.
 * Returns how many rows it read; it ends before the first that is not plain.
 */
export function rows(at: usize, stop: usize, most: i32, columns: i32, kinds: usize, out: usize): i32 {
  next = at;
  for (let row = 0; row < most; row++) {
    if (at >= stop) return row;
    for (let column = 0; column < columns; column++) {
      let c: u32 = load<u8>(at);
      while (c == SPACE || c == TAB) c = load<u8>(++at);
      let value: f64;
      if (load<u8>(kinds + column)) {
        const code = word(at);
        if (code == 0) return row;
        value = <f64>code;
      } else {
        value = real(at);
        if (value != value) return row;
      }
      store<f64>(out, value);
      out += 8;
      at = end;
    }
    let c: u32 = load<u8>(at);
    while (c == SPACE || c == TAB || c == RETURN) c = load<u8>(++at);
    if (c != NEWLINE) return row;
    at++;
    next = at;
  }
  return most;
}
