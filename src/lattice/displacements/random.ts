import { MersenneTwister } from '../../math/mersenne-twister.js';
import { Pcg64 } from '../../math/pcg64.js';
import type { DisplacementSet } from '../../model/displacements.js';
import { PhonolinkError } from '../../model/errors.js';
import { HARMONIC_DISTANCE } from './harmonic.js';

export interface RandomOptions {
  /** A whole number from 0 to 2^32 - 1 */
  readonly seed: number;
  /** A, how far every atom is displaced; the least distance where there is a greatest one */
  readonly distance?: number;
  /** A, the greatest distance where distances are random too */
  readonly greatest?: number;
  /** Whether a random distance is drawn for a supercell as a whole, or for each of its atoms */
  readonly drawn?: 'supercell' | 'atom';
  /** Every supercell again with opposite displacements, behind the others */
  readonly opposites?: boolean;
  /** Which version's numbers a seed is to give: phonopy 2 draws from numpy's older generator */
  readonly like?: 'phonopy 4' | 'phonopy 2';
}

interface Generator {
  normal(): number;
  uniform(): number;
}

/**
 * Supercells with all atoms displaced in random directions, as `phonopy --rd N --random-seed S` makes them.
 * @param count atoms of the supercell
 * @throws PhonolinkError where a number makes no sense
 */
export function randomDisplacements(
  count: number,
  snapshots: number,
  options: RandomOptions,
): Extract<DisplacementSet, { kind: 'snapshots' }> {
  const { seed, distance = HARMONIC_DISTANCE, greatest, opposites = false, like = 'phonopy 4' } = options;
  check(snapshots, options);
  const generator = like === 'phonopy 4' ? new Pcg64(seed) : new MersenneTwister(seed);
  // phonopy 4 draws twice as many directions as it uses, to have some left if one is too short to be one.
  const directions = randomDirections(generator, count * snapshots, like === 'phonopy 4' ? 2 : 1);
  const distances = randomDistances(generator, count, snapshots, distance, options);
  const entries = Array.from({ length: snapshots }, (_, s) => ({
    displacements: Float64Array.from({ length: 3 * count }, (_, c) => {
      const atom = s * count + Math.floor(c / 3);
      return directions[3 * atom + (c % 3)] * (greatest === undefined ? distance : distances[atom]);
    }),
  }));
  const mirrored = entries.map(({ displacements }) => ({ displacements: displacements.map((x) => -x) }));
  return { kind: 'snapshots', count, entries: opposites ? [...entries, ...mirrored] : entries };
}

function check(snapshots: number, { seed, distance = HARMONIC_DISTANCE, greatest }: RandomOptions): void {
  if (!(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32)) {
    throw new PhonolinkError(`the random seed is ${seed}, expected a whole number from 0 to 4294967295`);
  }
  if (!(Number.isInteger(snapshots) && snapshots > 0)) {
    throw new PhonolinkError(
      `${snapshots} random supercells are asked for, expected a positive whole number`,
    );
  }
  if (!(distance > 0 && Number.isFinite(distance))) {
    throw new PhonolinkError(`the displacement distance is ${distance} A, expected a positive number`);
  }
  if (greatest !== undefined && !(greatest >= distance && Number.isFinite(greatest))) {
    throw new PhonolinkError(
      `the greatest displacement distance is ${greatest} A, expected no less than the least, ${distance} A`,
    );
  }
}

/** [3n] unit vectors: normal numbers drawn component by component, all x first. */
function randomDirections(generator: Generator, n: number, drawn: number): Float64Array {
  const components = [0, 1, 2].map(() => Float64Array.from({ length: drawn * n }, () => generator.normal()));
  const out = new Float64Array(3 * n);
  for (let i = 0, kept = 0; kept < n; i++) {
    const vector = components.map((values) => values[i]);
    const norm = Math.hypot(...vector);
    if (drawn > 1 && norm <= 1e-10) continue;
    for (let c = 0; c < 3; c++) out[3 * kept + c] = vector[c] / norm;
    kept++;
  }
  return out;
}

/** [snapshots * count] A; for each supercell one that is raised to the least distance, or for each atom one above it. */
function randomDistances(
  generator: Generator,
  count: number,
  snapshots: number,
  least: number,
  { greatest, drawn = 'supercell' }: RandomOptions,
): Float64Array {
  const out = new Float64Array(count * snapshots);
  if (greatest === undefined) return out;
  if (drawn === 'atom') return out.map(() => least + generator.uniform() * (greatest - least));
  for (let s = 0; s < snapshots; s++) {
    out.fill(Math.max(least, generator.uniform() * greatest), s * count, (s + 1) * count);
  }
  return out;
}
