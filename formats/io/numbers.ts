/**
 * Numbers straight from the bytes of a text, exactly as the nearest double to what is written.
 *
 * Up to 15 digits with a power of ten up to 22 are one exact division or product (Clinger, PLDI 1990). Up to 18 digits
 * that are divided by a power up to 60 go through a quotient of twice the precision; where that lies so near the middle
 * of two doubles that its error could decide, and for everything else, `Number` does the work.
 */

const SPACE = 32;
const TAB = 9;
const NEWLINE = 10;
const RETURN = 13;
const STAR = 42;
const MINUS = 45;
const PLUS = 43;
const POINT = 46;
const ZERO = 48;

/** 10^k for k = 0..22, all exact doubles. */
export const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));

/** Veltkamp's constant 2^27 + 1: splits a double into halves of 26 bits, whose products are exact. */
export const SPLITTER = 134217729;

/** The upper 26 bits of each power of ten. */
export const POWERS_HIGH = POWERS_OF_TEN.map((p) => SPLITTER * p - (SPLITTER * p - p));

/** 10^e for e up to MOST as the nearest double, its upper 26 bits, and the rest (0 up to 22). */
const MOST = 60;
const DIVISORS = Float64Array.from({ length: MOST + 1 }, (_, e) => Number(`1e${e}`));
const DIVISORS_HIGH = DIVISORS.map((p) => SPLITTER * p - (SPLITTER * p - p));
const DIVISORS_REST = DIVISORS.map((p, e) => Number(10n ** BigInt(e) - BigInt(p)));

/**
 * w / 10^e for an integer w = s + t (s the nearest double, t the rest), 1 <= e <= MOST; NaN where the nearest double
 * is not certain.
 */
function quotient(s: number, t: number, e: number): number {
  const p = DIVISORS[e];
  const q = s / p;
  // The exact remainder s - q p (Dekker's product), then the rests of the numerator and of the power of ten.
  const ph = DIVISORS_HIGH[e];
  const pl = p - ph;
  const c = SPLITTER * q;
  const qh = c - (c - q);
  const ql = q - qh;
  const product = q * p;
  const low = ql * pl - (product - qh * ph - ql * ph - qh * pl);
  const correction = (s - product - low + t - q * DIVISORS_REST[e]) / p;
  // The terms of the correction are below 2^-52 of q and are rounded five times: an error below 2^-102 of q.
  const error = q * 2 ** -100;
  const value = q + (correction + error);
  return value === q + (correction - error) ? value : Number.NaN;
}

/**
 * A table [256] of what may follow a number: a blank, the end of the line, and these characters: '-' where columns
 * can touch (0.5-0.25), '<' where a tag can.
 */
export function followers(characters = ''): Uint8Array {
  const table = new Uint8Array(256);
  for (const byte of Buffer.from(` \t\r\n${characters}`)) table[byte] = 1;
  return table;
}
const BLANKS = followers();

/** Walks over the words of a block of lines. Every method but `skipLine` stays in its line; none throws. */
export class Cursor {
  private bytes: Uint8Array = new Uint8Array(0);
  /** Where the next word is looked for. */
  at = 0;
  private stop = 0;
  private readonly ends: Uint8Array;

  /** @param ends what may follow a number */
  constructor(ends: Uint8Array = BLANKS) {
    this.ends = ends;
  }

  /** Begins at `start` of `bytes`, and takes `stop` for the end of the text. */
  set(bytes: Uint8Array, start: number, stop: number): void {
    this.bytes = bytes;
    this.at = start;
    this.stop = stop;
  }

