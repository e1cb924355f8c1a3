import { quoted } from '../../src/model/errors.js';
import { Cursor } from '../io/numbers.js';
import { rowScanner } from '../io/row-scanner.js';
import type { TextReader } from '../io/text.js';

const NEWLINE = 10;
const RETURN = 13;

/** The next line that is neither blank nor a comment, or null at the end; comments (#) go to `onComment`. */
export async function nextData(text: TextReader, onComment?: (line: string) => void): Promise<string | null> {
  for (;;) {
    const line = await text.next();
    if (line === null) return null;
    const trimmed = line.trim();
    if (trimmed.startsWith('#')) onComment?.(trimmed);
    else if (trimmed !== '') return trimmed;
  }
}

/** Passes blank lines and comments; whether a line with data follows, which stays. */
export async function atData(text: TextReader, onComment?: (line: string) => void): Promise<boolean> {
  for (;;) {
    const line = await text.peek();
    if (line === null) return false;
    const trimmed = line.trim();
    if (trimmed !== '' && !trimmed.startsWith('#')) return true;
    await text.next();
    if (trimmed !== '') onComment?.(trimmed);
  }
}

/**
 * `count` rows of `width` numbers, [count][width]; blank lines between them are passed, comments are not: they head
 * what comes next.
 * @throws FormatError at the row that is anything else, or at an early end
 */
export async function readRows(
  text: TextReader,
  count: number,
  width: number,
  what: string,
): Promise<Float64Array> {
  let values = new Float64Array(0);
  const isWord = new Array<boolean>(width).fill(false);
  const cursor = new Cursor();
  let done = 0;
  while (done < count) {
    const { bytes, start, stop } = await text.block(count - done, `${count - done} more rows, ${what}`);
    // Only now: a file that claims to have billions of rows has ended before.
    if (values.length === 0) values = new Float64Array(count * width);
    let line = text.line;
    for (let at = start; at < stop; ) {
      const scanned = rowScanner().scan(bytes, at, stop, isWord, count - done, values, done * width);
      done += scanned.rows;
      line += scanned.rows;
      at = scanned.at;
      if (at >= stop) break;
      const newline = bytes.indexOf(NEWLINE, at);
      const end = newline < 0 || newline >= stop ? stop : newline;
      if (!isBlank(bytes, at, end)) {
        cursor.set(bytes, at, end);
        for (let c = 0; c < width; c++) values[done * width + c] = cursor.real();
        const whole = !values.subarray(done * width, (done + 1) * width).some(Number.isNaN);
        if (!whole || !cursor.endLine())
          text.fail(
            quoted(Buffer.from(bytes.subarray(at, end)).toString('latin1')),
            `${width} numbers, ${what}`,
            {
              line,
            },
          );
        done++;
      }
      line++;
      at = end + 1;
    }
  }
  return values;
}

function isBlank(bytes: Uint8Array, start: number, end: number): boolean {
  for (let i = start; i < end; i++)
    if (bytes[i] !== 32 && bytes[i] !== 9 && bytes[i] !== RETURN) return false;
  return true;
}
