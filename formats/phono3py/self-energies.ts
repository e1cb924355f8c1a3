import type { PhononGrid } from '../../src/model/phonon-grid.js';
import { type Hdf5Output, writeHdf5 } from '../io/hdf5.js';
import { nameSuffix, plainNumber } from './names.js';

/** What a file of self-energies at one grid point is about. */
export interface SelfEnergyHead {
  readonly version?: string;
  /** Of a generalised one, its matrices are written too */
  readonly grid: Pick<PhononGrid, 'diagonal' | 'matrix' | 'left' | 'right'>;
  /** BZ point */
  readonly point: number;
  /** From 0, in groups; phono3py numbers them from 0 here */
  readonly bands: readonly (readonly number[])[];
  /** [t] K */
  readonly temperatures: Float64Array;
  /** [f] THz */
  readonly points: Float64Array;
  /** [b] THz, of the point's modes */
  readonly frequencies: Float64Array;
}

/** 'deltas-m999-g12-e0.05', with '-t300-b1b2' of a spectrum: phono3py's own order of parts. */
export function shiftsName(
  mesh: ArrayLike<number>,
  point: number,
  epsilon: number,
  of?: { readonly temperature: number; readonly bands: readonly number[] },
): string {
  const width = epsilon > 1e-5 ? plainNumber(epsilon) : epsilon.toExponential(3).replace(/e-(\d)$/, 'e-0$1');
  const own = of ? `-t${plainNumber(of.temperature)}-${bandsName(of.bands)}` : '';
  return `deltas${nameSuffix({ mesh, point })}-e${width}${own}`;
}

/** 'spectral-m999-g12-s0.1-t300-b1b2'. */
export function spectralName(
  mesh: ArrayLike<number>,
  point: number,
  sigma: number | undefined,
  of: { readonly temperature: number; readonly bands: readonly number[] },
): string {
  return `spectral${nameSuffix({ mesh, point, sigma })}-t${plainNumber(of.temperature)}-${bandsName(of.bands)}`;
}

function bandsName(bands: readonly number[]): string {
  return bands.map((b) => `b${b + 1}`).join('');
}

/**
 * Writes deltas-*.hdf5: real parts of self-energies.
 * @param shifts [t][b][f] THz
 * @throws PhonolinkError where the file cannot be written
 */
export async function writeShifts(
  path: string,
  head: SelfEnergyHead,
  shifts: Float64Array,
  epsilon: number,
): Promise<void> {
  await writeHdf5(path, (file) => {
    writeHead(file, head);
    file.reals('delta', shifts, shapeOf(head));
    file.real('epsilon', epsilon);
    file.reals('frequency_points', head.points, [head.points.length]);
  });
}

/**
 * Writes spectral-*.hdf5: spectral functions with what they are made of.
 * @param spectra [t][b][f] each: 1/THz, THz and THz
 * @throws PhonolinkError where the file cannot be written
 */
export async function writeSpectralFunctions(
  path: string,
  head: SelfEnergyHead,
  spectra: {
    readonly functions: Float64Array;
    readonly shifts: Float64Array;
    readonly linewidths: Float64Array;
  },
): Promise<void> {
  await writeHdf5(path, (file) => {
    writeHead(file, head);
    file.reals('spectral_function', spectra.functions, shapeOf(head));
    file.reals('shift', spectra.shifts, shapeOf(head));
    file.reals('half_linewidth', spectra.linewidths, shapeOf(head));
    file.reals('frequency_point', head.points, [head.points.length]);
  });
}

function shapeOf({ temperatures, bands, points }: SelfEnergyHead): number[] {
  return [temperatures.length, bands.flat().length, points.length];
}

function writeHead(
  file: Hdf5Output,
  { version, grid, point, bands, temperatures, frequencies }: SelfEnergyHead,
): void {
  if (version !== undefined) file.text('version', version);
  file.integers('grid_point', [point], []);
  file.integers('mesh', grid.diagonal);
  if ([1, 2, 3, 5, 6, 7].some((e) => grid.matrix[e] !== 0)) {
    file.integers('grid_matrix', grid.matrix, [3, 3]);
    file.integers('P_matrix', grid.left, [3, 3]);
    file.integers('Q_matrix', grid.right, [3, 3]);
  }
  file.integers('band_index', bands.flat());
  file.reals('temperature', temperatures, [temperatures.length]);
  file.reals('frequency', frequencies, [frequencies.length]);
}
