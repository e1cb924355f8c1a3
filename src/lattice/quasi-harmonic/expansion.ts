import { fitPolynomial, type Polynomial, polynomialAt, polynomialSlope } from '../../math/polynomial.js';
import { PhonolinkError } from '../../model/errors.js';
import type { EquationOfState } from './equation-of-state.js';
import { type EnergyMinimum, fitEnergies } from './fit.js';

/** A crystal at several volumes. Everything is of one cell of it. v volumes, t temperatures. */
export interface VolumeSeries {
  /** [v] A^3, all different, in any order */
  readonly volumes: Float64Array;
  /** [t] K, rising */
  readonly temperatures: Float64Array;
  /** One [v] eV, the energy at rest; or electronic free energies, one for each temperature */
  readonly electronic: readonly Float64Array[];
  /** [t][v] eV, of the phonons */
  readonly freeEnergy: readonly Float64Array[];
  /** [t][v] eV/K */
  readonly entropy: readonly Float64Array[];
  /** [t][v] eV/K, at constant volume */
  readonly heatCapacity: readonly Float64Array[];
}

/** A crystal that takes the volume of its least free energy. Derivatives by temperature are 0 at the first one. */
export interface ThermalExpansion {
  readonly volumes: Float64Array;
  /** [t] K: those that were asked for and have one more behind them */
  readonly temperatures: Float64Array;
  /** [t + 1] where there is one, by the volume of least F + P V; the energy is Gibbs' */
  readonly minima: readonly EnergyMinimum[];
  /** [t + 1] K, their temperatures */
  readonly minimaTemperatures: Float64Array;
  /** [t][v] eV, F(V, T) + P V */
  readonly freeEnergy: readonly Float64Array[];
  /** [t] 1/K, dV/dT / V */
  readonly expansion: Float64Array;
  /** [t] eV/K, C_P = -T d2G/dT2 */
  readonly heatCapacity: Float64Array;
  /** [t] eV/K, C_P = C_V + T dV/dT dS/dV, in which electrons have no entropy */
  readonly heatCapacityByVolume: Float64Array;
  /** [t] eV/K, C_V at the volume of each temperature */
  readonly heatCapacityAtVolume: Float64Array;
  /** [t] eV/K/A^3, dS/dV at the volume of each temperature */
  readonly entropySlope: Float64Array;
  /** [t] alpha B V / C_V */
  readonly gruneisen: Float64Array;
  /** [t] S(V) and C_V(V) as polynomials of fourth degree, eV/K */
  readonly entropyFits: readonly Polynomial[];
  readonly heatFits: readonly Polynomial[];
}

export interface ExpansionOptions {
  /** eV/A^3 */
  readonly pressure?: number;
  /** K: the highest temperature that is asked for; all where absent */
  readonly highest?: number;
}

/** Of the polynomials of S and C_V by volume */
const DEGREE = 4;
/** Volumes that they need */
export const FEWEST_FOR_EXPANSION = DEGREE + 1;

/** eV/K/A^3: where the heat capacity is less, gamma is a quotient of rounding errors, and 0 */
const NO_HEAT = 1e-12;

/**
 * The quasi-harmonic approximation: G(T, P) = min over V of [E(V) + F_ph(V, T) + P V], the minimum by an equation of
 * state at each temperature (A. Togo, L. Chaput, I. Tanaka and G. Hug, Phys. Rev. B 81, 174301, 2010). Derivatives by
 * temperature are those of the parabola through three neighbours; the last temperature that is asked for needs one
 * more behind it.
 * @throws PhonolinkError where there are fewer than five volumes or three temperatures, or energies have no minimum
 */
