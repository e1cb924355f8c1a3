import { inverse } from '../../model/cell.js';

/** Corners of the cell of a mesh: bit 0 is a step along the first vector, bit 1 along the second, bit 2 the third. */
const CORNERS = [0, 1, 2, 3, 4, 5, 6, 7] as const;
/** Ends of the four main diagonals, in the order in which the first shortest one is taken. */
const DIAGONALS = [
  [0, 7],
  [1, 6],
  [2, 5],
  [3, 4],
] as const;

/**
 * The 24 tetrahedra that meet at a point of a mesh, when each cell of it is cut into six around its shortest main
 * diagonal (Bloechl, Jepsen and Andersen, Phys. Rev. B 49, 16223, 1994).
 * @param cell [9] A, rows
 * @param mesh [3]
 * @returns [24][4][3] steps of the mesh from the point to the corners, and [24] which of the corners is the point
 */
export function tetrahedraAround(
  cell: ArrayLike<number>,
  mesh: ArrayLike<number>,
): { readonly steps: Int32Array; readonly centres: Uint8Array } {
  const reciprocal = inverse(cell);
  const squares = DIAGONALS.map(([from, to]) => {
    const way = [0, 1, 2].map((k) => (((to >> k) & 1) - ((from >> k) & 1)) / mesh[k]);
    return [0, 3, 6].reduce(
      (sum, row) =>
        sum + (reciprocal[row] * way[0] + reciprocal[row + 1] * way[1] + reciprocal[row + 2] * way[2]) ** 2,
      0,
    );
  });
  const shortest = squares.indexOf(Math.min(...squares));
  const tetrahedra = cutAround(DIAGONALS[shortest]);
  const steps: number[] = [];
  const centres: number[] = [];
  for (const own of CORNERS) {
    for (const tetrahedron of tetrahedra) {
      if (!tetrahedron.includes(own)) continue;
      centres.push(tetrahedron.indexOf(own));
      for (const corner of tetrahedron) {
        for (let k = 0; k < 3; k++) steps.push(((corner >> k) & 1) - ((own >> k) & 1));
      }
    }
  }
  return { steps: Int32Array.from(steps), centres: Uint8Array.from(centres) };
}

/** Six tetrahedra: the ends of the diagonal, and each edge between two other corners. */
function cutAround([from, to]: readonly [number, number]): number[][] {
  const others = CORNERS.filter((corner) => corner !== from && corner !== to);
  const isEdge = (a: number, b: number) => [1, 2, 4].includes(a ^ b);
  return others.flatMap((a) =>
    others.filter((b) => b > a && isEdge(a, b)).map((b) => [from, to, a, b].sort((p, q) => p - q)),
  );
}

/**
 * Adds to `out` the weights of one corner of a tetrahedron in the integral of delta(x - f) over it, f linear between
 * its corners, for all x of a rising list; the tetrahedron's volume is one (the formulas of MacDonald, Vosko and
 * Coleridge, J. Phys. C 12, 2991, 1979). Nothing where x is the value of a corner.
 * @param v [4] values at the corners
 * @param centre which of them the weights are of
 */
export function addCornerWeights(
  v: Float64Array,
  centre: number,
  x: Float64Array,
  scale: number,
  out: Float64Array,
): void {
  sort(v, centre);
  const [a, b, c, d] = sorted;
  const own = place[0];
  let k = after(x, a);
  for (; k < x.length && x[k] < b; k++) {
    // Between the first and the second: a small tetrahedron at the first corner.
    const w = x[k];
    const f = (w - a) / (b - a);
    const g = (w - a) / (c - a);
    const h = (w - a) / (d - a);
    const density = (3 * f * g) / (d - a);
    const share = own === 0 ? 3 - f - g - h : own === 1 ? f : own === 2 ? g : h;
    out[k] += (scale * density * share) / 3;
  }
  if (k < x.length && x[k] === b) k++;
  for (; k < x.length && x[k] < c; k++) {
    const w = x[k];
    const f20 = (w - a) / (c - a);
    const f30 = (w - a) / (d - a);
    const f21 = (w - b) / (c - b);
    const f31 = (w - b) / (d - b);
    const f12 = 1 - f21;
    const f13 = 1 - f31;
    const whole = f12 * f20 + f21 * f13;
    const density = (3 * whole) / (d - a);
    let share: number;
    if (own === 0) share = 1 - f30 + (1 - f20) * ((f20 * f12) / whole);
    else if (own === 1) share = f12 + (f13 * f13 * f21) / whole;
    else if (own === 2) share = f21 + (f20 * f20 * f12) / whole;
    else share = f30 + (f31 * f13 * f21) / whole;
    out[k] += (scale * density * share) / 3;
  }
  if (k < x.length && x[k] === c) k++;
  for (; k < x.length && x[k] < d; k++) {
    // Between the third and the last: what is left is a small tetrahedron at the last corner.
    const w = x[k];
    const f = (d - w) / (d - a);
    const g = (d - w) / (d - b);
    const h = (d - w) / (d - c);
    const density = (3 * g * h) / (d - a);
    const share = own === 0 ? f : own === 1 ? g : own === 2 ? h : 3 - f - g - h;
    out[k] += (scale * density * share) / 3;
  }
}

const sorted = new Float64Array(4);
const place = new Uint8Array(1);

/** Sorts four values, and keeps where the one of interest goes. */
function sort(v: Float64Array, centre: number): void {
  sorted.set(v);
  let own = centre;
  for (let i = 1; i < 4; i++) {
    for (let j = i; j > 0 && sorted[j - 1] > sorted[j]; j--) {
      const t = sorted[j];
      sorted[j] = sorted[j - 1];
      sorted[j - 1] = t;
      if (own === j) own = j - 1;
      else if (own === j - 1) own = j;
    }
  }
  place[0] = own;
}

/** Of a rising list the first that is greater than a value. */
function after(x: Float64Array, value: number): number {
  let low = 0;
  let high = x.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle] > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
