import { levenbergMarquardt } from '../../math/levenberg-marquardt.js';
import { fitPolynomial } from '../../math/polynomial.js';
import { PhonolinkError } from '../../model/errors.js';
import type { EquationOfState } from './equation-of-state.js';

/** What an equation of state says of energies by volume. */
export interface EnergyMinimum {
  /** eV, the least energy */
  readonly energy: number;
  /** eV/A^3, the bulk modulus there */
  readonly bulkModulus: number;
  /** Its derivative by pressure, B' */
  readonly slope: number;
  /** A^3, where the least energy is */
  readonly volume: number;
}

/** Volumes that four parameters need. */
export const FEWEST_VOLUMES = 4;

/** B' to begin with: solids have 3 to 6. */
const USUAL_SLOPE = 4;

/**
 * Fits an equation of state to energies by least squares, from the parabola through them.
 * @param volumes [v] A^3, above 0
 * @param energies [v] eV
 * @throws PhonolinkError where there are fewer than four different volumes, or the energies have no minimum that it fits
 */
export function fitEnergies(
  equation: EquationOfState,
  volumes: ArrayLike<number>,
  energies: ArrayLike<number>,
): EnergyMinimum {
  const count = volumes.length;
  if (new Set(Array.from(volumes)).size < FEWEST_VOLUMES) {
    throw new PhonolinkError(
      `an equation of state has ${FEWEST_VOLUMES} parameters, but there are ${new Set(Array.from(volumes)).size} different volumes`,
      { hint: 'calculate more volumes, 7 to 11 of them around the minimum' },
    );
  }
  // Digits are lost where all energies share a large number.
  const zero = energies[count >> 1];
  const shifted = Float64Array.from(energies, (energy) => energy - zero);
  const residuals = (parameters: Float64Array, values: Float64Array, slopes: Float64Array) => {
    for (let v = 0; v < count; v++)
      values[v] = equation.at(volumes[v], parameters, slopes, 4 * v) - shifted[v];
  };
  for (const start of starts(volumes, shifted)) {
    const found = levenbergMarquardt(start, count, residuals);
    if (!found?.every(Number.isFinite) || !(found[1] > 0 && found[3] > 0)) continue;
    const [energy, bulkModulus, slope, volume] = found;
    return { energy: energy + zero, bulkModulus, slope, volume };
  }
  throw new PhonolinkError(
    `the ${equation.title} equation of state does not fit the energies: they have no minimum`,
    {
      hint: 'look at the energies by volume: some may be of another structure, or the minimum may lie far outside',
    },
  );
}

/** Where a fit begins: the parabola's minimum, where it has one; else the middle of the list and 160 GPa. */
function* starts(volumes: ArrayLike<number>, energies: Float64Array): Generator<number[]> {
  const { centre, scale, coefficients } = fitPolynomial(volumes, energies, 2);
  const [c0, c1, c2] = coefficients;
  const lowest = centre - (scale * c1) / (2 * c2);
  if (c2 > 0 && lowest > (centre - scale) / 2)
    yield [c0 - (c1 * c1) / (4 * c2), (2 * c2 * lowest) / scale ** 2, USUAL_SLOPE, lowest];
  const middle = volumes.length >> 1;
  yield [energies[middle], 1, USUAL_SLOPE, volumes[middle]];
}
