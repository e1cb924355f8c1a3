import type { PhononUnits } from '../lattice/harmonic/units.js';
import type { EquationOfState } from '../lattice/quasi-harmonic/equation-of-state.js';
import type { ThermalExpansion } from '../lattice/quasi-harmonic/expansion.js';
import { curvePlot } from './curves.js';

export interface ExpansionPlotOptions {
  readonly equation: EquationOfState;
  readonly units: PhononUnits;
  /** Every which temperature has a curve of free energy by volume; 10 where absent */
  readonly sparse?: number;
}

/** SVGs of a quasi-harmonic calculation, by their names without '.svg': phonopy-qha's names, and one of all heat capacities. */
export async function expansionPlots(
  results: ThermalExpansion,
  options: ExpansionPlotOptions,
): Promise<ReadonlyMap<string, string>> {
  const { temperatures, minima, expansion, heatCapacity, heatCapacityByVolume, heatCapacityAtVolume } =
    results;
  const { units } = options;
  const perMole = (values: Float64Array) => values.map((x) => x * units.perMole * 1000);
  const byTemperature = (yTitle: string, y: ArrayLike<number>) =>
    curvePlot({ xTitle: 'temperature (K)', yTitle, curves: [{ x: temperatures, y }] });
  const heat = 'J/K/mol';
  return new Map([
    ['helmholtz-volume', await freeEnergyPlot(results, options)],
    [
      'volume-temperature',
      await byTemperature(
        'volume (\u00c5\u00b3)',
        temperatures.map((_, t) => minima[t].volume),
      ),
    ],
    [
      'thermal_expansion',
      await byTemperature(
        'thermal expansion (10\u207b\u2076/K)',
        expansion.map((x) => 1e6 * x),
      ),
    ],
    [
      'gibbs-temperature',
      await byTemperature(
        'Gibbs free energy (eV)',
        temperatures.map((_, t) => minima[t].energy),
      ),
    ],
    [
      'bulk_modulus-temperature',
      await byTemperature(
        'bulk modulus (GPa)',
        temperatures.map((_, t) => minima[t].bulkModulus / units.gigapascal),
      ),
    ],
    ['Cp-temperature', await byTemperature(`C_P (${heat})`, perMole(heatCapacity))],
    ['Cp-temperature_polyfit', await byTemperature(`C_P (${heat})`, perMole(heatCapacityByVolume))],
    ['gruneisen-temperature', await byTemperature('Gr\u00fcneisen parameter', results.gruneisen)],
    [
      'heat_capacity',
      await curvePlot({
        xTitle: 'temperature (K)',
        yTitle: heat,
        curves: [
          { name: 'C_P', x: temperatures, y: perMole(heatCapacityByVolume) },
          { name: 'C_V', x: temperatures, y: perMole(heatCapacityAtVolume) },
        ],
      }),
    ],
  ]);
}

/** Points of a curve of free energy */
const POINTS = 61;

/** Free energies by volume at some temperatures, the curves that were fitted to them, and where their minima are. */
function freeEnergyPlot(
  results: ThermalExpansion,
  { equation, sparse = 10 }: ExpansionPlotOptions,
): Promise<string> {
  const { volumes, temperatures, minima, freeEnergy } = results;
  const drawn = [...temperatures.keys()].filter((t) => t % sparse === 0);
  const [low, high] = [Math.min(...volumes), Math.max(...volumes)];
  const x = Float64Array.from({ length: POINTS }, (_, k) => low + ((high - low) * k) / (POINTS - 1));
  return curvePlot({
    xTitle: 'volume (\u00c5\u00b3)',
    yTitle: 'free energy (eV)',
    curves: [
      ...drawn.flatMap((t) => {
        const { energy, bulkModulus, slope, volume } = minima[t];
        const y = x.map((v) => equation.at(v, [energy, bulkModulus, slope, volume]));
        return [
          { x, y, colour: 0 },
          { x: volumes, y: freeEnergy[t], dots: true, colour: 0 },
        ];
      }),
      { x: drawn.map((t) => minima[t].volume), y: drawn.map((t) => minima[t].energy), colour: 1 },
      { x: drawn.map((t) => minima[t].volume), y: drawn.map((t) => minima[t].energy), colour: 1, dots: true },
    ],
  });
}
