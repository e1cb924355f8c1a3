import type { GridModes, Triplets } from '../../model/phonon-grid.js';
import { PHONOPY_UNITS, type PhononUnits } from '../harmonic/units.js';
import type { DeltaWeights } from './delta-weights.js';
import { occupation } from './occupations.js';

/**
 * What each triplet and pair of bands has in the half linewidths at one temperature, not yet times the triplet's weight:
 * phono3py's gamma_detail.
 * @param weights at the frequencies of b0 bands of q0
 * @param strengths [t][b0][b][b] eV^2
 * @param unit from `selfEnergyUnit`
 * @returns [t][b0][b][b] THz
 */
export function linewidthDetail(
  { points }: Pick<Triplets, 'points'>,
  { bands, frequencies }: Pick<GridModes, 'bands' | 'frequencies'>,
  weights: DeltaWeights,
  strengths: Float64Array,
  temperature: number,
  { cutoff, unit, units = PHONOPY_UNITS }: { cutoff: number; unit: number; units?: PhononUnits },
): Float64Array {
  const out = new Float64Array(strengths.length);
  const n = (point: number, band: number) => {
    const f = frequencies[point * bands + band];
    return f > cutoff ? occupation(f, temperature, cutoff, units) : Number.NaN;
  };
  for (let t = 0, at = 0; 3 * t < points.length; t++) {
    for (let b = 0; b < weights.points; b++) {
      for (let i = 0; i < bands; i++) {
        const n1 = n(points[3 * t + 1], i);
        for (let j = 0; j < bands; j++, at++) {
          if (weights.zero[at]) continue;
          const n2 = n(points[3 * t + 2], j);
          if (Number.isNaN(n1 + n2)) continue;
          out[at] =
            unit * strengths[at] * ((n1 + n2 + 1) * weights.decay[at] + (n1 - n2) * weights.merging[at]);
        }
      }
    }
  }
  return out;
}
