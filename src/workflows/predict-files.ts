import { writeFile } from 'node:fs/promises';
import type { ReadOptions, StructureFormat } from '../../formats/format.js';
import { createWhole, writeWhole } from '../../formats/io/sink.js';
import { formatNamed, openStructures, recognise } from '../../formats/read.js';
import { PhonolinkError } from '../model/errors.js';
import { type Frame, type InfoValue, quantitiesOf } from '../model/frame.js';
import { type ParityPanel, parityPlot, readable } from '../plots/parity.js';
import {
  type Comparison,
  type Comparisons,
  createComparisons,
  type Prediction,
  type Predictor,
} from './predict.js';

export interface PredictPlan {
  input: string;
  /** Absent where only the comparison is wanted. */
  output?: string;
  from?: string;
  to?: string;
  read: ReadOptions;
  /** A text file of descriptors: one row an atom, frame after frame. */
  descriptors?: string;
  /** An SVG of predictions against labels. */
  plot?: string;
}

export interface PredictReport {
  potential: string;
  frames: number;
  atoms: number;
  /** Evaluation and reading and writing, s */
  seconds: number;
  comparisons: Comparisons;
}

/**
 * Reads structures, predicts, writes: one frame in memory at a time.
 * @param progress told after every frame
 * @throws PhonolinkError; nothing half-written stays behind
 */
export async function predictFiles(
  plan: PredictPlan,
  predictor: Predictor,
  hear: { progress(frames: number, atoms: number): void; note(sentence: string): void },
): Promise<PredictReport> {
  const started = performance.now();
  const comparisons = createComparisons(predictor);
  const { frames } = await openStructures(plan.input, { ...plan.read, from: plan.from });
  const descriptors = plan.descriptors === undefined ? undefined : await createWhole(plan.descriptors);
  const report = { potential: predictor.name, frames: 0, atoms: 0, seconds: 0, comparisons };
  const predictions = predictor.predict(frames, {
    comparisons,
    descriptors: descriptors !== undefined,
  });

  async function* predictedFrames(): AsyncGenerator<Frame> {
    for await (const prediction of predictions) {
      if (descriptors) await descriptors.write(descriptorRows(prediction));
      report.frames++;
      report.atoms += prediction.frame.structure.count;
      hear.progress(report.frames, report.atoms);
      for (const name of sixNumbers(predictor, prediction.frame))
        hear.note(
          `'${name}' has six numbers, whose order differs between programs, and is not compared: a polarizability has nine`,
        );
      yield prediction.frame;
    }
  }

  try {
    if (plan.output === undefined) {
      for await (const _ of predictedFrames());
    } else {
      const format = plan.to ? formatNamed(plan.to) : recognise(plan.output, '');
      if (!format.write)
        throw new PhonolinkError(`${format.title} can be read, but not written`, { exitCode: 2 });
      const lost = new Set<string>();
      await writeWhole(
        plan.output,
        format.write(told(predictedFrames(), format, lost), { note: hear.note, species: plan.read.species }),
      );
      if (lost.size > 0) hear.note(`${format.title} cannot hold ${[...lost].join(', ')}`);
    }
    if (report.frames === 0) throw new PhonolinkError(`${plan.input}: holds no structures`);
    await descriptors?.commit();
  } catch (error) {
    await descriptors?.discard();
    throw error;
  }
  report.seconds = (performance.now() - started) / 1000;
  if (plan.plot !== undefined) await writePlot(plan.plot, comparisons, plan.input);
  return report;
}

/** Values of a frame that look like labels of a polarizability, but do not say in which order they stand. */
function sixNumbers({ predicts }: Predictor, { info }: Frame): string[] {
  if (predicts !== 'polarizability') return [];
  const isUnclear = ([name, value]: [string, InfoValue]) =>
    /^((ref|dft)_)?pol(arizability)?$/i.test(name) && 'shape' in value && value.value.length === 6;
  return [...info].filter(isUnclear).map(([name]) => name);
}

/** The frames, and the names of what the format has no place for. */
async function* told(
  frames: AsyncIterable<Frame>,
  format: StructureFormat,
  lost: Set<string>,
): AsyncGenerator<Frame> {
  for await (const frame of frames) {
    for (const name of quantitiesOf(frame)) if (!format.holds?.(name)) lost.add(name);
    yield frame;
  }
}

function descriptorRows({ descriptors }: Prediction): string {
  if (!descriptors) return '';
  const { width, values } = descriptors;
  let rows = '';
  for (let i = 0; i < values.length; i += width) rows += `${values.subarray(i, i + width).join(' ')}\n`;
  return rows;
}

/** Those of the comparisons that met labels. */
export function compared(comparisons: Comparisons): Comparison[] {
  return Object.values(comparisons).filter(({ agreement }: Comparison) => agreement.count > 0);
}

async function writePlot(path: string, comparisons: Comparisons, input: string): Promise<void> {
  const panels: ParityPanel[] = compared(comparisons).map(({ title, unit, agreement, sample }) => ({
    title,
    unit,
    pairs: sample.items,
    caption: `RMSE ${readable(agreement.rmse)} ${unit}, R² ${Number.isNaN(agreement.r2) ? '-' : agreement.r2.toFixed(6)}`,
  }));
  if (panels.length === 0) {
    throw new PhonolinkError(`${input}: has no energies, forces or virials to plot predictions against`, {
      hint: 'name them with --energy-key, --forces-key, --virial-key or --stress-key if the file calls them otherwise',
    });
  }
  await writeFile(path, await parityPlot(panels));
}
