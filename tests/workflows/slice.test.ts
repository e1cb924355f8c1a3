import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isNumbered, numberedName } from '../../src/workflows/numbered.js';
import { parseSlice, sliced } from '../../src/workflows/slice.js';

async function* count(n: number, asked: { last: number } = { last: -1 }): AsyncGenerator<number> {
  for (let i = 0; i < n; i++) {
    asked.last = i;
    yield i;
  }
}

async function take(text: string, n: number): Promise<number[]> {
  const items: number[] = [];
  for await (const item of sliced(count(n), parseSlice(text))) items.push(item);
  return items;
}

/** Python's own rule for range(n)[start:stop:step]. */
function python(n: number, start: number | undefined, stop: number | undefined, step: number): number[] {
  const clip = (k: number) => Math.min(n, Math.max(0, k < 0 ? k + n : k));
  const out: number[] = [];
  for (let i = clip(start ?? 0); i < clip(stop ?? n); i += step) out.push(i);
  return out;
}

describe('slices of frames', () => {
  it('are those of Python', async () => {
    const bound = fc.option(fc.integer({ min: -12, max: 12 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: 10 }),
        bound,
        bound,
        fc.integer({ min: 1, max: 4 }),
        async (n, start, stop, step) => {
          const expected = python(n, start, stop, step);
          const got = take(`${start ?? ''}:${stop ?? ''}:${step}`, n);
          if (expected.length > 0) expect(await got).toEqual(expected);
          else await expect(got).rejects.toThrow(/selects nothing/);
        },
      ),
      { numRuns: 2000 },
    );
  });

  it('of one frame must hit one', async () => {
    expect(await take('2', 3)).toEqual([2]);
    expect(await take('-1', 3)).toEqual([2]);
    expect(await take('-3', 3)).toEqual([0]);
    await expect(take('3', 3)).rejects.toThrow('--index 3 selects nothing: the file holds 3 frames');
    await expect(take('-4', 3)).rejects.toThrow('--index -4 selects nothing: the file holds 3 frames');
    await expect(take('0', 0)).rejects.toThrow('the file holds 0 frames');
  });

  it('read no further than they need', async () => {
    const asked = { last: -1 };
    for await (const _ of sliced(count(1000, asked), parseSlice('3:9:2')));
    expect(asked.last).toBe(8);
  });

  it.each(['', 'a', '1:2:3:4', '1.5', '0:4:0', '::-1'])('%j is no slice', (text) => {
    expect(() => parseSlice(text)).toThrow(/--index/);
  });
});

describe('numbered names', () => {
  it('have their number in place', () => {
    expect(isNumbered('POSCAR')).toBe(false);
    expect(isNumbered('100%')).toBe(false);
    expect(numberedName('POSCAR-%03d', 7)).toBe('POSCAR-007');
    expect(numberedName('a%d.xyz', 12)).toBe('a12.xyz');
    expect(numberedName('a%02d/b.xyz', 123)).toBe('a123/b.xyz');
  });
});
