// The records that src/device/eigen.ts writes, and what a thread's workspace consists of.
import { GEMM_BYTES } from '../linear/gemm';

@unmanaged
export class Block {
  /** Numbers of a matrix's side; 1: real symmetric, 2: Hermitian; 1: eigenvectors are wanted. */
  n: i32;
  planes: i32;
  vectors: i32;
  matrices: usize;
  values: usize;
  results: usize;
  /** An i32 a matrix: what went wrong, 0 nothing (see status.ts). */
  states: usize;
  work: usize;
}

/** Reflectors that are gathered before they are applied, by one matrix product. */
export const PANEL: i32 = 16;

/** Side and pitch in multiples of four numbers; a pitch of whole pages would throw rows out of each other's cache lines. */
@inline export function padded(n: i32): i32 { return (n + 3) & ~3; }
@inline export function pitch(n: i32): i32 { return padded(n) + ((padded(n) & 63) == 0 ? 4 : 0); }

/** A thread's workspace: addresses of its parts, for matrices of side n. */
@unmanaged
export class Work {
  n: i32;
  planes: i32;
  /** Bytes of a row of one plane, and of all planes. */
  plane: usize;
  row: usize;
  /** The matrix [side][planes][pitch]; behind the reduction, row i is reflector i. */
  matrix: usize;
  /** Eigenvectors as rows [side][planes][pitch]; to begin with those of the tridiagonal matrix, in the first plane. */
  rows: usize;
  /** Two squares [side][plane] for divide and conquer, used for other things before and after. */
  gathered: usize;
  mixing: usize;
  /** The tridiagonal matrix: diagonal, off-diagonal; [side] each. */
  d: usize;
  e: usize;
  /** Factors of the reflectors [side][2]. */
  tau: usize;
  /** Rows of a panel's reflectors and their partners [4 PANEL][row]. */
  panel: usize;
  /** Two of [4 PANEL][4 PANEL]. */
  factor: usize;
  /** Vectors [planes][pitch] and the like. */
  x: usize;
  y: usize;
  /** Twelve vectors of 2 * pitch numbers. */
  vectors: usize;
  order: usize;
  product: usize;
}

/** Bytes of the record at the start of a workspace. */
const RECORD: usize = 256;

/** Divides `at` into the parts of a workspace; returns its bytes. With `at` 0 it only counts. */
export function divide(at: usize, n: i32, planes: i32): usize {
  const side = <usize>padded(n);
  const plane = <usize>pitch(n) << 3;
  const row = plane * <usize>planes;
  const matrix = at + RECORD;
  const rows = matrix + side * row;
  const gathered = rows + side * row;
  const mixing = gathered + (side + 4) * plane;
  const d = mixing + (side + 4) * plane;
  const e = d + plane;
  const tau = e + plane;
  const panel = tau + 2 * plane;
  const factor = panel + 4 * PANEL * row;
  const x = factor + 32 * PANEL * PANEL * 8;
  const y = x + row;
  const vectors = y + row;
  const order = vectors + 24 * plane;
  const product = order + 4 * plane;
  const end = (product + GEMM_BYTES + 63) & ~63;
  if (at) {
    const w = changetype<Work>(at);
    w.n = n;
    w.planes = planes;
    w.plane = plane;
    w.row = row;
    w.matrix = matrix;
    w.rows = rows;
    w.gathered = gathered;
    w.mixing = mixing;
    w.d = d;
    w.e = e;
    w.tau = tau;
    w.panel = panel;
    w.factor = factor;
    w.x = x;
    w.y = y;
    w.vectors = vectors;
    w.order = order;
    w.product = product;
  }
  return end - at;
}
