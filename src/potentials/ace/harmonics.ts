/**
 * Complex spherical harmonics times sqrt(4 pi), with the Condon-Shortley phase, of unit vectors: Y_00 = 1. Only m >= 0
 * stands here: Y_l-m = (-1)^m conj(Y_lm). Component lm is at l (l + 1) / 2 + m.
 */
export interface Harmonics {
  readonly lMax: number;
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
  /** [3 * components] r dY/dr_a: derivatives along the sphere */
  readonly realSlopes: Float64Array;
  readonly imaginarySlopes: Float64Array;
  /** Sets all of the above at a unit vector. */
  evaluate(x: number, y: number, z: number): void;
}

export function harmonicIndex(l: number, m: number): number {
  return (l * (l + 1)) / 2 + m;
}

export function createHarmonics(lMax: number): Harmonics {
  const count = harmonicIndex(lMax + 1, 0);
  const legendre = new Float64Array(count);
  const legendreSlopes = new Float64Array(count);
  const real = new Float64Array(count);
  const imaginary = new Float64Array(count);
  const realSlopes = new Float64Array(3 * count);
  const imaginarySlopes = new Float64Array(3 * count);
  const powers = new Float64Array(2 * (lMax + 1));
  const { a, b, diagonal } = legendreFactors(lMax);

  /** P_lm(z) over (1 - z^2)^(m/2), normalised, and its derivative by z (Dusson et al., J. Comput. Phys. 454, 110946, 2022). */
  const setLegendre = (z: number) => {
    for (let m = 0; m <= lMax; m++) {
      for (let l = m; l <= lMax; l++) {
        const at = harmonicIndex(l, m);
        if (l === m) {
          legendre[at] = diagonal[m];
          legendreSlopes[at] = 0;
          continue;
        }
        const down = harmonicIndex(l - 1, m);
        const value = legendre[down];
        const slope = legendreSlopes[down];
        const below = l - 2 >= m ? harmonicIndex(l - 2, m) : -1;
        legendre[at] = a[at] * (z * value + (below < 0 ? 0 : b[at] * legendre[below]));
        legendreSlopes[at] = a[at] * (value + z * slope + (below < 0 ? 0 : b[at] * legendreSlopes[below]));
      }
    }
  };

  return {
    lMax,
    real,
    imaginary,
    realSlopes,
    imaginarySlopes,
    evaluate(x, y, z) {
      setLegendre(z);
      powers[0] = 1;
      powers[1] = 0;
      for (let m = 1; m <= lMax; m++) {
        powers[2 * m] = x * powers[2 * m - 2] - y * powers[2 * m - 1];
        powers[2 * m + 1] = y * powers[2 * m - 2] + x * powers[2 * m - 1];
      }
      for (let l = 0; l <= lMax; l++) {
        for (let m = 0; m <= l; m++) {
          const at = harmonicIndex(l, m);
          const p = legendre[at];
          const q = legendreSlopes[at];
          const c = powers[2 * m];
          const s = powers[2 * m + 1];
          // d/dx (x + i y)^m = m (x + i y)^(m-1), d/dy the same times i.
          const dc = m === 0 ? 0 : m * p * powers[2 * m - 2];
          const ds = m === 0 ? 0 : m * p * powers[2 * m - 1];
          real[at] = p * c;
          imaginary[at] = p * s;
          alongSphere(realSlopes, 3 * at, x, y, z, dc, -ds, q * c);
          alongSphere(imaginarySlopes, 3 * at, x, y, z, ds, dc, q * s);
        }
      }
    },
  };
}

/** The gradient (gx, gy, gz) without its part along the unit vector. */
function alongSphere(
  target: Float64Array,
  at: number,
  x: number,
  y: number,
  z: number,
  gx: number,
  gy: number,
  gz: number,
): void {
  const along = x * gx + y * gy + z * gz;
  target[at] = gx - along * x;
  target[at + 1] = gy - along * y;
  target[at + 2] = gz - along * z;
}

/** P_mm, and P_lm = a_lm (z P_(l-1)m + b_lm P_(l-2)m). */
export function legendreFactors(lMax: number) {
  const count = harmonicIndex(lMax + 1, 0);
  const a = new Float64Array(count);
  const b = new Float64Array(count);
  const diagonal = new Float64Array(lMax + 1).fill(1);
  for (let m = 1; m <= lMax; m++) diagonal[m] = -Math.sqrt(1 + 0.5 / m) * diagonal[m - 1];
  for (let l = 1; l <= lMax; l++) {
    for (let m = 0; m < l; m++) {
      const at = harmonicIndex(l, m);
      a[at] = Math.sqrt((4 * l * l - 1) / (l * l - m * m));
      b[at] = -Math.sqrt(((l - 1) ** 2 - m * m) / (4 * (l - 1) ** 2 - 1));
    }
  }
  return { a, b, diagonal };
}
