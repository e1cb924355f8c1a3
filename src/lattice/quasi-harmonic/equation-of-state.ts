/** [E0, B, B', V0] in eV, eV/A^3, 1, A^3 */
export type Parameters = Float64Array | readonly number[];

/** Energy by volume with four parameters: its minimum E0 at V0, the bulk modulus B there, and B' = dB/dP. */
export interface EquationOfState {
  /** As a sentence has it */
  readonly title: string;
  /** Energy, and its derivatives by [E0, B, B', V0] where `slopes` is given, at `from`. */
  at(volume: number, parameters: Parameters, slopes?: Float64Array, from?: number): number;
}

/** P. Vinet et al., J. Phys.: Condens. Matter 1, 1941 (1989), integrated. */
const vinet: EquationOfState = {
  title: 'Vinet',
  at(volume, [e0, b, slope, v0], slopes, from = 0) {
    // E = E0 + 9 B V0 (1 - x)^2 h(u), x = (V/V0)^(1/3), u = 3/2 (B' - 1) (1 - x), h = (1 + (u - 1) exp u) / u^2
    const x = Math.cbrt(volume / v0);
    const y = 1 - x;
    const xi = 1.5 * (slope - 1);
    const { value: h, derivative: dh } = vinetShape(xi * y);
    if (slopes) {
      slopes[from] = 1;
      slopes[from + 1] = 9 * v0 * y * y * h;
      slopes[from + 2] = 13.5 * b * v0 * y ** 3 * dh;
      slopes[from + 3] = 9 * b * (y * y * h + (x / 3) * y * (2 * h + xi * y * dh));
    }
    return e0 + 9 * b * v0 * y * y * h;
  },
};

/** h(u) = (1 + (u - 1) exp u) / u^2 and h'(u), by their series where the closed forms lose digits. */
function vinetShape(u: number): { value: number; derivative: number } {
  if (Math.abs(u) > 1) {
    const value = (1 + (u - 1) * Math.exp(u)) / (u * u);
    return { value, derivative: (Math.exp(u) - 2 * value) / u };
  }
  // h = sum over k >= 0 of u^k (k + 1) / (k + 2)!
  let value = 0;
  let derivative = 0;
  let power = 1;
  let before = 0;
  let factorial = 2;
  for (let k = 0; k < 20; k++) {
    value += (power * (k + 1)) / factorial;
    derivative += (before * k * (k + 1)) / factorial;
    before = power;
    power *= u;
    factorial *= k + 3;
  }
  return { value, derivative };
}

/** F. Birch, Phys. Rev. 71, 809 (1947), of third order. */
const birchMurnaghan: EquationOfState = {
  title: 'third-order Birch-Murnaghan',
  at(volume, [e0, b, slope, v0], slopes, from = 0) {
    // E = E0 + 9/16 B V0 q, q = (y - 1)^3 B' + (y - 1)^2 (6 - 4 y), y = (V0/V)^(2/3)
    const y = Math.cbrt((v0 / volume) ** 2);
    const z = y - 1;
    const q = z ** 3 * slope + z * z * (6 - 4 * y);
    if (slopes) {
      const dq = 3 * z * z * slope + 2 * z * (6 - 4 * y) - 4 * z * z;
      slopes[from] = 1;
      slopes[from + 1] = (9 / 16) * v0 * q;
      slopes[from + 2] = (9 / 16) * b * v0 * z ** 3;
      slopes[from + 3] = (9 / 16) * b * (q + (2 / 3) * y * dq);
    }
    return e0 + (9 / 16) * b * v0 * q;
  },
};

/** F. D. Murnaghan, Proc. Natl. Acad. Sci. 30, 244 (1944). */
const murnaghan: EquationOfState = {
  title: 'Murnaghan',
  at(volume, [e0, b, slope, v0], slopes, from = 0) {
    // E = E0 + B (V r^B' / (B' (B' - 1)) + V / B' - V0 / (B' - 1)), r = V0/V
    const power = (v0 / volume) ** slope;
    const less = slope - 1;
    const shape = (volume * power) / (slope * less) + volume / slope - v0 / less;
    if (slopes) {
      const both = slope * less;
      slopes[from] = 1;
      slopes[from + 1] = shape;
      slopes[from + 2] =
        b *
        (volume * power * (Math.log(v0 / volume) / both - (2 * slope - 1) / both ** 2) -
          volume / slope ** 2 +
          v0 / less ** 2);
      slopes[from + 3] = (b / less) * ((power * volume) / v0 - 1);
    }
    return e0 + b * shape;
  },
};

/** By phonopy's names. */
export const EQUATIONS_OF_STATE = { vinet, birch_murnaghan: birchMurnaghan, murnaghan } as const;
export type EquationName = keyof typeof EQUATIONS_OF_STATE;
