import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor } from '../../formats/io/numbers.js';
import { rowScanner } from '../../formats/io/row-scanner.js';

/** What the scanner makes of rows of two numbers, and where it stops. */
function scan(text: string, isWord = [false, false], most = 1000) {
  const bytes = Buffer.from(text);
  const values = new Float64Array(most * isWord.length);
  const { rows, at } = rowScanner().scan(bytes, 0, bytes.length, isWord, most, values, 0);
  return { rows, rest: text.slice(at), values: [...values.subarray(0, rows * isWord.length)] };
}

/** Eight rows, below which the scanner leaves the work to its caller. */
const padding = '1 2\n'.repeat(8);

describe('rows read many at a time', () => {
  it.each([
    '0',
    '-0',
    '7',
    '+7',
    '12345678',
    '123456789',
    '0.5',
    '.5',
    '5.',
    '-.25',
    '1234567.8',
    '12345678.9',
    '00012.50',
    '0.12345678901234567',
    '-12.345678901234567',
    '123456789012345678',
    '9007199254740993',
    '1e22',
    '1.5e-7',
    '-2.5E+10',
    '1d3',
    '1.0D-05',
    '0.000000000000000000000',
    '123.456e-20',
    '4.35',
    '0.3',
    '2.2250738585072014',
  ])('%s is the nearest double', (word) => {
    const { rows, values, rest } = scan(`${padding}${word} 1\n`);
    const expected = Number(word.replace(/d/i, 'e'));
    // Left alone, or right to the last bit, the sign of zero too.
    if (rows === 9) expect(Object.is(values[16], expected)).toBe(true);
    else expect(rest).toBe(`${word} 1\n`);
  });

  it('takes what trajectories are made of: nothing of these is left', () => {
    for (const word of [
      '0',
      '-3.14159',
      '12345',
      '0.12345678901234567',
      '-12.345678901234567',
      '1.5e-7',
      '43.4',
    ])
      expect(scan(`${padding}${word} 1\n`).rows).toBe(9);
  });

  it.each([
    '',
    '-',
    '.',
    '-.',
    'e5',
    '1e',
    '1e+',
    '1.2.3',
    '1-2',
    '0x10',
    'nan',
    'inf',
    '1_0',
    '٣',
    '1\u00001',
    '1,5',
    '5:',
    '1/2',
  ])('leaves %j to its caller', (word) => {
    const { rows, rest } = scan(`${padding}${word} 1\n1 2\n`);
    expect(rows).toBe(8);
    expect(rest).toBe(`${word} 1\n1 2\n`);
  });

  it.each(['1', '1 2 3', '1 2 # comment', '# comment'])('stops before the row %j', (row) => {
    expect(scan(`${padding}${row}\n1 2\n`)).toMatchObject({ rows: 8, rest: `${row}\n1 2\n` });
  });

  it('reads blanks, returns and a last row without its end', () => {
    expect(scan(`${padding}  3\t4 \r\n 5   6`)).toMatchObject({ rows: 10, rest: '' });
  });

  it('reads words of four letters as the cursor does, and leaves longer ones', () => {
    const { rows, values } = scan(`${'Si 1\nO 2\nLong 3\n'.repeat(3)}Longer 4\n`, [true, false]);
    expect(rows).toBe(9);
    const cursor = new Cursor();
    for (const [k, word] of ['Si', 'O', 'Long'].entries()) {
      cursor.set(Buffer.from(`${word}\n`), 0, word.length + 1);
      expect(values[2 * k]).toBe(cursor.shortWord());
    }
  });

  it('goes on over pieces of text that are longer than its own', () => {
    const row = (i: number) => `${i} ${(i / 7).toFixed(12)}\n`;
    const many = 100_000;
    const { rows, values, rest } = scan(
      Array.from({ length: many }, (_, i) => row(i)).join(''),
      [false, false],
      many,
    );
    expect([rows, rest]).toEqual([many, '']);
    for (let i = 0; i < many; i += 997)
      expect(values.slice(2 * i, 2 * i + 2)).toEqual([i, Number((i / 7).toFixed(12))]);
  });

  it('agrees with Number on whatever is printed of any double', () => {
    const print = fc.oneof(
      fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
      fc
        .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 0, max: 20 }))
        .map(([x, d]) => x.toFixed(d)),
      fc
        .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.integer({ min: 1, max: 20 }))
        .map(([x, d]) => x.toPrecision(d)),
      fc
        .tuple(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: 0, max: 20 }))
        .map(([x, d]) => x.toExponential(d)),
    );
    let read = 0;
    fc.assert(
      fc.property(print, (word) => {
        const { rows, values } = scan(`${padding}${word} 1\n`);
        if (rows !== 9) return true;
        read++;
        return Object.is(values[16], Number(word));
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(3000);
  });
});
