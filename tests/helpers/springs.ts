import { heights } from '../../src/model/cell.js';
import type { ForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { Structure } from '../../src/model/structure.js';

/** Springs between atoms: stiffness along and across the line between two of a distance, eV/A^2. */
export interface Springs {
  /** A */
  readonly reach: number;
  readonly stiffness: (distance: number, kinds: readonly [number, number]) => readonly [number, number];
}

/** [3][3] force constants of a pair, -k r r / r^2 - t (1 - r r / r^2), and the vector between them. */
export type PairVisitor = (j: number, vector: readonly number[], constants: readonly number[]) => void;

/** Every neighbour of an atom within reach, periodic images one by one. */
export function neighboursOf(structure: Structure, i: number, springs: Springs, visit: PairVisitor): void {
  const { cell, positions, kinds, count } = structure;
  const most = Array.from(heights(cell), (h) => Math.ceil(springs.reach / h) + 1);
  for (let j = 0; j < count; j++) {
    for (let a = -most[0]; a <= most[0]; a++) {
      for (let b = -most[1]; b <= most[1]; b++) {
        for (let c = -most[2]; c <= most[2]; c++) {
          const v = [0, 1, 2].map(
            (k) =>
              positions[3 * j + k] - positions[3 * i + k] + a * cell[k] + b * cell[3 + k] + c * cell[6 + k],
          );
          const d = Math.hypot(...v);
          if (d < 1e-6 || d > springs.reach) continue;
          const [along, across] = springs.stiffness(d, [kinds[i], kinds[j]]);
          visit(
            j,
            v,
            [0, 1, 2, 3, 4, 5, 6, 7, 8].map((k) => {
              const rr = (v[Math.floor(k / 3)] * v[k % 3]) / (d * d);
              return -along * rr - across * ((k % 4 === 0 ? 1 : 0) - rr);
            }),
          );
        }
      }
    }
  }
}

/** Force constants of a supercell with springs; images of an atom act on it together, as in a real calculation. */
export function springConstants(
  cells: PhononCells,
  springs: Springs,
  rows: Int32Array = Int32Array.from({ length: cells.supercell.count }, (_, i) => i),
): ForceConstants {
  const { supercell } = cells;
  const { count } = supercell;
  const values = new Float64Array(9 * rows.length * count);
  rows.forEach((i, r) => {
    neighboursOf(supercell, i, springs, (j, _v, constants) => {
      for (let k = 0; k < 9; k++) {
        values[9 * (r * count + j) + k] += constants[k];
        // No force when all move together.
        values[9 * (r * count + i) + k] -= constants[k];
      }
    });
  });
  return { count, rows, values };
}

/**
 * Dynamical matrix [3n][3n][2] of an endless crystal with springs, term by term from the definition, phases at the
 * atoms' places.
 * @param q [3] fractions
 */
export function springMatrix(primitive: Structure, springs: Springs, q: ArrayLike<number>): Float64Array {
  const n = primitive.count;
  const out = new Float64Array(18 * n * n);
  const { masses } = primitive;
  const wave = waveVector(primitive, q);
  for (let i = 0; i < n; i++) {
    neighboursOf(primitive, i, springs, (j, v, constants) => {
      const turns = 2 * Math.PI * (v[0] * wave[0] + v[1] * wave[1] + v[2] * wave[2]);
      for (let k = 0; k < 9; k++) {
        const [a, b] = [Math.floor(k / 3), k % 3];
        const at = 2 * ((3 * i + a) * 3 * n + 3 * j + b);
        const weight = constants[k] / Math.sqrt(masses[i] * masses[j]);
        out[at] += weight * Math.cos(turns);
        out[at + 1] += weight * Math.sin(turns);
        out[2 * ((3 * i + a) * 3 * n + 3 * i + b)] -= constants[k] / masses[i];
      }
    });
  }
  return out;
}

/** [3] 1/A, without 2 pi. */
function waveVector({ cell }: Structure, q: ArrayLike<number>): number[] {
  const cross = (p: number, r: number) => [
    cell[p + 1] * cell[r + 2] - cell[p + 2] * cell[r + 1],
    cell[p + 2] * cell[r] - cell[p] * cell[r + 2],
    cell[p] * cell[r + 1] - cell[p + 1] * cell[r],
  ];
  const reciprocal = [cross(3, 6), cross(6, 0), cross(0, 3)];
  const size = cell[0] * reciprocal[0][0] + cell[1] * reciprocal[0][1] + cell[2] * reciprocal[0][2];
  return [0, 1, 2].map((c) => reciprocal.reduce((sum, v, k) => sum + (q[k] * v[c]) / size, 0));
}
