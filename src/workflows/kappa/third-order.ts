import { join } from 'node:path';
import { writeWhole } from '../../../formats/io/sink.js';
import {
  writeCubicForceConstantsHdf5,
  writeForceConstantsHdf5,
} from '../../../formats/phonopy/force-constants-hdf5.js';
import { writeForces } from '../../../formats/phonopy/forces-fc.js';
import { writePhonopyYaml } from '../../../formats/phonopy/yaml-write.js';
import { formatNamed } from '../../../formats/read.js';
import { type PairOptions, pairDisplacements } from '../../lattice/displacements/pairs.js';
import { cubicForceConstants } from '../../lattice/force-constants/cubic.js';
import { cubicDrift, symmetriseCubic } from '../../lattice/force-constants/cubic-rules.js';
import { compactRows } from '../../lattice/force-constants/rows.js';
import type { PairDisplacementSet } from '../../model/displacements.js';
import type { CubicForceConstants } from '../../model/force-constants.js';
import { createFrame } from '../../model/frame.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import { findCellSymmetry } from '../../symmetry/cell-symmetry.js';
import { type CostEstimate, countKnown, estimateCost, withPairForces } from '../displaced-forces.js';
import type { ForceSource } from '../force-source.js';
import type { LabelJournal } from '../label-journal.js';
import { writeText } from '../phonon-files.js';
import type { PhononModel } from '../phonon-plan.js';
import { type PhononRunListener, phonopyFileOf, secondsOf } from '../phonon-run.js';

/** phono3py's names. */
export const THIRD_ORDER_FILES = {
  displacements: 'phono3py_disp.yaml',
  supercell: 'SPOSCAR_FC3',
  forces: 'FORCES_FC3',
  harmonic: 'fc2.hdf5',
  cubic: 'fc3.hdf5',
} as const;

/** Times that sum rule and symmetry between indices are imposed, in turns; as phono3py 4 */
const LEVEL = 3;

export interface ThirdOrderPlan {
  readonly folder: string;
  readonly pairs: PairOptions;
  readonly symmetrise: boolean;
  readonly isRemote: boolean;
}

export interface ThirdOrderReport {
  readonly cubic: CubicForceConstants;
  /** Supercells with displacements, and of them those whose forces were there already */
  readonly displacements: number;
  readonly known: number;
  readonly atoms: number;
  readonly cost?: CostEstimate;
  /** eV/A^3: largest sums over each index, as calculated and as used */
  readonly drift: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly files: readonly string[];
}

/**
 * Third-order force constants by displacements of pairs of atoms, with phono3py's files; forces that a journal has are
 * not calculated again.
 * @param cells of the third order
 * @param harmonic second-order force constants with their cells, which may be others
 */
export async function thirdOrder(
  cells: PhononCells,
  harmonic: PhononModel,
  plan: ThirdOrderPlan,
  source: ForceSource,
  journal: LabelJournal,
  hear: PhononRunListener,
): Promise<ThirdOrderReport> {
  const { folder } = plan;
  const at = (name: keyof typeof THIRD_ORDER_FILES) => join(folder, THIRD_ORDER_FILES[name]);
  const symmetry = findCellSymmetry(cells.supercell, cells.tolerance);
  const set = pairDisplacements(symmetry, plan.pairs);
  const { supercellMatrix, supercell } = harmonic.cells;
  const isOther = supercellMatrix.some((x, k) => x !== cells.supercellMatrix[k]);
  await writeText(
    at('displacements'),
    writePhonopyYaml({
      ...phonopyFileOf(cells),
      program: 'phono3py',
      ...(isOther && { phonon: { supercellMatrix, supercell: { structure: supercell } } }),
      displacements: set,
    }),
  );
  await writeWhole(
    at('supercell'),
    formatNamed('poscar').write!(one(createFrame(cells.supercell)), { note: () => {} }),
  );
  const { forces, displacements, known, cost } = await pairForces(set, cells, plan, source, journal, hear);
  await writeText(at('forces'), writeForces(forces));
  const layout = compactRows(cells, symmetry.translations);
  const { cubic } = cubicForceConstants(symmetry, forces, layout);
  const before = cubicDrift(cubic, layout);
  if (plan.symmetrise) symmetriseCubic(cubic, layout, LEVEL, 'phonopy');
  const after = cubicDrift(cubic, layout);
  hear.say(
    `third-order force constants: sum rule broken by ${largest(before)} eV/A^3, ` +
      (plan.symmetrise ? `after symmetrising by ${largest(after)}` : 'not symmetrised'),
  );
  await writeForceConstantsHdf5(at('harmonic'), harmonic.constants, {
    primitiveToSuper: harmonic.cells.primitiveToSuper,
  });
  await writeCubicForceConstantsHdf5(at('cubic'), cubic, { primitiveToSuper: cells.primitiveToSuper });
  return {
    cubic,
    displacements,
    known,
    atoms: cells.supercell.count,
    ...(cost && { cost }),
    drift: { before, after },
    files: (Object.keys(THIRD_ORDER_FILES) as (keyof typeof THIRD_ORDER_FILES)[]).map(at),
  };
}

async function pairForces(
  set: PairDisplacementSet,
  { supercell }: PhononCells,
  { isRemote }: ThirdOrderPlan,
  source: ForceSource,
  journal: LabelJournal,
  hear: PhononRunListener,
): Promise<{ forces: PairDisplacementSet; displacements: number; known: number; cost?: CostEstimate }> {
  const { known, total } = countKnown(set, supercell, journal);
  const left = total - known;
  const cost = left > 0 && !isRemote ? await estimateCost(set, supercell, source) : undefined;
  hear.say(
    `third order: ${total} supercells of ${supercell.count} atoms` +
      (known > 0 ? `, ${known} of them calculated before` : '') +
      (cost ? `, ${secondsOf(cost.each)} each: about ${secondsOf(cost.each * left)} on this machine` : ''),
  );
  const forces = await withPairForces(set, supercell, source, {
    journal,
    progress: (done) => {
      if (done > known) hear.forces(done - known, left);
    },
  });
  return { forces, displacements: total, known, ...(cost && { cost }) };
}

async function* one<T>(item: T): AsyncGenerator<T> {
  yield item;
}

function largest(values: readonly number[]): string {
  return Math.max(...values.map(Math.abs)).toExponential(1);
}
