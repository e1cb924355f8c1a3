import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { rowsTimes } from '../../src/model/cell.js';
import type { ForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { PolarResponse } from '../../src/model/polar.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import { DATA } from './shared-data.js';

type Matrix = number[][];

/** What phonopy 2.17 found for a crystal. */
export interface PhononReference {
  q_points_primitive_reduced: Matrix;
  primitive: { lattice: Matrix; symbols: string[]; scaled_positions: Matrix; masses: number[] };
  supercell_matrix: Matrix;
  primitive_matrix: Matrix;
  frequencies_THz: Matrix;
  group_velocities_THz_A: number[][][];
  dynamical_matrices_real: number[][][] | null;
  dynamical_matrices_imag: number[][][] | null;
  gamma_with_nac_direction?: { direction_reduced: number[]; frequencies_THz: number[] }[];
  nac_params?: { born: number[][][]; dielectric: Matrix; factor: number };
  frequencies_without_nac_THz?: Matrix;
  mesh: { mesh: number[]; num_irreducible: number; weights_sum: number };
  thermal_properties: {
    temperatures: number[];
    free_energy_kJ_mol: number[];
    entropy_J_K_mol: number[];
    heat_capacity_J_K_mol: number[];
  };
  total_dos_tetrahedron: { frequency_points: number[]; total_dos: number[] };
  'total_dos_gaussian_sigma0.2': { frequency_points: number[]; total_dos: number[] };
  thermal_displacement_matrices_A2?: { temperatures: number[]; freq_min: number; matrices: number[][][][] };
}

export interface PhononCase {
  readonly name: string;
  readonly reference: PhononReference;
  readonly cells: PhononCells;
  readonly constants: ForceConstants;
  readonly polar?: PolarResponse;
}

/** Crystals with force constants among the reference data. */
export const PHONON_CASES = ['Si', 'NaCl', 'ZnO'] as const;

export function phononCase(name: string): PhononCase {
  const folder = join(DATA, 'phonopy', name);
  const reference = JSON.parse(
    readFileSync(join(folder, 'phonopy_reference.json'), 'utf8'),
  ) as PhononReference;
  const cells = buildPhononCells(
    unitCellOf(join(folder, 'phonopy.yaml'), reference),
    reference.supercell_matrix.flat(),
    reference.primitive_matrix.flat(),
  );
  const nac = reference.nac_params;
  const polar = nac && {
    charges: Float64Array.from(nac.born.flat(2)),
    dielectric: Float64Array.from(nac.dielectric.flat()),
    factor: nac.factor,
  };
  return { name, reference, cells, constants: constantsOf(join(folder, 'FORCE_CONSTANTS')), polar };
}

function unitCellOf(file: string, reference: PhononReference): Structure {
  const { unit_cell: unit } = parse(readFileSync(file, 'utf8')) as {
    unit_cell: { lattice: Matrix; points: { symbol: string; coordinates: number[] }[] };
  };
  const cell = Float64Array.from(unit.lattice.flat());
  const symbols = unit.points.map(({ symbol }) => symbol);
  const { primitive } = reference;
  return createStructure({
    symbols,
    cell,
    positions: rowsTimes(
      unit.points.flatMap(({ coordinates }) => coordinates),
      cell,
    ),
    masses: Float64Array.from(symbols, (symbol) => primitive.masses[primitive.symbols.indexOf(symbol)]),
  });
}

/** Of a file that is known to be right: numbers, and nothing else. */
function constantsOf(file: string): ForceConstants {
  const numbers = readFileSync(file, 'utf8').split(/\s+/).filter(Boolean).map(Number);
  const [rowCount, count] = numbers;
  const rows = new Int32Array(rowCount);
  const values = new Float64Array(9 * rowCount * count);
  for (let r = 0, at = 2; r < rowCount; r++) {
    for (let k = 0; k < count; k++, at += 11) {
      rows[r] = numbers[at] - 1;
      for (let c = 0; c < 9; c++) values[9 * (r * count + k) + c] = numbers[at + 2 + c];
    }
  }
  return { count, rows, values };
}
