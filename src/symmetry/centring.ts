/** A centring of a conventional cell. */
export type Centring = 'P' | 'F' | 'I' | 'A' | 'B' | 'C' | 'R';

const third = 1 / 3;
/** (a b c)_primitive = (a b c)_conventional P, columns: the primitive vectors that spglib and phonopy choose. */
const MATRICES: Readonly<Record<Centring, readonly number[]>> = {
  P: [1, 0, 0, 0, 1, 0, 0, 0, 1],
  F: [0, 0.5, 0.5, 0.5, 0, 0.5, 0.5, 0.5, 0],
  I: [-0.5, 0.5, 0.5, 0.5, -0.5, 0.5, 0.5, 0.5, -0.5],
  A: [1, 0, 0, 0, 0.5, -0.5, 0, 0.5, 0.5],
  B: [0.5, 0, -0.5, 0, 1, 0, 0.5, 0, 0.5],
  C: [0.5, 0.5, 0, -0.5, 0.5, 0, 0, 0, 1],
  R: [2 * third, -third, -third, third, third, -2 * third, third, third, third],
};

/** [9] P of a centring. */
export function centringMatrix(centring: Centring): Float64Array {
  return Float64Array.from(MATRICES[centring]);
}
