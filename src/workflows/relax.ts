import { existsSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { appendFile, writeFile } from 'node:fs/promises';
import { serialize } from 'node:v8';
import type { ReadOptions, StructureFormat } from '../../formats/format.js';
import { createWhole, writeWhole } from '../../formats/io/sink.js';
import { formatNamed, openStructures, recognise } from '../../formats/read.js';
import { type CpuDevice, createCpuDevice } from '../device/cpu.js';
import type { RelaxStep } from '../dynamics/relax.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import { createFrame, type Frame, quantitiesOf } from '../model/frame.js';
import { type ConvergenceCurve, convergencePlot } from '../plots/convergence.js';
import type { ForceSource, Forces } from './force-source.js';
import { LabelJournal } from './label-journal.js';
import { isNumbered, numberedName } from './numbered.js';
import { digestOf } from './phonon-stages.js';
import {
  RELAX_TOLERANCE,
  type RelaxedFrame,
  type RelaxFramePlan,
  type RelaxState,
  relaxFrame,
  requireKnownSpecies,
} from './relax-frame.js';
import { RelaxRecord } from './relax-record.js';
import { rememberedForces } from './remembered-forces.js';
import { parseSlice, sliced } from './slice.js';

export interface RelaxPlan extends RelaxFramePlan {
  readonly input: string;
  readonly output: string;
  readonly from?: string;
  readonly to?: string;
  /** Which frames, as `convert` takes it; all where absent */
  readonly index?: string;
  readonly read: ReadOptions;
  /** Tells the model and whatever its forces hang on from others; without it nothing of an earlier run is taken up */
  readonly model?: string;
  /** Whether each evaluation is dear: all are kept in a journal then, until the output is written */
  readonly isRemote?: boolean;
  /** An extended XYZ file that grows with every step */
  readonly trajectory?: string;
  /** An SVG of how forces, stress and energy came to rest */
  readonly plot?: string;
}

export interface RelaxReport {
  readonly model: string;
  readonly frames: readonly RelaxedFrame[];
  /** Frames behind an interruption, written as they were */
  readonly untouched: number;
  /** Frames that an earlier run had done */
  readonly known: number;
  readonly tolerance: number;
}

export interface RelaxListener {
  note(sentence: string): void;
  step(step: RelaxStep<Forces>, frame: number, frames: number): void;
}

/** ms between two steps that are kept of a structure under way: as much is lost where a run is killed */
const KEPT_EVERY = 1000;

/**
 * Relaxes the structures of a file one by one, and writes them when all are done, or when the signal ends the work: then
 * with the last good step, and those behind as they were. One at a time is held in memory. What is done is kept in
 * files beside the output (RelaxRecord), which go when the output is there.
 * @param heap a CPU device that is there already; one is made where absent
 * @throws PhonolinkError before anything is computed where a file cannot be read or written
 */
export async function relaxFiles(
  plan: RelaxPlan,
  source: ForceSource,
  hear: RelaxListener,
  heap?: CpuDevice,
): Promise<RelaxReport> {
  const input = await lookedThrough(plan, source);
  const format = plan.to ? formatNamed(plan.to) : recognise(plan.output, '');
  await requireOutput(plan.output, format, input.count);
  const place = plan.output === '-' ? 'standard-output' : plan.output;
  const made = madeOf(plan);
  const { record, isOther } = await RelaxRecord.open(`${place}.relaxing`, made);
  if (isOther) hear.note(`${record.path} is of other options or another model: everything is relaxed anew`);
  const journal = plan.isRemote ? new LabelJournal(`${place}.journal.jsonl`, plan.model) : undefined;
  const device = heap ?? (await createCpuDevice({ threads: 1 }));
  const forces = journal ? rememberedForces(source, journal) : source;
  const work = new Work(plan, forces, device, hear, record, input.count);
  try {
    await work.relaxAll(input.frames());
    const rest = record.count < input.count ? sliceFrom(input.frames(), record.count) : each([]);
    await writeFrames(plan, format, both(record.frames(), rest), input.brought, hear);
  } finally {
    await record.close();
    if (!heap) await device.close();
  }
  const curves = record.reports.map(({ curve }) => curve);
  if (plan.plot !== undefined) await writeFile(plan.plot, await convergencePlot(curves, plan));
  await record.remove();
  journal?.remove();
  const frames = record.reports.map(({ report }) => report);
  return {
    model: source.name,
    frames,
    untouched: input.count - frames.length,
    known: work.known,
    tolerance: plan.tolerance ?? RELAX_TOLERANCE,
  };
}

/** What the result hangs on beside the structures. */
function madeOf({ model, method, cell, pressure, fmax, smax, maxSteps, keepSymmetry, tolerance }: RelaxPlan) {
  // Without the model nothing is told of any other run.
  const who = model ?? `${process.pid} ${performance.timeOrigin}`;
  return digestOf(
    who,
    JSON.stringify({ method, cell, pressure, fmax, smax, maxSteps, keepSymmetry, tolerance }),
  );
}

interface Input {
  readonly count: number;
  /** Names of what the frames hold beside labels */
  readonly brought: ReadonlySet<string>;
  frames(): AsyncIterable<Frame>;
}

/** Reads all of the input once, so that what is wrong with it is told before anything is computed. */
async function lookedThrough(plan: RelaxPlan, source: ForceSource): Promise<Input> {
  const { input, from, read, index } = plan;
  const opened = async function* () {
    const { frames } = await openStructures(input, { ...read, from });
    yield* index === undefined ? frames : sliced(frames, parseSlice(index));
  };
  // Standard input comes once.
  const kept: Frame[] | undefined = input === '-' ? [] : undefined;
  const brought = new Set<string>();
  let count = 0;
  for await (const frame of opened()) {
    await inFrame(count++, () => requireKnownSpecies(frame.structure, source));
    for (const name of quantitiesOf({ ...frame, labels: {}, velocities: undefined })) brought.add(name);
    kept?.push(frame);
  }
  if (count === 0) throw new PhonolinkError(`${input}: holds no structures`);
  return { count, brought, frames: kept ? () => each(kept) : opened };
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

/** Errors name the frame. */
async function inFrame<R>(frame: number, work: () => R | Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof PhonolinkError)) throw error;
    const { message, hint, exitCode } = error;
    throw new PhonolinkError(`frame ${frame}: ${message}`, { hint, exitCode, cause: error });
  }
}

