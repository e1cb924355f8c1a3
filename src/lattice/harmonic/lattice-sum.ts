import type { ShortestVectors } from '../shortest-vectors.js';

/**
 * Hermitian matrices as sums over lattice vectors, sum_R F(R) exp(2 pi i q R), with one block of numbers F_ij(R) for
 * each pair of atoms of the primitive cell. R and -R are taken together: with F_ji(-R) the transpose of F_ij(R) a pair
 * i >= j is sum_R [F_ij(R) + F_ij(-R)] cos + i [F_ij(R) - F_ij(-R)] sin over half of the vectors.
 */
export interface LatticeSum {
  /** [m][3] half of the lattice vectors, the first zero */
  readonly vectors: Int32Array;
  /** Numbers a vector: the width of a block times n (n + 1) / 2, pairs (0,0) (1,0) (1,1) (2,0) ... */
  readonly columns: number;
  /** [m][columns] F(R) + F(-R); F(0) for the zero vector */
  readonly even: Float64Array;
  /** [m][columns] F(R) - F(-R) */
  readonly odd: Float64Array;
}

/** Fills the block of an atom i of the primitive cell and one k of the supercell, without the share of an image. */
export type BlockOf = (i: number, k: number, block: Float64Array) => void;

/**
 * Gathers blocks [side][side] of pairs of primitive and supercell atoms by lattice vector, equal shares for images that
 * are equally far, and takes the Hermitian part: half of the sum with its transpose at -R.
 */
export function gatherLatticeSum(shortest: ShortestVectors, side: number, blockOf: BlockOf): LatticeSum {
  const { starts, vectors, primitiveAtom } = shortest;
  const atoms = primitiveAtom.length;
  const n = (starts.length - 1) / atoms;
  const width = side * side;
  const columns = (width * n * (n + 1)) / 2;
  const index = halfOf(vectors);
  const even = new Float64Array(index.size * columns);
  const odd = new Float64Array(index.size * columns);
  const block = new Float64Array(width);
  for (let i = 0; i < n; i++) {
    for (let k = 0; k < atoms; k++) {
      const j = primitiveAtom[k];
      const [begin, end] = [starts[i * atoms + k], starts[i * atoms + k + 1]];
      blockOf(i, k, block);
      const pair = (width * (i >= j ? (i * (i + 1)) / 2 + j : (j * (j + 1)) / 2 + i)) | 0;
      for (let s = begin; s < end; s++) {
        const [x, y, z] = [vectors[3 * s], vectors[3 * s + 1], vectors[3 * s + 2]];
        const sign = direction(x, y, z);
        const at = columns * index.get(sign < 0 ? keyOf(-x, -y, -z) : keyOf(x, y, z))! + pair;
        // F_ij(R) itself belongs to the pair (i, j), its transpose to (j, i) at -R: half of each makes the matrix
        // Hermitian. A pair of the diagonal gets both, others one of them.
        for (let a = 0; a < side; a++) {
          for (let b = 0; b < side; b++) {
            const value = block[side * a + b] / (2 * (end - begin));
            if (i >= j) add(even, odd, at + side * a + b, value, sign);
            if (i <= j) add(even, odd, at + side * b + a, value, -sign);
          }
        }
      }
    }
  }
  return { vectors: Int32Array.from([...index.keys()].flatMap(vectorOf)), columns, even, odd };
}

function add(even: Float64Array, odd: Float64Array, at: number, value: number, sign: number): void {
  even[at] += value;
  odd[at] += sign * value;
}

/** The zero vector, and of every other one that or its opposite, numbered. */
function halfOf(vectors: Int32Array): Map<string, number> {
  const index = new Map([[keyOf(0, 0, 0), 0]]);
  for (let s = 0; s < vectors.length; s += 3) {
    const sign = direction(vectors[s], vectors[s + 1], vectors[s + 2]) < 0 ? -1 : 1;
    const key = keyOf(sign * vectors[s], sign * vectors[s + 1], sign * vectors[s + 2]);
    if (!index.has(key)) index.set(key, index.size);
  }
  return index;
}

/** 1 or -1 for a vector and its opposite, 0 for none. */
function direction(x: number, y: number, z: number): number {
  return Math.sign(x || y || z);
}

function keyOf(x: number, y: number, z: number): string {
  return `${x || 0} ${y || 0} ${z || 0}`;
}

function vectorOf(key: string): number[] {
  return key.split(' ').map(Number);
}
