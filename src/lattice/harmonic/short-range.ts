import { inverse, rowsTimes } from '../../model/cell.js';
import type { ForceConstants } from '../../model/force-constants.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import type { ShortestVectors } from '../shortest-vectors.js';
import { commensuratePoints } from './brillouin.js';
import { rowsOfPrimitive } from './constant-rows.js';
import type { DipoleSum } from './dipoles.js';

/** Of commensurate points, fractions of whole numbers that are much farther apart */
const SAME = 1e-9;

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
  const atoms = constants.count;
  const rows = rowsOfPrimitive(cells, constants);
  const points = commensuratePoints(cells);
  const x = rowsTimes(primitive.positions, inverse(primitive.cell));
  const values = new Float64Array(9 * n * atoms);
  for (let i = 0; i < n; i++) {
    const from = 9 * rows[i] * atoms;
    values.set(constants.values.subarray(from, from + 9 * atoms), 9 * i * atoms);
  }
  const unit = new Float64Array(n).fill(1);
  const matrix = new Float64Array(18 * n * n);
  const total = points.length / 3;
  const counts = countsOf(points);
  for (let p = 0; p < points.length; p += 3) {
    const count = counts[p / 3];
    if (count === 0) continue;
    matrix.fill(0);
    dipoles.add(points, p, unit, matrix, 0);
    for (let i = 0; i < n; i++) {
      for (let k = 0; k < atoms; k++) {
        const j = shortest.primitiveAtom[k];
        // Any image of k will do: at these wave vectors they all have the same phase.
        const s = 3 * shortest.starts[i * atoms + k];
        let turns = 0;
        for (let c = 0; c < 3; c++) {
          turns += points[p + c] * (shortest.vectors[s + c] + x[3 * j + c] - x[3 * i + c]);
        }
        const cos = (Math.cos(2 * Math.PI * turns) * count) / total;
        const sin = (Math.sin(2 * Math.PI * turns) * count) / total;
        const at = 9 * (i * atoms + k);
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
  return { count: atoms, rows: cells.primitiveToSuper, values };
}

/**
 * [p] how often each point counts: matrices at q and -q are conjugates and give the same, so one of such two counts twice
 * and the other not at all.
 */
function countsOf(points: Float64Array): Uint8Array {
  const total = points.length / 3;
  const counts = new Uint8Array(total).fill(1);
  for (let p = 0; p < total; p++) {
    for (let q = p + 1; q < total && counts[p] === 1; q++) {
      const [a, b] = [3 * p, 3 * q];
      if (Math.abs(points[a] + points[b]) > SAME) continue;
      if (Math.abs(points[a + 1] + points[b + 1]) > SAME) continue;
      if (Math.abs(points[a + 2] + points[b + 2]) > SAME) continue;
      counts[p] = 2;
      counts[q] = 0;
    }
  }
  return counts;
}
