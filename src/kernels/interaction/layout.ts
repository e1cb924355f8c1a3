// What src/lattice/scattering/interaction.ts writes for the interaction kernel. Words of 32 bits.
//
// A pair (h, g) is a home atom h of the primitive cell and the group of those supercell atoms that are copies of its
// atom g and have force constants with h; atoms are numbered pair by pair, so that starts[h n + g] is the first of a
// pair and starts[h n] to starts[h n + n] are all that h sees.
//
// A vertex is sum over separations S of G(S) exp(2 pi i q1 S), G a row of complex numbers [chosen][n n][3][3], which lie
// in tiles: four real parts, four imaginary ones, of all separations, then the next four. Separations are sorted by
// their steps along the first axis of the grid (`planes` of them), then the second (`lines`), then the third.

@unmanaged
export class Block {
  /** Atoms of the primitive cell; 3 n; bands of q0 that are wanted now; of all bands wanted */
  n: i32;
  bands: i32;
  chosen: i32;
  total: i32;
  /** [n n + 1] i32 */
  starts: usize;
  /** [atoms + 1] i32 where the nearest images of an atom begin; [..] i32 lattice vectors; [atoms] f64 share of one */
  imageStarts: usize;
  images: usize;
  shares: usize;
  /** How many lattice vectors there are; [vectors] i32 which separation minus a vector is, and the vector itself */
  vectors: i32;
  minus: usize;
  plus: usize;
  /** [vectors][vectors] i32 which separation the difference of two is */
  differences: usize;
  /** [n] i32 where a home atom's tensors begin, in tensors */
  homes: usize;
  /** Tensors [h][x][y][3][THIRD] of each leg, axes as the atoms of a triplet; 0: there is but the first */
  tensors: usize;
  tensors1: usize;
  tensors2: usize;
  /** [separations] i32 steps; [lines + 1] i32 where a line begins, its steps; [planes + 1], [planes] */
  separations: i32;
  steps2: usize;
  lines: i32;
  lineStarts: usize;
  steps1: usize;
  planes: i32;
  planeStarts: usize;
  steps0: usize;
  /** Points of the grid along each axis, and [size][2] f64 their roots of unity */
  size0: i32;
  size1: i32;
  size2: i32;
  roots0: usize;
  roots1: usize;
  roots2: usize;
  /** [points][2][b][3 n] f64, see latticeVectors; [points][b] f64 1 / f, or zero */
  waves: usize;
  inverses: usize;
  /** The first point: [vectors][2] f64 phases, [pairs][2][atoms] their means over images */
  phases: usize;
  means: usize;
  /** [2][chosen][6 n] f64 of the first point, [Re, -Im] over [Im, Re]; [chosen] f64 unit / f, or zero */
  waves0: usize;
  inverses0: usize;
  /** [tiles][separations][8] f64 */
  tiles: i32;
  rows: usize;
  /** [runs + 1] i32 first triplets; [t][5] i32: second and third point, place of the results, steps 0 and 1; [runs] steps 2 */
  runs: usize;
  triplets: usize;
  runSteps: usize;
  /** [..][total][b][b] f64, from the first of the bands wanted now on */
  strengths: usize;
  /** u8 in the same order, 1 where a strength is not wanted and zero is written; 0: all are */
  zero: usize;
  /** A thread's workspace, its bytes, and where in it its parts begin */
  work: usize;
  workBytes: usize;
  atPhases: usize;
  atLines: usize;
  atPlanes: usize;
  atSums: usize;
  atSmall: usize;
  atGathered: usize;
  atContracted: usize;
}

/** Numbers of a third of a tensor, [3][3] and one so that they are whole vectors; bytes of it, and of a tensor. */
export const THIRD: i32 = 10;
export const THIRD_BYTES: usize = 80;
export const TENSOR_BYTES: usize = 240;
/** Bytes of a tile. */
export const TILE: usize = 64;

@inline export function start(b: Block, pair: i32): i32 { return load<i32>(b.starts + (<usize>pair << 2)); }
/** Atoms of a pair. */
@inline export function atomsOf(b: Block, pair: i32): i32 { return start(b, pair + 1) - start(b, pair); }
/** Atoms that a home atom sees. */
@inline export function seen(b: Block, home: i32): i32 { return start(b, home * b.n + b.n) - start(b, home * b.n); }
@inline export function f64s(count: i32): usize { return <usize>count << 3; }
@inline export function i32At(list: usize, index: i32): i32 { return load<i32>(list + (<usize>index << 2)); }
/** The tensors of a leg, of a home atom and the first of a group of atoms x. */
@inline export function tensorsAt(b: Block, tensors: usize, home: i32, x: i32): usize {
  const tensor = i32At(b.homes, home) + (start(b, home * b.n + x) - start(b, home * b.n)) * seen(b, home);
  return tensors + <usize>tensor * TENSOR_BYTES;
}
/** The real part of number `index` of the row of a separation; the imaginary one is 32 bytes behind. */
@inline export function rowAt(b: Block, index: i32, separation: i32): usize {
  return b.rows + (<usize>((index >> 2) * b.separations + separation) * TILE) + (<usize>(index & 3) << 3);
}
