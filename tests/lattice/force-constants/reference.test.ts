import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readForceConstants } from '../../../formats/phonopy/force-constants.js';
import {
  readCubicForceConstantsHdf5,
  readForceConstantsHdf5,
} from '../../../formats/phonopy/force-constants-hdf5.js';
import { readForceSets } from '../../../formats/phonopy/force-sets.js';
import { readForces } from '../../../formats/phonopy/forces-fc.js';
import { readPhonopyYaml } from '../../../formats/phonopy/yaml.js';
import { buildPhononCells } from '../../../src/lattice/cells.js';
import { cubicForceConstants } from '../../../src/lattice/force-constants/cubic.js';
import { symmetriseCubic } from '../../../src/lattice/force-constants/cubic-rules.js';
import { harmonicForceConstants } from '../../../src/lattice/force-constants/harmonic.js';
import { symmetriseHarmonic } from '../../../src/lattice/force-constants/harmonic-rules.js';
import { compactRows, fullRows } from '../../../src/lattice/force-constants/rows.js';
import { findCellSymmetry } from '../../../src/symmetry/cell-symmetry.js';
import { opened } from '../../helpers/phonopy-files.js';
import { DATA, withoutData } from '../../helpers/shared-data.js';
import { difference } from './helpers.js';

/** The same sums of up to some hundred terms in another order, and 15 decimals of numbers near 10 in print. */
const ROUNDING = 1e-13;

async function read(folder: string, file: string) {
  const yaml = await readPhonopyYaml(await opened(join(folder, file)));
  const cells = buildPhononCells(yaml.unitCell!.structure, yaml.supercellMatrix!, yaml.primitiveMatrix!);
  return { yaml, cells, symmetry: findCellSymmetry(cells.supercell) };
}

describe.skipIf(withoutData)(
  'force constants from forces of first principles are those of the programs',
  () => {
    it.each(['NaCl', 'ZnO'])('phonopy 2.17, %s', async (name) => {
      const folder = join(DATA, 'phonopy', name);
      const { cells, symmetry } = await read(folder, 'phonopy_disp.yaml');
      const set = await readForceSets(await opened(join(folder, 'FORCE_SETS')));
      if (set.kind !== 'atoms') throw new Error('displacements of single atoms are expected');
      const full = harmonicForceConstants(symmetry, set, fullRows(set.count));
      const printed = await readForceConstants(await opened(join(folder, 'FORCE_CONSTANTS')));
      expect(difference(full.values, printed.values)).toBeLessThan(ROUNDING);
      const compact = harmonicForceConstants(symmetry, set, compactRows(cells, symmetry.translations));
      const { constants } = await readForceConstantsHdf5(join(folder, 'force_constants.hdf5'));
      expect(difference(compact.values, constants.values)).toBeLessThan(ROUNDING);
    });

    it('phono3py 2.5.1, Si, sum rules and symmetry between indices imposed once on compact constants', async () => {
      const folder = join(DATA, 'phono3py', 'Si-PBEsol');
      const { yaml, cells, symmetry } = await read(folder, 'phono3py_disp.yaml');
      const given = yaml.displacements!;
      if (given.kind !== 'pairs') throw new Error('displacements of pairs are expected');
      const set = await readForces(await opened(join(folder, 'FORCES_FC3')), given);
      const layout = compactRows(cells, symmetry.translations);
      const { harmonic, cubic } = cubicForceConstants(symmetry, set, layout);
      symmetriseHarmonic(harmonic, layout, 1, 'phonopy');
      symmetriseCubic(cubic, layout, 1, 'phonopy');
      const fc2 = await readForceConstantsHdf5(join(folder, 'fc2_compact.hdf5'));
      const fc3 = await readCubicForceConstantsHdf5(join(folder, 'fc3_compact.hdf5'));
      expect(difference(harmonic.values, fc2.constants.values)).toBeLessThan(ROUNDING);
      expect(difference(cubic.values, fc3.constants.values)).toBeLessThan(ROUNDING);
    });
  },
);
