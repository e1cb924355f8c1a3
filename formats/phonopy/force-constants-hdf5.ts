import { PhonolinkError } from '../../src/model/errors.js';
import type {
  CubicForceConstants,
  ForceConstants,
  QuarticForceConstants,
} from '../../src/model/force-constants.js';
import { type Hdf5Input, type Hdf5Output, readHdf5, writeHdf5 } from '../io/hdf5.js';
import { unitValue } from './units.js';

export interface Hdf5ReadOptions {
  /** Factor into eV/A^2, eV/A^3 or eV/A^4 where the file does not name its unit */
  readonly factor?: number;
  /** The supercell's atoms of the rows where a compact file does not say them */
  readonly rows?: Int32Array;
}

/** force_constants.hdf5 (phonopy) or fc2.hdf5 (phono3py), and what stands beside the force constants. */
export interface ForceConstantsFile {
  readonly constants: ForceConstants;
  /** Of the file; the constants are in eV/A^2 */
  readonly unit?: string;
  /** A, beyond which they were set to zero */
  readonly cutoff?: number;
  /** Of the program that wrote it */
  readonly version?: string;
}

/** @throws FormatError, or PhonolinkError where there is no such file */
export async function readForceConstantsHdf5(
  path: string,
  options: Hdf5ReadOptions = {},
): Promise<ForceConstantsFile> {
  return readHdf5(path, (file) => {
    const name = file.has('fc2') ? 'fc2' : 'force_constants';
    const { count, rows } = readRows(file, name, 2, options);
    const unit = file.text('physical_unit');
    const factor = unit === undefined ? options.factor : unitValue(unit);
    if (unit !== undefined && factor === undefined)
      file.fail(`the unit '${unit}'`, 'a unit such as eV/angstrom^2');
    const cutoff = file.has('cutoff') ? file.reals('cutoff')[0] : undefined;
    const version = file.text('version');
    return {
      constants: { count, rows, values: scale(file.reals(name), factor) },
      ...(unit !== undefined && { unit }),
      ...(cutoff !== undefined && { cutoff }),
      ...(version !== undefined && { version }),
    };
  });
}

/** fc3.hdf5, and what stands beside the force constants. */
export interface CubicForceConstantsFile {
  readonly constants: CubicForceConstants;
  /** [r][n][n] 1 where a triplet's constants were calculated, 0 where a cutoff left them out */
  readonly nonzero?: Int8Array;
  /** A */
  readonly cutoff?: number;
  readonly version?: string;
}

/** @throws FormatError, or PhonolinkError where there is no such file */
export async function readCubicForceConstantsHdf5(
  path: string,
  options: Hdf5ReadOptions = {},
): Promise<CubicForceConstantsFile> {
  return readHdf5(path, (file) => {
    const { count, rows } = readRows(file, 'fc3', 3, options);
    const nonzero = file.has('fc3_nonzero_indices')
      ? Int8Array.from(file.integers('fc3_nonzero_indices'))
      : undefined;
    if (nonzero && nonzero.length !== rows.length * count ** 2)
      file.fail(
        `${nonzero.length} fc3_nonzero_indices`,
        `one for each of ${rows.length * count ** 2} triplets`,
      );
    const cutoff = file.has('fc3_cutoff') ? file.reals('fc3_cutoff')[0] : undefined;
    const version = file.text('version');
    return {
      constants: { count, rows, values: scale(file.reals('fc3'), options.factor) },
      ...(nonzero && { nonzero }),
      ...(cutoff !== undefined && { cutoff }),
      ...(version !== undefined && { version }),
    };
  });
}

/**
 * Reads fc4.hdf5: `fc4` [r][n][n][n][3][3][3][3] in eV/A^4, and `p2s_map` where it is compact.
 * @throws FormatError, or PhonolinkError where there is no such file
 */
export async function readQuarticForceConstantsHdf5(
  path: string,
  options: Hdf5ReadOptions = {},
): Promise<QuarticForceConstants> {
  return readHdf5(path, (file) => {
    const { count, rows } = readRows(file, 'fc4', 4, options);
    return { count, rows, values: scale(file.reals('fc4'), options.factor) };
  });
}

