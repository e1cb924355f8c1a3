/**
 * The weight of a tetrahedron's corner in the integral over that part of it where f is below x, f linear between its
 * corners and the tetrahedron's volume one: the integral of `cornerWeight` over x, a quarter at last (Bloechl, Jepsen and
 * Andersen, Phys. Rev. B 49, 16223, 1994). What is below x is cut into tetrahedra; a weight is linear in each, and its
 * integral the volume times the mean over the vertices.
 * @param v the corner's own value; a, b and c those of the others
 */
export function cornerShare(v: number, a: number, b: number, c: number, x: number): number {
  let p0 = v;
  let p1 = a;
  let p2 = b;
  let p3 = c;
  let t: number;
  if (p0 > p1) {
    t = p0;
    p0 = p1;
    p1 = t;
  }
  if (p2 > p3) {
    t = p2;
    p2 = p3;
    p3 = t;
  }
  if (p0 > p2) {
    t = p0;
    p0 = p2;
    p2 = t;
  }
  if (p1 > p3) {
    t = p1;
    p1 = p3;
    p3 = t;
  }
  if (p1 > p2) {
    t = p1;
    p1 = p2;
    p2 = t;
  }
  if (!(p0 <= x)) return 0;
  if (x >= p3) return 1 / 4;
  // Corners of equal value have equal weights: it does not matter which of them comes first.
  const own = (a < v ? 1 : 0) + (b < v ? 1 : 0) + (c < v ? 1 : 0);
  if (x < p1) return atCorner(x - p0, p1 - p0, p2 - p0, p3 - p0, own);
  if (x < p2) return wedge(x, p0, p1, p2, p3, own);
  return 1 / 4 - atCorner(p3 - x, p3 - p2, p3 - p1, p3 - p0, 3 - own);
}

/** A small tetrahedron at the first corner: how far x is from it, and how far the others are, the nearest first. */
function atCorner(w: number, d1: number, d2: number, d3: number, own: number): number {
  const t1 = w / d1;
  const t2 = w / d2;
  const t3 = w / d3;
  const mean = own === 0 ? 4 - t1 - t2 - t3 : own === 1 ? t1 : own === 2 ? t2 : t3;
  return (t1 * t2 * t3 * mean) / 4;
}

/** A wedge between the edge of the first two corners and a quadrangle, in three tetrahedra. */
function wedge(x: number, p0: number, p1: number, p2: number, p3: number, own: number): number {
  const a = (x - p0) / (p2 - p0);
  const b = (x - p0) / (p3 - p0);
  const u = (x - p1) / (p2 - p1);
  const s = (x - p1) / (p3 - p1);
  const first = a * b * (1 - s);
  const second = a * (1 - u) * s;
  const third = u * s;
  if (own === 0) return (first * (3 - a - b) + second * (2 - a) + third) / 4;
  if (own === 1) return (first * (1 - s) + second * (2 - u - s) + third * (3 - u - s)) / 4;
  if (own === 2) return (first * a + second * (a + u) + third * u) / 4;
  return (first * (b + s) + second * s + third * s) / 4;
}
