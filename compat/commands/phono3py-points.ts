import type { CpuDevice } from '../../src/device/cpu.js';
import { regularPoint } from '../../src/lattice/scattering/grid.js';
import type { PhononGrid } from '../../src/model/phonon-grid.js';
import { carriersAt, type PointCarriers } from '../../src/workflows/kappa/carriers.js';
import type { HarmonicModel, ScatteringPlan } from '../../src/workflows/kappa/plan.js';
import type { ScatteringGrid } from '../../src/workflows/kappa/scattering.js';
import type { Tags } from './tags.js';

/** The points and bands that a run is about. */
export interface ChosenPoints extends PointCarriers {
  /** Whether --gp or --ga named them; else they are those that symmetry leaves */
  readonly named: boolean;
  /** Of --bi, from 0; all where absent */
  readonly bands?: readonly number[];
}

/**
 * What --gp, --ga and --bi choose.
 * @throws UsageError where there are no such points or bands
 */
export function chosenPoints(
  tags: Tags,
  prepared: ScatteringGrid,
  model: HarmonicModel,
  plan: Pick<ScatteringPlan, 'temperatures' | 'cutoffFrequency'>,
  device: CpuDevice,
): ChosenPoints {
  const named = namedPoints(tags, prepared.grid);
  const bands = bandGroups(tags, prepared.modes.bands)?.flat();
  const isSome = bands && bands.length < prepared.modes.bands;
  return {
    ...carriersAt(prepared, model, plan, device, named),
    named: named !== undefined,
    ...(isSome && { bands }),
  };
}

/** BZ points that --gp or --ga name. */
export function namedPoints(tags: Tags, grid: PhononGrid): readonly number[] | undefined {
  const addresses = numbersOf(tags, 'grid_addresses');
  if (addresses) {
    if (addresses.length % 3 !== 0) tags.fail('grid_addresses', 'three whole numbers for each point');
    return Array.from({ length: addresses.length / 3 }, (_, i) => {
      const [x, y, z] = addresses.slice(3 * i, 3 * i + 3);
      return grid.first[regularPoint(grid, x, y, z)];
    });
  }
  const points = numbersOf(tags, 'grid_points');
  const last = grid.regular.length - 1;
  if (points?.some((p) => p < 0 || p > last))
    tags.fail('grid_points', `numbers of grid points, from 0 to ${last}`);
  return points;
}

/** The groups of bands of --bi, from 0: groups are parted by commas. */
export function bandGroups(tags: Tags, bands: number): readonly number[][] | undefined {
  const text = tags.text('band_indices');
  if (text === undefined) return undefined;
  const groups = text.split(',').map((group) => group.split(/\s+/).filter(Boolean).map(Number));
  const isFine = (b: number) => Number.isInteger(b) && b >= 1 && b <= bands;
  if (groups.some((group) => group.length === 0 || !group.every(isFine)))
    tags.fail('band_indices', `numbers of bands from 1 to ${bands}, groups parted by commas`);
  return groups.map((group) => group.map((b) => b - 1));
}

/** Whole numbers, parted by spaces or commas. */
function numbersOf(tags: Tags, name: string): number[] | undefined {
  const words = tags.text(name)?.replaceAll(',', ' ').split(/\s+/).filter(Boolean);
  if (!words) return undefined;
  const numbers = words.map(Number);
  if (numbers.length === 0 || !numbers.every(Number.isInteger)) tags.fail(name, 'whole numbers');
  return numbers;
}
