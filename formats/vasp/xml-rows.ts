import { quoted } from '../../src/model/errors.js';
import { latin1, numbersIn } from './numbers.js';
import type { Content, XmlScanner } from './xml.js';

const LESS = 60;

/**
 * The numbers of a <varray> of `count` rows <v> x y z </v>, [3 count]; null where a number overflowed its column
 * (VASP prints stars) and `mayOverflow` says that this may be.
 * @throws FormatError at the row that is not so
 */
export function readRows(
  scanner: XmlScanner,
  content: Content,
  count: number,
  what: string,
  mayOverflow: boolean,
): Float64Array | null {
  const { bytes, stop } = content;
  const numbers = numbersIn(bytes, content.start, stop);
  // A row is at least <v>0 0 0</v>: a count beyond what is there is refused before memory is taken for it.
  const out = new Float64Array(3 * Math.min(count, Math.ceil((stop - content.start) / 12)));
  let overflowed = false;
  let position = content.start;
  const refuse = (expected: string): never => {
    const end = bytes.indexOf(10, position);
    const found = end < 0 || end > stop ? stop : end;
    return scanner.fail(
      found > position ? quoted(latin1(bytes, position, found)) : `the end of ${what}`,
      expected,
      position,
    );
  };
  for (let row = 0; row < count; row++) {
    position = skipBlanks(bytes, position, stop);
    const open = bytes[position] === LESS && bytes[position + 1] === 118 ? bytes.indexOf(62, position) : -1;
    if (open < 0 || open >= stop) refuse(`row ${row + 1} of ${count} of ${what}, <v>`);
    numbers.at = open + 1;
    for (let c = 0; c < 3; c++) {
      const value = numbers.real();
      if (!Number.isNaN(value)) out[3 * row + c] = value;
      else if (mayOverflow && numbers.overflow()) overflowed = true;
      else refuse(`three numbers, row ${row + 1} of ${what}`);
    }
    const close = skipBlanks(bytes, numbers.at, stop);
    if (!closesRow(bytes, close, stop)) refuse(`three numbers, row ${row + 1} of ${what}`);
    position = close + 4;
  }
  position = skipBlanks(bytes, position, stop);
  if (position < stop) refuse(`no more than ${count} rows of ${what}`);
  return overflowed ? null : out;
}

function skipBlanks(bytes: Uint8Array, from: number, stop: number): number {
  let p = from;
  while (p < stop && bytes[p] <= 32) p++;
  return p;
}

/** </v> */
function closesRow(bytes: Uint8Array, p: number, stop: number): boolean {
  return (
    p + 4 <= stop && bytes[p] === LESS && bytes[p + 1] === 47 && bytes[p + 2] === 118 && bytes[p + 3] === 62
  );
}

/** The part of a content between <tag ... name="label"...> and </tag>; null where there is none. */
export function within(content: Content, tag: string, label: string): Content | null {
  const { bytes, stop } = content;
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, stop);
  for (let from = content.start; ; ) {
    const open = view.indexOf(`<${tag}`, from, 'latin1');
    if (open < 0) return null;
    const end = view.indexOf('>', open, 'latin1');
    const close = end < 0 ? -1 : view.indexOf(`</${tag}>`, end, 'latin1');
    if (close < 0) return null;
    if (latin1(bytes, open, end).includes(`name="${label}"`)) return { bytes, start: end + 1, stop: close };
    from = end;
  }
}
