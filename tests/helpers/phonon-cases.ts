import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expandBorn, imagesOf, readBorn } from '../../formats/phonopy/born.js';
import { readForceConstants } from '../../formats/phonopy/force-constants.js';
import { readForceSets } from '../../formats/phonopy/force-sets.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { openStructures } from '../../formats/read.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { harmonicForceConstants } from '../../src/lattice/force-constants/harmonic.js';
import { fullRows } from '../../src/lattice/force-constants/rows.js';
import { DynamicalMatrix } from '../../src/lattice/harmonic/dynamical-matrix.js';
import { symmetricPolar } from '../../src/lattice/harmonic/polar-symmetry.js';
import type { ForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { PolarResponse } from '../../src/model/polar.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { type CellSymmetry, findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { reciprocalOperations } from '../../src/symmetry/q-points.js';
import { opened } from './phonopy-files.js';
import { casesOf, type ReferenceCase } from './reference-cases.js';
import { DATA } from './shared-data.js';

type Matrix = number[][];

interface DensityReference {
  frequency_points: number[];
  total_dos: number[];
}

/** What phonopy 2.17 found for a crystal: phonopy_reference.json. */
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
  frequencies_without_nac_THz?: Matrix;
  mesh: { mesh: number[]; num_irreducible: number; weights_sum: number };
  thermal_properties: {
    temperatures: number[];
    free_energy_kJ_mol: number[];
    entropy_J_K_mol: number[];
    heat_capacity_J_K_mol: number[];
  };
  total_dos_tetrahedron: DensityReference;
  'total_dos_gaussian_sigma0.2': DensityReference;
  thermal_displacement_matrices_A2?: {
    temperatures: number[];
    freq_min: number;
    matrices: number[][][][];
  };
}

/** A crystal of the reference data, ready to be asked for phonons. */
export interface PhononCase {
  readonly name: string;
  readonly reference: PhononReference;
  readonly cells: PhononCells;
  readonly constants: ForceConstants;
  /** As phonopy uses it: symmetric, charges that add up to nothing */
  readonly polar?: PolarResponse;
  readonly matrix: DynamicalMatrix;
  readonly symmetry: CellSymmetry;
  /** On q points, time reversal among them */
  readonly operations: readonly Int32Array[];
}

/** The index's cases, by their reference file. */
export function phononCases(): Map<string, ReferenceCase[]> {
  const out = new Map<string, ReferenceCase[]>();
  for (const entry of casesOf('phonopy')) {
    out.set(entry.file, [...(out.get(entry.file) ?? []), entry]);
  }
  return out;
}

/** @param file phonopy/NAME/phonopy_reference.json, or phonopy/zoo/reference_NAME.json */
export async function openPhononCase(file: string): Promise<PhononCase> {
  const folder = file.slice(0, file.lastIndexOf('/'));
  const reference = JSON.parse(readFileSync(join(DATA, file), 'utf8')) as PhononReference;
  const zoo = /reference_(.+)\.json$/.exec(file.includes('/zoo/') ? file : '')?.[1];
  const cells = buildPhononCells(
    withMasses(await unitCellOf(folder, zoo), reference),
    reference.supercell_matrix.flat(),
    reference.primitive_matrix.flat(),
  );
  const constants = zoo
    ? await solved(cells, `${folder}/FORCE_SETS_${zoo}`)
    : await readForceConstants(await opened(`${folder}/FORCE_CONSTANTS`));
  const symmetry = findCellSymmetry(cells.primitive);
  const isPolar = reference.frequencies_without_nac_THz !== undefined;
  const polar = isPolar
    ? symmetricPolar(expandBorn(await readBorn(await opened(`${folder}/BORN`)), imagesOf(symmetry)), symmetry)
    : undefined;
  return {
    name: zoo ?? folder.slice(folder.lastIndexOf('/') + 1),
    reference,
    cells,
    constants,
    polar,
    matrix: new DynamicalMatrix(cells, constants, polar),
    symmetry,
    operations: reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation)),
  };
}

async function unitCellOf(folder: string, zoo?: string): Promise<Structure> {
  if (!zoo) return (await readPhonopyYaml(await opened(`${folder}/phonopy.yaml`))).unitCell!.structure;
  const { frames } = await openStructures(join(DATA, folder, `POSCAR_${zoo}`), { from: 'poscar' });
  for await (const { structure } of frames) return structure;
  throw new Error(`${folder} has no structure of ${zoo}`);
}

async function solved(cells: PhononCells, file: string): Promise<ForceConstants> {
  const set = await readForceSets(await opened(file), { count: cells.supercell.count });
  if (set.kind !== 'atoms') throw new Error('displacements of single atoms are expected');
  return harmonicForceConstants(findCellSymmetry(cells.supercell), set, fullRows(set.count));
}

/** phonopy's own masses: six digits more than frequencies to 1e-6 THz leave open. */
function withMasses(unit: Structure, { primitive }: PhononReference): Structure {
  const masses = symbolsOf(unit).map((symbol) => primitive.masses[primitive.symbols.indexOf(symbol)]);
  return createStructure({ ...unit, masses: Float64Array.from(masses) });
}
