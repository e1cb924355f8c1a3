import { readForces } from '../../formats/phonopy/forces-fc.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import type { CpuDevice } from '../../src/device/cpu.js';
import { buildPhononCells } from '../../src/lattice/cells.js';
import type { PairDisplacementSet } from '../../src/model/displacements.js';
import { findCellSymmetry } from '../../src/symmetry/cell-symmetry.js';
import { cubicConstants } from '../../src/workflows/cubic-constants.js';
import { type ConductivityResult, conductivityOf } from '../../src/workflows/kappa/conductivity.js';
import type { AnharmonicModel, ConductivityPlan } from '../../src/workflows/kappa/plan.js';
import { scatterAll } from '../../src/workflows/kappa/scatter-all.js';
import { type ScatteringGrid, scatteringGrid } from '../../src/workflows/kappa/scattering.js';
import { opened } from './phonopy-files.js';
import { rocksalt, type ScatteringCase, silicon } from './scattering-cases.js';

/** Crystals of the reference data with the force constants that phono3py 2 has of their forces. */
export const CRYSTALS = { 'Si-PBEsol': silicon, NaCl222: rocksalt } as const;
export type CrystalName = keyof typeof CRYSTALS;

export function anharmonic({ cells, harmonic, cubic, polar }: ScatteringCase): AnharmonicModel {
  return { cells, constants: harmonic, cubicCells: cells, cubic, ...(polar && { polar }) };
}

/** The same crystals with force constants of forces, sum rules and symmetry of indices imposed so many times. */
export async function ofForces(
  name: CrystalName,
  { rows, level }: { rows: 'compact' | 'full'; level: number },
): Promise<AnharmonicModel> {
  const isSilicon = name === 'Si-PBEsol';
  const path = isSilicon ? 'Si-PBEsol/phono3py_disp.yaml' : 'params/phono3py_params_NaCl222.yaml.xz';
  const file = await readPhonopyYaml(await opened(`phono3py/${path}`));
  const cells = buildPhononCells(file.unitCell!.structure, file.supercellMatrix!, file.primitiveMatrix);
  const displaced = file.displacements as PairDisplacementSet;
  const set = isSilicon
    ? await readForces(await opened('phono3py/Si-PBEsol/FORCES_FC3'), displaced)
    : displaced;
  const symmetry = findCellSymmetry(cells.supercell);
  const levels = { second: level, third: level };
  const { harmonic, cubic } = cubicConstants({ cells, symmetry }, set, { rows, levels });
  return anharmonic({
    cells,
    harmonic,
    cubic,
    ...(file.polar && { polar: { ...file.polar, method: 'gonze' } }),
  });
}

/** Of the first of a plan's widths. */
export async function conductivityBy(
  model: AnharmonicModel,
  plan: ConductivityPlan,
  device: CpuDevice,
): Promise<ConductivityResult & { prepared: ScatteringGrid }> {
  const prepared = scatteringGrid(model, plan, device);
  const { points } = await scatterAll(prepared, model, plan, device);
  return { prepared, ...conductivityOf(prepared, model, plan, points!, 0, device) };
}
