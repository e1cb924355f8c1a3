import type { CpuDevice } from '../device/cpu.js';
import { MINIMIZERS, type MinimizerName } from '../math/minimize/methods.js';
import { type Minimizer, plus } from '../math/minimize/minimizer.js';
import { volume } from '../model/cell.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import { type Structure, withPositions } from '../model/structure.js';
import { GIGAPASCAL } from '../model/units.js';
import type { Totals } from '../potentials/totals.js';
import type { Symmetriser } from '../symmetry/symmetriser.js';
import { Enthalpy, type Geometry, type Unrest } from './enthalpy.js';
import { allowed, type Freedom, withoutDrift } from './freedom.js';
import type { HeldAtoms } from './held-atoms.js';
import { springMetric } from './spring-metric.js';
import { type Springs, springsOf } from './springs.js';
import { type CellFreedom, strainSpace } from './strain-space.js';

export interface RelaxOptions {
  readonly method?: MinimizerName;
  /** How the cell may change; it stays where absent */
  readonly cell?: CellFreedom;
  /** eV/A^3, on the cell */
  readonly pressure?: number;
  /** eV/A; 1e-5 unless told */
  readonly fmax?: number;
  /** eV/A^3, of the stress beyond the pressure; 1e-4 GPa unless told */
  readonly smax?: number;
  /** Evaluations of the forces; 2000 unless told */
  readonly maxSteps?: number;
  /** Of the very structure: its space group is kept */
  readonly symmetry?: Symmetriser;
  readonly held?: HeldAtoms;
  /** Ends the relaxation at the last good step */
  readonly signal?: AbortSignal;
  /** Told of the start and of every step, of which each goes on from the one before */
  onStep?(step: RelaxStep<Totals>): void | Promise<void>;
}

/** One step of a relaxation: the structure, what was evaluated of it, and how far it is from rest. */
export interface RelaxStep<T extends Totals> extends Omit<Unrest, 'gradient' | 'strainGradient'> {
  /** Steps before */
  readonly step: number;
  /** Evaluations until now */
  readonly evaluations: number;
  readonly structure: Structure;
  readonly totals: T;
  /** eV/A^3, minus a third of the trace of the stress; NaN where the cell has no volume */
  readonly pressure: number;
}

/** How a relaxation ended: at rest, out of steps, told to stop, with no way down left, or with a cell out of all bounds. */
export type RelaxEnd = 'converged' | 'steps' | 'stopped' | 'stuck' | 'unbounded';

export interface Relaxation<T extends Totals> {
  readonly end: RelaxEnd;
  readonly first: RelaxStep<T>;
  readonly last: RelaxStep<T>;
}

/** Energy, forces and virial at positions [3n] A in a cell [9] A. */
export type Evaluate<T extends Totals> = (positions: Float64Array, cell: Float64Array) => Promise<T>;

/** A, the most that an atom moves in one step, and that a strain moves atoms STRAIN_ARM apart */
const STEP = 0.2;
const STRAIN_ARM = 5;
/** A, how far atoms may be from where springs were made before new ones are */
const SPRINGS_KEPT = 0.3;
/** A cell longer, or shorter, by this factor is not one that anybody relaxes to. */
const STRETCH = Math.E;
/** ms between looks at what else the process has to do: signals */
const BREATH = 20;

const DEFAULTS = { method: 'lbfgs', fmax: 1e-5, smax: 1e-4 * GIGAPASCAL, maxSteps: 2000 } as const;

/**
 * Moves atoms, and the cell where it may, to rest: forces below fmax, and stress within smax of the pressure.
 * @param device whose heap holds lists of neighbours, for the springs of the preconditioner
 * @throws PhonolinkError where the start cannot be evaluated, or the options do not suit the structure
 */
export async function relax<T extends Totals>(
  structure: Structure,
  evaluate: Evaluate<T>,
  device: CpuDevice,
  options: RelaxOptions = {},
): Promise<Relaxation<T>> {
  const run = new Run(structure, evaluate, device, { ...DEFAULTS, ...defined(options) });
  return run.go();
}

function defined<O extends object>(options: O): O {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as O;
}

type Settings = RelaxOptions & Required<Pick<RelaxOptions, keyof typeof DEFAULTS>>;

/** A relaxation from one reference on: places and strain count from there. */
interface Leg {
  readonly enthalpy: Enthalpy;
  readonly minimizer: Minimizer;
  vector: Float64Array;
}

class Run<T extends Totals> {
  readonly #freedom: Freedom;
  readonly #first: Structure;
  #springs: { readonly of: Float64Array; readonly springs: Springs } | undefined;
  #evaluations = 0;
  #breath = performance.now();

