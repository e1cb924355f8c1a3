// What TypeScript (src/potentials/nep/fast-layout.ts) writes into the heap for the NEP kernels, field by field in the
// same order there. Words of 32 bits; `real` is the number of the variant; rows are padded with zeros to whole vectors.
//
// Names: n counts radial functions, k Chebyshev polynomials, c harmonics (component l^2 - 1 is l0, l^2 - 2 + 2m and
// l^2 - 1 + 2m are the real and the imaginary part of lm), I the centre's species and J its neighbour's.

/** The parameters of a model, read only. */
@unmanaged
export class Model {
  species: i32;
  lMax: i32;
  harmonics: i32; // (lMax+1)^2 - 1
  dimension: i32;
  neurons: i32;
  radialCount: i32; // n of the radial part
  angularCount: i32;
  radialBasis: i32; // k of the radial part
  angularBasis: i32;
  cubicTerms: i32;
  squareComponent: i32; // of the five-body invariant, or -1
  /** [species^2] records of Pair */
  pairs: usize;
  /** [species] f64: the square of the largest cutoff of this centre */
  reach: usize;
  /** [harmonics] real: what the square of A_c weighs in q_l */
  norms: usize;
  /** [cubicTerms] records: byte offsets of three rows of A, the component's invariant (0 first), f64 coefficient */
  terms: usize;
  /** [m][l - m][2] real, rows of 18: the factors of the recursion of Legendre polynomials, for l > 4 */
  recursion: usize;
  /** real: 7/15, the weight of q_1^2 in the five-body invariant */
  square: usize;
  /** [dimension] real */
  scaler: usize;
  /** [species] records of Network */
  networks: usize;
}

/** Of an ordered pair of species: cutoffs and coefficients of T_k(x) cutoff(r), x = 2 (r/rc - 1)^2 - 1. */
@unmanaged
export class Pair {
  radialCutoff: f64;
  angularCutoff: f64;
  /** [k][n] */
  radialForward: usize;
  /** [n][2k, 2k + 1]: coefficients of the series and of its derivative by x */
  radialBackward: usize;
  angularForward: usize;
  angularBackward: usize;
}

@unmanaged
export class Network {
  bias: f64; // what is subtracted
  /** [dimension][neurons] */
  inputs: usize;
  /** [neurons][dimension] */
  outputs: usize;
  /** [neurons] b0 and w1 */
  thresholds: usize;
  weights: usize;
  unused: i32; // whole multiples of 8 bytes
  unused2: i32;
}

/** One evaluation. */
@unmanaged
export class Job {
  model: usize;
  /** [threads] records of Scratch */
  scratch: usize;
  /** [3 points] f64, [points], [n + 1], []: the neighbour list */
  points: usize;
  owners: usize;
  first: usize;
  neighbours: usize;
  /** [n] species */
  kinds: usize;
  /** [threads][n][12] f64: force, virial */
  rows: usize;
  rowsStride: usize; // bytes of one thread
  /** [n] f64 */
  energies: usize;
  /** [n][dimension] f64, or 0; where it is given, nothing else is computed */
  descriptors: usize;
}

/** The room of one thread; pairs come in vectors ("blocks"), all of a neighbour's species together. */
@unmanaged
export class Scratch {
  found: usize; // neighbours within reach, records of FOUND bytes
  buckets: usize; // [2 species] i32
  groups: usize; // [species] records of Group
  x: usize; // [pairs] real, from the centre
  y: usize;
  z: usize;
  targets: usize; // [pairs] byte offset of the neighbour's row
  geometry: usize; // [blocks] records of GEOMETRY bytes
  radial: usize; // [blocks][radialStride] T_k(x) cutoff(r)
  angular: usize; // [blocks][angularStride]
  radialStride: usize;
  angularStride: usize;
  harmonics: usize; // [blocks][harmonicsStride] Y_c
  harmonicsStride: usize;
  weights: usize; // [blocks][weightsStride] dE/dY_c and its derivative by x
  weightsStride: usize;
  gradients: usize; // [pairs][4] real, dE/dr_ij
  moments: usize; // [k][c] of one group; radial: [k]
  momentsRow: usize; // bytes
  expansion: usize; // A [c][n]
  slopes: usize; // dE/dA
  series: usize; // [c][2k, 2k + 1] of one group: coefficients of dE/dY_c
  q: usize; // the descriptor, without and with the scaler
  scaled: usize;
  dq: usize; // dE/dq
  hidden: usize;
}

/** The neighbours of one species: angular ones first. */
@unmanaged
export class Group {
  pair: usize;
  block: i32; // first block
  blocks: i32;
  angularBlocks: i32;
  count: i32;
  radial: usize; // records of this group's first block
  angular: usize;
  angularStride: usize;
}

export const PAIR: usize = 32;
export const NETWORK: usize = 32;
export const SCRATCH: usize = 104;
export const GROUP: usize = 32;
export const TERM: usize = 24;
/** Bytes of an atom's row of force and virial. */
export const ROW: usize = 96;
/**
 * Vectors of a block's geometry: unit vector (0, 16, 32), 1/r (48), dx/dr and cutoff'/cutoff of the radial (64, 80) and
 * the angular part (96, 112), dE/dr of the radial part (128), dE/du (144, 160, 176), the sums of dE/dY_c Y_c (192) and of
 * their derivatives by x (208).
 */
export const GEOMETRY: usize = 224;
