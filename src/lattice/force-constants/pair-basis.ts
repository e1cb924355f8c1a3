import type { CellSymmetry } from '../../symmetry/cell-symmetry.js';
import { cartesianRotation } from '../../symmetry/operation.js';
import { lowest } from '../../symmetry/primitive-lattice.js';
import { rotateBack2 } from './tensors.js';

/**
 * All second-order force constants that a crystal's symmetry and the symmetry between indices leave: sums of so many
 * tensors, each on one orbit of pairs of atoms.
 */
export interface PairBasis {
  readonly count: number;
  /** How many numbers there are to choose */
  readonly parameters: number;
  /** [n] the row that shifts take an atom to */
  readonly rowOf: Int32Array;
  /** [n][n] where that shift takes each atom */
  readonly shifts: readonly Int32Array[];
  readonly rows: number;
  /** [rows n + 1] where the terms of a pair (row, atom) begin */
  readonly starts: Int32Array;
  /** [terms] the parameter that goes with a term */
  readonly columns: Int32Array;
  /** [terms][3][3] */
  readonly tensors: Float64Array;
}

/** A pair of atoms that another is taken to, and how its tensor is turned on the way. */
interface PairImage {
  /** row * n + atom */
  readonly pair: number;
  readonly operation: number;
  /** Whether the two atoms change places */
  readonly swapped: boolean;
}

export function pairBasis(symmetry: CellSymmetry): PairBasis {
  const { operations, permutations, translations, structure } = symmetry;
  const { count } = structure;
  // Rotations turned round, since tensors are rotated forwards here.
  const forward = operations.map(({ rotation }) => transposed(cartesianRotation(rotation, structure.cell)));
  const family = lowest(translations);
  const atoms = Array.from(family.keys()).filter((i) => family[i] === i);
  const rowOf = family.map((atom) => atoms.indexOf(atom));
  const shifts = Array.from(family, (to, atom) => translations.find((moves) => moves[atom] === to)!);
  const place = (i: number, j: number) => rowOf[i] * count + shifts[i][j];
  const imagesOf = (i: number, j: number): PairImage[] =>
    permutations.flatMap((moves, operation) => [
      { pair: place(moves[i], moves[j]), operation, swapped: false },
      { pair: place(moves[j], moves[i]), operation, swapped: true },
    ]);

  const tensorsOf: Float64Array[][] = new Array(atoms.length * count);
  const firstColumn = new Int32Array(atoms.length * count);
  let parameters = 0;
  atoms.forEach((i, row) => {
    for (let j = 0; j < count; j++) {
      const pair = row * count + j;
      if (tensorsOf[pair]) continue;
      const images = imagesOf(i, j);
      const kept = invariantTensors(
        images.filter((image) => image.pair === pair),
        forward,
      );
      for (const image of images) {
        if (tensorsOf[image.pair]) continue;
        tensorsOf[image.pair] = kept.map((tensor) => turned(tensor, image, forward));
        firstColumn[image.pair] = parameters;
      }
      parameters += kept.length;
    }
  });
  const starts = new Int32Array(tensorsOf.length + 1);
  tensorsOf.forEach((tensors, pair) => {
    starts[pair + 1] = starts[pair] + tensors.length;
  });
  return {
    count,
    parameters,
    rows: atoms.length,
    rowOf,
    shifts,
    starts,
    columns: Int32Array.from(tensorsOf.flatMap((list, pair) => list.map((_, t) => firstColumn[pair] + t))),
    tensors: Float64Array.from(tensorsOf.flatMap((list) => list.flatMap((tensor) => [...tensor]))),
  };
}

/** An orthonormal basis of the tensors that all operations on a pair leave as they are, each [9]. */
function invariantTensors(
  stabiliser: readonly PairImage[],
  forward: readonly Float64Array[],
): Float64Array[] {
  const basis: Float64Array[] = [];
  for (let e = 0; e < 9; e++) {
    const unit = new Float64Array(9);
    unit[e] = 1;
    const mean = new Float64Array(9);
    for (const image of stabiliser) {
      turned(unit, image, forward).forEach((x, c) => {
        mean[c] += x / stabiliser.length;
      });
    }
    for (let pass = 0; pass < 2; pass++) {
      for (const b of basis) {
        const overlap = b.reduce((sum, x, c) => sum + x * mean[c], 0);
        for (let c = 0; c < 9; c++) mean[c] -= overlap * b[c];
      }
    }
    const norm = Math.hypot(...mean);
    // Projections of unit tensors on a space that is left are not small: 1/9 of the order of the group, at the least.
    if (norm > 1e-3) basis.push(mean.map((x) => x / norm));
  }
  return basis;
}

function turned(tensor: Float64Array, image: PairImage, forward: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(9);
  rotateBack2(forward[image.operation], image.swapped ? transposed(tensor) : tensor, 0, out, 0);
  return out;
}

function transposed(m: ArrayLike<number>): Float64Array {
  return Float64Array.of(m[0], m[3], m[6], m[1], m[4], m[7], m[2], m[5], m[8]);
}
