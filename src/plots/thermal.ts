import type { ThermalProperties } from '../model/phonon-results.js';
import { curvePlot } from './curves.js';

/** An SVG of free energy (kJ/mol), entropy and heat capacity (J/K/mol) by temperature, a mole of primitive cells. */
export async function thermalPlot(properties: ThermalProperties): Promise<string> {
  const { temperatures: x, freeEnergy, entropy, heatCapacity } = properties;
  return curvePlot({
    xTitle: 'temperature (K)',
    curves: [
      { name: 'free energy (kJ/mol)', x, y: freeEnergy },
      { name: 'entropy (J/K/mol)', x, y: entropy },
      { name: 'heat capacity (J/K/mol)', x, y: heatCapacity },
    ],
  });
}
