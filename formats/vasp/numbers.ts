import { quoted } from '../../src/model/errors.js';
import { Cursor, followers } from '../io/numbers.js';
import type { TextReader } from '../io/text.js';

/** VASP's columns touch where the second number is negative, and the last of a row may touch the tag behind it. */
const FOLLOWERS = followers('-<');

/** A cursor over VASP's numbers in [start, stop) of bytes. */
export function numbersIn(bytes: Uint8Array, start = 0, stop = bytes.length): Cursor {
  const cursor = new Cursor(FOLLOWERS);
  cursor.set(bytes, start, stop);
  return cursor;
}

/** A cursor over VASP's numbers in a line of text. */
export function numbersOf(line: string): Cursor {
  return numbersIn(Buffer.from(line));
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
  const numbers = numbersIn(block.bytes, block.start, block.stop);
  const out = new Float64Array(3 * count);
  for (let i = 0; i < count; i++) {
    const start = numbers.at;
    for (let c = 0; c < 3; c++) {
      const value = numbers.real();
      if (Number.isNaN(value)) failRow(text, block, start, text.line + i, `three numbers, ${what}`);
      out[3 * i + c] = value;
    }
    numbers.skipLine();
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