  /**
   * The next word of the line, or the number that it begins with and that something of `ends` follows, as a finite
   * number; NaN where there is none, or it is no number, and `at` then stands at its begin.
   */
  real(): number {
    const { bytes, stop, ends } = this;
    let i = this.at;
    let c = i < stop ? bytes[i] : NEWLINE;
    while (c === SPACE || c === TAB) c = ++i < stop ? bytes[i] : NEWLINE;
    const start = i;
    const negative = c === MINUS;
    if (negative || c === PLUS) c = ++i < stop ? bytes[i] : NEWLINE;

    // The first nine significant digits go to `a`, the next nine to `b`: both stay within 32 bits.
    let a = 0;
    let b = 0;
    let inA = 0;
    let inB = 0;
    const whole = i;
    let digit = c - ZERO;
    while (digit >= 0 && digit <= 9 && inA < 9) {
      a = (a * 10 + digit) | 0;
      if (a > 0) inA++;
      c = ++i < stop ? bytes[i] : NEWLINE;
      digit = c - ZERO;
    }
    if (digit >= 0 && digit <= 9) return this.slowReal(start);
    let digits = i - whole;
    let exponent = 0;
    if (c === POINT) {
      const from = i;
      c = ++i < stop ? bytes[i] : NEWLINE;
      digit = c - ZERO;
      while (digit >= 0 && digit <= 9 && inA < 9) {
        a = (a * 10 + digit) | 0;
        if (a > 0) inA++;
        c = ++i < stop ? bytes[i] : NEWLINE;
        digit = c - ZERO;
      }
      while (digit >= 0 && digit <= 9 && inB < 9) {
        b = (b * 10 + digit) | 0;
        inB++;
        c = ++i < stop ? bytes[i] : NEWLINE;
        digit = c - ZERO;
      }
      if (digit >= 0 && digit <= 9) return this.slowReal(start);
      exponent = from + 1 - i;
      digits -= exponent;
    }
    if (digits === 0) {
      this.at = start;
      return Number.NaN;
    }
    if (ends[c] === 0) {
      // e, E, d, D
      if ((c | 33) !== 101) return this.slowReal(start);
      c = ++i < stop ? bytes[i] : NEWLINE;
      const down = c === MINUS;
      if (down || c === PLUS) c = ++i < stop ? bytes[i] : NEWLINE;
      const from = i;
      let power = 0;
      digit = c - ZERO;
      while (digit >= 0 && digit <= 9 && i - from < 4) {
        power = power * 10 + digit;
        c = ++i < stop ? bytes[i] : NEWLINE;
        digit = c - ZERO;
      }
      if (i === from || ends[c] === 0) return this.slowReal(start);
      exponent += down ? -power : power;
    }

    // Nine digits times a power of ten up to 9 have at most 30 + 21 significant bits: exact.
    const high = inB === 0 ? a : a * POWERS_OF_TEN[inB];
    let value = high + b;
    if (inA + inB <= 15 && exponent <= 0 && exponent >= -22) {
      value /= POWERS_OF_TEN[-exponent];
    } else if (value !== 0) {
      if (exponent < 0 && exponent >= -MOST) value = quotient(value, b - (value - high), -exponent);
      else if (inA + inB <= 15 && exponent >= 0 && exponent <= 22) value *= POWERS_OF_TEN[exponent];
      else return this.slowReal(start);
      if (Number.isNaN(value)) return this.slowReal(start);
    }
    this.at = i;
    return negative ? -value : value;
  }

  private slowReal(start: number): number {
    this.at = start;
    const text = NUMBER.exec(this.word())?.[0] ?? '';
    const behind = start + text.length;
    const ended = behind >= this.stop || this.ends[this.bytes[behind]] !== 0;
    const value = ended ? parseReal(text) : Number.NaN;
    this.at = Number.isNaN(value) ? start : behind;
    return value;
  }

