/** Lengths in A of the conventional cell, and its monoclinic angle. */
export interface CellParameters {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly cosbeta: number;
  readonly sinbeta: number;
}

/** The recommended path of one extended Bravais lattice. */
export interface LatticePath {
  /** Points in turn; '|' stands where the path begins anew */
  readonly path: string;
  /** Coordinates of the points besides GAMMA, in fractions of the reciprocal vectors of the primitive cell */
  readonly points: Readonly<Record<string, string>>;
  /** What letters in the coordinates stand for */
  readonly parameters?: (cell: CellParameters) => Readonly<Record<string, number>>;
}

/**
 * Tables 69 to 92 of Hinuma, Pizzi, Kumagai, Oba and Tanaka, Comput. Mater. Sci. 128, 140 (2017), for crystals with
 * inversion or time reversal: the points that the paths go through.
 */
export const LATTICE_PATHS: Readonly<Record<string, LatticePath>> = {
  cP1: {
    path: 'GAMMA X M GAMMA R X | R M X_1',
    points: { R: '1/2 1/2 1/2', M: '1/2 1/2 0', X: '0 1/2 0', X_1: '1/2 0 0' },
  },
  cP2: { path: 'GAMMA X M GAMMA R X | R M', points: { R: '1/2 1/2 1/2', M: '1/2 1/2 0', X: '0 1/2 0' } },
  cF1: {
    path: 'GAMMA X U | K GAMMA L W X W_2',
    points: {
      X: '1/2 0 1/2',
      L: '1/2 1/2 1/2',
      W: '1/2 1/4 3/4',
      W_2: '3/4 1/4 1/2',
      K: '3/8 3/8 3/4',
      U: '5/8 1/4 5/8',
    },
  },
  cF2: {
    path: 'GAMMA X U | K GAMMA L W X',
    points: { X: '1/2 0 1/2', L: '1/2 1/2 1/2', W: '1/2 1/4 3/4', K: '3/8 3/8 3/4', U: '5/8 1/4 5/8' },
  },
  cI1: { path: 'GAMMA H N GAMMA P H | P N', points: { H: '1/2 -1/2 1/2', P: '1/4 1/4 1/4', N: '0 0 1/2' } },
  tP1: {
    path: 'GAMMA X M GAMMA Z R A Z | X R | M A',
    points: { Z: '0 0 1/2', M: '1/2 1/2 0', A: '1/2 1/2 1/2', R: '0 1/2 1/2', X: '0 1/2 0' },
  },
  tI1: {
    path: 'GAMMA X M GAMMA Z | Z_0 M | X P N GAMMA',
    points: { M: '-1/2 1/2 1/2', X: '0 0 1/2', P: '1/4 1/4 1/4', Z: 'H H -H', Z_0: '-H 1-H H', N: '0 1/2 0' },
    parameters: ({ a, c }) => {
      const H = (1 + (c * c) / a / a) / 4;
      return { H };
    },
  },
  tI2: {
    path: 'GAMMA X P N GAMMA M S | S_0 GAMMA | X R | G M',
    points: {
      M: '1/2 1/2 -1/2',
      X: '0 0 1/2',
      P: '1/4 1/4 1/4',
      N: '0 1/2 0',
      S_0: '-H H H',
      S: 'H 1-H -H',
      R: '-Z Z 1/2',
      G: '1/2 1/2 -Z',
    },
    parameters: ({ a, c }) => {
      const H = (1 + (a * a) / c / c) / 4;
      const Z = (a * a) / 2 / c / c;
      return { H, Z };
    },
  },
  oP1: {
    path: 'GAMMA X S Y GAMMA Z U R T Z | X U | Y T | S R',
    points: {
      X: '1/2 0 0',
      Z: '0 0 1/2',
      U: '1/2 0 1/2',
      Y: '0 1/2 0',
      S: '1/2 1/2 0',
      T: '0 1/2 1/2',
      R: '1/2 1/2 1/2',
    },
  },
  oF1: {
    path: 'GAMMA Y T Z GAMMA SIGMA_0 | U_0 T | Y C_0 | A_0 Z | GAMMA L',
    points: {
      T: '1 1/2 1/2',
      Z: '1/2 1/2 0',
      Y: '1/2 0 1/2',
      SIGMA_0: '0 H H',
      U_0: '1 1-H 1-H',
      A_0: '1/2 1/2+J J',
      C_0: '1/2 1/2-J 1-J',
      L: '1/2 1/2 1/2',
    },
    parameters: ({ a, b, c }) => {
      const J = (1 + (a * a) / b / b - (a * a) / c / c) / 4;
      const H = (1 + (a * a) / b / b + (a * a) / c / c) / 4;
      return { J, H };
    },
  },
  oF2: {
    path: 'GAMMA T Z Y GAMMA LAMBDA_0 | Q_0 Z | T G_0 | H_0 Y | GAMMA L',
    points: {
      T: '0 1/2 1/2',
      Z: '1/2 1/2 1',
      Y: '1/2 0 1/2',
      LAMBDA_0: 'K K 0',
      Q_0: '1-K 1-K 1',
      G_0: '1/2-J 1-J 1/2',
      H_0: '1/2+J J 1/2',
      L: '1/2 1/2 1/2',
    },
    parameters: ({ a, b, c }) => {
      const J = (1 + (c * c) / a / a - (c * c) / b / b) / 4;
      const K = (1 + (c * c) / a / a + (c * c) / b / b) / 4;
      return { J, K };
    },
  },
  oF3: {
    path: 'GAMMA Y C_0 | A_0 Z B_0 | D_0 T G_0 | H_0 Y | T GAMMA Z | GAMMA L',
    points: {
      T: '0 1/2 1/2',
      Z: '1/2 1/2 0',
      Y: '1/2 0 1/2',
      A_0: '1/2 1/2+H H',
      C_0: '1/2 1/2-H 1-H',
      B_0: '1/2+K 1/2 K',
      D_0: '1/2-K 1/2 1-K',
      G_0: 'P 1/2+P 1/2',
      H_0: '1-P 1/2-P 1/2',
      L: '1/2 1/2 1/2',
    },
    parameters: ({ a, b, c }) => {
      const H = (1 + (a * a) / b / b - (a * a) / c / c) / 4;
      const K = (1 + (b * b) / a / a - (b * b) / c / c) / 4;
      const P = (1 + (c * c) / b / b - (c * c) / a / a) / 4;
      return { H, K, P };
    },
  },
  oI1: {
    path: 'GAMMA X F_2 | SIGMA_0 GAMMA Y_0 | U_0 X | GAMMA R W S GAMMA T W',
    points: {
      X: '1/2 1/2 -1/2',
      S: '1/2 0 0',
      R: '0 1/2 0',
      T: '0 0 1/2',
      W: '1/4 1/4 1/4',
      SIGMA_0: '-Z Z Z',
      F_2: 'Z 1-Z -Z',
      Y_0: 'H -H H',
      U_0: '1-H H -H',
    },
    parameters: ({ a, b, c }) => {
      const Z = (1 + (a * a) / c / c) / 4;
      const H = (1 + (b * b) / c / c) / 4;
      return { Z, H };
    },
  },
  oI2: {
    path: 'GAMMA X U_2 | Y_0 GAMMA LAMBDA_0 | G_2 X | GAMMA R W S GAMMA T W',
    points: {
      X: '-1/2 1/2 1/2',
      S: '1/2 0 0',
      R: '0 1/2 0',
      T: '0 0 1/2',
      W: '1/4 1/4 1/4',
      Y_0: 'Z -Z Z',
      U_2: '-Z Z 1-Z',
      LAMBDA_0: 'H H -H',
      G_2: '-H 1-H H',
    },
    parameters: ({ a, b, c }) => {
      const Z = (1 + (b * b) / a / a) / 4;
      const H = (1 + (c * c) / a / a) / 4;
      return { Z, H };
    },
  },
  oI3: {
    path: 'GAMMA X F_0 | SIGMA_0 GAMMA LAMBDA_0 | G_0 X | GAMMA R W S GAMMA T W',
    points: {
      X: '1/2 -1/2 1/2',
      S: '1/2 0 0',
      R: '0 1/2 0',
      T: '0 0 1/2',
      W: '1/4 1/4 1/4',
      SIGMA_0: '-Y Y Y',
      F_0: 'Y -Y 1-Y',
      LAMBDA_0: 'Z Z -Z',
      G_0: '1-Z -Z Z',
    },
    parameters: ({ a, b, c }) => {
      const Z = (1 + (c * c) / b / b) / 4;
      const Y = (1 + (a * a) / b / b) / 4;
      return { Z, Y };
    },
  },
  oC1: {
    path: 'GAMMA Y C_0 | SIGMA_0 GAMMA Z A_0 | E_0 T Y | GAMMA S R Z T',
    points: {
      Y: '-1/2 1/2 0',
      T: '-1/2 1/2 1/2',
      Z: '0 0 1/2',
      S: '0 1/2 0',
      R: '0 1/2 1/2',
      SIGMA_0: 'X X 0',
      C_0: '-X 1-X 0',
      A_0: 'X X 1/2',
      E_0: '-X 1-X 1/2',
    },
    parameters: ({ a, b }) => {
      const X = (1 + (a * a) / b / b) / 4;
      return { X };
    },
  },
  oC2: {
    path: 'GAMMA Y F_0 | DELTA_0 GAMMA Z B_0 | G_0 T Y | GAMMA S R Z T',
    points: {
      Y: '1/2 1/2 0',
      T: '1/2 1/2 1/2',
      Z: '0 0 1/2',
      S: '0 1/2 0',
      R: '0 1/2 1/2',
      DELTA_0: '-X X 0',
      F_0: 'X 1-X 0',
      B_0: '-X X 1/2',
      G_0: 'X 1-X 1/2',
    },
    parameters: ({ a, b }) => {
      const X = (1 + (b * b) / a / a) / 4;
      return { X };
    },
  },
  oA1: {
    path: 'GAMMA Y C_0 | SIGMA_0 GAMMA Z A_0 | E_0 T Y | GAMMA S R Z T',
    points: {
      Y: '-1/2 1/2 0',
      T: '-1/2 1/2 1/2',
      Z: '0 0 1/2',
      S: '0 1/2 0',
      R: '0 1/2 1/2',
      SIGMA_0: 'X X 0',
      C_0: '-X 1-X 0',
      A_0: 'X X 1/2',
      E_0: '-X 1-X 1/2',
    },
    parameters: ({ b, c }) => {
      const X = (1 + (b * b) / c / c) / 4;
      return { X };
    },
  },
  oA2: {
    path: 'GAMMA Y F_0 | DELTA_0 GAMMA Z B_0 | G_0 T Y | GAMMA S R Z T',
    points: {
      Y: '1/2 1/2 0',
      T: '1/2 1/2 1/2',
      Z: '0 0 1/2',
      S: '0 1/2 0',
      R: '0 1/2 1/2',
      DELTA_0: '-X X 0',
      F_0: 'X 1-X 0',
      B_0: '-X X 1/2',
      G_0: 'X 1-X 1/2',
    },
    parameters: ({ b, c }) => {
      const X = (1 + (c * c) / b / b) / 4;
      return { X };
    },
  },
  hP1: {
    path: 'GAMMA M K GAMMA A L H A | L M | H K H_2',
    points: {
      A: '0 0 1/2',
      K: '1/3 1/3 0',
      H: '1/3 1/3 1/2',
      H_2: '1/3 1/3 -1/2',
      M: '1/2 0 0',
      L: '1/2 0 1/2',
    },
  },
  hP2: {
    path: 'GAMMA M K GAMMA A L H A | L M | H K',
    points: { A: '0 0 1/2', K: '1/3 1/3 0', H: '1/3 1/3 1/2', M: '1/2 0 0', L: '1/2 0 1/2' },
  },
  hR1: {
    path: 'GAMMA T H_2 | H_0 L GAMMA S_0 | S_2 F GAMMA',
    points: {
      T: '1/2 1/2 1/2',
      L: '1/2 0 0',
      F: '1/2 0 1/2',
      S_0: 'N -N 0',
      S_2: '1-N 0 N',
      H_0: '1/2 -1+Y 1-Y',
      H_2: 'Y 1-Y 1/2',
    },
    parameters: ({ a, c }) => {
      const D = (a * a) / 4 / c / c;
      const Y = 5 / 6 - 2 * D;
      const N = 1 / 3 + D;
      return { Y, N };
    },
  },
  hR2: {
    path: 'GAMMA L T P_0 | P_2 GAMMA F',
    points: { T: '1/2 -1/2 1/2', P_0: 'H -1+H H', P_2: 'H H H', L: '1/2 0 0', F: '1/2 -1/2 0' },
    parameters: ({ a, c }) => {
      const Z = 1 / 6 - (c * c) / 9 / a / a;
      const H = 1 / 2 - 2 * Z;
      return { H };
    },
  },
  mP1: {
    path: 'GAMMA Z D B GAMMA A E Z C_2 Y_2 GAMMA',
    points: {
      Z: '0 1/2 0',
      B: '0 0 1/2',
      Y_2: '-1/2 0 0',
      C_2: '-1/2 1/2 0',
      D: '0 1/2 1/2',
      A: '-1/2 0 1/2',
      E: '-1/2 1/2 1/2',
    },
  },
  mC1: {
    path: 'GAMMA C | C_2 Y_2 GAMMA M_2 D | D_2 A GAMMA | L_2 GAMMA V_2',
    points: {
      Y_2: '-1/2 1/2 0',
      A: '0 0 1/2',
      M_2: '-1/2 1/2 1/2',
      V_2: '0 1/2 0',
      L_2: '0 1/2 1/2',
      C: '1-S 1-S 0',
      C_2: '-1+S S 0',
      D: '-1+P P 1/2',
      D_2: '1-P 1-P 1/2',
    },
    parameters: ({ a, b, c, cosbeta, sinbeta }) => {
      const S = 3 / 4 - (b * b) / 4 / a / a / sinbeta / sinbeta;
      const P = S - ((3 / 4 - S) * a * cosbeta) / c;
      return { S, P };
    },
  },
  mC2: {
    path: 'GAMMA Y M A GAMMA | L_2 GAMMA V_2',
    points: { Y: '1/2 1/2 0', A: '0 0 1/2', M: '1/2 1/2 1/2', V_2: '0 1/2 0', L_2: '0 1/2 1/2' },
  },
  mC3: {
    path: 'GAMMA A I_2 | I M_2 GAMMA Y | L_2 GAMMA V_2',
    points: {
      Y: '1/2 1/2 0',
      A: '0 0 1/2',
      M_2: '-1/2 1/2 1/2',
      V_2: '0 1/2 0',
      L_2: '0 1/2 1/2',
      I: '-1+R R 1/2',
      I_2: '1-R 1-R 1/2',
    },
    parameters: ({ a, b, c, cosbeta, sinbeta }) => {
      const Z = ((a * a) / b / b + (1 + (a / c) * cosbeta) / sinbeta / sinbeta) / 4;
      const R = 1 - (Z * b * b) / a / a;
      return { R };
    },
  },
  aP2: {
    path: 'GAMMA X | Y GAMMA Z | R GAMMA T | U GAMMA V',
    points: {
      Z: '0 0 1/2',
      Y: '0 1/2 0',
      X: '1/2 0 0',
      V: '1/2 1/2 0',
      U: '1/2 0 1/2',
      T: '0 1/2 1/2',
      R: '1/2 1/2 1/2',
    },
  },
  aP3: {
    path: 'GAMMA X | Y GAMMA Z | R_2 GAMMA T_2 | U_2 GAMMA V_2',
    points: {
      Z: '0 0 1/2',
      Y: '0 1/2 0',
      X: '1/2 0 0',
      V_2: '1/2 -1/2 0',
      U_2: '-1/2 0 1/2',
      T_2: '0 -1/2 1/2',
      R_2: '-1/2 -1/2 1/2',
    },
  },
};
