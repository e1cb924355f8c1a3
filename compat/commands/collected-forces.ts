import { join } from 'node:path';
import { openStructures } from '../../formats/read.js';
import { displace, displacedCells } from '../../src/lattice/displacements/displaced-cells.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import type { Frame } from '../../src/model/frame.js';
import type { Structure } from '../../src/model/structure.js';
import { unsuited } from './tags.js';

/** A: atoms may stand this far from where they were displaced to, as phonopy lets them */
const PLACE = 1e-5;

/** What a calculator says of a displaced supercell: forces, eV/A, and where it says it the energy, eV. */
interface Calculated {
  readonly forces: Float64Array;
  readonly energy?: number;
}

/** Displaced supercells, and the name of the file that they are of. */
export interface DisplacedIn<S> {
  readonly name: string;
  readonly set: S;
  readonly supercell: Structure;
  /** VASP where absent; the mean force is taken off what others say, as phonopy does */
  readonly calculator?: string;
}

/** A calculator's outputs, in the order of the displaced supercells. */
export interface Outputs {
  readonly files: readonly string[];
  /** That of the supercell at rest, whose forces are taken off the others */
  readonly rest?: string;
}

/**
 * The set with the forces of a calculator's outputs. Of random displacements the first will do.
 * @throws PhonolinkError where they are not as many, or not of these displacements
 */
export async function withOutputs<S extends DisplacementSet | PairDisplacementSet>(
  folder: string,
  { name, set, supercell, calculator = 'vasp' }: DisplacedIn<S>,
  { files, rest }: Outputs,
): Promise<S> {
  const cells = displacedCells(set);
  const isShort = set.kind === 'snapshots' && files.length < cells.length;
  if (files.length !== cells.length && !isShort)
    throw unsuited(
      `${files.length} files of forces are given, but ${name} has ${cells.length} displaced supercells`,
    );
  const read = async (file: string, expected: Structure): Promise<Calculated> => {
    const found = await forcesOf(folder, file, expected);
    return calculator === 'vasp' ? found : { ...found, forces: withoutMean(found.forces) };
  };
  const atRest = rest === undefined ? undefined : await read(rest, supercell);
  const results = new Map<number, Calculated>();
  for (const [i, file] of files.entries()) {
    const { id, moves } = cells[i];
    const found = await read(file, displace(supercell, moves));
    results.set(id, atRest ? { ...found, forces: found.forces.map((f, k) => f - atRest.forces[k]) } : found);
  }
  return withResults(set, results) as S;
}

function withResults(
  set: DisplacementSet | PairDisplacementSet,
  results: ReadonlyMap<number, Calculated>,
): DisplacementSet | PairDisplacementSet {
  if (set.kind === 'atoms')
    return { ...set, entries: set.entries.map((entry, i) => ({ ...entry, ...results.get(i + 1) })) };
  if (set.kind === 'snapshots') {
    const calculated = set.entries.slice(0, results.size);
    return { ...set, entries: calculated.map((entry, i) => ({ ...entry, ...results.get(i + 1) })) };
  }
  return {
    ...set,
    entries: set.entries.map((entry) => ({
      ...entry,
      ...results.get(entry.id),
      second: entry.second.map((second) => ({ ...second, ...results.get(second.id) })),
    })),
  };
}

/** [3n] Forces that add up to nothing: VASP sees to that by itself. */
function withoutMean(forces: Float64Array): Float64Array {
  const sum = [0, 0, 0];
  for (let k = 0; k < forces.length; k++) sum[k % 3] += forces[k];
  return forces.map((f, k) => f - (3 * sum[k % 3]) / forces.length);
}

/** Forces of the last structure of an output, whose atoms stand where they should. */
async function forcesOf(folder: string, file: string, expected: Structure): Promise<Calculated> {
  const { frames } = await openStructures(join(folder, file));
  let last: Frame | undefined;
  for await (const frame of frames) last = frame;
  const forces = last?.labels.forces;
  if (!last || !forces) throw unsuited(`${file} holds no forces`);
  const { count, cell, positions } = last.structure;
  if (count !== expected.count)
    throw unsuited(`${file} has ${count} atoms, but the supercell has ${expected.count}`);
  const shifts = rowsTimes(
    positions.map((x, k) => x - expected.positions[k]),
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
