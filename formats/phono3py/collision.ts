import { PhonolinkError } from '../../src/model/errors.js';
import { readHdf5, writeHdf5 } from '../io/hdf5.js';

/**
 * Rows of a collision matrix without its main diagonal: those of one grid point, or all of them.
 */
export interface CollisionFile {
  readonly version?: string;
  /** [t] K */
  readonly temperatures: Float64Array;
  /** Of one point [t][b][3][q][b][3], or [t][b][N][b] of the full matrix; of all with another side behind t. THz */
  readonly shape: readonly number[];
  readonly rows: Float64Array;
  /** [t][b] or [t][q][b] THz */
  readonly linewidths: Float64Array;
  /** [b] or [q][b] THz */
  readonly isotope?: Float64Array;
  /** BZ point, where the rows are of one */
  readonly point?: number;
  /** THz; tetrahedra where absent */
  readonly sigma?: number;
  readonly sigmaCutoff?: number;
}

/**
 * Reads collision-*.hdf5.
 * @throws FormatError, or PhonolinkError where there is no such file
 */
export async function readCollision(path: string): Promise<CollisionFile> {
  return readHdf5(path, (file) => {
    const version = file.text('version');
    const temperatures = file.reals('temperature');
    const shape = file.shape('collision_matrix');
    const widths = file.shape('gamma');
    if (!fits(temperatures.length, shape, widths))
      file.fail(
        `collision_matrix of the shape ${shape.join(' x ')} with gamma of ${widths.join(' x ')}`,
        `rows of linewidths at ${temperatures.length} temperatures`,
      );
    return {
      ...(version !== undefined && { version }),
      temperatures,
      shape,
      rows: file.reals('collision_matrix'),
      linewidths: file.reals('gamma'),
      ...(file.has('gamma_isotope') && { isotope: file.reals('gamma_isotope') }),
      ...(file.has('grid_point') && { point: file.integers('grid_point')[0] }),
      ...(file.has('sigma') && { sigma: file.number('sigma') }),
      ...(file.has('sigma_cutoff_width') && { sigmaCutoff: file.number('sigma_cutoff_width') }),
    };
  });
}

/** Whether rows and linewidths are of the same temperatures, points and bands. */
function fits(temperatures: number, shape: readonly number[], widths: readonly number[]): boolean {
  const isOne = widths.length === 2;
  if (widths.length !== (isOne ? 2 : 3) || widths.some((side, k) => side !== shape[k])) return false;
  const rest = shape.slice(widths.length);
  const bands = widths[widths.length - 1];
  const reduced = rest.length === 4 && rest[0] === 3 && rest[2] === bands && rest[3] === 3;
  const full = rest.length === 2 && rest[1] === bands;
  const points = reduced ? rest[1] : rest[0];
  return widths[0] === temperatures && (reduced || full) && (isOne || points === widths[1]);
}

/**
 * Writes collision-*.hdf5.
 * @throws PhonolinkError where arrays do not belong to each other, or the file cannot be written
 */
export async function writeCollision(path: string, result: CollisionFile): Promise<void> {
  const { version, temperatures, shape, rows, linewidths, isotope, point, sigma, sigmaCutoff } = result;
  const widths = shape.slice(0, point === undefined ? 3 : 2);
  const lengthOf = (sides: readonly number[]) => sides.reduce((product, side) => product * side, 1);
  if (
    !fits(temperatures.length, shape, widths) ||
    rows.length !== lengthOf(shape) ||
    linewidths.length !== lengthOf(widths)
  )
    throw new PhonolinkError(
      `${rows.length} elements and ${linewidths.length} linewidths, expected ${shape.join(' x ')} and ${widths.join(' x ')}`,
    );
  await writeHdf5(path, (file) => {
    if (version !== undefined) file.text('version', version);
    file.reals('temperature', temperatures, [temperatures.length]);
    file.reals('gamma', linewidths, widths);
    if (isotope) file.reals('gamma_isotope', isotope, widths.slice(1));
    file.digits('collision_matrix', rows, shape);
    if (point !== undefined) file.integers('grid_point', [point], []);
    if (sigma !== undefined) file.real('sigma', sigma);
    if (sigmaCutoff !== undefined) file.real('sigma_cutoff_width', sigmaCutoff);
  });
}

/**
 * Writes coleigs-*.hdf5, the eigenvalues [t][n] of collision matrices.
 * @throws PhonolinkError where the file cannot be written
 */
export async function writeCollisionEigenvalues(
  path: string,
  temperatures: Float64Array,
  eigenvalues: Float64Array,
  version?: string,
): Promise<void> {
  await writeHdf5(path, (file) => {
    if (version !== undefined) file.text('version', version);
    file.reals('temperature', temperatures, [temperatures.length]);
    file.reals('collision_eigenvalues', eigenvalues, [
      temperatures.length,
      eigenvalues.length / temperatures.length,
    ]);
  });
}
