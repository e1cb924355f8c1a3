import type { CpuDevice } from '../../device/cpu.js';
import type { GridModes, PhononGrid, Triplets } from '../../model/phonon-grid.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import type { PairFrequencies, Smearing } from './delta-weights.js';
import { TripletDeltas } from './deltas.js';
import { CUTOFF_FREQUENCY } from './linewidths.js';
import { occupationsOf } from './occupations.js';
import { atTemperatures, PairSummation } from './pair-sums.js';

export interface JointDensitySetup {
  readonly device: CpuDevice;
  readonly grid: PhononGrid;
  readonly modes: Pick<GridModes, 'bands' | 'frequencies'>;
  /** Tetrahedra or Gaussians */
  readonly smearing: Smearing;
  /** [m] as in `SelfEnergySetup` */
  readonly classes?: Int32Array;
  readonly cutoffFrequency?: number;
  readonly units?: PhononUnits;
}

/** Joint densities of states of q0, 1/THz, a pair of modes at a time counted for each q1 of the grid and averaged. */
export interface JointDensity {
  /** [temperatures or one][frequencies] of f1 - f2 = +-f; with temperature of (n1 - n2) times those, with their signs */
  readonly merging: Float64Array;
  /** [temperatures or one][frequencies] of f1 + f2 = f; with temperature of (n1 + n2 + 1) times that */
  readonly decay: Float64Array;
}

const FREQUENCIES_AT_ONCE = 16;

/**
 * How many pairs of phonons can scatter with one of q0 and any frequency (Togo, Chaput and Tanaka, Phys. Rev. B 91,
 * 094306, 2015, eqs. 26 to 29), phono3py's --jdos.
 * @param temperatures K; none for what does not depend on it
 */
export function jointDensity(
  {
    device,
    grid,
    modes,
    smearing,
    cutoffFrequency = CUTOFF_FREQUENCY,
    units = PHONOPY_UNITS,
    ...setup
  }: JointDensitySetup,
  triplets: Triplets,
  frequencies: ArrayLike<number>,
  temperatures?: ArrayLike<number>,
): JointDensity {
  const { bands } = modes;
  const pairs: PairFrequencies = modes;
  const classes = setup.classes ?? Int32Array.from({ length: modes.frequencies.length / bands }, (_, p) => p);
  const deltas = new TripletDeltas(device, grid, pairs, smearing);
  const summation = new PairSummation(device, pairs, classes, cutoffFrequency);
  const lines = temperatures?.length ?? 1;
  const merging = new Float64Array(lines * frequencies.length);
  const decay = new Float64Array(lines * frequencies.length);
  const all = Array.from(frequencies);
  const occupations =
    temperatures && occupationsOf(modes.frequencies, bands, classes, temperatures, cutoffFrequency, units);
  try {
    for (let start = 0; start < all.length; start += FREQUENCIES_AT_ONCE) {
      const some = all.slice(start, start + FREQUENCIES_AT_ONCE);
      const weights = deltas.at(triplets, some, { withTotal: !temperatures });
      if (occupations) {
        for (const [out, without] of [
          [merging, 'decay'],
          [decay, 'merging'],
        ] as const) {
          const sums = summation.sum(triplets, weights, undefined, 1, { kind: 'spectrum', without });
          atTemperatures(sums, occupations).forEach((x, k) => {
            const t = Math.floor(k / some.length);
            out[t * all.length + start + (k % some.length)] = x / grid.total;
          });
        }
        continue;
      }
      const size = bands * bands;
      triplets.weights.forEach((weight, t) => {
        for (let k = 0; k < some.length; k++) {
          const from = (t * some.length + k) * size;
          for (let at = from; at < from + size; at++) {
            decay[start + k] += (weight * weights.decay[at]) / grid.total;
            merging[start + k] += (weight * (weights.total![at] - weights.decay[at])) / grid.total;
          }
        }
      });
    }
  } finally {
    deltas.release();
    summation.release();
  }
  return { merging, decay };
}
