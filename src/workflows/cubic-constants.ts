import { cubicForceConstants } from '../lattice/force-constants/cubic.js';
import { symmetriseCubic } from '../lattice/force-constants/cubic-rules.js';
import { harmonicForceConstants } from '../lattice/force-constants/harmonic.js';
import { symmetriseHarmonic } from '../lattice/force-constants/harmonic-rules.js';
import { compactRows, fullRows, type RowLayout } from '../lattice/force-constants/rows.js';
import { fitHarmonic } from '../lattice/force-constants/snapshots.js';
import { shiftSymmetry } from '../lattice/shift-symmetry.js';
import type { DisplacementSet, PairDisplacementSet } from '../model/displacements.js';
import type { CubicForceConstants, ForceConstants } from '../model/force-constants.js';
import type { PhononCells } from '../model/phonon-cells.js';
import type { CellSymmetry } from '../symmetry/cell-symmetry.js';

/** Cells with the symmetry of their supercell. */
export interface SymmetricCells {
  readonly cells: PhononCells;
  readonly symmetry: CellSymmetry;
}

export interface CubicConstantsPlan {
  /** Rows of the primitive cell's atoms, or of all */
  readonly rows: 'compact' | 'full';
  /**
   * How many times phono3py's sum rules and symmetry between indices are imposed: 1 up to version 3.17, 3 since; 0 leaves
   * force constants as they come
   */
  readonly levels: { readonly second: number; readonly third: number };
}

/**
 * Third-order force constants of pairs of displacements, and those of second order that the first displacements give.
 * @throws PhonolinkError where forces are missing, too few, or not of this supercell
 */
export function cubicConstants(
  { cells, symmetry }: SymmetricCells,
  set: PairDisplacementSet,
  { rows, levels }: CubicConstantsPlan,
): { harmonic: ForceConstants; cubic: CubicForceConstants } {
  const layout = layoutOf(cells, rows);
  const { harmonic, cubic } = cubicForceConstants(symmetry, set, layout);
  symmetriseCubic(cubic, layout, levels.third, 'phonopy');
  if (levels.second > 0) symmetriseHarmonic(harmonic, layout, levels.second, 'phonopy');
  return { harmonic, cubic };
}

/**
 * Second-order force constants beside third-order ones: of single displacements, of the first ones of pairs, or by
 * least squares of random ones, which have all symmetries already.
 * @throws PhonolinkError where forces are missing, too few, or not of this supercell
 */
export function harmonicBesideCubic(
  { cells, symmetry }: SymmetricCells,
  set: DisplacementSet | PairDisplacementSet,
  { rows, levels }: CubicConstantsPlan,
): ForceConstants {
  const layout = layoutOf(cells, rows);
  if (set.kind === 'snapshots') return fitHarmonic(symmetry, set, layout);
  const { count, entries } = set;
  const harmonic = harmonicForceConstants(symmetry, { count, entries }, layout);
  if (levels.second > 0) symmetriseHarmonic(harmonic, layout, levels.second, 'phonopy');
  return harmonic;
}

/** The layout of force constants: compact, or full where every atom has a row. */
export function layoutOf(cells: PhononCells, rows: 'compact' | 'full'): RowLayout {
  if (rows === 'full') return fullRows(cells.supercell.count);
  // Shifts by primitive lattice vectors are there even where symmetry is not to be used.
  return compactRows(cells, shiftSymmetry(cells).translations);
}
