import { harmonicDisplacements } from '../lattice/displacements/harmonic.js';
import { PAIR_DISTANCE, pairDisplacements } from '../lattice/displacements/pairs.js';
import { cubicForceConstants } from '../lattice/force-constants/cubic.js';
import {
  type CubicResponse,
  quarticForceConstants,
  requireRoomForQuartic,
} from '../lattice/force-constants/quartic.js';
import { projectQuartic } from '../lattice/force-constants/quartic-rules.js';
import { fullRows, type RowLayout } from '../lattice/force-constants/rows.js';
import type { CubicForceConstants, QuarticForceConstants } from '../model/force-constants.js';
import { type Structure, withPositions } from '../model/structure.js';
import { type CellSymmetry, findCellSymmetry } from '../symmetry/cell-symmetry.js';
import { withPairForces } from './displaced-forces.js';
import type { ForceSource } from './force-source.js';
import type { LabelJournal } from './label-journal.js';

export interface QuarticOptions {
  /** A, of each of the three displacements */
  readonly distance?: number;
  /** Keeps every result as it comes; those of an earlier run are not calculated again. */
  readonly journal?: LabelJournal;
  /** Imposes the sum rule and the symmetry between indices (`projectQuartic`) */
  readonly symmetrise?: boolean;
  /** Told after each displacement of a first atom, the supercell at rest among them */
  readonly progress?: (done: number, total: number) => void;
}

/**
 * Fourth-order force constants of a small supercell, from forces with three atoms displaced: third-order ones of the
 * supercell at rest and of each in which one atom is displaced, by the symmetry that is left there.
 * @param symmetry of the supercell
 * @throws PhonolinkError where the source does not know the atoms, or there is no room
 */
export async function quarticFromForces(
  symmetry: CellSymmetry,
  source: ForceSource,
  layout: RowLayout,
  { distance = PAIR_DISTANCE, journal, symmetrise = false, progress }: QuarticOptions = {},
): Promise<QuarticForceConstants> {
  const { structure, tolerance } = symmetry;
  requireRoomForQuartic(structure.count, layout.rows.length);
  const { entries } = harmonicDisplacements(symmetry, { diagonal: false, distance });
  const cubicOf = async (cell: CellSymmetry): Promise<CubicForceConstants> => {
    const set = await withPairForces(pairDisplacements(cell, { distance }), cell.structure, source, {
      journal,
    });
    return cubicForceConstants(cell, set, fullRows(structure.count)).cubic;
  };
  const atRest = await cubicOf(symmetry);
  progress?.(1, entries.length + 1);
  const responses: CubicResponse[] = [];
  for (const { atom, displacement } of entries) {
    const displaced = moved(structure, atom, displacement);
    responses.push({ atom, displacement, cubic: await cubicOf(findCellSymmetry(displaced, tolerance)) });
    progress?.(responses.length + 1, entries.length + 1);
  }
  const quartic = quarticForceConstants(symmetry, atRest, responses, layout);
  if (symmetrise) projectQuartic(quartic, layout);
  return quartic;
}

function moved(structure: Structure, atom: number, displacement: ArrayLike<number>): Structure {
  const positions = structure.positions.slice();
  for (let k = 0; k < 3; k++) positions[3 * atom + k] += displacement[k];
  return withPositions(structure, positions);
}
