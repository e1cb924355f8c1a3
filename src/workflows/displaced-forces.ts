import {
  type DisplacedCell,
  displace,
  displacedCells,
  distinctCells,
} from '../lattice/displacements/displaced-cells.js';
import type { DisplacementSet, PairDisplacementSet } from '../model/displacements.js';
import { PhonolinkError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import type { ForceSource } from './force-source.js';
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
  const results = await evaluateAll(supercell, displacedCells(set), source, options);
  if (set.kind === 'atoms') {
    return { ...set, entries: set.entries.map((entry, i) => ({ ...entry, ...results.get(i + 1)! })) };
  }
  return { ...set, entries: set.entries.map((entry, i) => ({ ...entry, ...results.get(i + 1)! })) };
}

/**
 * The same for pairs of displacements. Pairs that are not included get no forces; of those that end in the same places
 * one is calculated.
 * @throws PhonolinkError where the set is of another number of atoms
 */
export async function withPairForces(
  set: PairDisplacementSet,
  supercell: Structure,
  source: ForceSource,
  options: DisplacedForcesOptions = {},
): Promise<PairDisplacementSet> {
  requireCount(set.count, supercell);
  const { cells, standIn } = distinctCells(displacedCells(set));
  const results = await evaluateAll(supercell, cells, source, options);
  const resultOf = (id: number) => results.get(standIn.get(id)!);
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

/** How many supercells of a set there are to calculate, and of how many of them a journal has the forces. */
export function countKnown(
  set: DisplacementSet | PairDisplacementSet,
  supercell: Structure,
  journal: LabelJournal,
): { known: number; total: number } {
  requireCount(set.count, supercell);
  const all = displacedCells(set);
  const cells = set.kind === 'pairs' ? distinctCells(all).cells : all;
  const known = cells.filter(({ moves }) => journal.find(displace(supercell, moves))).length;
  return { known, total: cells.length };
}

/**
 * Measures one supercell: the quickest of three after a first time, in which buffers are made; or that alone where it
 * took long.
 * @throws PhonolinkError where the source does not know the atoms
 */
export async function estimateCost(
  set: DisplacementSet | PairDisplacementSet,
  supercell: Structure,
  source: ForceSource,
): Promise<CostEstimate> {
  const { length } = set.kind === 'pairs' ? distinctCells(displacedCells(set)).cells : displacedCells(set);
  const bound = await source.bind(supercell);
  try {
    const measured = async () => {
      const begin = performance.now();
      await bound.evaluate(supercell.positions, supercell.cell);
      return (performance.now() - begin) / 1000;
    };
    let each = await measured();
    if (each < LONG) each = Math.min(await measured(), await measured(), await measured());
    return { evaluations: length, atoms: supercell.count, each, total: each * length };
  } finally {
    bound.release();
  }
}

/** s, beside which making buffers counts for nothing */
const LONG = 1;

function requireCount(count: number, supercell: Structure): void {
  if (count === supercell.count) return;
  throw new PhonolinkError(
    `the displacements are of ${count} atoms, but the supercell has ${supercell.count}`,
    { hint: 'dim or the structure are not those that the displacements were made with' },
  );
}

/** The supercell in which nothing is displaced, whose forces are taken off the others */
const AT_REST = 0;

/**
 * Results by number of the supercell. A potential takes one after the other, because a device's threads share the atoms
 * of each; engines work on as many as there are engines.
 */
async function evaluateAll(
  supercell: Structure,
  cells: readonly DisplacedCell[],
  source: ForceSource,
  { journal, progress, subtractResidual = false }: DisplacedForcesOptions,
): Promise<Map<number, Result>> {
  const all = subtractResidual ? [{ id: AT_REST, moves: [] }, ...cells] : cells;
  const results = new Map<number, Result>();
  const keep = (id: number, result: Result) => {
    results.set(id, result);
    progress?.(results.size, all.length);
  };
  const left = all.filter(({ id, moves }) => {
    const known = journal && resultIn(journal, displace(supercell, moves));
    if (known) keep(id, known);
    return !known;
  });
  if (left.length > 0) {
    const bound = await source.bind(supercell);
    try {
      await together(left, bound.atOnce ?? 1, async ({ id, moves }) => {
        const structure = displace(supercell, moves);
        const { forces, energy, virial } = await bound.evaluate(structure.positions, structure.cell);
        journal?.add(structure, { labels: { energy, forces, virial }, info: new Map() });
        journal?.check();
        keep(id, { forces, energy });
      });
    } finally {
      bound.release();
    }
  }
  if (subtractResidual) {
    const residual = results.get(AT_REST)!.forces;
    for (const [id, { forces, energy }] of results) {
      results.set(id, { forces: forces.map((f, i) => f - residual[i]), energy });
    }
  }
  return results;
}

/** Does the work for each item, `atOnce` of them at a time; the first failure is thrown, and nothing begun after it. */
async function together<I>(
  items: readonly I[],
  atOnce: number,
  work: (item: I) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length) {
      try {
        await work(items[next++]);
      } catch (error) {
        next = items.length;
        throw error;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, lane));
}

function resultIn(journal: LabelJournal, structure: Structure): Result | undefined {
  const labels = journal.find(structure)?.labels;
  return labels && { forces: labels.forces!, energy: labels.energy! };
}
