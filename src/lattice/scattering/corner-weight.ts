/** THz: corners nearer than this are one, as in phono3py */
const SAME = 1e-10;

/**
 * The weight of a tetrahedron's corner in the integral of delta(x - f) over it, f linear between its corners and the
 * tetrahedron's volume one (MacDonald, Vosko and Coleridge, J. Phys. C 12, 2991, 1979). Where x is the value of a
 * corner, that of what lies above it.
 * @param v the corner's own value; a, b and c those of the others
 */
export function cornerWeight(v: number, a: number, b: number, c: number, x: number): number {
  const [p0, p1, p2, p3] = [v, a, b, c].sort((s, t) => s - t);
  if (!(p0 <= x && x < p3)) return 0;
  // Corners of equal value have equal weights: it does not matter which of them comes first.
  const own = (a < v ? 1 : 0) + (b < v ? 1 : 0) + (c < v ? 1 : 0);
  if (x < p1) return nearFirst(x - p0, p1 - p0, p2 - p0, p3 - p0, own);
  if (x < p2) return between(x, p0, p1, p2, p3, own);
  return nearFirst(p3 - x, p3 - p2, p3 - p1, p3 - p0, 3 - own);
}

/** A small tetrahedron at the first corner: how far x is from it, and how far the others are, the nearest first. */
function nearFirst(w: number, d1: number, d2: number, d3: number, own: number): number {
  if (d1 < SAME) return 0;
  const whole = 1 / (d1 * d2 * d3);
  if (own === 0) return w * w * whole * (3 - w * (d1 * d2 + d2 * d3 + d3 * d1) * whole);
  return (w * w * w * whole) / (own === 1 ? d1 : own === 2 ? d2 : d3);
}

/** A quadrangle between the second corner and the third. */
function between(x: number, p0: number, p1: number, p2: number, p3: number, own: number): number {
  if (p2 - p1 < SAME) return 0;
  const f20 = (x - p0) / (p2 - p0);
  const f30 = (x - p0) / (p3 - p0);
  const f21 = (x - p1) / (p2 - p1);
  const f31 = (x - p1) / (p3 - p1);
  const area = (1 - f21) * f20 + f21 * (1 - f31);
  if (area < SAME) return 0;
  const shares = [
    area * (1 - f30) + (1 - f20) * f20 * (1 - f21),
    area * (1 - f21) + (1 - f31) ** 2 * f21,
    area * f21 + f20 ** 2 * (1 - f21),
    area * f30 + f31 * (1 - f31) * f21,
  ];
  return shares[own] / (p3 - p0);
}
