import { rowsOfPrimitive } from '../harmonic/constant-rows.js';
import { type ShortestVectors, shortestVectors } from '../shortest-vectors.js';
import { homeShares, LEGS } from './home-shares.js';
import type { InteractionSetup } from './interaction-setup.js';

/** Numbers of a third of a tensor, [3][3] and one so that they are whole vectors, and of a tensor. */
export const THIRD = 10;
const TENSOR = 3 * THIRD;

/**
 * Force constants in the order in which the kernel sums them. A pair (h, g) is a home atom h of the primitive cell and
 * the supercell's copies of its atom g that have force constants with h; they are numbered pair by pair.
 */
export interface InteractionTensors {
  /** Atoms of the primitive cell */
  readonly n: number;
  /** [n n + 1] the first atom of each pair */
  readonly starts: Int32Array;
  /** [atoms + 1] where the nearest images of an atom begin, and [..] which of `vectors` */
  readonly imageStarts: Int32Array;
  readonly images: Int32Array;
  /** [atoms] share of an image */
  readonly shares: Float64Array;
  /** [m][3] different lattice vectors */
  readonly vectors: Int32Array;
  /** [n] where a home atom's tensors begin */
  readonly homes: Int32Array;
  /**
   * A leg each: [h][x][y][3][THIRD] eV/A^3, axes in the order of the atoms of a triplet, shares of the convention
   * included. x is the second atom of the first leg, home with the first; the first atom of the others, home with the
   * second or third.
   */
  readonly legs: readonly Float64Array[];
}

/** Of the largest constant: what is smaller is lost in rounding errors of the sum anyway. */
const NEGLIGIBLE = 1e-16;

/** @throws PhonolinkError where the force constants are not those of the supercell, or lack rows */
export function interactionTensors(setup: InteractionSetup): InteractionTensors {
  const rows = rowsOfPrimitive(setup.cells, setup.constants);
  const shortest = shortestVectors(setup.cells);
  const n = rows.length;
  const lists = Array.from(rows, (row, home) => atomsWith(setup, shortest, row, home));
  const starts = new Int32Array(n * n + 1);
  lists.flat().forEach((list, pair) => {
    starts[pair + 1] = starts[pair] + list.length;
  });
  const homes = new Int32Array(n + 1);
  for (let h = 0; h < n; h++) homes[h + 1] = homes[h] + (starts[h * n + n] - starts[h * n]) ** 2;
  return {
    n,
    starts,
    ...imagesOf(
      shortest,
      lists.map((groups) => groups.flat()),
    ),
    homes: homes.subarray(0, n),
    legs: tensorsOf(setup, shortest, rows, lists, homes[n]),
  };
}

/** [n][..] atoms that have force constants with a home atom, in groups; no group is empty. */
function atomsWith(
  { constants: { count, values } }: InteractionSetup,
  { primitiveAtom }: ShortestVectors,
  row: number,
  home: number,
): number[][] {
  const begin = 27 * row * count * count;
  let largest = 0;
  for (let at = begin; at < begin + 27 * count * count; at++)
    largest = Math.max(largest, Math.abs(values[at]));
  const isActive = new Uint8Array(count);
  for (let j = 0, at = begin; j < count; j++) {
    for (let k = 0; k < count; k++) {
      for (let axes = 0; axes < 27; axes++, at++) {
        if (Math.abs(values[at]) > NEGLIGIBLE * largest) isActive[j] = isActive[k] = 1;
      }
    }
  }
  const n = primitiveAtom.reduce((most, g) => Math.max(most, g), 0) + 1;
  return Array.from({ length: n }, (_, g) => {
    const group = Array.from(primitiveAtom.keys()).filter((atom) => primitiveAtom[atom] === g);
    const active = group.filter((atom) => isActive[atom] === 1);
    return active.length > 0 ? active : [group[home % group.length]];
  });
}

function imagesOf({ starts, vectors, primitiveAtom }: ShortestVectors, atoms: readonly number[][]) {
  const known = new Map<string, number>();
  const imageStarts = [0];
  const images: number[] = [];
  const shares: number[] = [];
  for (const [home, list] of atoms.entries()) {
    for (const atom of list) {
      const pair = home * primitiveAtom.length + atom;
      for (let s = starts[pair]; s < starts[pair + 1]; s++) {
        const key = vectors.subarray(3 * s, 3 * s + 3).join(' ');
        if (!known.has(key)) known.set(key, known.size);
        images.push(known.get(key)!);
      }
      imageStarts.push(images.length);
      shares.push(1 / (starts[pair + 1] - starts[pair]));
    }
  }
  return {
    imageStarts: Int32Array.from(imageStarts),
    images: Int32Array.from(images),
    shares: Float64Array.from(shares),
    vectors: Int32Array.from([...known.keys()].flatMap((key) => key.split(' ').map(Number))),
  };
}

function tensorsOf(
  { constants: { count, values }, convention }: InteractionSetup,
  shortest: ShortestVectors,
  rows: Int32Array,
  lists: readonly number[][][],
  total: number,
): Float64Array[] {
  const { agreed, legs } = homeShares(shortest, convention);
  return legs.map(([agreeing, others], leg) => {
    const out = new Float64Array(TENSOR * total);
    const slots = LEGS[leg];
    // x is at the first point in every leg but the first: in the last leg, that is the last index of force constants.
    const swapped = slots[2] === 0;
    // Where each of their 27 numbers goes.
    const places = Array.from({ length: 27 }, (_, at) => {
      const axes = [0, 0, 0];
      for (const [index, axis] of [Math.floor(at / 9), Math.floor(at / 3) % 3, at % 3].entries())
        axes[slots[index]] = axis;
      return THIRD * axes[0] + 3 * axes[1] + axes[2];
    });
    let to = 0;
    lists.forEach((groups, home) => {
      const atoms = groups.flat();
      for (const x of atoms) {
        for (const y of atoms) {
          const triplet = swapped ? y * count + x : x * count + y;
          const share = agreed[home * count * count + triplet] === 1 ? agreeing : others;
          const from = 27 * (rows[home] * count * count + triplet);
          for (let k = 0; k < 27; k++) out[to + places[k]] = share * values[from + k];
          to += TENSOR;
        }
      }
    });
    return out;
  });
}
