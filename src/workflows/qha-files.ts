import { join } from 'node:path';
import { QHA_FILES, qhaTexts } from '../../formats/phonopy/qha-results.js';
import { PHONOPY_UNITS } from '../lattice/harmonic/units.js';
import type { EquationOfState } from '../lattice/quasi-harmonic/equation-of-state.js';
import type { ThermalExpansion, VolumeSeries } from '../lattice/quasi-harmonic/expansion.js';
import { PhonolinkError } from '../model/errors.js';
import type { ThermalProperties } from '../model/phonon-results.js';
import { writeText } from './phonon-files.js';

/** Thermal properties of one volume, and the file that they are from. */
export interface NamedThermal {
  readonly name: string;
  readonly properties: ThermalProperties;
}

/** K: temperatures nearer to each other are equal */
const SAME_TEMPERATURE = 1e-5;

/**
 * Thermal properties (kJ/mol, J/K/mol) of several volumes as one series in eV.
 * @param electronic [v] eV of all temperatures, or one for each of `electronicTemperatures`
 * @throws PhonolinkError where temperatures differ, naming the files
 */
export function seriesOf(
  volumes: Float64Array,
  electronic: readonly Float64Array[],
  thermal: readonly NamedThermal[],
  electronicTemperatures?: Float64Array,
): VolumeSeries {
  const [first] = thermal;
  for (const { name, properties } of thermal)
    requireTemperatures(first.name, first.properties.temperatures, name, properties.temperatures);
  let { temperatures } = first.properties;
  if (electronicTemperatures) {
    const count = Math.min(temperatures.length, electronicTemperatures.length);
    requireTemperatures(
      first.name,
      temperatures.slice(0, count),
      'the electronic free energies',
      electronicTemperatures.slice(0, count),
    );
    temperatures = temperatures.slice(0, count);
  }
  for (let t = 1; t < temperatures.length; t++) {
    if (!(temperatures[t] > temperatures[t - 1]))
      throw new PhonolinkError(`${first.name}: the temperature ${temperatures[t]} K does not rise`);
  }
  const by = (key: 'freeEnergy' | 'entropy' | 'heatCapacity', factor: number) =>
    Array.from(temperatures, (_, t) =>
      Float64Array.from(thermal, ({ properties }) => properties[key][t] / factor),
    );
  const { perMole } = PHONOPY_UNITS;
  return {
    volumes,
    temperatures,
    electronic,
    freeEnergy: by('freeEnergy', perMole),
    entropy: by('entropy', 1000 * perMole),
    heatCapacity: by('heatCapacity', 1000 * perMole),
  };
}

function requireTemperatures(name: string, first: Float64Array, other: string, second: Float64Array): void {
  const shown = (t: Float64Array) =>
    t.length === 0 ? 'none' : `${t.length} from ${t[0]} to ${t[t.length - 1]} K`;
  if (first.length !== second.length || first.some((t, k) => Math.abs(t - second[k]) > SAME_TEMPERATURE))
    throw new PhonolinkError(
      `temperatures differ: ${name} has ${shown(first)}, ${other} has ${shown(second)}`,
      { hint: 'calculate all thermal properties at the same temperatures' },
    );
}

/** A^3, relative: volumes that differ more are of different cells */
const SAME_VOLUME = 1e-4;

/** Tells where a file of thermal properties says that it is of another volume than the energy beside it. */
export function checkVolumes(
  volumes: Float64Array,
  thermal: readonly NamedThermal[],
  note: (sentence: string) => void,
): void {
  const k = thermal.findIndex(
    ({ properties: { volume } }, v) =>
      volume !== undefined && Math.abs(volume / volumes[v] - 1) > SAME_VOLUME,
  );
  if (k < 0) return;
  note(
    `${thermal[k].name} is of a cell of ${thermal[k].properties.volume} A^3, but its energy of one of ${volumes[k]} A^3: ` +
      'energies and thermal properties have to be of the same cell, the primitive one',
  );
}

export interface ExpansionFileOptions {
  readonly equation: EquationOfState;
  readonly sparse?: number;
}

/**
 * Writes phonopy-qha's files into a folder, each whole or not at all.
 * @returns their paths
 */
export async function writeExpansion(
  folder: string,
  results: ThermalExpansion,
  thermal: readonly ThermalProperties[],
  { equation, sparse }: ExpansionFileOptions,
): Promise<string[]> {
  const as = (key: 'entropy' | 'heatCapacity') =>
    Array.from(results.temperatures, (_, t) =>
      Float64Array.from(thermal, (properties) => properties[key][t]),
    );
  const texts = qhaTexts(results, {
    equation,
    sparse,
    units: PHONOPY_UNITS,
    entropy: as('entropy'),
    heatCapacity: as('heatCapacity'),
  });
  const paths: string[] = [];
  for (const key of Object.keys(QHA_FILES) as (keyof typeof QHA_FILES)[]) {
    const path = join(folder, QHA_FILES[key]);
    await writeText(path, texts[key]);
    paths.push(path);
  }
  return paths;
}
