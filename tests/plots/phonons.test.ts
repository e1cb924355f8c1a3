import { describe, expect, it } from 'vitest';
import type { BandStructure, DensityOfStates } from '../../src/model/phonon-results.js';
import { createStructure } from '../../src/model/structure.js';
import { bandPlot, plainLabel } from '../../src/plots/phonons.js';
import { thermalPlot } from '../../src/plots/thermal.js';

const primitive = createStructure({
  symbols: ['Si'],
  positions: new Float64Array(3),
  cell: [1, 0, 0, 0, 1, 0, 0, 0, 1],
});

const density: DensityOfStates = {
  frequencies: Float64Array.of(-2, -1, 0, 1, 2, 3),
  columns: [Float64Array.of(0, 0.5, 0, 1, 2, 0)],
};

function band(frequencies: number[], labels?: [string, string]): BandStructure {
  const segment = {
    points: Float64Array.of(0, 0, 0, 0.5, 0, 0),
    distances: Float64Array.of(0, 1),
    frequencies: Float64Array.from(frequencies),
    ...(labels && { labels }),
  };
  return { primitive, segments: [segment, { ...segment, distances: Float64Array.of(1, 2) }] };
}

describe('plots of phonons', () => {
  it.each([
    ['$\\Gamma$', 'Γ'],
    ['$\\mathrm{H_2}$', 'H₂'],
    ['$\\Sigma_0$', 'Σ₀'],
    ['X', 'X'],
  ])('reads the label %s as %s', (label, plain) => {
    expect(plainLabel(label)).toBe(plain);
  });

  it('names both ends where the path jumps, and marks imaginary modes alone', async () => {
    const svg = await bandPlot(band([0, 0, 0, 1, 1, 2], ['$\\Gamma$', '$\\mathrm{X}$']), density);
    expect(svg).toContain('>X|Γ<');
    expect(svg).not.toContain('#b5472f');
    const unstable = await bandPlot(band([-1, 0, 0, 1, 1, 2]), density);
    expect(unstable.match(/fill="#b5472f"/g)).toHaveLength(2);
  });

  it('draws the density alone where there are no bands', async () => {
    const svg = await bandPlot(undefined, density);
    expect(svg).toContain('frequency (THz)');
    expect(svg).toContain('states per THz');
    expect(svg).not.toContain('NaN');
  });

  it('draws thermal properties', async () => {
    const svg = await thermalPlot({
      ...{ atoms: 1, cutoff: 0, modes: 3, integratedModes: 3, zeroPoint: 1 },
      temperatures: Float64Array.of(0, 100),
      freeEnergy: Float64Array.of(1, 0),
      entropy: Float64Array.of(0, 5),
      heatCapacity: Float64Array.of(0, 10),
    });
    expect(svg).toContain('heat capacity (J/K/mol)');
    expect(svg).not.toContain('NaN');
  });
});