  /** The next word of the line as a whole number of 32 bits; NaN where there is none, and `at` stands at its begin. */
  integer(): number {
    const { bytes, stop, ends } = this;
    let i = this.at;
    let c = i < stop ? bytes[i] : NEWLINE;
    while (c === SPACE || c === TAB) c = ++i < stop ? bytes[i] : NEWLINE;
    const start = i;
    const negative = c === MINUS;
    if (negative || c === PLUS) c = ++i < stop ? bytes[i] : NEWLINE;
    const from = i;
    let value = 0;
    let digit = c - ZERO;
    while (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      c = ++i < stop ? bytes[i] : NEWLINE;
      digit = c - ZERO;
    }
    if (negative) value = -value;
    if (i === from || ends[c] === 0 || value !== (value | 0)) {
      this.at = start;
      return Number.NaN;
    }
    this.at = i;
    return value | 0;
  }

  /** The next word of the line, '' where there is none. */
  word(): string {
    const { bytes, stop } = this;
    let i = this.at;
    let c = i < stop ? bytes[i] : NEWLINE;
    while (c === SPACE || c === TAB) c = ++i < stop ? bytes[i] : NEWLINE;
    const start = i;
    let all = 0;
    while (c !== SPACE && c !== NEWLINE && c !== TAB && c !== RETURN) {
      all |= c;
      c = ++i < stop ? bytes[i] : NEWLINE;
    }
    this.at = i;
    if (all > 127) return utf8.decode(bytes.subarray(start, i));
    if (i - start > 64)
      return Buffer.from(bytes.buffer, bytes.byteOffset + start, i - start).toString('latin1');
    let text = '';
    for (let k = start; k < i; k++) text += String.fromCharCode(bytes[k]);
    return text;
  }

  /**
   * The next word where it has at most four ASCII letters or digits, as a number (its bytes, the first lowest):
   * quicker to compare than a text. 0 where it is longer, other or missing, and `at` stays.
   */
  shortWord(): number {
    const { bytes, stop } = this;
    let i = this.at;
    let c = i < stop ? bytes[i] : NEWLINE;
    while (c === SPACE || c === TAB) c = ++i < stop ? bytes[i] : NEWLINE;
    let code = 0;
    let shift = 0;
    while (c > SPACE) {
      if (c > 127 || shift === 32) return 0;
      code |= c << shift;
      shift += 8;
      c = ++i < stop ? bytes[i] : NEWLINE;
    }
    if (c !== SPACE && c !== NEWLINE && c !== TAB && c !== RETURN) return 0;
    this.at = i;
    return code;
  }

  /** Whether Fortran's mark of a number too wide for its column, two stars or more, comes next: then moves behind it. */
  overflow(): boolean {
    const { bytes, stop } = this;
    let i = this.at;
    while (i < stop && (bytes[i] === SPACE || bytes[i] === TAB)) i++;
    const start = i;
    while (i < stop && bytes[i] === STAR) i++;
    if (i - start < 2) return false;
    this.at = i;
    return true;
  }

  /** Moves behind the end of the line, whatever stands before it. */
  skipLine(): void {
    const { bytes, stop } = this;
    let i = this.at;
    while (i < stop && bytes[i] !== NEWLINE) i++;
    this.at = Math.min(stop, i + 1);
  }

  /** Moves behind the end of the line and says whether nothing but blanks stood before it; else stays. */
  endLine(): boolean {
    const { bytes, stop } = this;
    let i = this.at;
    while (i < stop) {
      const c = bytes[i++];
      if (c === NEWLINE) break;
      if (c !== SPACE && c !== TAB && c !== RETURN) return false;
    }
    this.at = i;
    return true;
  }
}

const utf8 = new TextDecoder('utf-8');

/** A number at the begin of a text. */
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?/;
const WHOLE_NUMBER = new RegExp(`${NUMBER.source}$`);

/** A number as programs write it: 1, -1.5e3, Fortran's 1.0D+00 too. NaN where the text is none, or not finite. */
export function parseReal(text: string): number {
  if (!WHOLE_NUMBER.test(text)) return Number.NaN;
  const value = Number(text.replace(/[dD]/, 'e'));
  return Number.isFinite(value) ? value : Number.NaN;
}
