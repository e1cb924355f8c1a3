import { uniform } from '../../src/math/random.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import type { NepParameters } from '../../src/potentials/nep/parameters.js';

const SYMBOLS = ['Si', 'O', 'Pb', 'Te', 'C'];

/** A NEP energy model with random numbers: nothing physical, but every term of the equations is there. */
export function randomNep(seed: number, fixed: Partial<NepParameters> = {}): NepParameters {
  const next = uniform(seed);
  const whole = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  const signed = (scale: number) => scale * (2 * next() - 1);
  const t = whole(1, 4);
  const species = SYMBOLS.slice(0, t);
  const lMax = fixed.lMax ?? whole(1, 8);
  const flag = () => next() < 0.5;
  const invariants = fixed.invariants ?? {
    q222: flag(),
    q1111: flag(),
    q112: flag(),
    q123: flag(),
    q233: flag(),
    q134: flag(),
  };
  const higher = Object.values(invariants).filter(Boolean).length;
  const radial = { cutoffs: randomCutoffs(4.5, t), nMax: whole(0, 9), basisSize: whole(1, 12) };
  const shared = next() < 0.3; // as many models: one cutoff and one basis for both
  const angular = shared
    ? radial
    : { cutoffs: radial.cutoffs.map((rc) => rc - 0.6), nMax: whole(0, 9), basisSize: whole(1, 9) };
  const dimension = radial.nMax + 1 + (angular.nMax + 1) * (lMax + higher);
  const neurons = whole(1, 40);
  const many = (count: number, scale: number) => Float64Array.from({ length: count }, () => signed(scale));
  function randomCutoffs(rc: number, count: number): Float64Array {
    const same = next() < 0.5;
    return Float64Array.from({ length: count }, () => (same ? rc : rc - 0.5 * next()));
  }
  return {
    version: 4,
    predicts: 'energy',
    chargeMode: 0,
    species,
    radial,
    angular,
    lMax,
    invariants,
    neurons,
    dimension,
    networks: Array.from({ length: t }, () => ({
      w0: many(neurons * dimension, 1 / Math.sqrt(dimension)),
      b0: many(neurons, 1),
      w1: many(neurons, 1),
      bias: signed(1),
    })),
    bias: signed(1),
    radialCoefficients: many((radial.nMax + 1) * (radial.basisSize + 1) * t * t, 1),
    angularCoefficients: many((angular.nMax + 1) * (angular.basisSize + 1) * t * t, 1),
    scaler: Float64Array.from({ length: dimension }, () => 0.02 + 0.1 * next()),
    neighbourLimits: [200, 100],
    ...(next() < 0.5 ? { zbl: { kind: 'universal' as const, inner: 1.2, outer: 2.4 } } : {}),
    ...fixed,
  };
}

/** Atoms of a model's species, no two closer than 1.6 A, in a skewed cell of any periodicity. */
export function randomAtoms(seed: number, species: readonly string[], count: number): Structure {
  const next = uniform(seed + 1000);
  const edge = 2.9 * count ** (1 / 3);
  const cell = [edge, 0.2 * edge, 0, -0.1 * edge, edge, 0.3 * edge, 0.1 * edge, 0, 1.1 * edge];
  const positions: number[] = [];
  const symbols: string[] = [];
  while (symbols.length < count) {
    const f = [next(), next(), next()];
    const r = [0, 1, 2].map((k) => f[0] * cell[k] + f[1] * cell[3 + k] + f[2] * cell[6 + k]);
    let isFree = true;
    for (let j = 0; j < symbols.length && isFree; j++) {
      for (let image = 0; image < 27 && isFree; image++) {
        const s = [(image % 3) - 1, (Math.floor(image / 3) % 3) - 1, Math.floor(image / 9) - 1];
        const d = [0, 1, 2].map(
          (k) => positions[3 * j + k] - r[k] + s[0] * cell[k] + s[1] * cell[3 + k] + s[2] * cell[6 + k],
        );
        isFree = Math.hypot(d[0], d[1], d[2]) > 1.6;
      }
    }
    if (!isFree) continue;
    positions.push(...r);
    symbols.push(species[Math.floor(next() * species.length)]);
  }
  return createStructure({
    positions: Float64Array.from(positions),
    symbols,
    cell,
    periodic: [next() < 0.7, next() < 0.7, next() < 0.7],
  });
}
