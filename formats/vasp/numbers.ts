import { quoted } from '../../src/model/errors.js';
import type { TextReader } from '../io/text.js';

/** 10^0 ... 10^22, the powers of ten that a double holds exactly. */
const POWERS = Float64Array.from({ length: 23 }, (_, k) => Number(`1e${k}`));
/** Whole numbers up to here are exact in a double. */
const EXACT = 2 ** 53;

/**
 * Reads decimal numbers one after the other straight from bytes. Fortran's habits are understood: D exponents, and
 * columns that touch because the second number is negative (0.5-0.25). Every number is the nearest double.
 */
export class NumberScanner {
  bytes: Uint8Array;
  position: number;
  stop: number;

  constructor(bytes: Uint8Array, position = 0, stop = bytes.length) {
    this.bytes = bytes;
    this.position = position;
    this.stop = stop;
  }

  /** The next number of this line, or NaN with `position` at what stands there instead. Always finite or NaN. */
  next(): number {
    const { bytes, stop } = this;
    let p = this.position;
    while (p < stop && isBlank(bytes[p])) p++;
    this.position = p;
    const start = p;
    const sign = bytes[p];
    if (p < stop && (sign === 45 || sign === 43)) p++;
    let mantissa = 0;
    let significant = 0;
    let exponent = 0;
    let digits = 0;
    for (; p < stop; p++) {
      const digit = bytes[p] - 48;
      if (digit < 0 || digit > 9) break;
      digits++;
      mantissa = mantissa * 10 + digit;
      if (mantissa > 0) significant++;
    }
    if (p < stop && bytes[p] === 46) {
      for (p++; p < stop; p++) {
        const digit = bytes[p] - 48;
        if (digit < 0 || digit > 9) break;
        digits++;
        exponent--;
        mantissa = mantissa * 10 + digit;
        if (mantissa > 0) significant++;
      }
    }
    if (digits === 0) return Number.NaN;
    // e E d D
    if (p < stop && ((bytes[p] | 32) === 101 || (bytes[p] | 32) === 100)) {
      p++;
      const negative = bytes[p] === 45;
      if (p < stop && (negative || bytes[p] === 43)) p++;
      const from = p;
      let power = 0;
      for (; p < stop; p++) {
        const digit = bytes[p] - 48;
        if (digit < 0 || digit > 9) break;
        power = power * 10 + digit;
      }
      if (p === from) return Number.NaN;
      exponent += negative ? -power : power;
    }
    if (p < stop && !endsNumber(bytes[p])) return Number.NaN;
    this.position = p;
    let value: number;
    if (significant <= 16 && mantissa <= EXACT && exponent >= -22 && exponent <= 22) {
      // Both operands are exact, so one correctly rounded operation gives the nearest double.
      value = exponent < 0 ? mantissa / POWERS[-exponent] : mantissa * POWERS[exponent];
      return sign === 45 ? -value : value;
    }
    value = Number(latin1(bytes, start, p).replace(/[dD]/, 'e'));
    if (Number.isFinite(value)) return value;
    this.position = start;
    return Number.NaN;
  }

  /** Whether Fortran's overflow mark `***` stands next; it is consumed. */
  overflow(): boolean {
    const { bytes, stop } = this;
    let p = this.position;
    while (p < stop && isBlank(bytes[p])) p++;
    const start = p;
    while (p < stop && bytes[p] === 42) p++;
    if (p - start < 2) return false;
    this.position = p;
    return true;
  }

  /** Moves behind the end of this line. */
  skipLine(): void {
    const { bytes, stop } = this;
    let p = this.position;
    while (p < stop && bytes[p] !== 10) p++;
    this.position = Math.min(stop, p + 1);
  }
}

function isBlank(byte: number): boolean {
  return byte === 32 || byte === 9 || byte === 13;
}

/** What may follow a number: a blank, the end of the line, the '<' of a tag, the sign of a touching number. */
function endsNumber(byte: number): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9 || byte === 60 || byte === 45;
}

/** Bytes as text; bytes above 127 become the characters of the same code. */
export function latin1(bytes: Uint8Array, start: number, stop: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, stop - start).toString('latin1');
}

/**
 * The first three numbers of each of the next `count` lines, [3 count]; whatever follows them is left out.
 * @throws FormatError at the line that has fewer
 */
export async function readTriples(text: TextReader, count: number, what: string): Promise<Float64Array> {
  const block = await text.block(count, `${count} lines of ${what}`);
  const scanner = new NumberScanner(block.bytes, block.start, block.stop);
  const out = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const start = scanner.position;
    for (let c = 0; c < 3; c++) {
      const value = scanner.next();
      if (Number.isNaN(value)) failRow(text, block, start, text.line + i, `three numbers, ${what}`);
      out[3 * i + c] = value;
    }
    scanner.skipLine();
  }
  return out;
}

/** Throws a FormatError that quotes the line that begins at `start`. */
export function failRow(
  text: TextReader,
  block: { bytes: Uint8Array; stop: number },
  start: number,
  line: number,
  expected: string,
): never {
  const end = block.bytes.indexOf(10, start);
  const stop = end < 0 || end > block.stop ? block.stop : end;
  text.fail(quoted(latin1(block.bytes, start, stop)), expected, { line });
}
