import { PhonolinkError } from '../../src/model/errors.js';
import type { GridModes } from '../../src/model/phonon-grid.js';
import { readHdf5, writeHdf5 } from '../io/hdf5.js';
import { threeNumbers } from './kappa.js';
import { readShaped, type Sides } from './shapes.js';

/** Phonons on a grid as phonon-*.hdf5 has them. */
export interface PhononFile extends GridModes {
  readonly version?: string;
  /** [3] */
  readonly mesh: Int32Array;
  /** [m][3] of the BZ points */
  readonly addresses: Int32Array;
  /** BZ points that symmetry leaves, and how many each stands for */
  readonly irreducible?: { readonly points: Int32Array; readonly weights: Int32Array };
}

/**
 * Reads phonon-*.hdf5.
 * @throws FormatError, or PhonolinkError where there is no such file
 */
export async function readPhonons(path: string): Promise<PhononFile> {
  return readHdf5(path, (file) => {
    const version = file.text('version');
    const mesh = threeNumbers(file);
    const addresses = file.integers('grid_address');
    const sides: Sides = { m: addresses.length / 3 };
    const frequencies = readShaped(file, 'frequency', 'mb', sides);
    const bands = sides.b!;
    const columns = file.complex('eigenvector');
    if (columns.length !== 2 * frequencies.length * bands || bands % 3 !== 0)
      file.fail(`${columns.length / 2} numbers in eigenvector`, `${sides.m} x ${bands} x ${bands}`);
    const irreducible = file.has('ir_grid_points') && {
      points: file.integers('ir_grid_points'),
      weights: file.integers('ir_grid_weights'),
    };
    return {
      ...(version !== undefined && { version }),
      mesh,
      addresses,
      bands,
      frequencies,
      eigenvectors: turned(columns, bands),
      ...(irreducible && { irreducible }),
    };
  });
}

/**
 * Writes phonon-*.hdf5.
 * @throws PhonolinkError where arrays do not belong to each other, or the file cannot be written
 */
export async function writePhonons(path: string, phonons: PhononFile): Promise<void> {
  const { version, mesh, addresses, bands, frequencies, eigenvectors, irreducible } = phonons;
  const points = addresses.length / 3;
  if (frequencies.length !== points * bands || eigenvectors.length !== 2 * points * bands ** 2)
    throw new PhonolinkError(`${frequencies.length} frequencies at ${points} points of ${bands} bands`);
  await writeHdf5(path, (file) => {
    if (version !== undefined) file.text('version', version);
    file.integers('mesh', mesh);
    file.integers('grid_address', addresses, [points, 3]);
    file.reals('frequency', frequencies, [points, bands]);
    file.complex('eigenvector', turned(eigenvectors, bands), [points, bands, bands]);
    if (irreducible) {
      file.integers('ir_grid_points', irreducible.points);
      file.integers('ir_grid_weights', irreducible.weights);
    }
  });
}

/** Matrices [m][b][b] of complex pairs with rows and columns exchanged: vectors are columns there, rows here. */
function turned(matrices: Float64Array, bands: number): Float64Array {
  const out = new Float64Array(matrices.length);
  const size = 2 * bands * bands;
  for (let at = 0; at < matrices.length; at += size) {
    for (let i = 0; i < bands; i++) {
      for (let k = 0; k < bands; k++) {
        const from = at + 2 * (i * bands + k);
        const to = at + 2 * (k * bands + i);
        out[to] = matrices[from];
        out[to + 1] = matrices[from + 1];
      }
    }
  }
  return out;
}

/** The points of a grid as grid_address-*.hdf5 has them. */
export interface GridAddresses {
  readonly version?: string;
  /** [3] */
  readonly mesh: Int32Array;
  /** [m][3] of the BZ points */
  readonly addresses: Int32Array;
  /** [N] which point each is equivalent to */
  readonly map: Int32Array;
}

/**
 * Reads grid_address-*.hdf5.
 * @throws FormatError, or PhonolinkError where there is no such file
 */
export async function readGridAddresses(path: string): Promise<GridAddresses> {
  return readHdf5(path, (file) => {
    const version = file.text('version');
    const shape = file.shape('grid_address');
    if (shape.length !== 2 || shape[1] !== 3)
      file.fail(`grid_address of the shape ${shape.join(' x ')}`, 'points x 3');
    return {
      ...(version !== undefined && { version }),
      mesh: threeNumbers(file),
      addresses: file.integers('grid_address'),
      map: file.integers('grid_mapping_table'),
    };
  });
}

/**
 * Writes grid_address-*.hdf5.
 * @throws PhonolinkError where the file cannot be written
 */
export async function writeGridAddresses(path: string, grid: GridAddresses): Promise<void> {
  await writeHdf5(path, (file) => {
    if (grid.version !== undefined) file.text('version', grid.version);
    file.integers('mesh', grid.mesh);
    file.integers('grid_address', grid.addresses, [grid.addresses.length / 3, 3]);
    file.integers('grid_mapping_table', grid.map);
  });
}
