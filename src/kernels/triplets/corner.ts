// The weight of a tetrahedron's corner at a frequency: src/lattice/scattering/corner-weight.ts has the same in words
// that are quick to check. Here all quotients share one division.

/** THz: corners nearer than this are one. */
const SAME: f64 = 1e-10;

/** x lies in [p0, p3), own: how many of the other corners are below this one. */
export function cornerWeight(p0: f64, p1: f64, p2: f64, p3: f64, own: i32, x: f64): f64 {
  if (x < p1) return nearFirst(x - p0, p1 - p0, p2 - p0, p3 - p0, own);
  if (x < p2) return between(x, p0, p1, p2, p3, own);
  return nearFirst(p3 - x, p3 - p2, p3 - p1, p3 - p0, 3 - own);
}

@inline function nearFirst(w: f64, d1: f64, d2: f64, d3: f64, own: i32): f64 {
  if (d1 < SAME) return 0;
  const d23 = d2 * d3;
  const product = d1 * d23;
  if (own == 0) {
    const whole = 1 / product;
    return w * w * whole * (3 - w * (d1 * (d2 + d3) + d23) * whole);
  }
  return w * w * w / (product * (own == 1 ? d1 : own == 2 ? d2 : d3));
}

@inline function between(x: f64, p0: f64, p1: f64, p2: f64, p3: f64, own: i32): f64 {
  const d21 = p2 - p1;
  if (d21 < SAME) return 0;
  const d20 = p2 - p0;
  const d30 = p3 - p0;
  const d31 = p3 - p1;
  const a = d20 * d30;
  const c = d21 * d31;
  const whole = 1 / (a * c);
  const wa = whole * c; // 1 / (d20 d30)
  const wc = whole * a;
  const i30 = wa * d20;
  const f20 = (x - p0) * wa * d30;
  const f30 = (x - p0) * i30;
  const f21 = (x - p1) * wc * d31;
  const f31 = (x - p1) * wc * d21;
  const f12 = 1 - f21;
  const f13 = 1 - f31;
  const area = f12 * f20 + f21 * f13;
  if (area < SAME) return 0;
  let share: f64;
  if (own == 0) share = area * (1 - f30) + (1 - f20) * f20 * f12;
  else if (own == 1) share = area * f12 + f13 * f13 * f21;
  else if (own == 2) share = area * f21 + f20 * f20 * f12;
  else share = area * f30 + f31 * f13 * f21;
  return share * i30;
}
