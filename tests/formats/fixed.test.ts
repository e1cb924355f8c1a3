import { describe, expect, it } from 'vitest';
import { fixed } from '../../formats/io/fixed.js';

describe('numbers as C prints them', () => {
  it.each([
    // In the middle of two in binary as well: the even digit.
    [0.125, 2, '0.12'],
    [-0.125, 2, '-0.12'],
    [0.375, 2, '0.38'],
    [2.5, 0, '2'],
    [3.5, 0, '4'],
    [1e15 + 0.5, 0, '1000000000000000'],
    // In the middle in decimals alone.
    [0.615, 2, '0.61'],
    [1.005, 2, '1.00'],
    [0.285, 2, '0.28'],
    [-0, 1, '-0.0'],
  ])('%d with %d decimals', (x, decimals, text) => {
    expect(fixed(x, 0, decimals)).toBe(text);
  });
});
