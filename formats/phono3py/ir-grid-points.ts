import { inverse, transpose } from '../../src/model/cell.js';
import type { PhononGrid } from '../../src/model/phonon-grid.js';
import { fixed } from '../io/fixed.js';

/**
 * Pieces of ir_grid_points.yaml, as phono3py writes it.
 * @param cell [9] A, rows, of the primitive cell
 * @param points [q] BZ points
 * @param weights [q]
 * @param microzone [9] 1/A, vectors of the grid's own cell as columns; those of the reciprocal cell by the mesh's numbers
 *   where absent
 */
export function* writeIrreducibleYaml(
  grid: PhononGrid,
  cell: ArrayLike<number>,
  points: ArrayLike<number>,
  weights: ArrayLike<number>,
  microzone?: ArrayLike<number>,
): Generator<string> {
  const reciprocal = inverse(cell);
  const small = microzone ?? reciprocal.map((x, e) => x / grid.diagonal[e % 3]);
  yield `mesh: [ ${grid.diagonal.join(', ')} ]\n`;
  yield `reciprocal_lattice:\n${vectors(reciprocal)}`;
  yield `microzone_lattice:\n${vectors(small)}`;
  yield `num_reduced_ir_grid_points: ${points.length}\n`;
  yield 'ir_grid_points:  # [address, weight]\n';
  for (let k = 0; k < points.length; k++) {
    const at = 3 * points[k];
    const address = Array.from(grid.addresses.subarray(at, at + 3), (x) => String(x).padStart(12));
    const q = Array.from(grid.points.subarray(at, at + 3), (x) => fixed(x, 12, 7));
    yield `- grid_point: ${points[k]}\n  weight: ${weights[k]}\n`;
    yield `  grid_address: [ ${address.join(', ')} ]\n  q-point:      [ ${q.join(', ')} ]\n`;
  }
}

/** Columns of a matrix, one a line. */
function vectors(matrix: ArrayLike<number>): string {
  const rows = transpose(matrix);
  return ['a*', 'b*', 'c*']
    .map((axis, k) => {
      const row = Array.from(rows.subarray(3 * k, 3 * k + 3), (x) => fixed(x, 12, 8));
      return `- [ ${row.join(', ')} ] # ${axis}\n`;
    })
    .join('');
}
