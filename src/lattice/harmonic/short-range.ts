import { inverse, rowsTimes } from '../../model/cell.js';
import type { ForceConstants } from '../../model/force-constants.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import type { ShortestVectors } from '../shortest-vectors.js';
import { commensuratePoints } from './brillouin.js';
import { rowsOfPrimitive } from './constant-rows.js';
import type { DipoleSum } from './dipoles.js';

/**
 * Compact force constants from which the dipole-dipole interaction is taken away: its matrices at the wave vectors that
 * are commensurate with the supercell, transformed back to real space.
 */
export function shortRangeConstants(
  cells: PhononCells,
  constants: ForceConstants,
  shortest: ShortestVectors,
  dipoles: DipoleSum,
): ForceConstants {
  const { primitive } = cells;
  const n = primitive.count;
  const count = constants.count;
  const rows = rowsOfPrimitive(cells, constants);
  const points = commensuratePoints(cells);
  const x = rowsTimes(primitive.positions, inverse(primitive.cell));
  const values = new Float64Array(9 * n * count);
  for (let i = 0; i < n; i++) {
    const from = 9 * rows[i] * count;
    values.set(constants.values.subarray(from, from + 9 * count), 9 * i * count);
  }
  const unit = new Float64Array(n).fill(1);
  const matrix = new Float64Array(18 * n * n);
  const total = points.length / 3;
  for (let p = 0; p < points.length; p += 3) {
    matrix.fill(0);
    dipoles.add(points, p, unit, matrix, 0);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < count; k++) {
        const j = shortest.primitiveAtom[k];
        // Any image of k will do: at these wave vectors they all have the same phase.
        const s = 3 * shortest.starts[i * count + k];
        let turns = 0;
        for (let c = 0; c < 3; c++) {
          turns += points[p + c] * (shortest.vectors[s + c] + x[3 * j + c] - x[3 * i + c]);
        }
        const cos = Math.cos(2 * Math.PI * turns) / total;
        const sin = Math.sin(2 * Math.PI * turns) / total;
        const at = 9 * (i * count + k);
        // The real part of X exp(-i turns). Only the lower triangle of X is there: above it, the conjugate transpose.
        const first = j <= i ? 6 * (3 * i * n + j) : 6 * (3 * j * n + i);
        const [down, right, sign] = j <= i ? [6 * n, 2, 1] : [2, 6 * n, -1];
        for (let a = 0; a < 3; a++) {
          for (let b = 0; b < 3; b++) {
            const m = first + a * down + b * right;
            values[at + 3 * a + b] -= matrix[m] * cos + sign * matrix[m + 1] * sin;
          }
        }
      }
    }
  }
  return { count, rows: cells.primitiveToSuper, values };
}
