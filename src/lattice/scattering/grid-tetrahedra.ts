import { inverse, product } from '../../model/cell.js';
import type { PhononGrid } from '../../model/phonon-grid.js';
import { multiply, transposed } from '../../symmetry/integer-matrix.js';
import { tetrahedraOf } from '../harmonic/tetrahedra.js';
import { zonePoint } from './grid.js';

/** Tetrahedra that meet at a point of a grid, by the points that are their other corners. */
export interface GridTetrahedra {
  /** [v][3] steps of addresses from the point; the first is none, and each has its opposite among them */
  readonly steps: Int32Array;
  /** [v] which step is the opposite of each */
  readonly opposite: Int32Array;
  /** [k][3] steps to the three corners beside the point */
  readonly corners: Int32Array;
}

/**
 * The 24 tetrahedra around a point, each cell of the grid cut into six along its shortest diagonal.
 * @param operations on addresses, where the weights are to have the crystal's symmetry: the tetrahedra that they take
 *   the 24 to count as well (phono3py's --symmetrize-tetrahedra)
 */
export function gridTetrahedra(
  grid: PhononGrid,
  operations: readonly ArrayLike<number>[] = [],
): GridTetrahedra {
  const { steps, centres } = addressTetrahedra(grid);
  const sets = new Map<string, number[][][]>();
  for (const operation of [[1, 0, 0, 0, 1, 0, 0, 0, 1], ...operations]) {
    const turned = Array.from(centres, (centre, k) =>
      [0, 1, 2, 3]
        .filter((corner) => corner !== centre)
        .map((corner) => moved(operation, steps.subarray(12 * k + 3 * corner, 12 * k + 3 * corner + 3))),
    );
    const key = turned
      .map((tetrahedron) =>
        tetrahedron
          .map((step) => step.join())
          .sort()
          .join(' '),
      )
      .sort()
      .join(';');
    if (!sets.has(key)) sets.set(key, turned);
  }
  const numbers = new Map<string, number>([['0,0,0', 0]]);
  const numberOf = (step: number[]) => {
    const key = step.join();
    if (!numbers.has(key)) numbers.set(key, numbers.size);
    return numbers.get(key)!;
  };
  const corners = [...sets.values()].flat(2).map(numberOf);
  const all = [...numbers.keys()].map((key) => key.split(',').map(Number));
  for (const step of all) numberOf(step.map((x) => 0 - x));
  const found = [...numbers.keys()].map((key) => key.split(',').map(Number));
  return {
    steps: Int32Array.from(found.flat()),
    opposite: Int32Array.from(found, (step) => numberOf(step.map((x) => 0 - x))),
    corners: Int32Array.from(corners),
  };
}

/** The 24 tetrahedra around a point: [24][4][3] steps of addresses, and [24] which corner is the point. */
export function addressTetrahedra({ cell, diagonal, left, right }: PhononGrid): {
  readonly steps: Int32Array;
  readonly centres: Uint8Array;
} {
  // Steps along the vectors of the grid's own cell, reciprocal Q D^-1 P, are P times themselves in addresses.
  const columns = product(
    inverse(cell),
    product(
      Float64Array.from(right, (x, e) => x / diagonal[e % 3]),
      left,
    ),
  );
  const { steps, centres } = tetrahedraOf(columns);
  const rows = transposed(left);
  const out = new Int32Array(steps.length);
  for (let s = 0; s < steps.length; s += 9) out.set(multiply(steps.subarray(s, s + 9), rows), s);
  return { steps: out, centres };
}

/** [m][v] the BZ points that the steps lead to from each. */
export function neighboursOf(grid: PhononGrid, { steps }: GridTetrahedra): Int32Array {
  const { addresses: x } = grid;
  const width = steps.length / 3;
  const out = new Int32Array((x.length / 3) * width);
  for (let p = 0, at = 0; p < x.length; p += 3) {
    for (let s = 0; s < steps.length; s += 3) {
      out[at++] = zonePoint(grid, x[p] + steps[s], x[p + 1] + steps[s + 1], x[p + 2] + steps[s + 2]);
    }
  }
  return out;
}

function moved(m: ArrayLike<number>, v: ArrayLike<number>): number[] {
  return [0, 3, 6].map((i) => m[i] * v[0] + m[i + 1] * v[1] + m[i + 2] * v[2] + 0);
}
