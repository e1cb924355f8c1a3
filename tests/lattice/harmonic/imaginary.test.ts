import { describe, expect, it } from 'vitest';
import { imaginaryModes } from '../../../src/lattice/harmonic/imaginary.js';

const points = Float64Array.of(0, 0, 0, 0.5, 0, 0, 0.5, 0.25, 0);

describe('imaginary modes', () => {
  it('are none where acoustic modes at Gamma are rounding errors', () => {
    const frequencies = Float64Array.of(-9e-4, 0, 1e-6, 1, 2, 3, 2, 3, 4);
    expect(imaginaryModes({ points, frequencies })).toBeUndefined();
  });

  it('are counted with what their points stand for, the lowest with its place', () => {
    const frequencies = Float64Array.of(-1e-5, 0, 1, -1, 2, 3, -2, -0.5, 4);
    expect(imaginaryModes({ points, frequencies }, [1, 6, 12])).toEqual({
      count: 6 + 2 * 12,
      modes: 3 * 19,
      lowest: -2,
      point: [0.5, 0.25, 0],
    });
    expect(imaginaryModes({ points, frequencies })).toMatchObject({ count: 3, modes: 9 });
  });
});