export function thermalExpansion(
  equation: EquationOfState,
  series: VolumeSeries,
  { pressure = 0, highest = Number.POSITIVE_INFINITY }: ExpansionOptions = {},
): ThermalExpansion {
  const { volumes, entropy, heatCapacity } = series;
  if (volumes.length < FEWEST_FOR_EXPANSION) {
    throw new PhonolinkError(
      `entropy and heat capacity by volume are fitted with ${FEWEST_FOR_EXPANSION} coefficients, but there are ${volumes.length} volumes`,
      { hint: 'calculate more volumes, 7 to 11 of them around the minimum' },
    );
  }
  const fitted = temperaturesUpTo(series, highest);
  const free = Array.from(fitted, (_, t) => freeEnergyAt(series, t, pressure));
  const minima = free.map((energies, t) => {
    try {
      return fitEnergies(equation, volumes, energies);
    } catch (error) {
      if (!(error instanceof PhonolinkError)) throw error;
      throw new PhonolinkError(`at ${fitted[t]} K ${error.message}`, { hint: error.hint, cause: error });
    }
  });
  const temperatures = fitted.slice(0, -1);
  const at = Float64Array.from(minima, ({ volume }) => volume);
  const gibbs = Float64Array.from(minima, ({ energy }) => energy);
  const polynomials = (values: readonly Float64Array[]) =>
    Array.from(temperatures, (_, t) => fitPolynomial(volumes, values[t], DEGREE));
  const entropyFits = polynomials(entropy);
  const heatFits = polynomials(heatCapacity);
  const heatCapacityAtVolume = temperatures.map((_, t) => polynomialAt(heatFits[t], at[t]));
  const entropySlope = temperatures.map((_, t) => polynomialSlope(entropyFits[t], at[t]));
  const inner = (value: (t: number) => number) => temperatures.map((_, t) => (t === 0 ? 0 : value(t)));
  const expansion = inner((t) => (at[t + 1] - at[t - 1]) / (fitted[t + 1] - fitted[t - 1]) / at[t]);
  return {
    volumes,
    temperatures,
    minima,
    minimaTemperatures: fitted,
    freeEnergy: free.slice(0, -1),
    expansion,
    heatCapacity: inner((t) => -fitted[t] * parabolaAt(fitted, gibbs, t).curvature),
    heatCapacityByVolume: inner(
      (t) => heatCapacityAtVolume[t] + fitted[t] * parabolaAt(fitted, at, t).slope * entropySlope[t],
    ),
    heatCapacityAtVolume,
    entropySlope: inner((t) => entropySlope[t]),
    gruneisen: inner((t) => {
      const heat = heatCapacityAtVolume[t] / at[t];
      return heat < NO_HEAT ? 0 : (expansion[t] * minima[t].bulkModulus) / heat;
    }),
    entropyFits,
    heatFits,
  };
}

/** As far as the one nearest to the highest, and one more. */
function temperaturesUpTo({ temperatures }: VolumeSeries, highest: number): Float64Array {
  let nearest = temperatures.length - 1;
  if (Number.isFinite(highest)) {
    nearest = 0;
    for (let t = 1; t < temperatures.length; t++) {
      if (Math.abs(temperatures[t] - highest) < Math.abs(temperatures[nearest] - highest)) nearest = t;
    }
  }
  const count = Math.min(nearest + 2, temperatures.length);
  if (count < 3) {
    throw new PhonolinkError(
      `there are ${count} temperatures up to the highest one, and derivatives need three`,
      {
        hint: 'calculate thermal properties at more temperatures, or ask for a higher one',
      },
    );
  }
  return temperatures.slice(0, count);
}

/** Slope and curvature, at number t of the points, of the parabola through it and its neighbours. */
function parabolaAt(xs: Float64Array, ys: Float64Array, t: number): { slope: number; curvature: number } {
  const [left, right] = [xs[t] - xs[t - 1], xs[t + 1] - xs[t]];
  const [before, behind] = [(ys[t] - ys[t - 1]) / left, (ys[t + 1] - ys[t]) / right];
  return {
    slope: (before * right + behind * left) / (left + right),
    curvature: (2 * (behind - before)) / (left + right),
  };
}

/**
 * How many temperatures, from the first on, have the minimum of their free energy within the volumes that were
 * calculated.
 */
export function temperaturesWithin(equation: EquationOfState, series: VolumeSeries, pressure = 0): number {
  const [low, high] = [Math.min(...series.volumes), Math.max(...series.volumes)];
  const isWithin = (t: number) => {
    try {
      const { volume } = fitEnergies(equation, series.volumes, freeEnergyAt(series, t, pressure));
      return volume >= low && volume <= high;
    } catch (error) {
      if (error instanceof PhonolinkError) return false;
      throw error;
    }
  };
  let count = 0;
  while (count < series.temperatures.length && isWithin(count)) count++;
  return count;
}

/** [v] eV, F(V, T) + P V */
function freeEnergyAt(
  { volumes, electronic, freeEnergy }: VolumeSeries,
  t: number,
  pressure: number,
): Float64Array {
  const energies = electronic[electronic.length === 1 ? 0 : t];
  return volumes.map((v, k) => freeEnergy[t][k] + (energies[k] + v * pressure));
}

/** Temperatures [K] whose volume lies outside of the volumes that were calculated: what is said of them is a guess. */
export function beyondVolumes({ volumes, minima, minimaTemperatures }: ThermalExpansion): number[] {
  const [low, high] = [Math.min(...volumes), Math.max(...volumes)];
  return [...minimaTemperatures.slice(0, -1)].filter(
    (_, t) => minima[t].volume < low || minima[t].volume > high,
  );
}
