import { XMLParser } from 'fast-xml-parser';
import { describe, expect, it } from 'vitest';
import {
  cumulativeFrequencyPlot,
  cumulativePathPlot,
  kappaPlot,
  linewidthPlot,
  modeKappaPlot,
} from '../../src/plots/conductivity.js';

const TEMPERATURES = [100, 300, 1000];

function wellFormed(svg: string): string {
  expect(() => new XMLParser().parse(svg, true)).not.toThrow();
  expect(svg).not.toContain('NaN');
  return svg;
}

/** Places of the dots of a plot. */
function dots(svg: string): number[][] {
  return [...svg.matchAll(/<path transform="translate\(([\d.]+),([\d.]+)\)"/g)].map((m) => [
    Number(m[1]),
    Number(m[2]),
  ]);
}

describe('plots of conductivities', () => {
  it('have one line of an isotropic crystal, three of another, by powers of ten', async () => {
    const cubic = TEMPERATURES.flatMap((t) => [3e4 / t, 3e4 / t, 3e4 / t, 0, 0, 0]);
    const uniaxial = TEMPERATURES.flatMap((t) => [3e4 / t, 3e4 / t, 2e4 / t, 0, 0, 0]);
    const svg = wellFormed(
      await kappaPlot([
        { name: 'cubic', temperatures: TEMPERATURES, kappa: cubic },
        { name: 'uniaxial', temperatures: TEMPERATURES, kappa: uniaxial },
      ]),
    );
    expect(svg).toContain('>cubic<');
    for (const direction of ['xx', 'yy', 'zz']) expect(svg).toContain(`>uniaxial, ${direction}<`);
    // kappa T is constant: three points on a straight line.
    const [, path] = svg.match(/d="(M[^"]+)" stroke="#1f5fa8"/)!;
    const places = path
      .split(/[ML]/)
      .slice(1)
      .map((pair) => pair.split(',').map(Number));
    const slope = (k: number) => (places[k + 1][1] - places[k][1]) / (places[k + 1][0] - places[k][0]);
    expect(places).toHaveLength(3);
    expect(slope(0)).toBeCloseTo(slope(1), 2);
  });

  it('leave out what has no logarithm', async () => {
    const svg = await linewidthPlot([
      { name: '300 K', frequencies: [0, 1, 2, 3], values: [0, 0.1, 0.2, -1] },
    ]);
    expect(dots(wellFormed(svg))).toHaveLength(2);
    expect(svg).toContain('half linewidth (THz)');
    expect(wellFormed(await linewidthPlot([]))).toContain('half linewidth (THz)');
  });

  it('rise with frequency and with the mean free path', async () => {
    const curve = {
      name: '300 K',
      points: [1, 10, 100],
      cumulative: [1, 2].flatMap((x) => [x, x, x, 0, 0, 0]).concat([3, 3, 3, 0, 0, 0]),
    };
    expect(wellFormed(await cumulativeFrequencyPlot([curve]))).toContain('frequency (THz)');
    expect(wellFormed(await cumulativePathPlot([curve]))).toContain('mean free path (nm)');
  });

  it('draw modes', async () => {
    const svg = wellFormed(await modeKappaPlot([1, 2], [3, 3, 3, 0, 0, 0, 30, 30, 30, 0, 0, 0], 8));
    const [first, second] = dots(svg);
    // The larger frequency stands to the right, the larger share above.
    expect(second[0]).toBeGreaterThan(first[0]);
    expect(second[1]).toBeLessThan(first[1]);
  });
});
