import { POWERS_HIGH, POWERS_OF_TEN, SPLITTER } from './numbers.js';

const SPACE = 32;
const MINUS = 45;
const POINT = 46;
const ZERO = 48;

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);
/** Which of the two words holds the exponent. */
const HIGH = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1 ? 1 : 0;

/** Half the distance to the next double, and floor(log10) of the smallest double, by biased exponent. */
const HALF_STEP = Float64Array.from({ length: 2047 }, (_, e) => 2 ** (e - 1023 - 53));
const DECADE = Int16Array.from({ length: 2047 }, (_, e) => Math.floor((e - 1023) * Math.log10(2)));

/** The two digits of 0..99. */
const PAIRS = Uint8Array.from({ length: 200 }, (_, i) => ZERO + (i % 2 ? (i >> 1) % 10 : Math.floor(i / 20)));

/** Numbers of more than 15 digits between these are written without `String`. */
const SMALLEST = 1e-6;
const LARGEST = 1e15;

/**
 * Builds text in bytes. Numbers are written with the fewest digits that read back as the same double, always with a
 * point or an exponent ('2.0', '1e-7'); what is not finite as 'nan', 'inf' or '-inf'.
 */
export class ByteWriter {
  private bytes: Uint8Array;
  private length = 0;
  /** Decimals that the last short number had: columns tend to agree. */
  private decimals = 8;

  constructor(private readonly capacity = 1 << 20) {
    this.bytes = Buffer.allocUnsafeSlow(capacity);
  }

  /** Bytes written since the last `take`. */
  get size(): number {
    return this.length;
  }

  /** What was written; the writer goes on with a new buffer. */
  take(): Uint8Array {
    const taken = this.bytes.subarray(0, this.length);
    this.bytes = Buffer.allocUnsafeSlow(this.capacity);
    this.length = 0;
    return taken;
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.reserve(1);
    this.bytes[this.length++] = value;
  }

