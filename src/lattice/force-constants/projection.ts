import type { ForceConstants } from '../../model/force-constants.js';
import { averageTransposes, removeColumnDrift, removeRowDrift } from './harmonic-rules.js';
import type { RowLayout } from './rows.js';

/**
 * Replaces second-order force constants, in place, by the nearest (the sum of squares of the changes is the least) that
 * have the symmetry between indices and obey the acoustic sum rule. With T the projector on shifts of all atoms and S
 * the mean of F and its transpose it is (1 - T) S (1 - T): every pair bears an equal share of the drift. Symmetry of
 * the crystal is kept where there is one. phonopy 4 does this by the projector of symfc (Seko and Togo, Phys. Rev. B
 * 110, 214302, 2024).
 */
export function projectHarmonic(fc: ForceConstants, layout: RowLayout): void {
  averageTransposes(fc, layout);
  removeColumnDrift(fc, layout);
  removeRowDrift(fc);
}