  constructor(
    structure: Structure,
    private readonly evaluate: Evaluate<T>,
    private readonly device: CpuDevice,
    private readonly settings: Settings,
  ) {
    this.#first = structure;
    this.#freedom = freedomOf(structure, settings);
  }

  async go(): Promise<Relaxation<T>> {
    const { maxSteps, signal } = this.settings;
    let leg = this.#legFrom(this.#first);
    let first: RelaxStep<T> | undefined;
    let last: RelaxStep<T> | undefined;
    for (;;) {
      const geometry = leg.enthalpy.geometry(leg.vector);
      const totals = await this.#evaluated(geometry, last === undefined);
      if (totals === 'stopped') {
        if (!first || !last)
          throw new PhonolinkError('interrupted before the first forces were there', { exitCode: 130 });
        return { end: 'stopped', first, last };
      }
      const unrest = totals && leg.enthalpy.unrest(geometry, totals);
      const isAtRest = unrest !== undefined && this.#isAtRest(unrest);
      const move = isAtRest
        ? { step: new Float64Array(0), accepted: true, stuck: false }
        : leg.minimizer.next(unrest?.enthalpy ?? Infinity, unrest?.gradient ?? new Float64Array(0));
      if (move.accepted && totals && unrest) {
        last = this.#stepOf(geometry, totals, unrest, last);
        first ??= last;
        await this.settings.onStep?.(last);
      }
      if (!first || !last) throw new PhonolinkError('the start of a relaxation was not accepted');
      const ended = (end: RelaxEnd): Relaxation<T> => ({ end, first: first!, last: last! });
      if (isAtRest) return ended('converged');
      if (signal?.aborted) return ended('stopped');
      if (this.#evaluations >= maxSteps) return ended('steps');
      if (isOutOfBounds(this.#first, last.structure)) return ended('unbounded');
      if (move.stuck) return ended('stuck');
      if (unrest && this.#isFlat(unrest) && leg.vector.some((x) => x !== 0)) {
        leg = this.#legFrom(last.structure);
        continue;
      }
      leg.vector = plus(leg.vector, allowed(this.#freedom, move.step));
    }
  }

  #legFrom(structure: Structure): Leg {
    const { method, pressure = 0 } = this.settings;
    this.#springs = undefined;
    const freedom = this.#freedom;
    const size = freedom.atoms * 3 + (freedom.strain ? 9 : 0);
    const leg: Leg = {
      enthalpy: new Enthalpy(structure, freedom, pressure),
      minimizer: MINIMIZERS[method]({
        limit: STEP,
        size: (step) => sizeOf(freedom, step),
        metric: springMetric(freedom, () => this.#springsAt(leg)),
      }),
      vector: new Float64Array(size),
    };
    return leg;
  }

  /** Springs of where the run stands, or of somewhere near. */
  #springsAt(leg: Leg): Springs {
    const { vector } = leg;
    if (this.#springs && sizeOf(this.#freedom, plus(vector, this.#springs.of, -1)) <= SPRINGS_KEPT)
      return this.#springs.springs;
    const { positions, cell } = leg.enthalpy.geometry(vector);
    const springs = springsOf(this.device, withPositions(this.#first, positions, cell));
    this.#springs = { of: vector, springs };
    return springs;
  }

  #isAtRest({ fmax, smax }: Unrest): boolean {
    return fmax <= this.settings.fmax && smax <= this.settings.smax;
  }

  /** At rest by the variables that the minimiser sees, which does not always mean that it is. */
  #isFlat({ fmax, strainGradient }: Unrest): boolean {
    return fmax <= this.settings.fmax && strainGradient <= this.settings.smax;
  }

  /** Undefined where there is no energy at a geometry (atoms on one another). */
  async #evaluated({ positions, cell }: Geometry, isStart: boolean): Promise<T | undefined | 'stopped'> {
    await this.#breathe();
    if (this.settings.signal?.aborted) return 'stopped';
    this.#evaluations++;
    try {
      const totals = await unlessStopped(this.evaluate(positions, cell), this.settings.signal);
      if (totals === 'stopped') return totals;
      if (this.#freedom.strain) requireVirial(totals);
      if (Number.isFinite(totals.energy) && totals.forces.every(Number.isFinite)) return totals;
      if (!isStart) return undefined;
    } catch (error) {
      if (isStart || !(error instanceof PhonolinkError && error.exitCode === 3)) throw error;
      return undefined;
    }
    throw new PhonolinkError('the energy or a force of the structure is not a finite number', {
      exitCode: 3,
    });
  }

  /** Forces of small structures take microseconds, one after another: signals must find their way in between. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#breath < BREATH) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.#breath = performance.now();
  }

  #stepOf(
    { positions, cell }: Geometry,
    totals: T,
    { enthalpy, fmax, smax }: Unrest,
    before: RelaxStep<T> | undefined,
  ): RelaxStep<T> {
    const { virial } = totals;
    return {
      step: before ? before.step + 1 : 0,
      evaluations: this.#evaluations,
      structure: withPositions(this.#first, positions, Float64Array.from(cell)),
      totals,
      enthalpy,
      fmax,
      smax,
      pressure: (virial[0] + virial[4] + virial[8]) / 3 / (volume(cell) || Number.NaN),
    };
  }
}

function freedomOf(structure: Structure, { cell, pressure, symmetry, held }: Settings): Freedom {
  if (pressure !== undefined && cell === undefined)
    throw new UsageError('a pressure acts on the cell, which stays as it is', 'give --cell too');
  const { count } = structure;
  const constraints = [held?.project ?? withoutDrift, ...(symmetry ? [symmetry.project] : [])];
  const freedom = { atoms: count, constraints, strainUnit: 1 };
  if (count === 0) throw new PhonolinkError('a structure without atoms cannot be relaxed');
  if (symmetry && held) requireSymmetric(held, symmetry, count);
  if (cell === undefined) return freedom;
  const size = volume(structure.cell);
  if (!structure.periodic.some(Boolean)) {
    throw new PhonolinkError('the structure is not periodic, so it has no cell to relax', {
      hint: 'relax the atoms alone, without --cell',
    });
  }
  if (!(size > 0)) {
    throw new PhonolinkError('the cell has no volume, so there is no stress', {
      hint: 'give the vacuum a lattice vector too, of any length',
    });
  }
  // As many atoms move with a strain, each by about the distance between two.
  const strainUnit = Math.sqrt(count) * Math.cbrt(size / count);
  return { ...freedom, strain: strainSpace(cell, structure, symmetry?.rotations), strainUnit };
}

/** Two projections one after the other are one onto what both leave only where their order does not matter. */
function requireSymmetric(held: HeldAtoms, symmetry: Symmetriser, count: number): void {
  const sample = Float64Array.from({ length: 3 * count }, (_, k) => Math.sin(1 + k * k));
  const difference = plus(held.project(symmetry.project(sample)), symmetry.project(held.project(sample)), -1);
  if (difference.every((x) => Math.abs(x) < 1e-6)) return;
  throw new UsageError(
    `the atoms that ${held.column} holds in place are not held alike where the space group takes them to each other`,
    'hold atoms that are equivalent together, or leave --keep-symmetry out',
  );
}

/** How far the farthest atom goes; a strain counts as what it does to atoms STRAIN_ARM apart. */
function sizeOf({ atoms, strain, strainUnit }: Freedom, step: Float64Array): number {
  let square = 0;
  for (let i = 0; i < 3 * atoms; i += 3)
    square = Math.max(square, step[i] ** 2 + step[i + 1] ** 2 + step[i + 2] ** 2);
  let largest = Math.sqrt(square);
  if (strain)
    for (let k = 3 * atoms; k < step.length; k++)
      largest = Math.max(largest, (Math.abs(step[k]) / strainUnit) * STRAIN_ARM);
  return largest;
}

function isOutOfBounds(first: Structure, now: Structure): boolean {
  const [from, to] = [first, now].map(({ cell }) =>
    [0, 3, 6].map((k) => Math.hypot(cell[k], cell[k + 1], cell[k + 2])),
  );
  return to.some((length, k) => from[k] > 0 && (length > STRETCH * from[k] || length < from[k] / STRETCH));
}

/** An engine that computes no stress leaves zeros, which a cell would be relaxed to at once. */
function requireVirial({ virial, forces }: Totals): void {
  if (virial.some((w) => w !== 0) || forces.every((f) => f === 0)) return;
  throw new PhonolinkError('the model gives no stress, so the cell cannot be relaxed', {
    hint: 'tell the force engine to compute it (pw.x: tstress = .true., ASE: use_stress=True), or leave --cell out',
  });
}

async function unlessStopped<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T | 'stopped'> {
  if (!signal) return work;
  let stop = () => {};
  const stopped = new Promise<'stopped'>((resolve) => {
    stop = () => resolve('stopped');
    signal.addEventListener('abort', stop);
  });
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    // Whoever stops does not wait for what the work still says.
    work.catch(() => {});
  }
}
