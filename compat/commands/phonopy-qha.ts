import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { fixed } from '../../formats/io/fixed.js';
import { openText } from '../../formats/io/open.js';
import type { TextReader } from '../../formats/io/text.js';
import { parametersOf } from '../../formats/phonopy/qha-results.js';
import { readElectronicFreeEnergies, readVolumeEnergies } from '../../formats/phonopy/qha-tables.js';
import { readThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import { PHONOPY_UNITS } from '../../src/lattice/harmonic/units.js';
import {
  EQUATIONS_OF_STATE,
  type EquationOfState,
} from '../../src/lattice/quasi-harmonic/equation-of-state.js';
import { beyondVolumes, thermalExpansion } from '../../src/lattice/quasi-harmonic/expansion.js';
import { fitEnergies } from '../../src/lattice/quasi-harmonic/fit.js';
import { PhonolinkError, UsageError } from '../../src/model/errors.js';
import type { ThermalProperties } from '../../src/model/phonon-results.js';
import { curvePlot } from '../../src/plots/curves.js';
import { expansionPlots } from '../../src/plots/expansion.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import { checkVolumes, type NamedThermal, seriesOf, writeExpansion } from '../../src/workflows/qha-files.js';
import { readArguments } from './arguments.js';
import { type ArgumentTable, flag, one } from './options.js';
import { Tags, unsuited } from './tags.js';

const TABLE: ArgumentTable = {
  program: 'phonopy-qha',
  options: [
    flag('-b', 'bulk_modulus'),
    one('--eos', 'eos'),
    flag('--exclude-imaginary --exclude_imaginary', 'exclude_imaginary'),
    flag('-p --plot', 'plot'),
    one('--pressure', 'pressure'),
    one('--efe --electronic-free-energy', 'efe'),
    flag('-s --save', 'save'),
    one('--sparse', 'sparse'),
    one('--tmax', 'tmax'),
  ],
  unsupported: new Set(),
  fileTags: new Set(),
};

const EXAMPLE = `
Examples:
  phonolink phonopy-qha e-v.dat thermal_properties.yaml-{00..10}
  phonolink phonopy-qha --tmax 600 --pressure 5 --eos birch_murnaghan -s e-v.dat thermal_properties.yaml-*
  phonolink phonopy-qha -b e-v.dat                       the bulk modulus of the energies at rest alone

Arguments, files and what is printed are phonopy-qha's; plots (-p, -s) are .svg files.`;

/** phonolink phonopy-qha. */
export function addPhonopyQha(program: Command): void {
  program
    .command('phonopy-qha')
    .description(
      "phonopy-qha's own arguments and files: thermal expansion, heat capacity at constant pressure",
    )
    .argument('[arguments...]', "phonopy-qha's")
    .allowUnknownOption()
    .addHelpText('after', EXAMPLE)
    .action((words: string[]) => runPhonopyQha(words));
}

export interface QhaOptions {
  /** Where files are read and written; here where absent */
  readonly folder?: string;
}

/**
 * Does what phonopy-qha would with these arguments.
 * @throws UsageError where an argument is not supported; PhonolinkError where files do not go together
 */
export async function runPhonopyQha(
  words: readonly string[],
  { folder = '.' }: QhaOptions = {},
): Promise<void> {
  const { tags: given, files } = readArguments(words, TABLE);
  const tags = new Tags(given);
  const say = (line: string) => void process.stdout.write(`${line}\n`);
  const names = Object.keys(EQUATIONS_OF_STATE) as (keyof typeof EQUATIONS_OF_STATE)[];
  const equation = EQUATIONS_OF_STATE[tags.choice('eos', names) ?? 'vinet'];
  if (files.length === 0)
    throw new UsageError(
      'there is no file of volumes and energies',
      'phonolink phonopy-qha --help has examples',
    );
  const all = tags.has('efe') ? [...files, tags.text('efe')!] : files;
  const missing = all.find((name) => !existsSync(join(folder, name)));
  if (missing !== undefined) throw unsuited(`there is no file ${missing}`);
  say(`# ${capital(equation.title)} EOS`);
  const { volumes, energies } = await reading(folder, files[0], readVolumeEnergies);
  const electronic = await electronicOf(folder, tags, volumes.length, files[0]);
  if (electronic) say(`# "${tags.text('efe')}" was read.`);
  const pressure = (tags.real('pressure') ?? 0) * PHONOPY_UNITS.gigapascal;
  const rows = electronic?.energies ?? [energies];
  if (tags.flag('bulk_modulus')) {
    await tellBulkModulus(folder, tags, equation, volumes, withPressure(volumes, rows, pressure), say);
    return;
  }

  const thermal = await thermalOf(folder, files.slice(1), volumes.length);
  checkVolumes(volumes, thermal, (sentence) => process.stderr.write(`note: ${sentence}\n`));
  const chosen = chosenVolumes(tags, thermal);
  const series = seriesOf(
    Float64Array.from(chosen, (v) => volumes[v]),
    rows.map((row) => Float64Array.from(chosen, (v) => row[v])),
    chosen.map((v) => thermal[v]),
    electronic?.temperatures,
  );
  const highest = tags.real('tmax') ?? 1000;
  const results = thermalExpansion(equation, series, { pressure, highest });
  say(`#${'T'.padStart(11)}${['E_0', 'B_0', "B'_0", 'V_0'].map((title) => title.padStart(14)).join('')}`);
  results.minima.forEach(({ energy, bulkModulus, slope, volume }, t) => {
    const row = [
      results.minimaTemperatures[t],
      energy,
      bulkModulus / PHONOPY_UNITS.gigapascal,
      slope,
      volume,
    ];
    say(row.map((x) => fixed(x, 14, 6)).join(''));
  });
  for (const { name, properties } of thermal) {
    if (!hasImaginary(properties)) continue;
    say(
      tags.flag('exclude_imaginary')
        ? `# ${name} has been excluded.`
        : `# Warning: ${name} has imaginary modes.`,
    );
  }
  const beyond = beyondVolumes(results);
  if (beyond.length > 0)
    process.stderr.write(
      `note: the volume at ${spanOf(beyond)} lies outside of those that were calculated: it is extrapolated\n`,
    );
  const sparse = sparseOf(tags);
  await writeExpansion(
    folder,
    results,
    chosen.map((v) => thermal[v].properties),
    { equation, sparse },
  );
  if (tags.flag('plot') || tags.flag('save')) {
    const plots = await expansionPlots(results, { equation, sparse, units: PHONOPY_UNITS });
    const shown = tags.flag('save')
      ? [...plots.keys()].filter((name) => name !== 'heat_capacity')
      : ['helmholtz-volume', 'volume-temperature', 'thermal_expansion'];
    for (const name of shown) await writeText(join(folder, `${name}.svg`), [plots.get(name)!]);
  }
}

function capital(text: string): string {
  return `${text[0].toUpperCase()}${text.slice(1)}`;
}

function spanOf(temperatures: readonly number[]): string {
  const [first, last] = [temperatures[0], temperatures[temperatures.length - 1]];
  return first === last ? `${first} K` : `${first} to ${last} K`;
}

function sparseOf(tags: Tags): number {
  const sparse = tags.integer('sparse') ?? 10;
  if (sparse < 1) tags.fail('sparse', 'a whole number above 0');
  return sparse;
}

async function reading<T>(folder: string, name: string, read: (text: TextReader) => Promise<T>): Promise<T> {
  const { text } = await openText(join(folder, name));
  return read(text).finally(() => text.close());
}

async function electronicOf(folder: string, tags: Tags, count: number, name: string) {
  const file = tags.text('efe');
  if (file === undefined) return undefined;
  const electronic = await reading(folder, file, readElectronicFreeEnergies);
  const [first] = electronic.energies;
  if (first.length !== count)
    throw unsuited(`${file} has free energies of ${first.length} volumes, but ${name} has ${count} volumes`);
  return electronic;
}

function withPressure(
  volumes: Float64Array,
  rows: readonly Float64Array[],
  pressure: number,
): readonly Float64Array[] {
  return rows.map((row) => row.map((energy, v) => energy + volumes[v] * pressure));
}

/** -b: what the equation of state says of the energies alone. */
async function tellBulkModulus(
  folder: string,
  tags: Tags,
  equation: EquationOfState,
  volumes: Float64Array,
  rows: readonly Float64Array[],
  say: (line: string) => void,
): Promise<void> {
  const minima = rows.map((energies) => fitEnergies(equation, volumes, energies));
  const parameters = [0, 1, 2, 3].map((k) => minima.map((minimum) => parametersOf(minimum)[k]));
  const digits = (x: number) => (tags.has('efe') ? String(x) : x.toFixed(7));
  const shown = (values: readonly number[]) =>
    tags.has('efe') ? `[${values.map(digits).join(' ')}]` : values.map(digits).join(' ');
  say(`Volume: ${shown(parameters[3])}`);
  say(`Energy: ${shown(parameters[0])}`);
  say(`Bulk modulus: ${shown(parameters[1].map((b) => b / PHONOPY_UNITS.gigapascal))}`);
  say(`Parameters: ${parameters.map(shown).join(' ')}`);
  if (!tags.flag('plot') && !tags.flag('save')) return;
  const sparse = sparseOf(tags);
  const [low, high] = [Math.min(...volumes), Math.max(...volumes)];
  const x = Float64Array.from({ length: 201 }, (_, k) => low + ((high - low) * k) / 200);
  const drawn = [...minima.keys()].filter((t) => t % sparse === 0);
  const svg = await curvePlot({
    xTitle: 'volume (\u00c5\u00b3)',
    yTitle: 'energy (eV)',
    curves: drawn.flatMap((t) => [
      { x, y: x.map((v) => equation.at(v, parametersOf(minima[t]))), colour: 0 },
      { x: volumes, y: rows[t], dots: true, colour: 1 },
    ]),
  });
  await writeText(join(folder, 'bulk_modulus.svg'), [svg]);
}

async function thermalOf(folder: string, names: readonly string[], count: number): Promise<NamedThermal[]> {
  if (names.length !== count)
    throw unsuited(
      `there are ${names.length} files of thermal properties, but ${count} volumes with energies`,
      'give one thermal_properties.yaml for each line of the file of energies, in their order',
    );
  const all: NamedThermal[] = [];
  for (const name of names)
    all.push({ name, properties: await reading(folder, name, readThermalProperties) });
  return all;
}

/** More modes left out than the three acoustic ones at Gamma: phonopy's sign of imaginary modes. */
function hasImaginary({ modes, integratedModes }: ThermalProperties): boolean {
  return modes - integratedModes > 3;
}

function chosenVolumes(tags: Tags, thermal: readonly NamedThermal[]): number[] {
  const all = [...thermal.keys()];
  if (!tags.flag('exclude_imaginary')) return all;
  const chosen = all.filter((v) => !hasImaginary(thermal[v].properties));
  if (chosen.length === 0) throw new PhonolinkError('every volume has imaginary modes: none is left');
  return chosen;
}
