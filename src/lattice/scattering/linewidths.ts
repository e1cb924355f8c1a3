import type { CpuDevice } from '../../device/cpu.js';
import type { GridModes, PhononGrid, Triplets } from '../../model/phonon-grid.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import { linewidthUnit } from './collision-rows.js';
import { averagedOverEqual } from './degenerate-average.js';
import type { DeltaWeights, PairFrequencies, Smearing } from './delta-weights.js';
import { TripletDeltas } from './deltas.js';
import { occupationsOf } from './occupations.js';
import { addSums, atTemperatures, PairSummation, type PairSumOptions, type PairSums } from './pair-sums.js';

/** Where strengths of the scattering of three phonons come from. */
export interface Strengths {
  /**
   * @param bands0 of q0, all where absent
   * @param zero [t][b0][b][b] 1 where a strength is not needed and may be left out
   * @returns [t][b0][b][b] eV^2 |Phi|^2 / N
   */
  at(triplets: Triplets, bands0?: ArrayLike<number>, zero?: Uint8Array): Float64Array;
}

/** THz: modes up to it take no part, as in phono3py's library (its commands: 0.01) */
export const CUTOFF_FREQUENCY = 1e-4;
/** THz, phono3py's width of principal values */
export const EPSILON = 0.05;

export interface SelfEnergySetup {
  readonly device: CpuDevice;
  readonly grid: PhononGrid;
  readonly modes: Pick<GridModes, 'bands' | 'frequencies'>;
  readonly strengths: Strengths;
  readonly smearing: Smearing;
  /** [m] points of a class have the same frequencies; `classesOf` an irreducible mesh. Each by itself where absent */
  readonly classes?: Int32Array;
  /** As in `PairFrequencies` */
  readonly partnersFrom?: number;
  /** THz: CUTOFF_FREQUENCY where absent */
  readonly cutoffFrequency?: number;
  readonly units?: PhononUnits;
  /** Bytes for strengths and weights of a batch of triplets; 128 MiB where absent */
  readonly memory?: number;
}

export interface LinewidthOptions {
  /** Bands of q0; all where absent */
  readonly bands?: readonly number[];
  /** Normal and umklapp triplets apart as well; or [t] 0 and 1 for them */
  readonly split?: boolean | Int32Array;
  /**
   * Told each batch of triplets, which of all is its first, and what is multiplied for it, the sum of all delta functions
   * with it. Arrays last until it returns.
   */
  readonly hear?: (batch: Triplets, first: number, weights: DeltaWeights, strengths: Float64Array) => void;
  /** Mean strengths as well: nothing is left out, which takes several times as long */
  readonly withStrengths?: boolean;
}

/** Half linewidths of a q point's modes, phono3py's gamma. */
export interface Linewidths {
  /** [temperatures][b0] THz; the lifetime in ps is 1 / (4 pi gamma) */
  readonly gammas: Float64Array;
  /** [temperatures][b0] THz, of triplets that add up to zero, and of those that do to a lattice vector */
  readonly normal?: Float64Array;
  readonly umklapp?: Float64Array;
  /** [b0] eV^2, mean of |Phi|^2 over all pairs of modes (Togo, Chaput and Tanaka, Phys. Rev. B 91, 094306, 2015, eq. 21) */
  readonly meanStrengths?: Float64Array;
}

/** Imaginary parts of self-energies by the bubble diagram at points of a grid. */
export class SelfEnergies {
  private readonly pairs: PairFrequencies;
  private readonly deltas: TripletDeltas;
  private readonly summation: PairSummation;
  private readonly classes: Int32Array;
  private readonly cutoff: number;
  private readonly units: PhononUnits;
  private occupations?: { readonly key: string; readonly values: Float64Array[] };

  /** @throws PhonolinkError where the device's memory does not suffice */
  constructor(private readonly setup: SelfEnergySetup) {
    const { device, grid, modes, smearing, partnersFrom } = setup;
    const { bands, frequencies } = modes;
    this.pairs = { bands, frequencies, partnersFrom };
    this.cutoff = setup.cutoffFrequency ?? CUTOFF_FREQUENCY;
    this.units = setup.units ?? PHONOPY_UNITS;
    this.classes = setup.classes ?? Int32Array.from({ length: frequencies.length / bands }, (_, p) => p);
    this.deltas = new TripletDeltas(device, grid, this.pairs, smearing);
    this.summation = new PairSummation(device, this.pairs, this.classes, this.cutoff);
  }

