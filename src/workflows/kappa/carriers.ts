import type { CpuDevice } from '../../device/cpu.js';
import { modeHeatCapacities } from '../../lattice/scattering/heat-capacity.js';
import { velocityProducts } from '../../lattice/scattering/star-sums.js';
import type { HarmonicModel, ScatteringPlan } from './plan.js';
import { rowsAt, type ScatteringGrid, velocitiesOf } from './scattering.js';

/** The modes of some BZ points of a grid, with what they carry. */
export interface PointCarriers {
  /** [i] BZ points */
  readonly points: Int32Array;
  /** [i] how many of the grid's points each stands for */
  readonly weights: Int32Array;
  /** [i][b] THz */
  readonly frequencies: Float64Array;
  /** [i][b][3] THz A */
  readonly velocities: Float64Array;
  /** [i][b][6] THz^2 A^2, summed over the star of each */
  readonly products: Float64Array;
  /** [t][i][b] eV/K */
  readonly heatCapacities: Float64Array;
}

/** Modes of any BZ points; of the irreducible ones where none are given. */
export function carriersAt(
  prepared: ScatteringGrid,
  model: HarmonicModel,
  { temperatures, cutoffFrequency }: Pick<ScatteringPlan, 'temperatures' | 'cutoffFrequency'>,
  device: CpuDevice,
  chosen?: ArrayLike<number>,
): PointCarriers {
  const { grid, irreducible, modes, symmetry } = prepared;
  const points = Int32Array.from(chosen ?? symmetry.points);
  const place = new Map(Array.from(irreducible.points, (p, i) => [p, i]));
  const weights = points.map((p) => irreducible.weights[place.get(irreducible.map[grid.regular[p]])!]);
  const frequencies = chosen ? rowsAt(modes.frequencies, modes.bands, points) : prepared.frequencies;
  const velocities = chosen ? velocitiesOf(prepared, model, points, device) : prepared.velocities;
  return {
    points,
    weights,
    frequencies,
    velocities,
    products: velocityProducts(velocities, weights, symmetry.rotations),
    heatCapacities: modeHeatCapacities(frequencies, temperatures, cutoffFrequency, model.units),
  };
}
