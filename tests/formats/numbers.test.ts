import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Cursor, followers } from '../../formats/io/numbers.js';
import { ByteWriter } from '../../formats/io/writer.js';
import { uniform } from '../../src/math/random.js';

function cursorOn(text: string, ends = followers()): Cursor {
  const cursor = new Cursor(ends);
  const bytes = Buffer.from(text);
  cursor.set(bytes, 0, bytes.length);
  return cursor;
}

const readReal = (text: string) => cursorOn(text).real();

function written(value: number, writer = new ByteWriter()): string {
  writer.real(value);
  return Buffer.from(writer.take()).toString();
}

/** Numbers as they come: of few decimals, of full precision, tiny, huge, next to powers of two and of ten. */
function samples(count: number): number[] {
  const next = uniform(7);
  const makers: ((u: number) => number)[] = [
    (u) => (u - 0.5) * 30,
    (u) => Number(((u - 0.5) * 30).toFixed(8)),
    (u) => Number(((u - 0.5) * 3000).toFixed(11)),
    (u) => Number(((u - 0.5) * 30).toPrecision(15)),
    (u) => Number(((u - 0.5) * 30).toPrecision(16)),
    (u) => (u - 0.5) * 10 ** (-12 * next()),
    (u) => (u - 0.5) * 10 ** (600 * (next() - 0.5)),
    (u) => Math.round((u - 0.5) * 1e9),
    (u) => 2 ** Math.round((u - 0.5) * 200) * (1 + (Math.round(next() * 4) - 2) * 2 ** -52),
    (u) => 10 ** Math.round((u - 0.5) * 40) * (1 + (Math.round(next() * 8) - 4) * 2 ** -53),
    (u) => u * 5e-324 * 1e3,
    (u) => (Math.floor(u * 2 ** 20) + 0.5) / 2 ** Math.floor(next() * 40),
  ];
  return Array.from({ length: count }, (_, i) => makers[i % makers.length](next()));
}

