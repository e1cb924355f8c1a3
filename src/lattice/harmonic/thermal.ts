import type { MeshModes, ThermalProperties } from '../../model/phonon-results.js';
import { PHONOPY_UNITS, type PhononUnits } from './units.js';

export interface ThermalOptions {
  /** THz, modes at or below it do not count; 0 where absent */
  readonly cutoff?: number;
  /** Imaginary modes count as if they were real ones */
  readonly pretendReal?: boolean;
  /** Of classical oscillators */
  readonly classical?: boolean;
  /** Bands that count, from 0 */
  readonly bands?: readonly number[];
  readonly units?: PhononUnits;
}

/** [t] K from min to max, as phonopy counts them. */
export function temperatureSteps(min = 0, max = 1000, step = 10): Float64Array {
  return Float64Array.from(
    { length: Math.max(0, Math.ceil((max + step / 2 - min) / step)) },
    (_, k) => min + k * step,
  );
}

/** Free energy, entropy and heat capacity of harmonic oscillators, a mole of primitive cells. */
export function thermalProperties(
  modes: MeshModes,
  temperatures: ArrayLike<number>,
  options: ThermalOptions = {},
): ThermalProperties {
  const { cutoff = 0, pretendReal = false, classical = false, bands, units = PHONOPY_UNITS } = options;
  const { frequencies, weights, primitive } = modes;
  const size = frequencies.length / weights.length;
  const chosen = bands ?? Array.from({ length: size }, (_, b) => b);
  const total = weights.reduce((sum, w) => sum + w, 0);
  const counting: number[] = [];
  const shares: number[] = [];
  let integratedModes = 0;
  let zeroPoint = 0;
  for (let q = 0; q < weights.length; q++) {
    for (const b of chosen) {
      const f = pretendReal ? Math.abs(frequencies[q * size + b]) : frequencies[q * size + b];
      if (f > 0) zeroPoint += (weights[q] * f * units.planck) / 2;
      if (!(f > Math.max(cutoff, 0))) continue;
      counting.push(f * units.planck);
      shares.push(weights[q] / total);
      integratedModes += weights[q];
    }
  }
  zeroPoint *= units.perMole / total;
  const out = {
    freeEnergy: new Float64Array(temperatures.length),
    entropy: new Float64Array(temperatures.length),
    heatCapacity: new Float64Array(temperatures.length),
  };
  const sumUp = classical ? classicalSums : quantumSums;
  const energies = Float64Array.from(counting);
  const parts = Float64Array.from(shares);
  for (let t = 0; t < temperatures.length; t++) {
    const thermal = units.boltzmann * temperatures[t];
    const sums = temperatures[t] > 0 ? sumUp(energies, parts, thermal) : { f: 0, s: 0, c: 0 };
    out.freeEnergy[t] = thermal * sums.f * units.perMole + (classical ? 0 : zeroPoint);
    out.entropy[t] = units.boltzmann * sums.s * units.perMole * 1000;
    out.heatCapacity[t] = units.boltzmann * sums.c * units.perMole * 1000;
  }
  return {
    atoms: primitive.count,
    cutoff,
    modes: chosen.length * total,
    integratedModes,
    ...(bands && { bands }),
    zeroPoint,
    temperatures: Float64Array.from(temperatures),
    ...out,
  };
}

interface Sums {
  /** Free energy without that at T = 0, in k T */
  f: number;
  /** Entropy and heat capacity, in k */
  s: number;
  c: number;
}

/** Factors of a product before its logarithm is taken: none is below 1e-12 that counts, and the product is a number */
const FACTORS = 16;

/**
 * With x = h f / k T and n = 1 / (exp x - 1): F = ln(1 - exp -x), S = x n - F, C = x^2 n (n + 1). Logarithms take most
 * of the time: modes of one point, which have one weight, share them.
 */
function quantumSums(energies: Float64Array, shares: Float64Array, thermal: number): Sums {
  let free = 0;
  let turns = 0;
  let heat = 0;
  let factors = 1;
  let count = 0;
  let share = 0;
  for (let m = 0; m < energies.length; m++) {
    if (shares[m] !== share || count === FACTORS) {
      free += share * Math.log(factors);
      factors = 1;
      count = 0;
      share = shares[m];
    }
    const x = energies[m] / thermal;
    const e = Math.exp(-x);
    // 1 - e without the digits that cancel where x is small, and ln(1 - e) by its series where e is.
    const rest = x < 0.01 ? -Math.expm1(-x) : 1 - e;
    if (x > 9) free -= share * e * (1 + e * (1 / 2 + e * (1 / 3 + e / 4)));
    else {
      factors *= rest;
      count++;
    }
    const turn = (x * e) / rest;
    turns += share * turn;
    heat += (share * turn * x) / rest;
  }
  free += share * Math.log(factors);
  return { f: free, s: turns - free, c: heat };
}

/** F = ln x, S = 1 - F, C = 1. */
function classicalSums(energies: Float64Array, shares: Float64Array, thermal: number): Sums {
  let [f, s, c] = [0, 0, 0];
  for (let m = 0; m < energies.length; m++) {
    const free = Math.log(energies[m] / thermal);
    f += shares[m] * free;
    s += shares[m] * (1 - free);
    c += shares[m];
  }
  return { f, s, c };
}
