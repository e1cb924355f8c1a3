import { PhonolinkError } from '../../src/model/errors.js';
import { readHdf5, writeHdf5 } from '../io/hdf5.js';

/** Strengths of interaction of the triplets of one grid point. */
export interface PairStrengths {
  /** [t][b0][b][b] */
  readonly shape: readonly number[];
  /** eV^2 */
  readonly values: Float64Array;
  /** 1 where no delta function asks for a strength: those are not kept in the file; all are where absent */
  readonly unused?: Uint8Array;
  /** [t][3] BZ points and [t] weights; files that leave strengths out do not have them */
  readonly triplets?: Int32Array;
  readonly weights?: Int32Array;
  /** [N][3] all of the grid, beside them */
  readonly allTriplets?: Int32Array;
  readonly version?: string;
}

/**
 * Reads pp-*.hdf5.
 * @throws FormatError, or PhonolinkError where there is no such file
 */
export async function readStrengths(path: string): Promise<PairStrengths> {
  return readHdf5(path, (file) => {
    const version = file.text('version');
    const beside = { ...(version !== undefined && { version }) };
    if (!file.has('nonzero_pp')) {
      const triplets = file.has('triplet') ? file.integers('triplet') : undefined;
      const weights = file.has('weight') ? file.integers('weight') : undefined;
      const allTriplets = file.has('triplet_all') ? file.integers('triplet_all') : undefined;
      return {
        ...beside,
        shape: file.shape('pp'),
        values: file.reals('pp'),
        ...(triplets && { triplets }),
        ...(weights && { weights }),
        ...(allTriplets && { allTriplets }),
      };
    }
    const shape = Array.from(file.integers('pp_shape'));
    const total = shape.reduce((product, side) => product * side, 1);
    const bits = file.integers('g_zero_bits');
    const rest = file.has('g_zero_bits_reminder') ? file.integers('g_zero_bits_reminder') : [];
    if (!(total >= 0) || bits.length !== Math.floor(total / 8) || rest.length !== (total % 8 > 0 ? 1 : 0))
      file.fail(`${bits.length} bytes of g_zero_bits`, `one for eight of ${shape.join(' x ')} strengths`);
    const unused = new Uint8Array(total);
    for (let k = 0; k < total; k++) {
      const byte = k >> 3 < bits.length ? bits[k >> 3] : rest[0];
      unused[k] = (byte >> (7 - (k & 7))) & 1;
    }
    const kept = file.reals('nonzero_pp');
    const count = unused.reduce((sum, bit) => sum + 1 - bit, 0);
    if (kept.length !== count) file.fail(`${kept.length} numbers in nonzero_pp`, `${count}`);
    const values = new Float64Array(total);
    for (let k = 0, from = 0; k < total; k++) if (!unused[k]) values[k] = kept[from++];
    return { ...beside, shape, values, unused };
  });
}

/**
 * Writes pp-*.hdf5 as phono3py 4.
 * @throws PhonolinkError where arrays do not belong to each other, or the file cannot be written
 */
export async function writeStrengths(path: string, strengths: PairStrengths): Promise<void> {
  const { shape, values, unused, triplets, weights, allTriplets, version } = strengths;
  const total = shape.reduce((product, side) => product * side, 1);
  if (values.length !== total || (unused && unused.length !== total))
    throw new PhonolinkError(`${values.length} strengths, expected ${shape.join(' x ')}`);
  await writeHdf5(path, (file) => {
    if (version !== undefined) file.text('version', version);
    if (!unused) {
      file.reals('pp', values, shape);
      if (triplets) file.integers('triplet', triplets, [triplets.length / 3, 3]);
      if (weights) file.integers('weight', weights);
      if (allTriplets) file.integers('triplet_all', allTriplets, [allTriplets.length / 3, 3]);
      return;
    }
    const kept = values.filter((_, k) => !unused[k]);
    const packed = new Uint8Array(Math.ceil(total / 8));
    unused.forEach((bit, k) => {
      if (bit) packed[k >> 3] |= 128 >> (k & 7);
    });
    file.reals('nonzero_pp', kept, [kept.length]);
    file.integers('pp_shape', shape);
    file.octets('g_zero_bits', packed.subarray(0, Math.floor(total / 8)));
    if (total % 8 > 0) file.octets('g_zero_bits_reminder', packed.subarray(-1));
  });
}