/** The atoms of a data set [r][n](...)[3](...), checked. */
function readRows(
  file: Hdf5Input,
  name: string,
  order: 2 | 3 | 4,
  options: Hdf5ReadOptions,
): { count: number; rows: Int32Array } {
  const shape = file.shape(name);
  const [rowCount, count] = shape;
  const wanted = [rowCount, ...new Array<number>(order - 1).fill(count), ...new Array<number>(order).fill(3)];
  const fits = shape.length === 2 * order && shape.every((length, k) => length === wanted[k]);
  if (!fits || !(rowCount >= 1 && rowCount <= count))
    file.fail(
      `${name} of the shape ${shape.join(' x ')}`,
      ['rows', ...wanted.slice(1, order).map(() => 'atoms'), ...wanted.slice(order)].join(' x '),
    );
  if (rowCount === count) return { count, rows: Int32Array.from({ length: count }, (_, i) => i) };
  const rows = file.has('p2s_map') ? file.integers('p2s_map') : options.rows;
  if (!rows)
    return file.fail(
      `compact ${name} without p2s_map`,
      'the atoms that its rows belong to',
      'give the primitive cell as well (phonopy_disp.yaml)',
    );
  const distinct = new Set(rows).size === rows.length && rows.every((atom) => atom >= 0 && atom < count);
  if (rows.length !== rowCount || !distinct)
    file.fail(`the p2s_map ${rows.join(' ')}`, `${rowCount} different atoms of ${count}, from 0`);
  return { count, rows };
}

function scale(values: Float64Array, factor = 1): Float64Array {
  if (factor !== 1) for (let i = 0; i < values.length; i++) values[i] *= factor;
  return values;
}

export interface Hdf5WriteOptions {
  /** The supercell's atoms that those of the primitive cell are; the rows where absent */
  readonly primitiveToSuper?: Int32Array;
  /** Of the program, for the data set `version` that phono3py has */
  readonly version?: string;
}

/**
 * Writes force_constants.hdf5 or fc2.hdf5, which have the same data sets; in eV/A^2 or `unit`.
 * @throws PhonolinkError where the unit is not known or the file cannot be written
 */
export async function writeForceConstantsHdf5(
  path: string,
  constants: ForceConstants,
  options: Hdf5WriteOptions & { unit?: string; cutoff?: number } = {},
): Promise<void> {
  const { unit = 'eV/angstrom^2', cutoff } = options;
  const factor = unitValue(unit);
  if (factor === undefined) throw new PhonolinkError(`there is no unit '${unit}' of force constants`);
  const { count, rows, values } = constants;
  const written = factor === 1 ? values : values.map((x) => x / factor);
  await writeHdf5(path, (file) => {
    file.reals('force_constants', written, [rows.length, count, 3, 3]);
    file.texts('physical_unit', [unit]);
    if (cutoff !== undefined) file.real('cutoff', cutoff);
    writeBeside(file, constants, options);
  });
}

/**
 * Writes fc3.hdf5, eV/A^3.
 * @throws PhonolinkError where the file cannot be written
 */
export async function writeCubicForceConstantsHdf5(
  path: string,
  constants: CubicForceConstants,
  options: Hdf5WriteOptions & { nonzero?: Int8Array; cutoff?: number } = {},
): Promise<void> {
  const { count, rows, values } = constants;
  const { nonzero, cutoff } = options;
  await writeHdf5(path, (file) => {
    file.reals('fc3', values, [rows.length, count, count, 3, 3, 3]);
    if (nonzero) file.bytes('fc3_nonzero_indices', nonzero, [rows.length, count, count]);
    if (cutoff !== undefined) file.real('fc3_cutoff', cutoff);
    writeBeside(file, constants, options);
  });
}

/**
 * Writes fc4.hdf5, eV/A^4: `fc4` [r][n][n][n][3][3][3][3], and `p2s_map`, as fc3.hdf5 has them.
 * @throws PhonolinkError where the file cannot be written
 */
export async function writeQuarticForceConstantsHdf5(
  path: string,
  constants: QuarticForceConstants,
  options: Hdf5WriteOptions = {},
): Promise<void> {
  const { count, rows, values } = constants;
  await writeHdf5(path, (file) => {
    file.reals('fc4', values, [rows.length, count, count, count, 3, 3, 3, 3]);
    writeBeside(file, constants, options);
  });
}

function writeBeside(
  file: Hdf5Output,
  { count, rows }: Pick<ForceConstants, 'count' | 'rows'>,
  { primitiveToSuper, version }: Hdf5WriteOptions,
): void {
  const map = primitiveToSuper ?? (rows.length < count ? rows : undefined);
  if (map) file.integers('p2s_map', map);
  if (version !== undefined) file.text('version', version);
}
