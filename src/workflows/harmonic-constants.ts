import { cutHarmonic } from '../lattice/force-constants/cut.js';
import { expandHarmonic, selectRows } from '../lattice/force-constants/expand.js';
import { harmonicForceConstants } from '../lattice/force-constants/harmonic.js';
import { harmonicDrift, symmetriseHarmonic } from '../lattice/force-constants/harmonic-rules.js';
import { projectHarmonic } from '../lattice/force-constants/projection.js';
import { compactRows, fullRows } from '../lattice/force-constants/rows.js';
import { fitHarmonic } from '../lattice/force-constants/snapshots.js';
import type { DisplacementSet } from '../model/displacements.js';
import type { ForceConstants } from '../model/force-constants.js';
import type { PhononCells } from '../model/phonon-cells.js';
import type { CellSymmetry } from '../symmetry/cell-symmetry.js';

export interface HarmonicConstantsPlan {
  /** Rows of the primitive cell's atoms, or of all */
  readonly rows: 'compact' | 'full';
  /**
   * The sum rule and the symmetry between indices: 'shares' takes the drift off all pairs alike (phonopy 4), 'own' off
   * each atom's own tensor (phonopy's --fc-symmetry), 'none' leaves both as they come.
   */
  readonly symmetrise: 'shares' | 'own' | 'none';
  /** A, pairs farther apart have none */
  readonly cutoff?: number;
  /** By least squares under all symmetries, also where single atoms are displaced; snapshots always are */
  readonly fit?: boolean;
}

export interface HarmonicConstants {
  readonly constants: ForceConstants;
  /** eV/A^2, largest sums over the first and the second index before they were symmetrised */
  readonly drift: readonly [number, number];
}

/**
 * Second-order force constants from displacements with their forces, or from those that are there already.
 * @param symmetry of the supercell
 * @throws PhonolinkError where forces are missing, too few, or not of this supercell
 */
export function harmonicConstants(
  cells: PhononCells,
  symmetry: CellSymmetry,
  from: DisplacementSet | ForceConstants,
  { rows, symmetrise, cutoff, fit = false }: HarmonicConstantsPlan,
): HarmonicConstants {
  const { count } = cells.supercell;
  const layout = rows === 'full' ? fullRows(count) : compactRows(cells, symmetry.translations);
  let constants: ForceConstants;
  if ('values' in from) constants = withRows(cells, symmetry, from, rows);
  else if (from.kind === 'snapshots' || fit) constants = fitHarmonic(symmetry, from, layout);
  else constants = harmonicForceConstants(symmetry, from, layout);
  if (cutoff !== undefined) cutHarmonic(constants, cells.supercell, cutoff);
  const drift = harmonicDrift(constants, layout);
  if (symmetrise === 'shares') projectHarmonic(constants, layout);
  if (symmetrise === 'own') symmetriseHarmonic(constants, layout, 1, 'phonopy');
  return { constants, drift };
}

/** A copy with the rows that are asked for. */
function withRows(
  cells: PhononCells,
  symmetry: CellSymmetry,
  given: ForceConstants,
  rows: 'compact' | 'full',
): ForceConstants {
  const isFull = given.rows.length === given.count;
  if (rows === 'full' && !isFull) return expandHarmonic(given, compactRows(cells, symmetry.translations));
  if (rows === 'compact' && isFull) return selectRows(given, cells.primitiveToSuper);
  return { ...given, values: given.values.slice() };
}
