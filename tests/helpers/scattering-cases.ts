import { join } from 'node:path';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
} from '../../formats/phonopy/force-constants-hdf5.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import type { CubicForceConstants, ForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import { opened } from './phonopy-files.js';
import { DATA } from './shared-data.js';

/** Silicon of the reference data: 64 atoms, forces of first principles. */
export async function silicon(): Promise<{
  cells: PhononCells;
  harmonic: ForceConstants;
  cubic: CubicForceConstants;
}> {
  const folder = 'phono3py/Si-PBEsol';
  const file = await readPhonopyYaml(await opened(`${folder}/phono3py_disp.yaml`));
  const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix);
  const rows = cells.primitiveToSuper;
  const harmonic = await readForceConstantsHdf5(join(DATA, folder, 'fc2_compact.hdf5'), { rows });
  const cubic = await readCubicForceConstantsHdf5(join(DATA, folder, 'fc3_compact.hdf5'), { rows });
  return { cells, harmonic: harmonic.constants, cubic: cubic.constants };
}
