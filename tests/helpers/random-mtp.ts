import { uniform } from '../../src/math/random.js';
import { levelBasis, radialFunctionsOf } from '../../src/potentials/mtp/levels.js';
import type { MtpRadial, TrainedMtp } from '../../src/potentials/mtp/parameters.js';
import { createRadialBasis } from '../../src/potentials/mtp/radial.js';

const SYMBOLS = ['Si', 'O', 'Pb'];

export interface MtpShape {
  level: number;
  species?: readonly string[];
  type?: MtpRadial['type'];
}

/**
 * A trained MTP with random coefficients: nothing physical, but every term of the level is there. Its radial functions are
 * of order 0.1 and its energies of some eV.
 */
export function randomMtp(
  seed: number,
  { level, species = SYMBOLS.slice(0, 2), type }: MtpShape,
): TrainedMtp {
  const next = uniform(seed);
  const many = (count: number, scale: (k: number) => number) =>
    Float64Array.from({ length: count }, (_, k) => scale(k) * (2 * next() - 1));
  const basis = levelBasis(level);
  const t = species.length;
  const radial = {
    type: type ?? 'RBChebyshev',
    minimum: 1.5 + 0.5 * next(),
    maximum: 4.2 + 0.5 * next(),
    size: 8,
    functions: radialFunctionsOf(basis),
  };
  const sizes = typicalSizes(radial);
  return {
    label: { name: 'random', tag: '' },
    types: species.map((_, k) => k),
    species,
    named: true,
    scaling: 0.1,
    radial,
    basis,
    radialCoefficients: many(t * t * radial.functions * radial.size, (k) => 1 / sizes[k % radial.size]),
    speciesCoefficients: many(t, () => 3),
    momentCoefficients: many(basis.scalars.length, () => 0.3),
  };
}

/** The largest |phi_k| between 2 A and the cutoff. */
function typicalSizes(radial: MtpRadial): Float64Array {
  const basis = createRadialBasis(radial);
  const most = new Float64Array(radial.size);
  const [values, slopes] = [new Float64Array(radial.size), new Float64Array(radial.size)];
  for (let r = 2; r < radial.maximum; r += 0.1) {
    basis(r, values, slopes);
    values.forEach((value, k) => {
      most[k] = Math.max(most[k], Math.abs(value));
    });
  }
  return most;
}
