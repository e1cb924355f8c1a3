import type { CpuDevice } from '../device/cpu.js';
import { heldAtoms } from '../dynamics/held-atoms.js';
import {
  type Relaxation,
  type RelaxEnd,
  type RelaxOptions,
  type RelaxStep,
  relax,
} from '../dynamics/relax.js';
import { volume } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import { createFrame, type Frame } from '../model/frame.js';
import { composition, type Structure, withPositions } from '../model/structure.js';
import { findSpaceGroup } from '../symmetry/space-group.js';
import { createSymmetriser } from '../symmetry/symmetriser.js';
import type { ForceSource, Forces } from './force-source.js';

/** A, within which the space group of a relaxed structure is looked for: forces of 1e-5 eV/A leave less */
export const RELAX_TOLERANCE = 1e-3;

/** How one structure is relaxed. */
export interface RelaxFramePlan
  extends Pick<RelaxOptions, 'method' | 'cell' | 'pressure' | 'fmax' | 'smax' | 'maxSteps' | 'signal'> {
  /** Projects on the symmetric forces and strains, from a start that is made exactly symmetric */
  readonly keepSymmetry?: boolean;
  /** A; RELAX_TOLERANCE where absent */
  readonly tolerance?: number;
}

/** The space group of a structure, or why it has none. */
export type FoundGroup = { readonly number: number; readonly symbol: string } | { readonly none: string };

export interface RelaxedFrame {
  readonly composition: string;
  readonly atoms: number;
  readonly end: RelaxEnd;
  readonly steps: number;
  readonly evaluations: number;
  readonly seconds: number;
  readonly start: RestReport;
  readonly last: RestReport;
  /** Atoms that the file holds in place */
  readonly held: number;
}

/** A structure in numbers: eV, eV/A, eV/A^3, A^3. */
export interface RestReport {
  readonly energy: number;
  readonly enthalpy: number;
  readonly fmax: number;
  readonly smax: number;
  /** NaN where the cell has no volume */
  readonly pressure: number;
  readonly volume: number;
  readonly spaceGroup: FoundGroup;
}

/** Where a relaxation stands that may end at any moment: what another begins with to go on. */
export interface RelaxState {
  /** [3n] and [9] A */
  readonly positions: Float64Array;
  readonly cell: Float64Array;
  readonly steps: number;
  readonly evaluations: number;
  readonly seconds: number;
  readonly start: RestReport;
}

export interface RelaxFrameListener {
  /**
   * Told of the start and of every step, numbered on from a state that was gone on from, whose own step is not told
   * again. `state` makes what the next run would begin with.
   */
  step(step: RelaxStep<Forces>, state: () => RelaxState): void | Promise<void>;
}

/**
 * Relaxes one structure.
 * @param from where an earlier run of the same ended: the minimiser begins anew there
 * @returns the frame with its new places and labels; those of the input were of other places
 * @throws PhonolinkError where the structure cannot be evaluated, or the options do not suit it
 */
export async function relaxFrame(
  frame: Frame,
  plan: RelaxFramePlan,
  source: ForceSource,
  device: CpuDevice,
  hear: RelaxFrameListener,
  from?: RelaxState,
): Promise<{ frame: Frame; report: RelaxedFrame }> {
  const { tolerance = RELAX_TOLERANCE, method, cell, pressure, fmax, smax, maxSteps, signal } = plan;
  const began = performance.now();
  const seconds = () => (from?.seconds ?? 0) + (performance.now() - began) / 1000;
  const symmetry = plan.keepSymmetry ? createSymmetriser(frame.structure, tolerance) : undefined;
  const ideal = symmetry?.structure ?? frame.structure;
  const structure = from ? withPositions(ideal, from.positions, from.cell) : ideal;
  const held = heldAtoms(frame);
  let start = from?.start;
  const numbered = (step: RelaxStep<Forces>): RelaxStep<Forces> => ({
    ...step,
    step: step.step + (from?.steps ?? 0),
    evaluations: step.evaluations + (from?.evaluations ?? 0),
  });
  const bound = await source.bind(structure);
  let relaxation: Relaxation<Forces>;
  try {
    relaxation = await relax(structure, (positions, lattice) => bound.evaluate(positions, lattice), device, {
      ...{ method, cell, pressure, fmax, smax, maxSteps, signal, symmetry, held },
      async onStep(told: RelaxStep<Forces>) {
        start ??= restOf(told, frame.structure, tolerance);
        if (from && told.step === 0) return;
        const step = numbered(told);
        const { positions, cell: lattice } = step.structure;
        const { step: steps, evaluations } = step;
        await hear.step(step, () => ({
          ...{ positions, cell: lattice, steps, evaluations, seconds: seconds(), start: start! },
        }));
      },
    });
  } finally {
    bound.release();
  }
  const last = numbered(relaxation.last);
  const { info, columns } = frame;
  return {
    frame: createFrame(last.structure, { labels: last.totals.labels, info, columns }),
    report: {
      composition: composition(frame.structure),
      atoms: frame.structure.count,
      end: relaxation.end,
      steps: last.step,
      evaluations: last.evaluations,
      seconds: seconds(),
      start: start!,
      last: restOf(last, last.structure, tolerance),
      held: held?.count ?? 0,
    },
  };
}

/** @throws PhonolinkError where the source does not know an atom */
export function requireKnownSpecies({ species, kinds }: Structure, source: ForceSource): void {
  const { name, species: known } = source;
  if (!known) return;
  const unknown = kinds.findIndex((kind) => !known.includes(species[kind]));
  if (unknown < 0) return;
  throw new PhonolinkError(
    `atom ${unknown + 1} is ${species[kinds[unknown]]}, but ${name} knows ${known.join(', ')}`,
  );
}

/** @param named whose space group is told: before it was made symmetric, at the start */
function restOf(
  { totals, enthalpy, fmax, smax, pressure, structure }: RelaxStep<Forces>,
  named: Structure,
  tolerance: number,
): RestReport {
  const spaceGroup = groupOf(named, tolerance);
  return {
    ...{ energy: totals.energy, enthalpy, fmax, smax, pressure, spaceGroup },
    volume: volume(structure.cell),
  };
}

function groupOf(structure: Structure, tolerance: number): FoundGroup {
  try {
    const { number, symbol } = findSpaceGroup(structure, tolerance);
    return { number, symbol };
  } catch (error) {
    if (error instanceof PhonolinkError) return { none: error.message };
    throw error;
  }
}
