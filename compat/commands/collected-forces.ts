import { join } from 'node:path';
import { openStructures } from '../../formats/read.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { unsuited } from './tags.js';

/** A: atoms may stand this far from where they were displaced to, as phonopy lets them */
const PLACE = 1e-5;

/**
 * Forces, eV/A, of the last structure of an output, whose atoms stand where they should.
 * @param displacements [3n] A from the supercell at rest
 * @throws PhonolinkError where there are none, or those of other displacements
 */
export async function forcesOf(
  folder: string,
  file: string,
  supercell: Structure,
  displacements: Float64Array = new Float64Array(3 * supercell.count),
): Promise<{ forces: Float64Array; energy?: number }> {
  const { frames } = await openStructures(join(folder, file));
  let last: Frame | undefined;
  for await (const frame of frames) last = frame;
  const forces = last?.labels.forces;
  if (!last || !forces) throw unsuited(`${file} holds no forces`);
  const { count, cell, positions } = last.structure;
  if (count !== supercell.count)
    throw unsuited(`${file} has ${count} atoms, but the supercell has ${supercell.count}`);
  const shifts = rowsTimes(
    positions.map((x, k) => x - supercell.positions[k] - displacements[k]),
    inverse(cell),
  ).map((x) => x - Math.round(x));
  const apart = rowsTimes(shifts, cell);
  for (let i = 0; i < count; i++) {
    const distance = Math.hypot(apart[3 * i], apart[3 * i + 1], apart[3 * i + 2]);
    if (distance > PLACE)
      throw unsuited(
        `${file}: atom ${i + 1} is ${distance.toFixed(5)} A from where its displaced supercell has it`,
        'files must be named in the order of the displaced supercells',
      );
  }
  return { forces, ...(last.labels.energy !== undefined && { energy: last.labels.energy }) };
}