  text(value: string): void {
    const { length } = value;
    this.reserve(3 * length);
    const { bytes } = this;
    let at = this.length;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code > 127) {
        const encoded = Buffer.from(value);
        bytes.set(encoded, this.length);
        this.length += encoded.length;
        return;
      }
      bytes[at++] = code;
    }
    this.length = at;
  }

  raw(value: Uint8Array): void {
    this.reserve(value.length);
    // Shorter ones are quicker by hand than by `set`.
    if (value.length > 32) this.bytes.set(value, this.length);
    else for (let i = 0; i < value.length; i++) this.bytes[this.length + i] = value[i];
    this.length += value.length;
  }

  integer(value: number): void {
    this.reserve(24);
    if (value < 0) this.bytes[this.length++] = MINUS;
    this.whole(Math.abs(value));
  }

  /** A space, then a number. */
  spacedReal(value: number): void {
    this.reserve(40);
    this.bytes[this.length++] = SPACE;
    this.real(value);
  }

  real(value: number): void {
    this.reserve(40);
    let x = value;
    if (x < 0) {
      this.bytes[this.length++] = MINUS;
      x = -x;
    }
    const power = POWERS_OF_TEN[this.decimals];
    const scaled = Math.round(x * power);
    // At most 15 digits: no shorter decimal reads back as the same double (DBL_DIG).
    if (scaled < 1e15 && scaled / power === x && value !== 0) this.fixed(scaled, power);
    else if (x >= SMALLEST && x < LARGEST && this.longReal(x)) return;
    else this.otherReal(x, value);
  }

  /** scaled / power, both whole. */
  private fixed(scaled: number, power: number): void {
    const whole = Math.floor(scaled / power);
    this.whole(whole);
    this.bytes[this.length] = POINT;
    const start = this.length + 1;
    const end = start + this.decimals;
    const fraction = scaled - whole * power;
    if (fraction < 1e9) this.padded(fraction | 0, start, end);
    else {
      const high = Math.floor(fraction / 1e8);
      this.padded(high | 0, start, end - 8);
      this.padded((fraction - high * 1e8) | 0, end - 8, end);
    }
    this.length = this.trimmed(start + this.decimals, start);
  }

  /** `end` without the zeros before it; one digit stays behind `start`. */
  private trimmed(end: number, start: number): number {
    const { bytes } = this;
    let cut = end;
    while (cut > start + 1 && bytes[cut - 1] === ZERO) cut--;
    return cut;
  }

  private whole(value: number): void {
    if (value < 10) {
      this.bytes[this.length++] = ZERO + value;
    } else if (value < 100) {
      this.bytes[this.length++] = PAIRS[2 * value];
      this.bytes[this.length++] = PAIRS[2 * value + 1];
    } else if (value < 1e9) {
      let count = 3;
      for (let limit = 1000; value >= limit; limit *= 10) count++;
      this.padded(value | 0, this.length, this.length + count);
      this.length += count;
    } else this.text(String(value));
  }

  /** The digits of a whole number, with zeros before them, from `start` to `end`. */
  private padded(value: number, start: number, end: number): void {
    const { bytes } = this;
    let rest = value;
    let at = end;
    while (at - 2 >= start) {
      const next = (rest / 100) | 0;
      const pair = 2 * (rest - next * 100);
      at -= 2;
      bytes[at] = PAIRS[pair];
      bytes[at + 1] = PAIRS[pair + 1];
      rest = next;
    }
    if (at > start) bytes[start] = ZERO + rest;
  }

  /**
   * A number of 15 to 17 digits between SMALLEST and LARGEST. x 10^k, which lies between 10^16 and 10^17, is formed
   * exactly as a sum of two doubles; the nearest multiples of 100, 10 and 1 are tried in turn, and the first within
   * half a step of x is what reads back as x. False where rounding errors could decide, with nothing written.
   */
  private longReal(x: number): boolean {
    bits[0] = x;
    const high = words[HIGH];
    if ((high & 0xfffff) === 0 && words[1 - HIGH] === 0) return false; // a power of two: its steps differ in size
    const biased = high >>> 20;
    let decade = DECADE[biased];
    if (decade < 15 && x >= (decade < -1 ? 1 / POWERS_OF_TEN[-decade - 1] : POWERS_OF_TEN[decade + 1]))
      decade++;
    const k = 16 - decade;
    const p = POWERS_OF_TEN[k];
    const product = x * p;
    const ph = POWERS_HIGH[k];
    const pl = p - ph;
    const c = SPLITTER * x;
    const xh = c - (c - x);
    const xl = x - xh;
    const low = xl * pl - (product - xh * ph - xl * ph - xh * pl);
    const half = HALF_STEP[biased] * p;

    // Nine digits in `front`, eight in `back`; front 10^8 has 49 bits and is exact, as is the difference.
    let front = Math.floor(product / 1e8);
    const back = product - front * 1e8 + low;
    if (back < 0 || back >= 1e8 || front < 1e8 || front >= 1e9) return false;
    let digits = Math.round(back / 100) * 100;
    let distance = Math.abs(back - digits);
    // `back` carries an error of 10^8 2^-53 = 1e-8; decisions closer than 1e-6 are left to `String`.
    if (distance > half - 1e-6) {
      if (distance < half + 1e-6) return false;
      digits = Math.round(back / 10) * 10;
      distance = Math.abs(back - digits);
      if (distance > half - 1e-6) {
        if (distance < half + 1e-6) return false;
        digits = Math.round(back);
        distance = Math.abs(back - digits);
        if (distance > 0.5 - 1e-6) return false;
      } else if (distance > 5 - 1e-6) return false;
    } else if (distance > 50 - 1e-6) return false;
    if (digits >= 1e8) {
      digits -= 1e8;
      front++;
      if (front >= 1e9) return false;
    }
    this.digits17(front, digits, decade);
    return true;
  }

  private digits17(front: number, back: number, decade: number): void {
    const { bytes } = this;
    let at = this.length;
    if (decade < 0) {
      bytes[at++] = ZERO;
      bytes[at++] = POINT;
      for (let i = -1; i > decade; i--) bytes[at++] = ZERO;
    } else at++; // room for the point
    this.padded(back | 0, at + 9, at + 17);
    this.padded(front | 0, at, at + 9);
    if (decade < 0) {
      this.length = this.trimmed(at + 17, at);
      this.remember(this.length - at - decade - 1, this.length - at);
      return;
    }
    const point = at + decade;
    for (let i = at; i <= point; i++) bytes[i - 1] = bytes[i];
    bytes[point] = POINT;
    this.length = this.trimmed(at + 17, point + 1);
    this.remember(this.length - point - 1, this.length - at);
  }

  /** Takes over the number of decimals where the next number may have as few digits. */
  private remember(decimals: number, digits: number): void {
    if (digits <= 14 && decimals >= 6 && decimals <= 14) this.decimals = decimals;
  }

  private otherReal(x: number, value: number): void {
    if (value === 0) {
      this.text(Object.is(value, -0) ? '-0.0' : '0.0');
    } else if (Number.isFinite(value)) {
      const text = String(x);
      this.text(/[.e]/.test(text) ? text : `${text}.0`);
    } else this.text(Number.isNaN(value) ? 'nan' : 'inf');
  }
}
