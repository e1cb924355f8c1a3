import type { CpuDevice } from '../../device/cpu.js';
import { PhonolinkError } from '../../model/errors.js';
import type { Triplets } from '../../model/phonon-grid.js';
import type { DeltaWeights, PairFrequencies } from './delta-weights.js';

/** What is added up over pairs of modes, before temperature comes in. */
export interface PairSums {
  /** 1, or 2: by normal triplets and by umklapp ones */
  readonly parts: number;
  /** Bands of q0; or frequencies times bands */
  readonly rows: number;
  /** [parts][rows][classes b + 1] what goes with the occupation of each mode; at last what goes with none */
  readonly values: Float64Array;
}

export interface PairSumOptions {
  /** A frequency of the weights for every row of bands of q0, or one for each band: its own */
  readonly kind?: 'bands' | 'spectrum';
  /** [t] 0 or 1, which part a triplet belongs to */
  readonly parts?: Int32Array;
  /** Leaves out decays into two, or what merges with another */
  readonly without?: 'decay' | 'merging';
}

/** Partial sums that threads make, not for each its own: the last digits must not hang on the number of threads. */
const SLICES = { least: 4, most: 16, numbers: 1 << 20 };

/**
 * Adds up w pp ((n1 + n2 + 1) g + (n1 - n2) h) over triplets of weight w and pairs of bands, g and h being
 * `decay` and `merging`. That is n1 w pp (g + h) + n2 w pp (g - h) + w pp g: coefficients are gathered for each mode,
 * modes of equal frequency together, and many temperatures cost little.
 */
export class PairSummation {
  private readonly modes: Float64Array;
  private readonly classes: Int32Array;
  private readonly cutoff: Float64Array;
  private readonly block: Int32Array;

  /**
   * @param classes [m] points of a class have the same frequencies: their numbers from 0 on
   * @param cutoff THz, modes up to it take no part
   */
  constructor(
    private readonly device: CpuDevice,
    private readonly pairs: PairFrequencies,
    classes: Int32Array,
    cutoff: number,
  ) {
    const { heap } = device;
    this.modes = heap.float64From(pairs.frequencies);
    this.classes = heap.int32From(classes);
    this.cutoff = heap.float64From([cutoff]);
    this.block = heap.int32(18);
    this.count = 1 + classes.reduce((a, b) => Math.max(a, b), -1);
  }

  /** Of classes */
  readonly count: number;

  /**
   * @param strengths [t][j][b][b] eV^2 for j bands of q0, best in the device's heap; all 1 where absent
   * @param own j
   */
  sum(
    { points, weights }: Pick<Triplets, 'points' | 'weights'>,
    deltas: DeltaWeights,
    strengths: Float64Array | undefined,
    own: number,
    { kind = 'bands', parts, without }: PairSumOptions = {},
  ): PairSums {
    const { device, pairs } = this;
    const { heap } = device;
    const { bands } = pairs;
    const count = weights.length;
    if (kind === 'bands' && deltas.points !== own) {
      throw new PhonolinkError(`${deltas.points} frequencies for ${own} bands of q0, expected one for each`);
    }
    const rows = kind === 'spectrum' ? deltas.points * own : own;
    const width = this.count * bands + 1;
    const size = (parts ? 2 : 1) * rows * width;
    const wanted = Math.min(SLICES.most, Math.max(SLICES.least, Math.floor(SLICES.numbers / size)));
    const slices = Math.max(1, Math.min(wanted, count));
    const inHeap = (data: Float64Array | undefined): { at: number; copy?: Float64Array } => {
      if (!data) return { at: 0 };
      if (heap.holds(data)) return { at: data.byteOffset };
      const copy = heap.float64From(data);
      return { at: copy.byteOffset, copy };
    };
    const pp = inHeap(strengths);
    const out = heap.float64(slices * size);
    const held = [
      heap.int32From(points),
      heap.int32From(weights),
      parts ? heap.int32From(parts) : heap.int32(count),
      heap.int32From(Array.from({ length: slices + 1 }, (_, s) => Math.round((s * count) / slices))),
    ];
    this.block.set([
      held[0].byteOffset,
      held[1].byteOffset,
      held[2].byteOffset,
      this.modes.byteOffset,
      this.classes.byteOffset,
      without === 'decay' ? 0 : deltas.decay.byteOffset,
      without === 'merging' ? 0 : deltas.merging.byteOffset,
      deltas.zero.byteOffset,
      pp.at,
      held[3].byteOffset,
      out.byteOffset,
      this.cutoff.byteOffset,
      8 * size,
      bands,
      deltas.points,
      own,
      kind === 'spectrum' ? 1 : 0,
      width,
    ]);
    device.parallel('triplets', 'collect', this.block.byteOffset, slices, 1);
    const values = new Float64Array(size);
    for (let s = 0; s < slices; s++) {
      for (let k = 0, at = s * size; k < size; k++, at++) values[k] += out[at];
    }
    for (const view of [pp.copy, out, ...held]) heap.release(view);
    return { parts: parts ? 2 : 1, rows, values };
  }

  release(): void {
    const { heap } = this.device;
    heap.release(this.modes);
    heap.release(this.classes);
    heap.release(this.cutoff);
    heap.release(this.block);
  }
}

/** Adds the second to the first: sums over batches of triplets. */
export function addSums(to: PairSums | undefined, more: PairSums): PairSums {
  if (!to) return more;
  for (let k = 0; k < more.values.length; k++) to.values[k] += more.values[k];
  return to;
}

/**
 * Applies occupations.
 * @param occupations [temperatures][classes b] from `occupationsOf`
 * @returns [temperatures][parts][rows]
 */
export function atTemperatures(
  { parts, rows, values }: PairSums,
  occupations: readonly Float64Array[],
): Float64Array {
  const lines = parts * rows;
  const width = values.length / lines;
  const out = new Float64Array(occupations.length * lines);
  occupations.forEach((n, t) => {
    for (let r = 0, from = 0; r < lines; r++, from += width) {
      let sum = values[from + width - 1];
      for (let k = 0; k < width - 1; k++) sum += n[k] * values[from + k];
      out[t * lines + r] = sum;
    }
  });
  return out;
}
