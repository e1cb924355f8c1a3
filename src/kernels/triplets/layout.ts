// The records that src/lattice/scattering writes.

/** What weights are made of and where they go. */
@unmanaged
export class Deltas {
  triplets: usize; // i32 [t][3] points
  modes: usize; // f64 [m][b] THz
  near: usize; // i32 [m][v] points around a point, itself first
  turned: usize; // i32 [v] which of them, of q2, goes with one of q1
  corners: usize; // i32 [k][3] tetrahedra: which of the points around are corners beside the point
  frequencies: usize; // f64 [n] THz
  decay: usize; // f64 [t][n][b][b] delta(f - f1 - f2)
  merging: usize; // f64 delta(f + f1 - f2) - delta(f - f1 + f2)
  total: usize; // f64 the sum of the three, or 0
  zero: usize; // u8 [t][n][b][b] 1 where all are zero
  work: usize; // workBytes() for each thread
  numbers: usize; // f64 scale of a tetrahedron's weight; sigma; cutoff; epsilon, all in THz
  vertices: i32; // v
  tetrahedra: i32; // k, even
  bands: i32; // b
  points: i32; // n
}

/** What is added up, and where to. */
@unmanaged
export class Sums {
  triplets: usize; // i32 [t][3]
  weights: usize; // i32 [t]
  parts: usize; // i32 [t] which part a triplet belongs to
  modes: usize; // f64 [m][b] THz
  classes: usize; // i32 [m] points of one class have the same occupations
  decay: usize; // as above; 0 for none
  merging: usize;
  zero: usize;
  strengths: usize; // f64 [t][j][b][b] eV^2; 0: all one
  slices: usize; // i32 [slices + 1] where each slice of the triplets begins
  out: usize; // f64 [slices][parts][rows][width]
  cutoff: usize; // f64 THz: modes up to it take no part
  sliceBytes: i32;
  bands: i32; // b
  points: i32; // n frequencies
  own: i32; // j bands of q0
  isSpectral: i32; // 1: a row for each frequency and band of q0; 0: a frequency belongs to each band of q0
  width: i32; // classes times b, and one more for what occupations do not matter to
}

@inline export function int(base: usize, index: i32): i32 { return load<i32>(base + (<usize>index << 2)); }
@inline export function real(base: usize, index: i32): f64 { return load<f64>(base + (<usize>index << 3)); }
