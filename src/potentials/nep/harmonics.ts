/**
 * Normalised spherical harmonics of a direction u = r/|r| in real parts, for l = 1 to lMax:
 *
 *   Y_lm = N_lm (d^m P_l / dz^m)(u_z) (u_x + i u_y)^m,  N_lm^2 = (2l+1)/(4 pi) (l-m)!/(l+m)!,  m >= 0,
 *
 * without the factor (-1)^m of Condon and Shortley. Component l^2 - 1 is Y_l0, components l^2 - 2 + 2m and
 * l^2 - 1 + 2m the real and the imaginary part of Y_lm.
 */
export interface Harmonics {
  readonly lMax: number;
  /** (lMax+1)^2 - 1 */
  readonly count: number;
  /** [l][m] polynomial N_lm d^m P_l / dz^m, by powers of z from 0 */
  readonly polynomials: readonly (readonly Float64Array[])[];
}

/** Index of the real part of Y_lm (m >= 0); the imaginary part of m > 0 stands behind it. */
export function component(l: number, m: number): number {
  return l * l - 1 + (m === 0 ? 0 : 2 * m - 1);
}

export function createHarmonics(lMax: number): Harmonics {
  const polynomials: Float64Array[][] = [];
  for (let l = 0; l <= lMax; l++) {
    let derivative = legendre(l);
    const row: Float64Array[] = [];
    for (let m = 0; m <= l; m++) {
      const norm = normalisation(l, m);
      row.push(derivative.map((c) => c * norm));
      derivative = differentiated(derivative);
    }
    polynomials.push(row);
  }
  return { lMax, count: (lMax + 1) ** 2 - 1, polynomials };
}

/** Coefficients of P_l by Bonnet's recursion (l+1) P_{l+1} = (2l+1) z P_l - l P_{l-1}. */
function legendre(l: number): Float64Array {
  let before = Float64Array.of(0);
  let current = Float64Array.of(1);
  for (let k = 0; k < l; k++) {
    const next = new Float64Array(k + 2);
    current.forEach((c, power) => {
      next[power + 1] += ((2 * k + 1) / (k + 1)) * c;
    });
    if (k > 0)
      before.forEach((c, power) => {
        next[power] -= (k / (k + 1)) * c;
      });
    before = current;
    current = next;
  }
  return current;
}

function differentiated(polynomial: Float64Array): Float64Array {
  return polynomial.length < 2 ? Float64Array.of(0) : polynomial.slice(1).map((c, power) => (power + 1) * c);
}

/** N_lm */
function normalisation(l: number, m: number): number {
  let ratio = (2 * l + 1) / (4 * Math.PI);
  for (let k = l - m + 1; k <= l + m; k++) ratio /= k;
  return Math.sqrt(ratio);
}

/** Values [count] at a unit vector. */
export function evaluateHarmonics(
  harmonics: Harmonics,
  x: number,
  y: number,
  z: number,
  values: Float64Array,
): void {
  const { lMax, polynomials } = harmonics;
  let re = 1; // (x + iy)^m
  let im = 0;
  for (let m = 0; m <= lMax; m++) {
    for (let l = Math.max(1, m); l <= lMax; l++) {
      const polynomial = polynomials[l][m];
      let p = 0;
      for (let k = polynomial.length - 1; k >= 0; k--) p = p * z + polynomial[k];
      const at = component(l, m);
      values[at] = p * re;
      if (m > 0) values[at + 1] = p * im;
    }
    const next = re * x - im * y;
    im = re * y + im * x;
    re = next;
  }
}

/**
 * Gradient [3] with respect to u (its three components taken as independent) of sum_c weights[c] Y_c(u).
 * With P the polynomial of u_z: dY/du_x = m P (u_x + i u_y)^(m-1), dY/du_y = i dY/du_x, dY/du_z = P' (u_x + i u_y)^m.
 */
export function harmonicsGradient(
  harmonics: Harmonics,
  x: number,
  y: number,
  z: number,
  weights: Float64Array,
  gradient: Float64Array,
): void {
  const { lMax, polynomials } = harmonics;
  let re = 1; // (x + iy)^m
  let im = 0;
  let lowerRe = 0; // m (x + iy)^(m-1)
  let lowerIm = 0;
  gradient.fill(0);
  for (let m = 0; m <= lMax; m++) {
    for (let l = Math.max(1, m); l <= lMax; l++) {
      const polynomial = polynomials[l][m];
      let p = 0;
      let slope = 0;
      for (let k = polynomial.length - 1; k >= 0; k--) {
        slope = slope * z + p;
        p = p * z + polynomial[k];
      }
      const at = component(l, m);
      const a = weights[at];
      const b = m > 0 ? weights[at + 1] : 0;
      gradient[0] += p * (a * lowerRe + b * lowerIm);
      gradient[1] += p * (b * lowerRe - a * lowerIm);
      gradient[2] += slope * (a * re + b * im);
    }
    lowerRe = (m + 1) * re;
    lowerIm = (m + 1) * im;
    const next = re * x - im * y;
    im = re * y + im * x;
    re = next;
  }
}
