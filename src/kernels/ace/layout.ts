// What TypeScript (src/potentials/ace/fast-*.ts) writes into the heap for the ACE kernels, field by field in the same
// order there. Words of 32 bits.
//
// Pairs of a centre come in vectors of two ("blocks"), all of a neighbour's species together. The values that products are
// made of, the leaves A_nlm (m >= 0) first, are complex and belong to two atoms of one species side by side: a record
// holds the real parts of both and the imaginary parts of both.

/** The parameters of a model, read only. */
@unmanaged
export class Model {
  species: i32;
  lMax: i32;
  /** Whether the nearest neighbour hands the energy over to the core repulsion (ZBL) */
  zbl: i32;
  /** [species] f64: the square of the largest cutoff of this centre, A^2 */
  reach: usize;
  /** [species^2] records of Pair, centre by neighbour */
  pairs: usize;
  /** [species] records of Centre */
  centres: usize;
  /** [m][l - m][2] f64, rows of 2 (lMax + 1): the factors of the recursion of Legendre polynomials */
  recursion: usize;
  /** [species] records of Description, of models that describe */
  descriptions: usize;
}

/** Of an ordered pair of species. */
@unmanaged
export class Pair {
  cutoff: f64; // A
  scale: f64; // makes slopes 1/A: knots an A, or 1 with pieces
  innerCutoff: f64; // A, of ZBL
  innerWidth: f64;
  /**
   * Splines: [knots + 1][vectors] four vectors each, c_0 to c_3 of two functions sum_k c_k t^k, t in knots; the last row is
   * zero. Pieces: rows of what pieces.ts says.
   */
  table: usize;
  knots: i32; // or cells
  vectors: i32;
  /** Largest l that functions of this pair have; -1: none */
  lMax: i32;
  /** [lMax + 1] records of Shell */
  shells: usize;
  /** Index of the functions of rank 1, one for each density; the core repulsion follows them */
  first: i32;
  /** [cells + 1] byte offsets of the piece in which the cell begins; 0 with splines */
  index: usize;
  unused: i32; // whole multiples of 8 bytes
  cells: f64; // cells an A
}

/** The radial functions of one l. */
@unmanaged
export class Shell {
  count: i32;
  /** Index of the first */
  first: i32;
  /** Byte offset of A_n00; the m of one n lie together */
  leaf: i32;
  /** Bytes of the m of one n */
  row: i32;
}

/** What a species of the centre does with its atomic base. */
@unmanaged
export class Centre {
  isolated: f64; // eV
  coreCutoff: f64; // eV
  coreWidth: f64;
  densities: i32;
  embedding: i32; // 0 linear, 1 FinnisSinclair, 2 FinnisSinclairShiftedScaled
  /** [densities][2] f64: weight and exponent */
  exponents: usize;
  leaves: i32;
  values: i32; // leaves, the constant 1, products
  /** [leaves] f64: what makes the kernel's A_nlm the normalised one */
  norms: usize;
  /** Pairs of counts of steps, products x y and products x conj(y), which go by turns */
  runs: usize;
  runCount: i32;
  /** [steps][2] byte offsets of x and y */
  steps: usize;
  stepCount: i32;
  /** [groups][3] byte offset of x, counts of y, plain and conjugated */
  groups: usize;
  groupCount: i32;
  /** Byte offsets of y, of all groups */
  terms: usize;
  /** [terms][densities] f64 */
  coefficients: usize;
}

/** Functions whose values describe an atom of a species: those of rank 1, which stand where densities do, and products. */
@unmanaged
export class Description {
  /** [densities] byte offsets in an atom's row of values */
  places: usize;
  count: i32;
  /** [count][3] byte offset in the row, factors of a product, products */
  functions: usize;
  /** Of all products: byte offset of a leaf, and 1 where it is conjugated */
  factors: usize;
  /** Of all products, f64 */
  weights: usize;
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
  /** [n] rows of so many bytes, f64: values of functions, where these are wanted and nothing else; otherwise 0 */
  descriptors: usize;
  descriptorsStride: usize;
}

/** The room of one thread; two records of Side follow. */
@unmanaged
export class Scratch {
  found: usize; // neighbours within reach, records of FOUND bytes
  buckets: usize; // [species] i32
  harmonics: usize; // [blocks][harmonicsStride] Y_lm: Z_l0, then real and imaginary part of Z_lm (x + iy)^m
  harmonicsStride: usize;
  weights: usize; // real and imaginary parts of dE/dA_nlm of one atom and a neighbour's species, [m][l][n]
  gradients: usize; // [pairs][4] f64, dE/dr_ij
  values: usize; // [values] records of 32 bytes
  slopes: usize; // dE/d(value)
  sums: usize; // [groups][densities] records of 32 bytes
  densities: usize; // [densities] vectors: rho, dE/drho behind
  base: usize; // [densities + 1] vectors: sums of the functions of rank 1, and of the core repulsion; slopes by them behind
}

/** An atom of the two that are worked on together. */
@unmanaged
export class Side {
  atom: i32;
  groupCount: i32;
  blocks: i32;
  groups: usize; // [species] records of Group
  x: usize; // [pairs] f64, from the centre
  y: usize;
  z: usize;
  targets: usize; // [pairs] byte offset of the neighbour's row
  geometry: usize; // [blocks] records of GEOMETRY bytes
  radial: usize; // [blocks][radialStride] values of the functions of the distance
  radialSlopes: usize; // their slopes, 1/A
  radialStride: usize;
  legendre: usize; // [blocks][legendreStride] Z_lm, [m][l - m]
  legendreStride: usize;
  powers: usize; // [blocks][powersStride] (x + iy)^m
  powersStride: usize;
}

/** The neighbours of one species. */
@unmanaged
export class Group {
  pair: usize;
  block: i32; // first block
  blocks: i32;
  count: i32;
}

export const PAIR: usize = 72;
export const SHELL: usize = 16;
export const CENTRE: usize = 80;
export const DESCRIPTION: usize = 20;
export const SCRATCH: usize = 44;
export const SIDE: usize = 64;
/** Bytes of all records of a thread. */
export const THREAD: usize = SCRATCH + 2 * SIDE;
export const GROUP: usize = 16;
/** Bytes of an atom's row of force and virial. */
export const ROW: usize = 96;
/** Bytes of a complex value of two atoms. */
export const VALUE: usize = 32;
/** Vectors of a block's geometry: unit vector (0, 16, 32), 1/r (48), dE/dr (64), r (80). */
export const GEOMETRY: usize = 96;
