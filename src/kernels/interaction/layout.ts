// What src/lattice/scattering/interaction.ts writes for the interaction kernel. Words of 32 bits.
//
// A pair (h, g) is a home atom h of the primitive cell and the group of those supercell atoms that are copies of its
// atom g and have force constants with h; atoms are numbered pair by pair, so that starts[h n + g] is the first of a
// pair and starts[h n] to starts[h n + n] are all that h sees.

@unmanaged
export class Block {
  /** Atoms of the primitive cell; 3 n; bands of q0 that are wanted; atoms of all pairs */
  n: i32;
  bands: i32;
  chosen: i32;
  count: i32;
  /** [n n + 1] i32 */
  starts: usize;
  /** [3] how far lattice vectors reach, and how many vectors there are */
  reach0: i32;
  reach1: i32;
  reach2: i32;
  vectors: i32;
  /** [vectors][3] i32, plus the reach */
  steps: usize;
  /** [count + 1] i32 where the nearest images of an atom begin; [..] i32 vectors; [count] f64 share of one */
  imageStarts: usize;
  images: usize;
  shares: usize;
  /** [points][3][2] f64 cos and sin of 2 pi q */
  turns: usize;
  /** [n] i32 where a home atom's tensors begin, in rows */
  homes: usize;
  /** Tensors [h][x][groups][ROW / 4][y][4] of each leg; 0: there is but the first */
  tensors: usize;
  tensors1: usize;
  tensors2: usize;
  /** [points][2][b][3 n] f64, see latticeVectors; [points][b] f64 1 / f, or zero */
  waves: usize;
  inverses: usize;
  /** Points that `transform` is for, i32, and [..][3] i32 where results go, the first point, how many */
  wanted: usize;
  fills: usize;
  /** [points] address of a point's transformed tensors, and i32 1 or -1: they are those of -q */
  tables: usize;
  signs: usize;
  /** 0: there are none, they are made as they are needed */
  tabled: i32;
  /** The first point; its [2 chosen][6 n] vectors and [chosen] f64 unit / f, or zero */
  point0: i32;
  waves0: usize;
  inverses0: usize;
  /** [leg][2 atoms][18 chosen], what `vertices` makes */
  vertices: usize;
  /** [t][4] i32 points and the place of the results; [..][b0][b][b] f64 */
  triplets: usize;
  strengths: usize;
  /** A thread's workspace, its bytes, and where in it its parts begin */
  work: usize;
  workBytes: usize;
  atPhases1: usize;
  atPhases2: usize;
  atLattice: usize;
  atLegs: usize;
  atSums: usize;
  atTransformed: usize;
  atSmall: usize;
}

/** Numbers of a tensor [3][3][3], and one so that they are whole vectors; bytes of it. */
export const ROW: i32 = 28;
export const ROW_BYTES: usize = 224;

@inline export function start(b: Block, pair: i32): i32 { return load<i32>(b.starts + (<usize>pair << 2)); }
/** Atoms that a home atom sees. */
@inline export function seen(b: Block, home: i32): i32 { return start(b, home * b.n + b.n) - start(b, home * b.n); }
@inline export function f64s(count: i32): usize { return <usize>count << 3; }
/** Numbers of one point's transformed tensors: [h][x][2][groups][ROW / 4][y][4]. */
@inline export function tableSize(b: Block): i32 { return 2 * ROW * b.n * b.count; }
@inline export function tableAt(b: Block, home: i32, x: i32): i32 {
  return 2 * ROW * (b.n * start(b, home * b.n) + x * seen(b, home));
}
/** The tensors of a leg, of a home atom and the first of a group of atoms x. */
@inline export function tensorsAt(b: Block, tensors: usize, home: i32, x: i32): usize {
  const rows = load<i32>(b.homes + (<usize>home << 2)) + (start(b, home * b.n + x) - start(b, home * b.n)) * seen(b, home);
  return tensors + <usize>rows * ROW_BYTES;
}
