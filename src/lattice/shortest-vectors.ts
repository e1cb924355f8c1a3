import { inverse, rowsTimes } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import type { PhononCells } from '../model/phonon-cells.js';
import { reducedBasis } from '../symmetry/reduced-basis.js';

/**
 * For each atom i of the primitive cell and each atom k of the supercell, the lattice vectors of the primitive cell
 * that lead from i to those periodic images of k that are nearest to it: several where they are equally far.
 */
export interface ShortestVectors {
  /** [n N + 1] where the vectors of pair i N + k begin */
  readonly starts: Int32Array;
  /** [m][3] R: the image of k stands at r_j + R, with j the primitive atom that k is a copy of */
  readonly vectors: Int32Array;
  /** [N] j, an atom of the primitive cell */
  readonly primitiveAtom: Int32Array;
}

/**
 * Images within the cells' tolerance (A) of the shortest distance are taken as equally far, as phonopy does.
 * @throws PhonolinkError where an atom of the supercell is no copy of one of the primitive cell
 */
export function shortestVectors(cells: PhononCells): ShortestVectors {
  const { supercell, primitive, primitiveToSuper, superToPrimitive, tolerance } = cells;
  const numberOf = new Map(Array.from(primitiveToSuper, (atom, i) => [atom, i]));
  const primitiveAtom = Int32Array.from(superToPrimitive, (atom) => numberOf.get(atom)!);
  // In a reduced basis no image farther than the next cell can be nearest.
  const basis = reducedBasis(supercell.cell).cell;
  const images = rowsTimes(STEPS, basis);
  const placed = rowsTimes(supercell.positions, inverse(basis));
  const toPrimitive = inverse(primitive.cell);
  const own = rowsTimes(primitive.positions, toPrimitive);
  const starts = new Int32Array(primitive.count * supercell.count + 1);
  const vectors: number[] = [];
  const squares = new Float64Array(STEPS.length / 3);
  for (let i = 0, pair = 0; i < primitive.count; i++) {
    const from = primitiveToSuper[i];
    for (let k = 0; k < supercell.count; k++) {
      const rest = [0, 1, 2].map((c) => {
        const x = placed[3 * k + c] - placed[3 * from + c];
        return x - Math.round(x);
      });
      const [x, y, z] = rowsTimes(rest, basis);
      for (let s = 0; s < squares.length; s++) {
        squares[s] = (x + images[3 * s]) ** 2 + (y + images[3 * s + 1]) ** 2 + (z + images[3 * s + 2]) ** 2;
      }
      const limit = Math.sqrt(squares.reduce((least, square) => Math.min(least, square))) + tolerance;
      const j = primitiveAtom[k];
      for (let s = 0; s < squares.length; s++) {
        if (Math.sqrt(squares[s]) > limit) continue;
        const there = rowsTimes(
          [x + images[3 * s], y + images[3 * s + 1], z + images[3 * s + 2]],
          toPrimitive,
        );
        for (let c = 0; c < 3; c++) {
          const steps = there[c] - own[3 * j + c] + own[3 * i + c];
          const whole = Math.round(steps);
          if (!(Math.abs(steps - whole) < 0.01)) {
            throw new PhonolinkError(
              `atom ${k + 1} of the supercell is no copy of atom ${j + 1} of the primitive cell`,
            );
          }
          vectors.push(whole);
        }
      }
      starts[++pair] = vectors.length / 3;
    }
  }
  return { starts, vectors: Int32Array.from(vectors), primitiveAtom };
}

/** [27][3] the cell and its neighbours */
const STEPS: readonly number[] = Array.from({ length: 27 }, (_, s) => [
  (s % 3) - 1,
  (Math.floor(s / 3) % 3) - 1,
  Math.floor(s / 9) - 1,
]).flat();
