import { describe, expect, it } from 'vitest';
import {
  shiftsOfSpectrum,
  spectralFunction,
  spectrumFrequencies,
} from '../../../src/lattice/scattering/spectral-function.js';

describe('spectra', () => {
  it('are made at frequencies to a little above twice the highest', () => {
    const all = spectrumFrequencies(10);
    expect([all.length, all[0]]).toEqual([201, 0]);
    expect(all[200]).toBeCloseTo(20.1, 12);
    expect([...spectrumFrequencies(1, { sigmas: [0.1, 0.2], step: 0.5 })]).toEqual([0, 0.5, 1, 1.5, 2, 2.5]);
    expect(spectrumFrequencies(10, { count: 3 })[1]).toBeCloseTo(10.05, 12);
    expect(() => spectrumFrequencies(10, { step: 0 })).toThrow('the step of frequencies is 0');
    expect(() => spectrumFrequencies(10, { count: 1 })).toThrow('1 frequencies');
  });

  it('have the real part that Kramers and Kronig give a pair of resonances', () => {
    const [centre, width] = [6, 0.7];
    const at = spectrumFrequencies(60, { count: 12001 });
    // The imaginary part of -1/(f - c + i w) + 1/(f + c + i w), and its real part with the sign of a shift.
    const line = (f: number) =>
      width / ((f - centre) ** 2 + width ** 2) - width / ((f + centre) ** 2 + width ** 2);
    const real = (f: number) =>
      (f - centre) / ((f - centre) ** 2 + width ** 2) - (f + centre) / ((f + centre) ** 2 + width ** 2);
    const shifts = shiftsOfSpectrum(at.map(line), at);
    // What the rule leaves out at the point itself is half a step of the slope of `line`, 1 at most; tails end at 120.
    for (const k of [100, 500, 600, 650, 1500]) expect(Math.abs(shifts[k] - real(at[k]))).toBeLessThan(0.01);
  });

  it('integrate to one for a narrow mode, over what its shift makes of its frequency', () => {
    const at = Float64Array.from({ length: 20001 }, (_, k) => k / 1000);
    const values = spectralFunction(
      at.map(() => 0.05),
      at.map(() => 0.1),
      8,
      at,
    );
    const integral = values.reduce((sum, x) => sum + x / 1000, 0);
    // The square of the frequency is shifted by 2 f delta; beyond 20 THz 4 f^2 gamma / 3 pi 20^3 = 1.7e-4 is missing.
    const shifted = Math.sqrt(64 + 1.6);
    expect(integral).toBeCloseTo(8 / shifted, 3);
    expect(at[values.indexOf(values.reduce((a, b) => Math.max(a, b)))]).toBeCloseTo(shifted, 2);
  });

  it('need even steps for a real part', () => {
    expect(() => shiftsOfSpectrum([1, 2, 3], [0, 1, 3])).toThrow('do not rise from zero in equal steps');
    expect(() => shiftsOfSpectrum([1, 2], [1, 2])).toThrow('do not rise from zero in equal steps');
  });
});