describe('reading numbers', () => {
  it('gives the nearest double, whatever the digits', () => {
    for (const x of samples(60_000)) {
      const texts = [String(x), x.toPrecision(17), x.toExponential(16), x.toPrecision(18), x.toFixed(8)];
      for (const text of texts) {
        const value = readReal(`  ${text} `);
        if (!Object.is(value, Number(text))) expect({ text, value }).toEqual({ text, value: Number(text) });
      }
    }
  });

  it('reads every notation of a number, and stops behind it', () => {
    const cursor = cursorOn(
      '1 -2. +.5\t1e3 1.5E-3 2d+02 1.0D0 0 -0 007 1e-400 12345678901234567890 0.1\r\n5',
    );
    const values = [1, -2, 0.5, 1e3, 1.5e-3, 200, 1, 0, -0, 7, 0, Number('12345678901234567890'), 0.1];
    for (const value of values) expect(Object.is(cursor.real(), value), String(value)).toBe(true);
    // The line has ended; the next one is not entered.
    expect(cursor.real()).toBeNaN();
    expect(cursor.word()).toBe('');
    expect(cursor.endLine()).toBe(true);
    expect(cursor.real()).toBe(5);
    expect(cursor.endLine()).toBe(true);
    expect(cursor.real()).toBeNaN();
  });

  it.each([
    '',
    '.',
    '-',
    '+.',
    'e5',
    '1e',
    '1e+',
    '1.2.3',
    '1,2',
    '0x10',
    '1_000',
    'nan',
    'inf',
    '1e400',
    '--1',
    '1-2',
    '1\u00a0',
    '1e5x',
    '12345678901x',
    '0.12345678901234567890x',
  ])('refuses %j, and stays', (text) => {
    const cursor = cursorOn(` ${text} 7`);
    if (text === '') return expect(cursor.real()).toBe(7);
    expect(cursor.real()).toBeNaN();
    expect(cursor.word()).toBe(text);
  });

  it('agrees with the plain rule on any text', () => {
    const piece = fc.constantFrom('0', '1', '9', '123456789', '.', '-', '+', 'e', 'D', '000000000', '5');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        const plain = /^[+-]?(\d+\.?\d*|\.\d+)([eEdD][+-]?\d+)?$/.test(text)
          ? Number(text.replace(/[dD]/, 'e'))
          : Number.NaN;
        expect(readReal(text)).toBe(Number.isFinite(plain) ? plain : Number.NaN);
      }),
      { numRuns: 20_000 },
    );
  });

  it('stops at what may follow a number, and nowhere else', () => {
    const cursor = cursorOn('0.5-0.25-1e-3-2D0-0.12345678901234568000<v>7x', followers('-<'));
    for (const value of [0.5, -0.25, -1e-3, -2, -0.12345678901234568]) expect(cursor.real()).toBe(value);
    expect(cursor.real()).toBeNaN();
    expect(cursor.word()).toBe('<v>7x');
    for (const text of ['--1', '1e-', '1e--5', '0.12345678901234567890x-1', '7x', '-', '1+2']) {
      const odd = cursorOn(` ${text}`, followers('-<'));
      expect(odd.real(), text).toBeNaN();
      expect(odd.word()).toBe(text);
    }
    expect(cursorOn('12-7', followers('-')).integer()).toBe(12);
  });

  it('tells stars, two or more, from what else is no number', () => {
    const cursor = cursorOn(' 1.0 ****\t** *\n***');
    expect([cursor.real(), cursor.real(), cursor.overflow()]).toEqual([1, Number.NaN, true]);
    expect([cursor.overflow(), cursor.overflow()]).toEqual([true, false]);
    cursor.skipLine();
    expect([cursor.overflow(), cursor.overflow()]).toEqual([true, false]);
    cursor.skipLine();
    expect(cursor.at).toBe(' 1.0 ****\t** *\n***'.length);
  });

  it('reads whole numbers of 32 bits and nothing else', () => {
    const cursor = cursorOn('12 -7 +3 2147483647 -2147483648 -0');
    for (const value of [12, -7, 3, 2147483647, -2147483648, 0])
      expect(Object.is(cursor.integer(), value)).toBe(true);
    for (const text of ['2147483648', '1.0', '1e3', 'x', '', '-', '99999999999999999999'])
      expect(cursorOn(text).integer(), text).toBeNaN();
  });
});

describe('writing numbers', () => {
  it('has the digits of the shortest text that reads back the same', () => {
    const writer = new ByteWriter();
    const digits = (text: string) =>
      text
        .replace(/e.*/, '')
        .replace(/[-.]/g, '')
        .replace(/^0+|0+$/g, '');
    for (const x of samples(60_000)) {
      const text = written(x, writer);
      // JavaScript's own text is the shortest; where the notation changes to an exponent is a matter of taste.
      if (!Object.is(Number(text), x) || digits(text) !== digits(String(x)) || !/[.e]/.test(text))
        expect({ x, text }).toEqual({ x, text: String(x) });
    }
  });

  it('tells zeros apart, and has words for what is not finite', () => {
    expect(
      [0, -0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map((x) => written(x)),
    ).toEqual(['0.0', '-0.0', 'nan', 'inf', '-inf']);
  });

  it('writes whole numbers, texts of any length and bytes', () => {
    const writer = new ByteWriter(8);
    for (const value of [0, -1, 99, 100, 123456789, -2147483648, 9007199254740991]) {
      writer.integer(value);
      writer.byte(32);
    }
    writer.text('Ångström ');
    writer.raw(Buffer.from('x'.repeat(100)));
    expect(Buffer.from(writer.take()).toString()).toBe(
      `0 -1 99 100 123456789 -2147483648 9007199254740991 Ångström ${'x'.repeat(100)}`,
    );
    expect(writer.size).toBe(0);
  });
});
