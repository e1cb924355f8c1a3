import type { ThermalProperties } from '../../src/model/phonon-results.js';
import { fixed } from '../io/fixed.js';
import type { TextReader } from '../io/text.js';
import { readYaml } from '../io/yaml-file.js';

/** Pieces of thermal_properties.yaml, letter by letter as phonopy writes it. */
export function* writeThermalProperties(properties: ThermalProperties): Generator<string> {
  const { volume, bands, excludesGammaAcoustic, temperatures, freeEnergy, entropy, heatCapacity } =
    properties;
  const lines = [
    '# Thermal properties / unit cell (natom)',
    '',
    'unit:',
    '  temperature:   K',
    '  free_energy:   kJ/mol',
    '  entropy:       J/K/mol',
    '  heat_capacity: J/K/mol',
    '',
    `natom: ${String(properties.atoms).padEnd(5)}`,
  ];
  if (volume !== undefined) lines.push(`volume: ${fixed(volume, 0, 10).padEnd(20)}`);
  lines.push(`cutoff_frequency: ${fixed(properties.cutoff, 0, 5)}`);
  if (excludesGammaAcoustic !== undefined) lines.push(`exclude_gamma_acoustic: ${excludesGammaAcoustic}`);
  lines.push(`num_modes: ${properties.modes}`, `num_integrated_modes: ${properties.integratedModes}`);
  if (bands) lines.push(`band_index: [ ${bands.map((b) => b + 1).join(', ')} ]`);
  lines.push('', `zero_point_energy: ${fixed(properties.zeroPoint, 15, 7)}`, '', 'thermal_properties:');
  yield `${lines.join('\n')}\n`;
  for (let t = 0; t < temperatures.length; t++) {
    const energy = freeEnergy[t] + (entropy[t] * temperatures[t]) / 1000;
    const item = [
      `- temperature:   ${fixed(temperatures[t], 15, 7)}`,
      `  free_energy:   ${fixed(freeEnergy[t], 15, 7)}`,
      `  entropy:       ${fixed(entropy[t], 15, 7)}`,
      `  heat_capacity: ${fixed(Number.isNaN(heatCapacity[t]) ? 0 : heatCapacity[t], 15, 7)}`,
      `  energy:        ${fixed(energy, 15, 7)}`,
      '',
    ];
    yield t === temperatures.length - 1 ? item.join('\n') : `${item.join('\n')}\n`;
  }
}

/**
 * Reads thermal_properties.yaml, as a quasi-harmonic calculation takes one for each volume.
 * @throws FormatError, nothing else
 */
export async function readThermalProperties(text: TextReader): Promise<ThermalProperties> {
  const root = await readYaml(text);
  const items = root.get('thermal_properties').list('temperatures');
  const column = (key: string) => Float64Array.from(items, (item) => item.get(key).real(key));
  const volume = root.find('volume')?.real('a volume');
  const excluded = root.find('exclude_gamma_acoustic')?.text('true or false');
  const bands = root.find('band_index')?.integers('the number of a band');
  return {
    atoms: root.get('natom').integer('the number of atoms'),
    cutoff: root.find('cutoff_frequency')?.real('a cutoff') ?? 0,
    modes: root.find('num_modes')?.integer('the number of modes') ?? 0,
    integratedModes: root.find('num_integrated_modes')?.integer('the number of modes') ?? 0,
    zeroPoint: root.get('zero_point_energy').real('the zero-point energy'),
    temperatures: column('temperature'),
    freeEnergy: column('free_energy'),
    entropy: column('entropy'),
    heatCapacity: column('heat_capacity'),
    ...(volume !== undefined && { volume }),
    ...(excluded !== undefined && { excludesGammaAcoustic: excluded === 'true' }),
    ...(bands && { bands: bands.map((b) => b - 1) }),
  };
}
