import { PhonolinkError } from '../../src/model/errors.js';
import { readHdf5, writeHdf5 } from '../io/hdf5.js';
import { threeNumbers } from './kappa.js';
import { readShaped, type Sides } from './shapes.js';

/** What each triplet of one grid point adds to linewidths. */
export interface LinewidthDetail {
  readonly version?: string;
  /** [3] */
  readonly mesh: Int32Array;
  /** BZ point */
  readonly point: number;
  /** From 0, where the file is of one band */
  readonly band?: number;
  /** THz; tetrahedra where absent */
  readonly sigma?: number;
  readonly sigmaCutoff?: number;
  /** [t] K */
  readonly temperatures: Float64Array;
  /** [n][3] BZ points */
  readonly triplets: Int32Array;
  /** [n] */
  readonly weights: Int32Array;
  /** [N][3] all of the grid */
  readonly allTriplets?: Int32Array;
  /** [t][n][b0][b][b] THz, without b0 where there is one band */
  readonly detail: Float64Array;
}

/**
 * Reads gamma_detail-*.hdf5.
 * @throws FormatError, or PhonolinkError where there is no such file
 */
export async function readLinewidthDetail(path: string): Promise<LinewidthDetail> {
  return readHdf5(path, (file) => {
    const version = file.text('version');
    const temperatures = file.reals('temperature');
    const band = file.has('band_index') ? file.integers('band_index')[0] - 1 : undefined;
    const triplets = file.integers('triplet');
    const sides: Sides = { t: temperatures.length, n: triplets.length / 3 };
    const detail = readShaped(file, 'gamma_detail', band === undefined ? 'tnbbb' : 'tnbb', sides);
    const weights = file.integers('weight');
    if (3 * weights.length !== triplets.length)
      file.fail(`${weights.length} weights`, `one for each of ${triplets.length / 3} triplets`);
    return {
      ...(version !== undefined && { version }),
      mesh: threeNumbers(file),
      point: file.integers('grid_point')[0],
      ...(band !== undefined && { band }),
      ...(file.has('sigma') && { sigma: file.number('sigma') }),
      ...(file.has('sigma_cutoff_width') && { sigmaCutoff: file.number('sigma_cutoff_width') }),
      temperatures,
      triplets,
      weights,
      ...(file.has('triplet_all') && { allTriplets: file.integers('triplet_all') }),
      detail,
    };
  });
}

/**
 * Writes gamma_detail-*.hdf5.
 * @throws PhonolinkError where arrays do not belong to each other, or the file cannot be written
 */
export async function writeLinewidthDetail(path: string, result: LinewidthDetail): Promise<void> {
  const { version, mesh, point, band, sigma, sigmaCutoff, temperatures, triplets, weights, detail } = result;
  const t = temperatures.length;
  const n = weights.length;
  const power = band === undefined ? 3 : 2;
  const b = Math.round((detail.length / (t * n)) ** (1 / power));
  if (t * n * b ** power !== detail.length || triplets.length !== 3 * n)
    throw new PhonolinkError(
      `${detail.length} linewidths do not belong to ${n} triplets at ${t} temperatures`,
    );
  await writeHdf5(path, (file) => {
    if (version !== undefined) file.text('version', version);
    file.reals('temperature', temperatures, [t]);
    file.integers('mesh', mesh);
    file.reals('gamma_detail', detail, [t, n, ...new Array<number>(power).fill(b)]);
    file.integers('triplet', triplets, [n, 3]);
    file.integers('weight', weights);
    if (result.allTriplets)
      file.integers('triplet_all', result.allTriplets, [result.allTriplets.length / 3, 3]);
    file.integers('grid_point', [point], []);
    if (band !== undefined) file.integers('band_index', [band + 1], []);
    if (sigma !== undefined) file.real('sigma', sigma);
    if (sigmaCutoff !== undefined) file.real('sigma_cutoff_width', sigmaCutoff);
  });
}
