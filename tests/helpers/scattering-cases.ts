import { join } from 'node:path';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import { cubicForceConstants } from '../../src/lattice/force-constants/cubic.js';
import { symmetriseCubic } from '../../src/lattice/force-constants/cubic-rules.js';
import { symmetriseHarmonic } from '../../src/lattice/force-constants/harmonic-rules.js';
import { compactRows } from '../../src/lattice/force-constants/rows.js';
import type { PairDisplacementSet } from '../../src/model/displacements.js';
import type { CubicForceConstants, ForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { PolarResponse } from '../../src/model/polar.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { opened } from './phonopy-files.js';
import { randomCubic, scatteringCells } from './scattering.js';
import { DATA } from './shared-data.js';
import { springConstants } from './springs.js';

export interface ScatteringCase {
  readonly cells: PhononCells;
  readonly harmonic: ForceConstants;
  readonly cubic: CubicForceConstants;
  readonly polar?: PolarResponse;
}

/** Silicon of the reference data: 64 atoms, forces of first principles. */
export async function silicon(): Promise<ScatteringCase> {
  const folder = 'phono3py/Si-PBEsol';
  const file = await readPhonopyYaml(await opened(`${folder}/phono3py_disp.yaml`));
  const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix);
  const rows = cells.primitiveToSuper;
  const harmonic = await readForceConstantsHdf5(join(DATA, folder, 'fc2_compact.hdf5'), { rows });
  const cubic = await readCubicForceConstantsHdf5(join(DATA, folder, 'fc3_compact.hdf5'), { rows });
  return { cells, harmonic: harmonic.constants, cubic: cubic.constants };
}

/** Rocksalt of the reference data: 64 atoms, forces of first principles, charges. */
export async function rocksalt(): Promise<ScatteringCase> {
  const file = await readPhonopyYaml(await opened('phono3py/params/phono3py_params_NaCl222.yaml.xz'));
  const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix);
  const symmetry = findCellSymmetry(cells.supercell);
  const layout = compactRows(cells, symmetry.translations);
  const set = file.displacements as PairDisplacementSet;
  const { harmonic, cubic } = cubicForceConstants(symmetry, set, layout);
  symmetriseHarmonic(harmonic, layout);
  symmetriseCubic(cubic, layout);
  return { cells, harmonic, cubic, polar: { ...file.polar!, method: 'gonze' } };
}

/** A larger primitive cell: quartz of 72 atoms, its force constants springs and random numbers. */
export async function quartz(): Promise<ScatteringCase> {
  const cells = scatteringCells('quartz', [2, 2, 2]);
  const stiffness = (d: number) => [8 * Math.exp(-d), 0.5 * Math.exp(-d)] as const;
  return {
    cells,
    harmonic: springConstants(cells, { reach: 4.5, stiffness }, cells.primitiveToSuper),
    cubic: randomCubic(cells),
  };
}
