import { inverse } from '../../src/model/cell.js';
import { completeCell } from '../../src/model/structure.js';
import type { NeighbourList } from '../../src/neighbours/list.js';

export interface Atoms {
  positions: Float64Array;
  cell: Float64Array;
  periodic: readonly [boolean, boolean, boolean];
}

/** A pair as text: i, j, and the lattice vectors added to j's own position. */
export type Pair = string;

/**
 * All pairs within the cutoff by trying every image that could count, without cells, wrapping or reduction. The
 * difference of two fractions along k, plus n_k, times the height of the cell, is at most the cutoff.
 */
export function bruteForcePairs({ positions, cell, periodic }: Atoms, cutoff: number): Set<Pair> {
  const pairs = new Set<Pair>();
  const count = positions.length / 3;
  const rows = Float64Array.from(cell, (x, i) => (periodic[Math.floor(i / 3)] ? x : 0));
  const inv = inverse(completeCell(rows));
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const d = [0, 1, 2].map((c) => positions[3 * j + c] - positions[3 * i + c]);
      const [lows, highs] = [
        [0, 0, 0],
        [0, 0, 0],
      ];
      for (let k = 0; k < 3; k++) {
        if (!periodic[k]) continue;
        const fraction = d[0] * inv[k] + d[1] * inv[3 + k] + d[2] * inv[6 + k];
        const reach = cutoff * Math.hypot(inv[k], inv[3 + k], inv[6 + k]);
        lows[k] = Math.floor(-reach - fraction);
        highs[k] = Math.ceil(reach - fraction);
      }
      for (let a = lows[0]; a <= highs[0]; a++) {
        for (let b = lows[1]; b <= highs[1]; b++) {
          for (let c = lows[2]; c <= highs[2]; c++) {
            if (i === j && a === 0 && b === 0 && c === 0) continue;
            const x = d[0] + a * rows[0] + b * rows[3] + c * rows[6];
            const y = d[1] + a * rows[1] + b * rows[4] + c * rows[7];
            const z = d[2] + a * rows[2] + b * rows[5] + c * rows[8];
            if (Math.sqrt(x * x + y * y + z * z) < cutoff) pairs.add(`${i} ${j} ${a} ${b} ${c}`);
          }
        }
      }
    }
  }
  return pairs;
}

/**
 * The pairs of a list within the cutoff, in the same form: the lattice vectors are found from the pair vector, so that
 * a wrong vector is a wrong pair. Throws where a pair is listed twice.
 */
export function listedPairs(
  list: NeighbourList,
  { positions, cell, periodic }: Atoms,
  cutoff: number,
): Set<Pair> {
  const rows = Float64Array.from(cell, (x, i) => (periodic[Math.floor(i / 3)] ? x : 0));
  const inv = inverse(completeCell(rows));
  const pairs = new Set<Pair>();
  for (let i = 0; i < list.count; i++) {
    for (let k = list.first[i]; k < list.first[i + 1]; k++) {
      const p = list.neighbours[k];
      const j = list.owners[p];
      const r = [0, 1, 2].map((c) => list.points[3 * p + c] - list.points[3 * i + c]);
      if (!(Math.hypot(...r) < cutoff)) continue;
      const rest = r.map((x, c) => x - (positions[3 * j + c] - positions[3 * i + c]));
      const shift = [0, 1, 2].map((c) => rest[0] * inv[c] + rest[1] * inv[3 + c] + rest[2] * inv[6 + c]);
      const whole = shift.map((x) => Math.round(x) + 0);
      if (shift.some((x, c) => Math.abs(x - whole[c]) > 1e-6)) throw new Error(`no lattice vector: ${shift}`);
      const pair = `${i} ${j} ${whole.join(' ')}`;
      if (pairs.has(pair)) throw new Error(`pair ${pair} is listed twice`);
      pairs.add(pair);
    }
  }
  return pairs;
}
