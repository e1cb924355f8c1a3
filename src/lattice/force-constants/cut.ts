import type { CubicForceConstants, ForceConstants } from '../../model/force-constants.js';
import type { Structure } from '../../model/structure.js';
import { shortestDistances } from '../shortest.js';

/** Sets to zero, in place, the tensors of atoms farther apart than `cutoff` A. */
export function cutHarmonic(
  { rows, count, values }: ForceConstants,
  supercell: Structure,
  cutoff: number,
): void {
  rows.forEach((atom, row) => {
    const distances = shortestDistances(supercell, atom);
    for (let j = 0; j < count; j++) {
      const at = 9 * (row * count + j);
      if (distances[j] > cutoff) values.fill(0, at, at + 9);
    }
  });
}

/** Sets to zero, in place, the tensors of triplets of which two atoms are farther apart than `cutoff` A. */
export function cutCubic(
  { rows, count, values }: CubicForceConstants,
  supercell: Structure,
  cutoff: number,
): void {
  const isFar = new Uint8Array(count * count);
  for (let i = 0; i < count; i++) {
    const distances = shortestDistances(supercell, i);
    for (let j = 0; j < count; j++) isFar[i * count + j] = distances[j] > cutoff ? 1 : 0;
  }
  for (let row = 0, at = 0; row < rows.length; row++) {
    const i = rows[row] * count;
    for (let j = 0; j < count; j++) {
      for (let k = 0; k < count; k++, at += 27) {
        if (isFar[i + j] || isFar[i + k] || isFar[j * count + k]) values.fill(0, at, at + 27);
      }
    }
  }
}
