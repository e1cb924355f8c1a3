import { appendFileSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import type { ReadOptions, StructureFormat } from '../../formats/format.js';
import { createWhole, writeWhole } from '../../formats/io/sink.js';
import { formatNamed, openStructures, recognise } from '../../formats/read.js';
import { type CpuDevice, createCpuDevice } from '../device/cpu.js';
import { heldAtoms } from '../dynamics/held-atoms.js';
import {
  type Relaxation,
  type RelaxEnd,
  type RelaxOptions,
  type RelaxStep,
  relax,
} from '../dynamics/relax.js';
import { volume } from '../model/cell.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import { createFrame, type Frame, quantitiesOf } from '../model/frame.js';
import { composition, type Structure, symbolsOf } from '../model/structure.js';
import { type ConvergenceCurve, convergencePlot } from '../plots/convergence.js';
import { findSpaceGroup } from '../symmetry/space-group.js';
import { createSymmetriser } from '../symmetry/symmetriser.js';
import type { ForceSource, Forces } from './force-source.js';
import { isNumbered, numberedName } from './numbered.js';
import { parseSlice, sliced } from './slice.js';

/** A, within which the space group of a relaxed structure is looked for: forces of 1e-5 eV/A leave less */
export const RELAX_TOLERANCE = 1e-3;

export interface RelaxPlan
  extends Pick<RelaxOptions, 'method' | 'cell' | 'pressure' | 'fmax' | 'smax' | 'maxSteps' | 'signal'> {
  readonly input: string;
  readonly output: string;
  readonly from?: string;
  readonly to?: string;
  /** Which frames, as `convert` takes it; all where absent */
  readonly index?: string;
  readonly read: ReadOptions;
  /** Projects on the symmetric forces and strains, from a start that is made exactly symmetric */
  readonly keepSymmetry?: boolean;
  /** A; RELAX_TOLERANCE where absent */
  readonly tolerance?: number;
  /** An extended XYZ file that grows with every step */
  readonly trajectory?: string;
  /** An SVG of how forces, stress and energy came to rest */
  readonly plot?: string;
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

export interface RelaxReport {
  readonly model: string;
  readonly frames: readonly RelaxedFrame[];
  /** Frames behind an interruption, written as they were */
  readonly untouched: number;
  readonly tolerance: number;
}

export interface RelaxListener {
  note(sentence: string): void;
  step(step: RelaxStep<Forces>, frame: number, frames: number): void;
}

/**
 * Relaxes the structures of a file one by one and writes them when all are done, or the signal ends the work: then with
 * the last good step, and those behind as they were. They are held in memory.
 * @param heap a CPU device that is there already; one is made where absent
 * @throws PhonolinkError before anything is computed where a file cannot be read or written
 */
export async function relaxFiles(
  plan: RelaxPlan,
  source: ForceSource,
  hear: RelaxListener,
  heap?: CpuDevice,
): Promise<RelaxReport> {
  const frames = await framesOf(plan);
  const format = plan.to ? formatNamed(plan.to) : recognise(plan.output, '');
  await requireOutput(plan.output, format, frames.length);
  for (const [k, { structure }] of frames.entries()) inFrame(k, () => requireSpecies(structure, source));
  const device = heap ?? (await createCpuDevice({ threads: 1 }));
  if (plan.trajectory !== undefined) writeFileSync(plan.trajectory, '');
  const done: RelaxedFrame[] = [];
  const written: Frame[] = [];
  const curves: ConvergenceCurve[] = [];
  const tolerance = plan.tolerance ?? RELAX_TOLERANCE;
  try {
    for (const [k, frame] of frames.entries()) {
      if (plan.signal?.aborted) {
        written.push(frame);
        continue;
      }
      const curve: ConvergenceCurve = [];
      const started = performance.now();
      const onStep = async (step: RelaxStep<Forces>) => {
        curve.push(step);
        hear.step(step, k, frames.length);
        if (plan.trajectory !== undefined) await appendStep(plan.trajectory, step, k);
      };
      const work = () => relaxFrame(frame, plan, source, device, onStep);
      const result = await inFrame(k, work).catch((error: unknown) => {
        if (plan.signal?.aborted) return undefined;
        throw error;
      });
      if (!result) {
        written.push(frame);
        continue;
      }
      const { relaxation, held } = result;
      curves.push(curve);
      written.push(relaxedFrame(frame, relaxation.last));
      done.push(reportOf(frame, relaxation, held, (performance.now() - started) / 1000, tolerance));
      if (frame.velocities) hear.note('velocities of the input are not written: relaxed atoms are at rest');
    }
  } finally {
    if (!heap) await device.close();
  }
  await writeFrames(plan, format, written, frames, hear);
  if (plan.plot !== undefined) await writeFile(plan.plot, await convergencePlot(curves, plan));
  return { model: source.name, frames: done, untouched: frames.length - done.length, tolerance };
}

async function framesOf({ input, from, read, index }: RelaxPlan): Promise<Frame[]> {
  const opened = (await openStructures(input, { ...read, from })).frames;
  const chosen = index === undefined ? opened : sliced(opened, parseSlice(index));
  const frames: Frame[] = [];
  for await (const frame of chosen) frames.push(frame);
  if (frames.length === 0) throw new PhonolinkError(`${input}: holds no structures`);
  return frames;
}

/** What would be found out when all the work is done. */
async function requireOutput(path: string, format: StructureFormat, frames: number): Promise<void> {
  if (!format.write)
    throw new PhonolinkError(`${format.title} can be read, but not written`, { exitCode: 2 });
  if (!format.manyFrames && frames > 1 && !isNumbered(path)) {
    throw new UsageError(
      `${format.title} holds one structure, and there are ${frames}`,
      'choose one with --index, or give a name with %d for a file of each',
    );
  }
  const trial = await createWhole(isNumbered(path) ? numberedName(path, 0) : path);
  await trial.discard();
}

function requireSpecies(structure: Structure, { name, species }: ForceSource): void {
  if (!species) return;
  const symbols = symbolsOf(structure);
  const unknown = symbols.findIndex((symbol) => !species.includes(symbol));
  if (unknown < 0) return;
  throw new PhonolinkError(
    `atom ${unknown + 1} is ${symbols[unknown]}, but ${name} knows ${species.join(', ')}`,
  );
}

/** Errors name the frame. */
function inFrame<R>(frame: number, work: () => R): R {
  const named = (error: unknown): never => {
    if (!(error instanceof PhonolinkError)) throw error;
    const { message, hint, exitCode } = error;
    throw new PhonolinkError(`frame ${frame}: ${message}`, { hint, exitCode, cause: error });
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(named) as R) : result;
  } catch (error) {
    return named(error);
  }
}

async function relaxFrame(
  frame: Frame,
  plan: RelaxPlan,
  source: ForceSource,
  device: CpuDevice,
  onStep: (step: RelaxStep<Forces>) => Promise<void>,
): Promise<{ relaxation: Relaxation<Forces>; held: number }> {
  const symmetry = plan.keepSymmetry
    ? createSymmetriser(frame.structure, plan.tolerance ?? RELAX_TOLERANCE)
    : undefined;
  const structure = symmetry?.structure ?? frame.structure;
  const held = heldAtoms(frame);
  const bound = await source.bind(structure);
  try {
    const { method, cell, pressure, fmax, smax, maxSteps, signal } = plan;
    const relaxation = await relax(
      structure,
      (positions, lattice) => bound.evaluate(positions, lattice),
      device,
      { method, cell, pressure, fmax, smax, maxSteps, signal, symmetry, held, onStep },
    );
    return { relaxation, held: held?.count ?? 0 };
  } finally {
    bound.release();
  }
}

/** The structure with its new labels; those of the input were of other places. */
function relaxedFrame({ info, columns }: Frame, { structure, totals }: RelaxStep<Forces>): Frame {
  return createFrame(structure, { labels: totals.labels, info, columns });
}

async function appendStep(
  path: string,
  { structure, totals, step }: RelaxStep<Forces>,
  frame: number,
): Promise<void> {
  const info = new Map([
    ['frame', { kind: 'I' as const, value: frame }],
    ['step', { kind: 'I' as const, value: step }],
  ]);
  const format = formatNamed('extxyz');
  const pieces = format.write!(one(createFrame(structure, { labels: totals.labels, info })), {
    note: () => {},
  });
  for await (const piece of pieces) appendFileSync(path, piece);
}

async function* one(frame: Frame): AsyncGenerator<Frame> {
  yield frame;
}

async function writeFrames(
  plan: RelaxPlan,
  format: StructureFormat,
  frames: readonly Frame[],
  inputs: readonly Frame[],
  { note }: RelaxListener,
): Promise<void> {
  const options = { note, species: plan.read.species };
  const stream = async function* () {
    yield* frames;
  };
  if (isNumbered(plan.output)) {
    for (const [k, frame] of frames.entries())
      await writeWhole(numberedName(plan.output, k), format.write!(one(frame), options));
  } else await writeWhole(plan.output, format.write!(stream(), options));
  // Labels are expected to stay behind in files of bare structures; what came from the input is not.
  const brought = new Set(
    inputs.flatMap((frame) => quantitiesOf({ ...frame, labels: {}, velocities: undefined })),
  );
  const lost = [...brought].filter((name) => !format.holds?.(name));
  if (lost.length > 0) note(`${format.title} cannot hold ${lost.join(', ')}`);
}

function reportOf(
  frame: Frame,
  { end, first, last }: Relaxation<Forces>,
  held: number,
  seconds: number,
  tolerance: number,
): RelaxedFrame {
  return {
    composition: composition(frame.structure),
    atoms: frame.structure.count,
    end,
    steps: last.step,
    evaluations: last.evaluations,
    seconds,
    start: { ...restOf(first), spaceGroup: groupOf(frame.structure, tolerance) },
    last: { ...restOf(last), spaceGroup: groupOf(last.structure, tolerance) },
    held,
  };
}

function restOf({ totals, enthalpy, fmax, smax, pressure, structure }: RelaxStep<Forces>) {
  return { energy: totals.energy, enthalpy, fmax, smax, pressure, volume: volume(structure.cell) };
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
