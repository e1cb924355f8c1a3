import type { DisplacementSet, PairDisplacementSet } from '../model/displacements.js';
import { PhonolinkError } from '../model/errors.js';
import { type Structure, withPositions } from '../model/structure.js';
import type { BoundForces, ForceSource } from './force-source.js';
import type { LabelJournal } from './label-journal.js';

export interface DisplacedForcesOptions {
  /** Keeps every result as it comes; those of an earlier run are not calculated again. */
  readonly journal?: LabelJournal;
  /** Told after each supercell; those found in the journal count. */
  readonly progress?: (done: number, total: number) => void;
  /** Takes the forces of the supercell at rest off those of the displaced ones: phonopy's --fz. */
  readonly subtractResidual?: boolean;
}

/** What a set of displacements will take on this machine. */
export interface CostEstimate {
  /** Supercells to calculate */
  readonly evaluations: number;
  readonly atoms: number;
  /** s for one supercell, as measured */
  readonly each: number;
  /** s for all */
  readonly total: number;
}

interface Result {
  readonly forces: Float64Array;
  readonly energy: number;
}

/** A supercell with one, two or all of its atoms displaced. */
interface Displaced {
  readonly id: number;
  /** Atoms and their displacements, A */
  readonly moves: readonly (readonly [number, ArrayLike<number>])[];
}

/**
 * The set with the forces, eV/A, and the energies, eV, of every supercell of it.
 * @throws PhonolinkError where the set is of another number of atoms
 */
export async function withHarmonicForces(
  set: DisplacementSet,
  supercell: Structure,
  source: ForceSource,
  options: DisplacedForcesOptions = {},
): Promise<DisplacementSet> {
  requireCount(set.count, supercell);
  const results = await evaluateAll(supercell, harmonicCells(set), source, options);
  if (set.kind === 'atoms') {
    return { ...set, entries: set.entries.map((entry, i) => ({ ...entry, ...results.get(i + 1)! })) };
  }
  return { ...set, entries: set.entries.map((entry, i) => ({ ...entry, ...results.get(i + 1)! })) };
}

/**
 * The same for pairs of displacements. Pairs that are not included get no forces; duplicates get those of the supercell
 * that they are duplicates of.
 * @throws PhonolinkError where the set is of another number of atoms
 */
export async function withPairForces(
  set: PairDisplacementSet,
  supercell: Structure,
  source: ForceSource,
  options: DisplacedForcesOptions = {},
): Promise<PairDisplacementSet> {
  requireCount(set.count, supercell);
  const results = await evaluateAll(supercell, pairCells(set), source, options);
  const standIn = new Map(set.duplicates);
  const resultOf = (id: number) => results.get(id) ?? results.get(standIn.get(id) ?? Number.NaN);
  return {
    ...set,
    entries: set.entries.map((entry) => ({
      ...entry,
      ...resultOf(entry.id)!,
      second: entry.second.map((second) =>
        second.included ? { ...second, ...resultOf(second.id)! } : second,
      ),
    })),
  };
}

/**
 * Measures one supercell, the second time that it is calculated, since buffers are made the first time.
 * @throws PhonolinkError where the source does not know the atoms
 */
export async function estimateCost(
  set: DisplacementSet | PairDisplacementSet,
  supercell: Structure,
  source: ForceSource,
): Promise<CostEstimate> {
  const evaluations = (set.kind === 'pairs' ? pairCells(set) : harmonicCells(set)).length;
  const bound = await source.bind(supercell);
  try {
    await bound.evaluate(supercell.positions, supercell.cell);
    const begin = performance.now();
    await bound.evaluate(supercell.positions, supercell.cell);
    const each = (performance.now() - begin) / 1000;
    return { evaluations, atoms: supercell.count, each, total: each * evaluations };
  } finally {
    bound.release();
  }
}

function requireCount(count: number, supercell: Structure): void {
  if (count === supercell.count) return;
  throw new PhonolinkError(
    `the displacements are of ${count} atoms, but the supercell has ${supercell.count}`,
    { hint: 'dim or the structure are not those that the displacements were made with' },
  );
}

function harmonicCells(set: DisplacementSet): Displaced[] {
  if (set.kind === 'atoms') {
    return set.entries.map(({ atom, displacement }, i) => ({ id: i + 1, moves: [[atom, displacement]] }));
  }
  return set.entries.map(({ displacements }, i) => ({
    id: i + 1,
    moves: Array.from({ length: set.count }, (_, atom) => [
      atom,
      displacements.subarray(3 * atom, 3 * atom + 3),
    ]),
  }));
}

function pairCells(set: PairDisplacementSet): Displaced[] {
  const standIn = new Map(set.duplicates);
  const firsts = set.entries.map(({ id, atom, displacement }) => ({
    id,
    moves: [[atom, displacement] as const],
  }));
  const seconds = set.entries.flatMap((first) =>
    first.second
      .filter(({ included, id }) => included && !standIn.has(id))
      .map(({ id, atom, displacement }) => ({
        id,
        moves: [[first.atom, first.displacement] as const, [atom, displacement] as const],
      })),
  );
  const atRest = [...standIn.values()].includes(0) ? [{ id: AT_REST, moves: [] }] : [];
  return [...atRest, ...firsts, ...seconds];
}

/** The number of the supercell in which nothing is displaced, as phono3py's lists of duplicates have it */
const AT_REST = 0;

/** Results by number of the supercell, one after the other: a device's threads share the atoms of each. */
async function evaluateAll(
  supercell: Structure,
  cells: readonly Displaced[],
  source: ForceSource,
  { journal, progress, subtractResidual = false }: DisplacedForcesOptions,
): Promise<Map<number, Result>> {
  const rest: readonly Displaced[] =
    subtractResidual && !cells.some(({ id }) => id === AT_REST) ? [{ id: AT_REST, moves: [] }] : [];
  const all = [...rest, ...cells];
  const results = new Map<number, Result>();
  let bound: BoundForces | undefined;
  try {
    for (const { id, moves } of all) {
      const structure = displaced(supercell, moves);
      let result = resultIn(journal, structure);
      if (!result) {
        bound ??= await source.bind(supercell);
        const { forces, energy, virial } = await bound.evaluate(structure.positions, structure.cell);
        journal?.add(structure, { labels: { energy, forces, virial }, info: new Map() });
        journal?.check();
        result = { forces, energy };
      }
      results.set(id, result);
      progress?.(results.size, all.length);
    }
  } finally {
    bound?.release();
  }
  if (subtractResidual) {
    const residual = results.get(AT_REST)!.forces;
    for (const [id, { forces, energy }] of results) {
      results.set(id, { forces: forces.map((f, i) => f - residual[i]), energy });
    }
  }
  return results;
}

function displaced(supercell: Structure, moves: Displaced['moves']): Structure {
  const positions = supercell.positions.slice();
  for (const [atom, vector] of moves) for (let k = 0; k < 3; k++) positions[3 * atom + k] += vector[k];
  return withPositions(supercell, positions);
}

function resultIn(journal: LabelJournal | undefined, structure: Structure): Result | undefined {
  const labels = journal?.find(structure)?.labels;
  return labels && { forces: labels.forces!, energy: labels.energy! };
}
