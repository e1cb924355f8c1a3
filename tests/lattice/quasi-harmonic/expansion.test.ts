import { describe, expect, it } from 'vitest';
import { EQUATIONS_OF_STATE } from '../../../src/lattice/quasi-harmonic/equation-of-state.js';
import {
  beyondVolumes,
  temperaturesWithin,
  thermalExpansion,
  type VolumeSeries,
} from '../../../src/lattice/quasi-harmonic/expansion.js';
import { BOLTZMANN, PLANCK } from '../../../src/model/units.js';

/** Grueneisen's crystal: oscillators of frequencies f (V/V0)^-gamma, and a Vinet energy at rest. */
const V0 = 40;
const GAMMA = 1.7;
const FREQUENCIES = [4, 7, 9, 12, 13, 15];
const REST = [-10, 0.6, 4.2, V0];

function oscillators(volume: number, kelvin: number) {
  let [f, s, c] = [0, 0, 0];
  for (const thz of FREQUENCIES) {
    const energy = (PLANCK / 1000) * thz * (volume / V0) ** -GAMMA;
    f += energy / 2;
    if (kelvin === 0) continue;
    const x = energy / (BOLTZMANN * kelvin);
    const n = 1 / Math.expm1(x);
    f += BOLTZMANN * kelvin * Math.log(-Math.expm1(-x));
    s += BOLTZMANN * (x * n - Math.log(-Math.expm1(-x)));
    c += BOLTZMANN * x * x * n * (n + 1);
  }
  return { f, s, c };
}

const energyAt = (volume: number) => EQUATIONS_OF_STATE.vinet.at(volume, REST);
const freeAt = (volume: number, kelvin: number) => energyAt(volume) + oscillators(volume, kelvin).f;

function series(volumes: number[], temperatures: number[]): VolumeSeries {
  const all = temperatures.map((t) => volumes.map((v) => oscillators(v, t)));
  return {
    volumes: Float64Array.from(volumes),
    temperatures: Float64Array.from(temperatures),
    electronic: [Float64Array.from(volumes, energyAt)],
    freeEnergy: all.map((row) => Float64Array.from(row, ({ f }) => f)),
    entropy: all.map((row) => Float64Array.from(row, ({ s }) => s)),
    heatCapacity: all.map((row) => Float64Array.from(row, ({ c }) => c)),
  };
}

const steps = (step: number, count: number) => Array.from({ length: count }, (_, k) => step * k);
const around = (from: number, to: number, count: number) =>
  Array.from({ length: count }, (_, k) => V0 * (from + ((to - from) * k) / (count - 1)));

