import { heights } from '../../../src/model/cell.js';
import type { Structure } from '../../../src/model/structure.js';
import type { NeighbourList } from '../../../src/neighbours/list.js';

/** A neighbour list by going through all images: slow, and plain to see that it is right. */
export function bruteForceList(
  structure: Pick<Structure, 'count' | 'positions' | 'cell' | 'periodic'>,
  cutoff: number,
): NeighbourList {
  const { count, positions, cell, periodic } = structure;
  const spread = fractionalSpread(structure);
  const reach = [0, 1, 2].map((k) => (periodic[k] ? Math.ceil(cutoff / heights(cell)[k] + spread[k]) : 0));
  const points = Array.from(positions);
  const owners = Array.from({ length: count }, (_, i) => i);
  const first = [0];
  const neighbours: number[] = [];
  const images = new Map<string, number>();
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      for (let a = -reach[0]; a <= reach[0]; a++)
        for (let b = -reach[1]; b <= reach[1]; b++)
          for (let c = -reach[2]; c <= reach[2]; c++) {
            if (i === j && a === 0 && b === 0 && c === 0) continue;
            const at = [0, 1, 2].map(
              (u) => positions[3 * j + u] + a * cell[u] + b * cell[3 + u] + c * cell[6 + u],
            );
            const d = Math.hypot(...at.map((x, u) => x - positions[3 * i + u]));
            if (d >= cutoff) continue;
            const key = `${j} ${a} ${b} ${c}`;
            let point = a === 0 && b === 0 && c === 0 ? j : images.get(key);
            if (point === undefined) {
              point = owners.length;
              images.set(key, point);
              owners.push(j);
              points.push(...at);
            }
            neighbours.push(point);
          }
    }
    first.push(neighbours.length);
  }
  return {
    count,
    pointCount: owners.length,
    points: Float64Array.from(points),
    owners: Int32Array.from(owners),
    first: Int32Array.from(first),
    neighbours: Int32Array.from(neighbours),
    builds: 1,
    update: () => {},
    release: () => {},
  };
}

/** How many cells apart the atoms stand along each vector, by the lengths of Cartesian differences. */
function fractionalSpread({
  positions,
  cell,
  periodic,
  count,
}: Pick<Structure, 'count' | 'positions' | 'cell' | 'periodic'>): number[] {
  if (!periodic.some(Boolean)) return [0, 0, 0];
  const h = heights(cell);
  let far = 0;
  for (let i = 1; i < count; i++)
    far = Math.max(far, Math.hypot(...[0, 1, 2].map((u) => positions[3 * i + u] - positions[u])));
  return [0, 1, 2].map((k) => (2 * far) / h[k]);
}
