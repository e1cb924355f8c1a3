import type { PhononUnits } from '../../src/lattice/harmonic/units.js';
import type { EquationOfState } from '../../src/lattice/quasi-harmonic/equation-of-state.js';
import type { ThermalExpansion } from '../../src/lattice/quasi-harmonic/expansion.js';
import type { EnergyMinimum } from '../../src/lattice/quasi-harmonic/fit.js';
import { type Polynomial, powerCoefficients } from '../../src/math/polynomial.js';
import { fixed } from '../io/fixed.js';

/** phonopy-qha's files. */
export const QHA_FILES = {
  helmholtz: 'helmholtz-volume.dat',
  fitted: 'helmholtz-volume_fitted.dat',
  volume: 'volume-temperature.dat',
  expansion: 'thermal_expansion.dat',
  gibbs: 'gibbs-temperature.dat',
  bulkModulus: 'bulk_modulus-temperature.dat',
  heatCapacity: 'Cp-temperature.dat',
  heatCapacityByVolume: 'Cp-temperature_polyfit.dat',
  entropyVolume: 'entropy-volume.dat',
  heatVolume: 'Cv-volume.dat',
  entropySlope: 'dsdv-temperature.dat',
  gruneisen: 'gruneisen-temperature.dat',
} as const;

export interface QhaTextOptions {
  readonly equation: EquationOfState;
  readonly units: PhononUnits;
  /** Every which temperature is drawn; 10 where absent */
  readonly sparse?: number;
  /** [t][v] J/K/mol, as they came */
  readonly entropy: readonly Float64Array[];
  readonly heatCapacity: readonly Float64Array[];
}

/** The texts of all of phonopy-qha's files, letter by letter as it writes them where the digits are the same. */
export function qhaTexts(
  results: ThermalExpansion,
  options: QhaTextOptions,
): Record<keyof typeof QHA_FILES, Iterable<string>> {
  const { temperatures, minima, expansion, heatCapacity, heatCapacityByVolume, entropySlope, gruneisen } =
    results;
  const { units } = options;
  const perMole = 1000 * units.perMole;
  const column = (widths: readonly [number, number], value: (t: number) => number) =>
    Array.from(
      temperatures,
      (kelvin, t) => `${fixed(kelvin, widths[0], 15)} ${fixed(value(t), widths[1], 15)}\n`,
    );
  return {
    helmholtz: helmholtz(results),
    fitted: fitted(results, options),
    volume: column([25, 25], (t) => minima[t].volume),
    expansion: column([25, 25], (t) => expansion[t]),
    gibbs: column([20, 25], (t) => minima[t].energy),
    bulkModulus: column([20, 25], (t) => minima[t].bulkModulus / units.gigapascal),
    heatCapacity: column([20, 20], (t) => heatCapacity[t] * perMole),
    heatCapacityByVolume: column([20, 20], (t) => heatCapacityByVolume[t] * perMole),
    entropyVolume: byVolume(results, results.entropyFits, options.entropy, perMole),
    heatVolume: byVolume(results, results.heatFits, options.heatCapacity, perMole),
    // GPa/K
    entropySlope: column([20, 20], (t) => entropySlope[t] / units.gigapascal),
    gruneisen: column([20, 25], (t) => gruneisen[t]),
  };
}

function* helmholtz({ temperatures, minima, volumes, freeEnergy }: ThermalExpansion): Generator<string> {
  for (let t = 0; t < temperatures.length; t++) {
    yield `# Temperature: ${fixed(temperatures[t], 0, 6)}\n`;
    yield `# Parameters: ${parametersOf(minima[t])
      .map((x) => fixed(x, 0, 6))
      .join(' ')}\n`;
    for (let v = 0; v < volumes.length; v++)
      yield `${fixed(volumes[v], 20, 15)} ${fixed(freeEnergy[t][v], 25, 15)}\n`;
    yield '\n\n';
  }
}

/** [E0, B, B', V0] in eV and A */
export function parametersOf({ energy, bulkModulus, slope, volume }: EnergyMinimum): number[] {
  return [energy, bulkModulus, slope, volume];
}

/** Points of the curves that are drawn */
const CURVE = 201;

/** [CURVE] A^3 over the volumes that were calculated. */
export function curveVolumes(volumes: Float64Array): number[] {
  const [low, high] = [Math.min(...volumes), Math.max(...volumes)];
  return Array.from({ length: CURVE }, (_, k) => low + ((high - low) * k) / (CURVE - 1));
}

/** Numbers of the temperatures that are drawn: every so many from the first. */
export function drawnTemperatures({ temperatures }: ThermalExpansion, sparse = 10): number[] {
  return [...temperatures.keys()].filter((t) => t % sparse === 0);
}

function* fitted(results: ThermalExpansion, { equation, sparse }: QhaTextOptions): Generator<string> {
  const { volumes, minima, freeEnergy } = results;
  const drawn = drawnTemperatures(results, sparse);
  const zero = gibbsAtRoom(results);
  const row = (volume: number, energies: readonly number[]) =>
    `${fixed(volume, 10, 5)} ${energies.map((x) => fixed(x, 10, 5)).join('')}\n`;
  yield '# Volume points\n';
  for (let v = 0; v < volumes.length; v++)
    yield row(
      volumes[v],
      drawn.map((t) => freeEnergy[t][v] - zero),
    );
  yield '\n# Fitted data\n';
  for (const volume of curveVolumes(volumes))
    yield row(
      volume,
      drawn.map((t) => equation.at(volume, parametersOf(minima[t])) - zero),
    );
  yield '\n# Minimas\n';
  for (const t of drawn)
    yield `${fixed(minima[t].volume, 10, 5)} ${fixed(minima[t].energy - zero, 10, 5)} \n`;
  yield '\n';
}

/** K, where the drawn energies are zero */
const ROOM = 298;

/** eV, between two temperatures on a line; 0 where none is below */
function gibbsAtRoom({ temperatures, minima }: ThermalExpansion): number {
  const t = temperatures.findIndex((kelvin) => kelvin >= ROOM);
  if (t <= 0) return 0;
  const [before, behind] = [minima[t - 1].energy, minima[t].energy];
  const share = (ROOM - temperatures[t - 1]) / (temperatures[t] - temperatures[t - 1]);
  return before + share * (behind - before);
}

/** The first temperature is left out. */
function* byVolume(
  { temperatures, volumes }: ThermalExpansion,
  fits: readonly Polynomial[],
  values: readonly Float64Array[],
  perMole: number,
): Generator<string> {
  for (let t = 1; t < temperatures.length; t++) {
    const highestFirst = [...powerCoefficients(fits[t])].reverse();
    yield `# temperature ${fixed(temperatures[t], 20, 15)}\n`;
    yield `# ${highestFirst.map((c) => fixed(c * perMole, 20, 15)).join(' ')}\n`;
    for (let v = 0; v < volumes.length; v++)
      yield `${fixed(volumes[v], 20, 15)} ${fixed(values[t][v], 20, 15)}\n`;
    yield '\n\n';
  }
}