/** The volume of least free energy, by bisection of its slope. */
function volumeAt(kelvin: number, pressure = 0): number {
  const slope = (v: number) =>
    (freeAt(v * (1 + 1e-5), kelvin) - freeAt(v * (1 - 1e-5), kelvin)) / (2e-5 * v) + pressure;
  let [low, high] = [0.9 * V0, 1.1 * V0];
  for (let k = 0; k < 60; k++) {
    const middle = (low + high) / 2;
    if (slope(middle) < 0) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}

describe("the expansion of Grueneisen's crystal", () => {
  const temperatures = steps(5, 122);
  const found = thermalExpansion(EQUATIONS_OF_STATE.vinet, series(around(0.98, 1.04, 13), temperatures), {
    highest: 600,
  });
  const checked = [20, 60, 119];

  it('is that of its least free energy', () => {
    for (const t of checked) {
      const { volume, energy, bulkModulus } = found.minima[t];
      const kelvin = temperatures[t];
      const exact = volumeAt(kelvin);
      // Free energies are no Vinet curve: what the fit leaves is of the fourth power of the range of volumes, 3 %, and
      // the part that phonons have in the energy, 5 %.
      expect(Math.abs(volume / exact - 1)).toBeLessThan(0.03 ** 4 * 0.5);
      expect(Math.abs(energy - freeAt(exact, kelvin))).toBeLessThan(1e-7);
      const h = 1e-3 * exact;
      const second =
        (freeAt(exact + h, kelvin) - 2 * freeAt(exact, kelvin) + freeAt(exact - h, kelvin)) / h ** 2;
      // 1e-15 * 10 / h^2 * V of rounding, and two powers of the range less
      expect(Math.abs(bulkModulus - exact * second)).toBeLessThan(0.03 ** 2 * 0.05);
    }
  });

  it('has the gamma of its modes: alpha B V / C_V', () => {
    for (const t of checked) {
      // The error of the bulk modulus, and h^2 = 25 K^2 of the third derivative of V, 1e-5 of it
      expect(Math.abs(found.gruneisen[t] - GAMMA)).toBeLessThan(2e-4);
      const { c } = oscillators(found.minima[t].volume, temperatures[t]);
      expect(found.heatCapacityAtVolume[t]).toBeCloseTo(c, 12);
      // Maxwell: dS/dV = alpha B
      const maxwell = (found.expansion[t] * found.minima[t].bulkModulus) / found.entropySlope[t];
      expect(Math.abs(maxwell - 1)).toBeLessThan(2e-4);
    }
  });

  it('has C_P - C_V = T V alpha^2 B, in both ways', () => {
    for (const t of checked) {
      const { volume, bulkModulus } = found.minima[t];
      const difference = temperatures[t] * volume * found.expansion[t] ** 2 * bulkModulus;
      const c = found.heatCapacityAtVolume[t];
      expect(Math.abs(found.heatCapacityByVolume[t] - c - difference)).toBeLessThan(3e-4 * difference);
      // The second derivative over 5 K has an error of h^2/12 of the fourth one: 1e-3 at 100 K, where heat rises fast.
      const error = kelvinError(temperatures[t]);
      expect(Math.abs(found.heatCapacity[t] - c - difference)).toBeLessThan(error * c + 1e-8);
    }
  });

  it('at the first temperature has no derivatives, and one temperature more than asked for fits', () => {
    expect(
      [found.expansion, found.heatCapacity, found.heatCapacityByVolume, found.gruneisen].map((x) => x[0]),
    ).toEqual([0, 0, 0, 0]);
    expect(found.temperatures.length).toBe(121);
    expect(found.temperatures[120]).toBe(600);
    expect(found.minima.length).toBe(122);
    const whole = thermalExpansion(EQUATIONS_OF_STATE.vinet, series(around(0.98, 1.04, 13), temperatures));
    expect(whole.temperatures.length).toBe(121);
  });

  it('under pressure is smaller', () => {
    const pressure = 0.02;
    const pressed = thermalExpansion(
      EQUATIONS_OF_STATE.birch_murnaghan,
      series(around(0.94, 1, 13), steps(50, 8)),
      {
        pressure,
      },
    );
    const exact = volumeAt(200, pressure);
    expect(Math.abs(pressed.minima[4].volume / exact - 1)).toBeLessThan(2e-6);
    // Gibbs': with P V
    expect(pressed.minima[4].energy).toBeCloseTo(freeAt(exact, 200) + pressure * exact, 6);
  });

  it('with electronic free energies takes them by temperature', () => {
    const plain = series(around(0.98, 1.04, 9), steps(50, 8));
    const electronic = plain.temperatures.map((t) => t * 1e-5);
    const shifted = {
      ...plain,
      electronic: Array.from(electronic, (x) => plain.electronic[0].map((e) => e - x)),
    };
    const [a, b] = [plain, shifted].map((one) => thermalExpansion(EQUATIONS_OF_STATE.vinet, one));
    b.minima.forEach((one, t) => {
      expect(one.energy).toBeCloseTo(a.minima[t].energy - electronic[t], 11);
      expect(one.volume).toBeCloseTo(a.minima[t].volume, 9);
    });
  });

  it('that lies outside of the volumes is told', () => {
    const short = series(around(0.99, 1.01, 9), steps(50, 21));
    const exact = steps(50, 21).map((t) => volumeAt(t));
    const expected = exact.findIndex((v) => v > 1.01 * V0);
    expect(expected).toBeGreaterThan(3);
    expect(temperaturesWithin(EQUATIONS_OF_STATE.vinet, short)).toBe(expected);
    const all = thermalExpansion(EQUATIONS_OF_STATE.vinet, short);
    expect(beyondVolumes(all)).toEqual(steps(50, 20).slice(expected));
    expect(temperaturesWithin(EQUATIONS_OF_STATE.vinet, series(around(1.05, 1.1, 6), [0, 1, 2]))).toBe(0);
  });

  it('needs five volumes, and three temperatures', () => {
    expect(() =>
      thermalExpansion(EQUATIONS_OF_STATE.vinet, series(around(0.98, 1.04, 4), steps(50, 8))),
    ).toThrow('fitted with 5 coefficients, but there are 4 volumes');
    const few = series(around(0.98, 1.04, 6), steps(50, 8));
    expect(() => thermalExpansion(EQUATIONS_OF_STATE.vinet, few, { highest: 0 })).toThrow(
      'there are 2 temperatures up to the highest one',
    );
    const broken = { ...few, electronic: [few.volumes.map((v) => -((v - 1.01 * V0) ** 2))] };
    expect(() => thermalExpansion(EQUATIONS_OF_STATE.vinet, broken)).toThrow(
      'at 0 K the Vinet equation of state does not fit the energies',
    );
  });
});

/** Of the numerical C_P, as a part: (h/T)^2 times what an Einstein oscillator's fourth derivative makes of it */
function kelvinError(kelvin: number): number {
  return 20 * (5 / kelvin) ** 2;
}
