import type { ThermalDisplacementMatrices, ThermalDisplacements } from '../../src/model/phonon-results.js';
import { fixed } from '../io/fixed.js';
import type { TextReader } from '../io/text.js';
import { readYaml } from '../io/yaml-file.js';

/** Lines of thermal_displacements.yaml as phonopy writes them. */
export function* writeThermalDisplacements(results: ThermalDisplacements): Generator<string> {
  const { atoms, cutoff, temperatures, displacements } = results;
  const width = displacements.length / (temperatures.length * atoms);
  yield `# Thermal displacements\nnatom: ${String(atoms).padStart(5)}\nfreq_min: ${fixed(cutoff, 0, 6)}\n`;
  yield 'thermal_displacements:\n';
  for (let t = 0; t < temperatures.length; t++) {
    const lines = [`- temperature:   ${fixed(temperatures[t], 15, 7)}`, '  displacements:'];
    for (let i = 0; i < atoms; i++) {
      const at = (t * atoms + i) * width;
      const numbers = Array.from(displacements.subarray(at, at + width), (x) => fixed(x, 10, 7));
      lines.push(`  - [ ${numbers.join(', ')} ] # atom ${i + 1}`);
    }
    yield `${lines.join('\n')}\n`;
  }
}

/**
 * Reads thermal_displacements.yaml.
 * @throws FormatError, nothing else
 */
export async function readThermalDisplacements(text: TextReader): Promise<ThermalDisplacements> {
  const root = await readYaml(text);
  const atoms = root.get('natom').integer('the number of atoms');
  const items = root.get('thermal_displacements').list('temperatures');
  const values: number[] = [];
  let width = 0;
  for (const item of items) {
    const rows = item.get('displacements').list('atoms');
    if (rows.length !== atoms) item.fail(`displacements of ${rows.length} atoms`, `those of ${atoms}`);
    for (const row of rows) {
      const numbers = row.reals('mean square displacements');
      width ||= numbers.length;
      if (numbers.length !== width) row.fail(`${numbers.length} numbers`, `${width}`);
      values.push(...numbers);
    }
  }
  return {
    atoms,
    cutoff: root.get('freq_min').real('a cutoff'),
    temperatures: Float64Array.from(items, (item) => item.get('temperature').real('a temperature')),
    displacements: Float64Array.from(values),
  };
}

/** xx, yy, zz, yz, xz, xy of a row-major matrix */
const VOIGT = [0, 4, 8, 5, 2, 1];

/** Lines of thermal_displacement_matrices.yaml as phonopy writes them. */
export function* writeThermalDisplacementMatrices(results: ThermalDisplacementMatrices): Generator<string> {
  const { atoms, cutoff, temperatures, matrices, crystal } = results;
  yield `# Thermal displacement_matrices\nnatom: ${String(atoms).padStart(5)}\nfreq_min: ${fixed(cutoff, 0, 6)}\n`;
  yield 'thermal_displacement_matrices:\n';
  const rows = (values: Float64Array, t: number) =>
    Array.from({ length: atoms }, (_, i) => {
      const numbers = VOIGT.map((k) => fixed(values[9 * (t * atoms + i) + k], 8, 5));
      return `  - [ ${numbers.join(', ')} ] # atom ${i + 1}`;
    });
  for (let t = 0; t < temperatures.length; t++) {
    const lines = [`- temperature:   ${fixed(temperatures[t], 15, 7)}`, '  displacement_matrices:'];
    lines.push(...rows(matrices, t));
    if (crystal) lines.push('  displacement_matrices_cif:', ...rows(crystal, t));
    yield `${lines.join('\n')}\n`;
  }
}
