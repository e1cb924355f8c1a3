// What TypeScript (src/potentials/mtp/fast-model.ts, fast-scratch.ts) writes into the heap for the MTP kernels, field by
// field in the same order there. `real` is the number of the variant.
//
// Atoms go through the products of moments side by side: a moment is a row of LANES reals, one an atom, in two vectors.
// Names: m counts monomials of the unit vector, in the order 1, x, y, z, xx, xy, xz, yy, ...; mu counts radial functions,
// those with the most monomials first; M_mu,m stands at the moment first[mu] + m.
import { WIDTH } from '../ops';

export const LANES: i32 = 2 * WIDTH;
/** Bytes of a moment. */
export const MOMENT: usize = 32;

/** The parameters of a model, read only. */
@unmanaged
export class Model {
  species: i32;
  functions: i32;
  size: i32; // terms of the Chebyshev series of a radial function
  rank: i32; // the highest
  monomials: i32; // of all ranks
  basics: i32; // moments that are sums over neighbours
  moments: i32;
  products: i32; // moments that are sums of products, behind the basics
  scalars: i32;
  envelope: i32; // 0 none, 1 (cutoff - r)^2, 2 factor ((cutoff - r) / r)^2
  stiff: i32; // whether pairs below the minimum repel each other
  unused: i32;
  cutoff: f64;
  minimum: f64;
  floor: f64; // the radial functions are constant below
  rate: f64; // x = rate r + shift
  shift: f64;
  factor: f64;
  /** [functions] first, then the number of monomials */
  ranges: usize;
  /** [species^2][functions][2][size] real: the series of f/envelope, and of its derivative by x */
  series: usize;
  /** [species] f64: energies of atoms alone */
  energies: usize;
  /** [products] i32: terms of each */
  counts: usize;
  /** Terms of all products, records of TERM: two moments (u16), factor (f32); small, because there may be 1e5 of them */
  terms: usize;
  termsEnd: usize;
  /** [moments] real: what a moment weighs in the energy */
  weights: usize;
  /** [scalars] records of SCALAR: byte offset of a moment, f64 weight */
  list: usize;
}

export const TERM: usize = 8;
export const SCALAR: usize = 16;

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
  /** [n][scalars] f64, or 0; where it is given, nothing else is computed */
  descriptors: usize;
}

/** The room of one thread; pairs come in vectors ("blocks"), all of a neighbour's species together. */
@unmanaged
export class Scratch {
  found: usize; // neighbours within reach, records of FOUND bytes
  buckets: usize; // [species] i32
  chebyshev: usize; // [size] vectors
  monomials: usize; // [blocks][monomials] vectors
  byMonomial: usize; // [monomials] vectors: dE/d(monomial) of a block
  slopes: usize; // [basics] real: dE/dM of one atom
  gradients: usize; // [pairs][4] real: dE/dr_ij
  sums: usize; // [4] real
  moments: usize; // [moments] M
  adjoints: usize; // [moments] dE/dM
  unused: i32;
  unused2: i32; // behind it LANES records of Pairs
}

/** The neighbours of one atom. */
@unmanaged
export class Pairs {
  x: usize; // [pairs] real, from the centre
  y: usize;
  z: usize;
  targets: usize; // [pairs] byte offset of the neighbour's row
  units: usize; // [3] rows of vectors: the unit vector
  inverse: usize; // 1/r
  values: usize; // [functions] rows: f_mu
  slopes: usize; // [functions] rows: df_mu/dr
  row: usize; // bytes of a row
  groups: usize; // [species] records of Group
  groupCount: i32;
  blocks: i32;
}

/** The neighbours of one species. */
@unmanaged
export class Group {
  series: usize;
  block: i32; // first block
  blocks: i32;
  count: i32;
}

export const PAIRS: usize = 48;
/** Where the records of Pairs begin in a Scratch, and bytes of it with them. */
export const FIRST_PAIRS: usize = 48;
export const SCRATCH: usize = FIRST_PAIRS + <usize>LANES * PAIRS;
export const GROUP: usize = 16;
/** Bytes of an atom's row of force and virial. */
export const ROW: usize = 96;
