import { determinant, inverse, product, rowsTimes, transpose } from '../../model/cell.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import { reducedBasis } from '../../symmetry/reduced-basis.js';

/**
 * Moves q points into the first Brillouin zone.
 * @param points [3m] fractions of the reciprocal vectors of a cell
 * @param cell [9] A, rows
 * @returns [3m] the shortest of the points that differ by reciprocal lattice vectors; one of them where several are
 */
export function intoBrillouinZone(points: ArrayLike<number>, cell: ArrayLike<number>): Float64Array {
  const reciprocal = transpose(inverse(cell));
  const basis = reducedBasis(reciprocal).cell;
  const toBasis = product(reciprocal, inverse(basis));
  const back = inverse(toBasis);
  const inBasis = rowsTimes(points, toBasis);
  const out = new Float64Array(inBasis.length);
  for (let p = 0; p < inBasis.length; p += 3) {
    const near = [0, 1, 2].map((c) => nearest(inBasis[p + c]));
    let best = near;
    let least = Number.POSITIVE_INFINITY;
    for (let image = 0; image < 27; image++) {
      // The point itself first, then along the longest vector, towards the other side first: where several are as
      // short, phonopy comes to the same one.
      const moved = near.map((x, c) => {
        const turn = [0, -1, 1][Math.floor(image / 3 ** (2 - c)) % 3];
        return x + (x < 0 ? -turn : turn);
      });
      const [x, y, z] = rowsTimes(moved, basis);
      const square = x * x + y * y + z * z;
      if (square < least * (1 - 1e-10)) {
        least = square;
        best = moved;
      }
    }
    out.set(rowsTimes(best, back), p);
  }
  return out;
}

/** Into [-1/2, 1/2]; either end stays what it is, so that a point on the zone's surface is not moved. */
function nearest(x: number): number {
  return Math.abs(x) <= 0.5 + 1e-9 ? x : x - Math.round(x);
}

/**
 * [N][3] the wave vectors that are commensurate with the supercell, in the first Brillouin zone: as many as there are
 * primitive cells in it.
 */
export function commensuratePoints({ supercell, primitive }: PhononCells): Float64Array {
  // Rows of the supercell = K times rows of the primitive cell, and K q must be whole: the columns of K^-1 generate
  // them all. As multiples of 1/det K they are whole numbers.
  const rows = product(supercell.cell, inverse(primitive.cell)).map(Math.round);
  const total = Math.abs(Math.round(determinant(rows)));
  const generators = transpose(inverse(rows)).map((x) => Math.round(x * total));
  const modulo = (x: number) => ((x % total) + total) % total;
  let points: number[][] = [[0, 0, 0]];
  const seen = new Set(['0,0,0']);
  for (let g = 0; g < 9; g += 3) {
    const known = points;
    for (let t = 1; ; t++) {
      const step = [0, 1, 2].map((c) => modulo(t * generators[g + c]));
      if (seen.has(step.join())) break;
      const moved = known.map((point) => point.map((x, c) => modulo(x + step[c])));
      for (const point of moved) seen.add(point.join());
      points = [...points, ...moved];
    }
  }
  return intoBrillouinZone(
    points.flat().map((x) => x / total),
    primitive.cell,
  );
}
