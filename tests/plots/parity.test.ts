import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import { parityPlot, readable } from '../../src/plots/parity.js';

describe('the parity plot', () => {
  it('draws every pair of every panel where it belongs', async () => {
    const pairs = [
      [0, 0],
      [1, 2],
      [4, 4],
    ] as const;
    const svg = await parityPlot([
      { title: 'Energy', unit: 'meV/atom', pairs, caption: 'RMSE 0.5 meV/atom' },
      { title: 'Forces', unit: 'eV/A', pairs: [[2, 2]], caption: '' },
    ]);
    expect(() => new XMLParser().parse(svg, true)).not.toThrow();
    expect(svg).toContain('RMSE 0.5 meV/atom');
    expect(svg).not.toContain('NaN');
    const places = [...svg.matchAll(/<path transform="translate\(([\d.]+),([\d.]+)\)"/g)].map((m) => [
      Number(m[1]),
      Number(m[2]),
    ]);
    expect(places).toHaveLength(4);
    const [origin, middle, corner] = places;
    // On the diagonal x + y is the side of the panel; a prediction above the reference lies above it.
    expect(origin[0] + origin[1]).toBeCloseTo(280, 6);
    expect(corner[0] + corner[1]).toBeCloseTo(280, 6);
    expect(middle[0] + middle[1]).toBeLessThan(280);
  });

  it('survives a panel without pairs', async () => {
    expect(await parityPlot([{ title: 'Virial', unit: 'eV/atom', pairs: [], caption: 'none' }])).toContain(
      '<svg',
    );
  });

  it('writes numbers that people read', () => {
    expect([0, 0.00123456, 12.3456, 1.5e-7, 3e8].map(readable)).toEqual([
      '0',
      '0.00123',
      '12.3',
      '1.50e-7',
      '3.00e+8',
    ]);
  });
});
