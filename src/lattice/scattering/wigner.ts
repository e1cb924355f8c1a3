import { UsageError } from '../../model/errors.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import { DEGENERATE } from '../harmonic/velocities.js';
import { SLOWEST } from './heat-capacity.js';
import { conductivityUnit, type HeatCarriers } from './relaxation-time.js';
import { applySix, groupSum } from './star-sums.js';
import type { PairMean } from './velocity-operator.js';

/** A way to count coherences: how velocities of pairs are made, and which pairs are populations. */
export interface PairTransport {
  readonly mean: PairMean;
  readonly split: 'equal' | 'diagonal';
}

/** What phono3py's other names of transport stand for */
const OTHERS = ['njc23', 'ibdb19', 'kubo', 'green-kubo', 'gk'] as const;

/**
 * What phono3py's --wigner (versions 2 and 3) or --transport-type SMM19 (version 4) name.
 * @throws UsageError where it is another
 */
export function pairTransport(name: string): PairTransport {
  const known = name.toLowerCase();
  if (known === 'wigner') return { mean: 'arithmetic', split: 'equal' };
  if (known === 'smm19') return { mean: 'geometric', split: 'diagonal' };
  throw new UsageError(
    OTHERS.some((other) => other === known)
      ? `transport of the type ${name} is not supported`
      : `there is no transport of the type ${name}`,
    'choose wigner or SMM19',
  );
}

/**
 * Products of velocities of pairs of modes, summed over stars.
 * @param pairs [q][b][b][6] from `pairVelocityProducts`
 * @param weights [q] points in the star of each
 * @param rotations [9] each, Cartesian: the point group
 */
export function starPairs(
  pairs: Float64Array,
  weights: ArrayLike<number>,
  rotations: readonly ArrayLike<number>[],
): Float64Array {
  const sum = groupSum(rotations);
  const block = pairs.length / weights.length;
  const out = new Float64Array(pairs.length);
  for (let k = 0; k < pairs.length; k += 6) {
    const share = weights[Math.floor(k / block)] / rotations.length;
    applySix(sum, pairs.subarray(k, k + 6), share, out, k);
  }
  return out;
}

export interface WignerConductivity {
  /** [t][6] W/m/K */
  readonly populations: Float64Array;
  readonly coherences: Float64Array;
  readonly total: Float64Array;
  /** [t][q][b][6] */
  readonly modePopulations: Float64Array;
  /** [t][q][b][b][6] */
  readonly modeCoherences: Float64Array;
}

/**
 * Conductivity of populations and coherences (Simoncelli, Marzari and Mauri, Nat. Phys. 15, 809, 2019) with lifetimes of
 * modes: a pair contributes C V V* (gamma + gamma') / ((f - f')^2 + (gamma + gamma')^2).
 * @param pairs [q][b][b][6] THz^2 A^2, summed over stars
 * @param linewidths [t][q][b] THz, of all processes
 * @param split which pairs are populations: those of equal frequency (phono3py 2 and 3), or a mode with itself (4)
 */
export function wignerConductivity(
  carriers: Omit<HeatCarriers, 'products'>,
  pairs: Float64Array,
  linewidths: Float64Array,
  split: 'equal' | 'diagonal' = 'equal',
  { cutoff = SLOWEST, units = PHONOPY_UNITS }: { cutoff?: number; units?: PhononUnits } = {},
): WignerConductivity {
  const { frequencies, heatCapacities, total, volume } = carriers;
  const modes = frequencies.length;
  const count = linewidths.length / modes;
  const bands = pairs.length / (6 * modes);
  const unit = conductivityUnit(volume, units);
  const populations = new Float64Array(6 * count);
  const coherences = new Float64Array(6 * count);
  const modePopulations = new Float64Array(6 * count * modes);
  const modeCoherences = new Float64Array(6 * count * modes * bands);
  for (let t = 0; t < count; t++) {
    for (let m = 0; m < modes; m++) {
      const first = m - (m % bands);
      for (let b = 0; b < bands; b++) {
        const n = first + b;
        const [f, g] = [frequencies[m], frequencies[n]];
        const width = linewidths[t * modes + m] + linewidths[t * modes + n];
        if (!(f > cutoff && g > cutoff && width > 0)) continue;
        const heat = ((f + g) / 4) * (heatCapacities[t * modes + m] / f + heatCapacities[t * modes + n] / g);
        const share = (heat * unit * width) / ((f - g) ** 2 + width ** 2);
        const isOne = m === n || (split === 'equal' && Math.abs(f - g) < DEGENERATE);
        for (let c = 0; c < 6; c++) {
          const x = share * pairs[6 * (m * bands + b) + c];
          if (isOne) {
            // Both modes of a pair have half of it.
            modePopulations[6 * (t * modes + m) + c] += x / 2;
            modePopulations[6 * (t * modes + n) + c] += x / 2;
            populations[6 * t + c] += x / total;
          } else {
            modeCoherences[6 * ((t * modes + m) * bands + b) + c] = x;
            coherences[6 * t + c] += x / total;
          }
        }
      }
    }
  }
  return {
    populations,
    coherences,
    total: populations.map((x, k) => x + coherences[k]),
    modePopulations,
    modeCoherences,
  };
}
