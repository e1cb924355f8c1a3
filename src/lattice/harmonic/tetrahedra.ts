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
  return tetrahedraOf(Float64Array.from(reciprocal, (x, e) => x / mesh[e % 3]));
}

/**
 * The same for the cell of any grid.
 * @param columns [9] its vectors, 1/A
 */
export function tetrahedraOf(columns: ArrayLike<number>): {
  readonly steps: Int32Array;
  readonly centres: Uint8Array;
} {
  const squares = DIAGONALS.map(([from, to]) => {
    const way = [0, 1, 2].map((k) => ((to >> k) & 1) - ((from >> k) & 1));
    return [0, 3, 6].reduce(
      (sum, row) =>
        sum + (columns[row] * way[0] + columns[row + 1] * way[1] + columns[row + 2] * way[2]) ** 2,
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
 * @param near a place in the list from which to look for the values' own: what the call before returned
 * @returns where in the list the tetrahedron begins
 */
export function addCornerWeights(
  v: Float64Array,
  centre: number,
  x: Float64Array,
  scale: number,
  out: Float64Array,
  near = 0,
): number {
  let a = v[0];
  let b = v[1];
  let c = v[2];
  let d = v[3];
  const value = v[centre];
  // Corners of equal value have equal weights: it does not matter which of them comes first.
  const own = (a < value ? 1 : 0) + (b < value ? 1 : 0) + (c < value ? 1 : 0) + (d < value ? 1 : 0);
  let t: number;
  if (a > b) {
    t = a;
    a = b;
    b = t;
  }
  if (c > d) {
    t = c;
    c = d;
    d = t;
  }
  if (a > c) {
    t = a;
    a = c;
    c = t;
  }
  if (b > d) {
    t = b;
    b = d;
    d = t;
  }
  if (b > c) {
    t = b;
    b = c;
    c = t;
  }
  const begin = after(x, a, near);
  const end = x.length;
  if (begin === end || x[begin] >= d) return begin;
  const whole = 1 / (d - a);
  const factor = scale * whole;
  let k = begin;
  if (k < end && x[k] < b) {
    // Between the first and the second: a small tetrahedron at the first corner.
    const ba = 1 / (b - a);
    const ca = 1 / (c - a);
    for (; k < end && x[k] < b; k++) {
      const w = x[k] - a;
      const f = w * ba;
      const g = w * ca;
      const h = w * whole;
      out[k] += factor * f * g * (own === 0 ? 3 - f - g - h : own === 1 ? f : own === 2 ? g : h);
    }
  }
  if (k < end && x[k] === b) k++;
  if (k < end && x[k] < c) {
    const ca = 1 / (c - a);
    const cb = 1 / (c - b);
    const db = 1 / (d - b);
    for (; k < end && x[k] < c; k++) {
      const f20 = (x[k] - a) * ca;
      const f30 = (x[k] - a) * whole;
      const f21 = (x[k] - b) * cb;
      const f31 = (x[k] - b) * db;
      const f12 = 1 - f21;
      const f13 = 1 - f31;
      const area = f12 * f20 + f21 * f13;
      let share: number;
      if (own === 0) share = area * (1 - f30) + (1 - f20) * f20 * f12;
      else if (own === 1) share = area * f12 + f13 * f13 * f21;
      else if (own === 2) share = area * f21 + f20 * f20 * f12;
      else share = area * f30 + f31 * f13 * f21;
      out[k] += factor * share;
    }
  }
  if (k < end && x[k] === c) k++;
  if (k < end && x[k] < d) {
    // Between the third and the last: what is left is a small tetrahedron at the last corner.
    const db = 1 / (d - b);
    const dc = 1 / (d - c);
    for (; k < end && x[k] < d; k++) {
      const w = d - x[k];
      const f = w * whole;
      const g = w * db;
      const h = w * dc;
      out[k] += factor * g * h * (own === 0 ? f : own === 1 ? g : own === 2 ? h : 3 - f - g - h);
    }
  }
  return begin;
}

/** Of a rising list the first that is greater than a value, looked for from a place on. */
function after(x: Float64Array, value: number, near: number): number {
  let k = near;
  while (k < x.length && x[k] <= value) k++;
  while (k > 0 && x[k - 1] > value) k--;
  return k;
}