  /**
   * Half linewidths of the modes of q0, at their own frequencies. Those of equal frequency share theirs.
   * @param triplets of q0
   * @param temperatures K
   */
  linewidths(
    triplets: Triplets,
    temperatures: ArrayLike<number>,
    { bands, split = false, withStrengths = false, hear }: LinewidthOptions = {},
  ): Linewidths {
    const chosen = bands ?? this.allBands();
    const own = this.frequenciesAt(triplets.point);
    const at = Float64Array.from(chosen, (b) => own[b]);
    const mean = new Float64Array(chosen.length);
    let sums: PairSums | undefined;
    for (const batch of this.batches(triplets, chosen.length, chosen.length)) {
      const weights = this.deltas.at(batch, at, { withTotal: hear !== undefined });
      const strengths = this.setup.strengths.at(
        batch,
        bands && chosen,
        withStrengths ? undefined : weights.zero,
      );
      hear?.(batch, placeOf(batch, triplets), weights, strengths);
      if (withStrengths) addMeanStrengths(strengths, batch.weights, this.pairs.bands, mean);
      const parts = split ? this.partsOf(batch, triplets, split) : undefined;
      sums = addSums(sums, this.summation.sum(batch, weights, strengths, chosen.length, { parts }));
    }
    const all = this.applied(sums, temperatures);
    const count = chosen.length;
    const averaged = (values: Float64Array) => averagedOverEqual(values, chosen, own);
    const meanStrengths = withStrengths ? mean : undefined;
    if (!split) return { gammas: averaged(all), meanStrengths };
    const part = (k: number) =>
      Float64Array.from(
        { length: temperatures.length * count },
        (_, i) => all[(2 * Math.floor(i / count) + k) * count + (i % count)],
      );
    const [normal, umklapp] = [averaged(part(0)), averaged(part(1))];
    return { gammas: normal.map((x, k) => x + umklapp[k]), normal, umklapp, meanStrengths };
  }

  /**
   * Frequency shifts of the modes of q0, where principal values were asked for: real parts of self-energies at the
   * modes' own frequencies, phono3py's delta.
   * @returns [temperatures][b0] THz
   */
  shifts(triplets: Triplets, temperatures: ArrayLike<number>, bands?: readonly number[]): Float64Array {
    return this.linewidths(triplets, temperatures, { bands }).gammas;
  }

  /**
   * The same as functions of frequency, at any frequencies; shifts are none where frequencies are not above the cutoff.
   * @param frequencies THz
   * @returns [temperatures][b0][frequencies] THz
   */
  spectrum(
    triplets: Triplets,
    frequencies: ArrayLike<number>,
    temperatures: ArrayLike<number>,
    { bands, without }: { bands?: readonly number[]; without?: PairSumOptions['without'] } = {},
  ): Float64Array {
    const chosen = bands ?? this.allBands();
    const count = chosen.length;
    const points = Math.min(frequencies.length, FREQUENCIES_AT_ONCE);
    const starts = Array.from({ length: Math.ceil(frequencies.length / points) }, (_, k) => k * points);
    const sums: (PairSums | undefined)[] = starts.map(() => undefined);
    for (const batch of this.batches(triplets, points, count)) {
      const strengths = this.setup.strengths.at(batch, bands && chosen);
      starts.forEach((start, s) => {
        const some = Array.from(frequencies).slice(start, start + points);
        const weights = this.deltas.at(batch, some);
        sums[s] = addSums(
          sums[s],
          this.summation.sum(batch, weights, strengths, count, { kind: 'spectrum', without }),
        );
      });
    }
    const out = new Float64Array(temperatures.length * count * frequencies.length);
    const own = this.frequenciesAt(triplets.point);
    starts.forEach((start, s) => {
      const some = Math.min(points, frequencies.length - start);
      const values = averagedOverEqual(this.applied(sums[s], temperatures), chosen, own);
      for (let t = 0, from = 0; t < temperatures.length; t++) {
        for (let k = 0; k < some; k++) {
          const isNone = this.setup.smearing.kind === 'principal' && frequencies[start + k] < this.cutoff;
          for (let b = 0; b < count; b++, from++) {
            out[(t * count + b) * frequencies.length + start + k] = isNone ? 0 : values[from];
          }
        }
      }
    });
    return out;
  }