/** The structures of one run, one after the other. */
class Work {
  /** Those that an earlier run had done */
  known = 0;
  #trajectory = 0;

  constructor(
    private readonly plan: RelaxPlan,
    private readonly source: ForceSource,
    private readonly device: CpuDevice,
    private readonly hear: RelaxListener,
    private readonly record: RelaxRecord,
    private readonly count: number,
  ) {}

  async relaxAll(frames: AsyncIterable<Frame>): Promise<void> {
    const { record, plan, hear } = this;
    let index = 0;
    let isSame = true;
    for await (const frame of frames) {
      const input = digestOf(serialize(frame));
      isSame &&= index < record.count && record.reports[index].input === input;
      if (isSame) this.known = ++index;
      else {
        if (plan.signal?.aborted) return;
        record.keepFirst(index);
        if (index === this.known) this.#openTrajectory(index, input);
        if (!(await this.#relax(frame, input, index++))) return;
      }
      if (frame.velocities) hear.note('velocities of the input are not written: relaxed atoms are at rest');
    }
    record.keepFirst(index);
  }

  /** False where it was told to stop before there was anything to show. */
  async #relax(frame: Frame, input: string, index: number): Promise<boolean> {
    const { plan, record, hear } = this;
    const before = record.underWay(index, input);
    const curve: ConvergenceCurve = [...(before?.curve ?? [])];
    let kept = performance.now();
    const step = async (told: RelaxStep<Forces>, state: () => RelaxState) => {
      const { evaluations, enthalpy, fmax, smax } = told;
      if (plan.plot !== undefined) curve.push({ evaluations, enthalpy, fmax, smax });
      hear.step(told, index, this.count);
      await this.#appendStep(told, index);
      // A journal has every step of an engine.
      if (plan.isRemote || performance.now() - kept < KEPT_EVERY) return;
      await record.leave({ input, index, state: state(), curve, trajectory: this.#trajectory });
      kept = performance.now();
    };
    const work = () => relaxFrame(frame, plan, this.source, this.device, { step }, before?.state);
    const result = await inFrame(index, work).catch((error: unknown) => {
      if (plan.signal?.aborted) return undefined;
      throw error;
    });
    if (!result) return false;
    await record.add({ input, report: result.report, curve, trajectory: this.#trajectory }, result.frame);
    return true;
  }

  /** Cut off behind the step that the run goes on from; begun anew where there is none, or less of it than there was. */
  #openTrajectory(index: number, input: string): void {
    const { trajectory } = this.plan;
    if (trajectory === undefined) return;
    const { record } = this;
    const before = record.underWay(index, input) ?? record.reports[index - 1];
    const length = before?.trajectory ?? 0;
    if (length > 0 && existsSync(trajectory) && statSync(trajectory).size >= length) {
      truncateSync(trajectory, length);
      this.#trajectory = length;
    } else writeFileSync(trajectory, '');
  }

  async #appendStep({ structure, totals, step }: RelaxStep<Forces>, frame: number): Promise<void> {
    const { trajectory } = this.plan;
    if (trajectory === undefined) return;
    const info = new Map([
      ['frame', { kind: 'I' as const, value: frame }],
      ['step', { kind: 'I' as const, value: step }],
    ]);
    const told = createFrame(structure, { labels: totals.labels, info });
    for await (const piece of formatNamed('extxyz').write!(each([told]), { note: () => {} })) {
      await appendFile(trajectory, piece);
      this.#trajectory += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.length;
    }
  }
}

async function* each(frames: readonly Frame[]): AsyncGenerator<Frame> {
  yield* frames;
}

async function* both(first: AsyncIterable<Frame>, second: AsyncIterable<Frame>): AsyncGenerator<Frame> {
  yield* first;
  yield* second;
}

async function* sliceFrom(frames: AsyncIterable<Frame>, begin: number): AsyncGenerator<Frame> {
  let index = 0;
  for await (const frame of frames) if (index++ >= begin) yield frame;
}

async function writeFrames(
  plan: RelaxPlan,
  format: StructureFormat,
  frames: AsyncIterable<Frame>,
  brought: ReadonlySet<string>,
  { note }: RelaxListener,
): Promise<void> {
  const options = { note, species: plan.read.species };
  if (isNumbered(plan.output)) {
    let index = 0;
    for await (const frame of frames)
      await writeWhole(numberedName(plan.output, index++), format.write!(each([frame]), options));
  } else await writeWhole(plan.output, format.write!(frames, options));
  // Labels are expected to stay behind in files of bare structures; what came from the input is not.
  const lost = [...brought].filter((name) => !format.holds?.(name));
  if (lost.length > 0) note(`${format.title} cannot hold ${lost.join(', ')}`);
}
