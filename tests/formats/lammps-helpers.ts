import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { rowsTimes } from '../../src/model/cell.js';
import { DATA } from '../helpers/shared-data.js';

export function bytesOf(file: string): Uint8Array {
  const bytes = readFileSync(join(DATA, 'formats/lammps', file));
  return file.endsWith('.gz') ? gunzipSync(bytes) : bytes;
}

/** A rotation or mirror image of random orientation, from three Gram-Schmidt steps. */
export function skewedCell(next: () => number, handedness: number): Float64Array {
  for (;;) {
    const cell = Float64Array.from({ length: 9 }, () => 16 * next() - 8);
    const [a, b, c] = [0, 3, 6].map((k) => cell.subarray(k, k + 3));
    const volume =
      a[0] * (b[1] * c[2] - b[2] * c[1]) -
      a[1] * (b[0] * c[2] - b[2] * c[0]) +
      a[2] * (b[0] * c[1] - b[1] * c[0]);
    if (Math.abs(volume) > 40 && Math.sign(volume) === handedness) return cell;
  }
}

/** [3n] anywhere within two cells around the origin, so that some atoms lie outside. */
export function somePositions(next: () => number, cell: Float64Array, count: number): Float64Array {
  return rowsTimes(
    Array.from({ length: 3 * count }, () => 2.5 * next() - 0.75),
    cell,
  );
}
