import type { Device } from '../device/device.js';
import { Agreement } from '../math/agreement.js';
import { Reservoir } from '../math/reservoir.js';
import { FormatError, PhonolinkError } from '../model/errors.js';
import type { Column, Frame, InfoValue, Labels } from '../model/frame.js';
import type { Structure } from '../model/structure.js';
import { expectFinite } from '../potentials/finite.js';
import type { Evaluation, Evaluator, Potential } from '../potentials/potential.js';
import { totalsOf } from '../potentials/totals.js';

/** One quantity that is predicted and, where the input has labels, compared: pairs in internal units. */
export class Comparison {
  readonly agreement = new Agreement();
  /** [reference, predicted], a sample for plots */
  readonly sample = new Reservoir<readonly [number, number]>(4000, 1);

  constructor(
    readonly title: string,
    readonly unit: string,
  ) {}

  add(predicted: number, reference: number): void {
    this.agreement.add(predicted, reference);
    this.sample.add([reference, predicted]);
  }
}

export interface Comparisons {
  energy: Comparison;
  forces: Comparison;
  virial: Comparison;
  tensor: Comparison;
}

export function createComparisons({ predicts }: Pick<Potential, 'predicts'>): Comparisons {
  return {
    energy: new Comparison('Energy', 'eV/atom'),
    forces: new Comparison('Forces', 'eV/A'),
    virial: new Comparison('Virial', 'eV/atom'),
    tensor: new Comparison(predicts, 'model units'),
  };
}

/** What a prediction of one frame is handed on as. */
export interface Prediction {
  /** The frame with the prediction as its labels; the labels that it came with stand in info and columns as REF_... */
  frame: Frame;
  /** Where asked for */
  descriptors?: { width: number; values: Float64Array };
}

/** Whatever predicts: a potential on a device, or force engines behind a socket. */
export interface Predictor extends Pick<Potential, 'name' | 'predicts'> {
  /** Predictions of frames, in their order */
  predict(frames: AsyncIterable<Frame>, options?: PredictOptions): AsyncGenerator<Prediction>;
}

export interface PredictOptions {
  /** Take in whatever labels the frames have */
  readonly comparisons?: Comparisons;
  readonly descriptors?: boolean;
}

export function predictorOf(potential: Potential, device: Device): Predictor {
  return {
    name: potential.name,
    predicts: potential.predicts,
    predict: (frames, options) => predict(potential, device, frames, options),
  };
}

/**
 * Evaluates `potential` on each frame, in order. Evaluators are reused while atoms stay the same; `comparisons` take
 * in whatever labels the frames have.
 * @throws PhonolinkError that names the frame, where one cannot be evaluated
 */
export async function* predict(
  potential: Potential,
  device: Device,
  frames: AsyncIterable<Frame>,
  options: PredictOptions = {},
): AsyncGenerator<Prediction> {
  let bound: { evaluator: Evaluator; structure: Structure } | undefined;
  let index = 0;
  try {
    for await (const frame of frames) {
      const { structure } = frame;
      try {
        if (!bound || !sameAtoms(bound.structure, structure)) {
          bound?.evaluator.release();
          bound = undefined;
          bound = { evaluator: await potential.bind(device, structure), structure };
        }
        const { evaluator } = bound;
        const evaluation = expectFinite(
          potential.name,
          await evaluator.evaluate(structure.positions, structure.cell),
        );
        const labels = labelsOf(potential, evaluation);
        if (options.comparisons) compare(frame, labels, options.comparisons);
        const prediction: Prediction = { frame: relabelled(frame, labels) };
        if (options.descriptors) {
          if (!evaluator.describe)
            throw new PhonolinkError(`the ${potential.name} potential has no descriptors`);
          prediction.descriptors = await evaluator.describe(structure.positions, structure.cell);
        }
        yield prediction;
      } catch (error) {
        if (!(error instanceof PhonolinkError) || error instanceof FormatError) throw error;
        throw new PhonolinkError(`frame ${index}: ${error.message}`, {
          hint: error.hint,
          exitCode: error.exitCode,
        });
      }
      index++;
    }
  } finally {
    bound?.evaluator.release();
  }
}

function sameAtoms(a: Structure, b: Structure): boolean {
  return (
    a.count === b.count &&
    a.periodic.every((p, k) => p === b.periodic[k]) &&
    a.species.length === b.species.length &&
    a.species.every((symbol, k) => symbol === b.species[k]) &&
    a.kinds.every((kind, i) => kind === b.kinds[i])
  );
}

/** Takes in what the frame's own labels and the predicted ones both say. */
export function compare({ labels, structure }: Frame, predicted: Labels, comparisons: Comparisons): void {
  const tensor = predicted.dipole ?? predicted.polarizability;
  if (tensor) {
    const reference = predicted.dipole ? labels.dipole : labels.polarizability;
    reference?.forEach((value, k) => {
      comparisons.tensor.add(tensor[k] ?? Number.NaN, value);
    });
    return;
  }
  const { count } = structure;
  if (count === 0) return;
  // Files of calculations with smearing may have the free energy alone.
  const energy = labels.energy ?? labels.freeEnergy;
  if (energy !== undefined && predicted.energy !== undefined)
    comparisons.energy.add(predicted.energy / count, energy / count);
  const { forces, virial } = predicted;
  if (forces) {
    labels.forces?.forEach((value, k) => {
      comparisons.forces.add(forces[k], value);
    });
  }
  if (labels.virial && virial) {
    // The six independent components of the symmetric totals.
    for (const [p, q] of [
      [0, 0],
      [4, 4],
      [8, 8],
      [5, 7],
      [2, 6],
      [1, 3],
    ]) {
      comparisons.virial.add(
        (virial[p] + virial[q]) / 2 / count,
        (labels.virial[p] + labels.virial[q]) / 2 / count,
      );
    }
  }
}

/** What a potential says, as labels of the frame. */
export function labelsOf({ predicts }: Pick<Potential, 'predicts'>, evaluation: Evaluation): Labels {
  if (predicts !== 'energy') return { [predicts]: evaluation.tensor };
  return {
    ...totalsOf(evaluation),
    energies: evaluation.energies,
    ...(evaluation.charges && { charges: evaluation.charges }),
    ...(evaluation.bornCharges && { bornCharges: evaluation.bornCharges }),
  };
}

/** The frame with new labels; those that it had stand in info and columns under names that no prediction takes. */
export function relabelled(frame: Frame, labels: Labels): Frame {
  return { ...frame, labels, ...withReferences(frame) };
}

/** The labels that a frame came with, under names that no prediction takes: REF_energy, REF_forces, ... */
function withReferences(frame: Frame): { info: Map<string, InfoValue>; columns: Map<string, Column> } {
  const info = new Map(frame.info);
  const columns = new Map(frame.columns);
  const n = frame.structure.count;
  for (const [key, value] of Object.entries(frame.labels) as [
    keyof Labels,
    number | Float64Array | undefined,
  ][]) {
    if (value === undefined) continue;
    const name = `REF_${key}`;
    if (typeof value === 'number') info.set(name, { kind: 'R', value });
    else if (PER_FRAME.has(key)) info.set(name, { kind: 'R', shape: [value.length], value });
    else columns.set(name, { kind: 'R', width: n > 0 ? value.length / n : 1, data: value });
  }
  return { info, columns };
}

const PER_FRAME: ReadonlySet<keyof Labels> = new Set(['virial', 'dipole', 'polarizability']);