  release(): void {
    this.deltas.release();
    this.summation.release();
  }

  private applied(sums: PairSums | undefined, temperatures: ArrayLike<number>): Float64Array {
    if (!sums) return new Float64Array(0);
    const unit = selfEnergyUnit(this.setup.smearing, this.units);
    return atTemperatures(sums, this.occupationsAt(temperatures)).map((x) => x * unit);
  }

  /** Points are many and temperatures the same for all: the last ones are kept. */
  private occupationsAt(temperatures: ArrayLike<number>): Float64Array[] {
    const key = Array.from(temperatures).join();
    if (this.occupations?.key !== key) {
      const { bands, frequencies } = this.pairs;
      const values = occupationsOf(frequencies, bands, this.classes, temperatures, this.cutoff, this.units);
      this.occupations = { key, values };
    }
    return this.occupations.values;
  }

  private allBands(): number[] {
    return Array.from({ length: this.pairs.bands }, (_, b) => b);
  }

  private frequenciesAt(point: number): Float64Array {
    const { bands, frequencies } = this.pairs;
    return frequencies.subarray(point * bands, (point + 1) * bands);
  }

  private partsOf(batch: Triplets, triplets: Triplets, split: true | Int32Array): Int32Array {
    if (split === true) return umklappOf(this.setup.grid, batch);
    const first = placeOf(batch, triplets);
    return split.subarray(first, first + batch.weights.length);
  }

  private *batches(triplets: Triplets, points: number, count: number): Generator<Triplets> {
    const each = this.deltas.bytesFor(points) + 8 * count * this.pairs.bands ** 2;
    const size = Math.max(1, Math.floor((this.setup.memory ?? 1 << 27) / each));
    for (let begin = 0; begin < triplets.weights.length; begin += size) {
      yield {
        ...triplets,
        points: triplets.points.subarray(3 * begin, 3 * (begin + size)),
        weights: triplets.weights.subarray(begin, begin + size),
      };
    }
  }
}

/** Which of all triplets is the first of a batch of them. */
function placeOf({ points: some }: Triplets, { points }: Triplets): number {
  return (some.byteOffset - points.byteOffset) / points.BYTES_PER_ELEMENT / 3;
}

/** Frequencies whose weights are held together */
const FREQUENCIES_AT_ONCE = 16;

/**
 * THz of eV^2/THz: 18 pi / hbar^2 with delta functions (the imaginary part, gamma), 18 / hbar^2 with principal values
 * (the real one, delta).
 */
export function selfEnergyUnit({ kind }: Smearing, units: PhononUnits = PHONOPY_UNITS): number {
  return kind === 'principal' ? 18 / units.planck ** 2 : linewidthUnit(units);
}

/** [m] numbers of classes of points with the same frequencies, from a map of the N points to those like them. */
export function classesOf({ regular }: PhononGrid, map: Int32Array): Int32Array {
  const numbers = new Int32Array(map.length).fill(-1);
  let count = 0;
  map.forEach((first, p) => {
    if (first === p) numbers[p] = count++;
  });
  return regular.map((p) => numbers[map[p]]);
}

/** [t] 0 where the three add up to zero (a normal process), 1 where they do to a lattice vector (umklapp). */
export function umklappOf({ addresses: x }: PhononGrid, { points }: Pick<Triplets, 'points'>): Int32Array {
  return Int32Array.from({ length: points.length / 3 }, (_, t) => {
    const [a, b, c] = points.subarray(3 * t, 3 * t + 3);
    return [0, 1, 2].every((k) => x[3 * a + k] + x[3 * b + k] + x[3 * c + k] === 0) ? 0 : 1;
  });
}

/** Adds to `mean` [b0] the mean of strengths [t][b0][b][b] over pairs of bands, summed over triplets. */
function addMeanStrengths(
  strengths: Float64Array,
  weights: Int32Array,
  bands: number,
  mean: Float64Array,
): void {
  const size = bands * bands;
  weights.forEach((weight, t) => {
    for (let b = 0; b < mean.length; b++) {
      const from = (t * mean.length + b) * size;
      let sum = 0;
      for (let k = from; k < from + size; k++) sum += strengths[k];
      mean[b] += (weight * sum) / size;
    }
  });
}
