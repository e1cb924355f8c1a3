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
  // A quarter of the square of the shortest vector, the first of a reduced basis.
  const inscribed = (basis[0] ** 2 + basis[1] ** 2 + basis[2] ** 2) / 4 / (1 + 1e-9);
  const best = new Float64Array(3);
  const near = new Float64Array(3);
  for (let p = 0; p < inBasis.length; p += 3) {
    for (let c = 0; c < 3; c++) near[c] = nearest(inBasis[p + c]);
    const [p0, p1, p2] = near;
    let least =
      (p0 * basis[0] + p1 * basis[3] + p2 * basis[6]) ** 2 +
      (p0 * basis[1] + p1 * basis[4] + p2 * basis[7]) ** 2 +
      (p0 * basis[2] + p1 * basis[5] + p2 * basis[8]) ** 2;
    best.set(near);
    // Within the sphere that the zone holds there is nothing to look for.
    const images = least < inscribed ? 0 : 27;
    // The point itself first, then along the longest vector, towards the other side first: where several are as
    // short, phonopy comes to the same one.
    for (let image = 1; image < images; image++) {
      const a = turned(near[0], Math.floor(image / 9));
      const b = turned(near[1], Math.floor(image / 3) % 3);
      const c = turned(near[2], image % 3);
      const x = a * basis[0] + b * basis[3] + c * basis[6];
      const y = a * basis[1] + b * basis[4] + c * basis[7];
      const z = a * basis[2] + b * basis[5] + c * basis[8];
      const square = x * x + y * y + z * z;
      if (square >= least * (1 - 1e-10)) continue;
      least = square;
      best[0] = a;
      best[1] = b;
      best[2] = c;
    }
    out.set(rowsTimes(best, back), p);
  }
  return out;
}

/** A coordinate itself, a step towards the other side of the zone, or away from it. */
function turned(x: number, turn: number): number {
  if (turn === 0) return x;
  return (turn === 1) === x < 0 ? x + 1 : x - 1;
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
