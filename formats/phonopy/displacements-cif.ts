import { inverse, rowsTimes, volume } from '../../src/model/cell.js';
import { PhonolinkError } from '../../src/model/errors.js';
import type { ThermalDisplacementMatrices } from '../../src/model/phonon-results.js';
import { type Structure, symbolsOf } from '../../src/model/structure.js';
import { fixed } from '../io/fixed.js';

/**
 * Pieces of tdispmat.cif: the cell without its symmetry, and the atoms' displacements at the first temperature, as phonopy
 * writes it.
 * @throws PhonolinkError where the matrices are not told in the crystal's frame
 */
export function* writeDisplacementsCif(
  structure: Structure,
  { crystal, atoms }: ThermalDisplacementMatrices,
): Generator<string> {
  if (!crystal || atoms !== structure.count)
    throw new PhonolinkError('the matrices of displacements are not those of the cell, in its own frame');
  const { cell, positions } = structure;
  const row = (k: number) => [cell[3 * k], cell[3 * k + 1], cell[3 * k + 2]];
  const lengths = [0, 1, 2].map((k) => Math.hypot(...row(k)));
  const angle = (p: number, q: number) => {
    const product = row(p).reduce((sum, x, c) => sum + x * row(q)[c], 0);
    return (Math.acos(product / (lengths[p] * lengths[q])) * 180) / Math.PI;
  };
  const entry = (name: string, value: number) => `_cell_${name.padEnd(29)}${fixed(value, 0, 5)}`;
  const seen = new Map<string, number>();
  const labels = symbolsOf(structure).map((symbol) => {
    seen.set(symbol, (seen.get(symbol) ?? 0) + 1);
    return { symbol, label: `${symbol}${seen.get(symbol)}` };
  });
  const places = rowsTimes(positions, inverse(cell));
  const lines = [
    'data_crystal_structure_P1',
    '',
    "_symmetry_space_group_name_H-M     'P 1'",
    '_symmetry_Int_Tables_number        1',
    '',
    ...['a', 'b', 'c'].map((name, k) => entry(`length_${name}`, lengths[k])),
    entry('angle_alpha', angle(1, 2)),
    entry('angle_beta', angle(0, 2)),
    entry('angle_gamma', angle(0, 1)),
    entry('volume', volume(cell)),
    `_cell_${'formula_units_Z'.padEnd(29)}1`,
    '',
    'loop_',
    '_space_group_symop_operation_xyz',
    'x,y,z',
    '',
    'loop_',
    ...['label', 'type_symbol', 'fract_x', 'fract_y', 'fract_z', 'occupancy'].map((x) => `_atom_site_${x}`),
    ...labels.map(({ symbol, label }, i) => {
      const numbers = [0, 1, 2].map((k) => fixed(places[3 * i + k], 10, 5));
      return `${label.padEnd(7)}${symbol.padStart(2)} ${numbers.join('')}   1.00000`;
    }),
    'loop_',
    '_atom_site_aniso_label',
    ...['11', '22', '33', '23', '13', '12'].map((name) => `_atom_site_aniso_U_${name}`),
    ...labels.map(({ label }, i) => {
      const numbers = [0, 4, 8, 5, 2, 1].map((k) => fixed(crystal[9 * i + k], 10, 5));
      return `${label.padStart(6)} ${numbers.join(' ')}`;
    }),
  ];
  yield `${lines.join('\n')}\n`;
}
