// Matrix products, many at a time: product i is c_i = a_i b_i of row-major f64 matrices, `step` numbers from one to the
// next in each array (0: the same for all).
import { GEMM_BYTES, gemm } from './linear/gemm';

@unmanaged
class Block {
  c: usize;
  a: usize;
  b: usize;
  stepC: i32;
  stepA: i32;
  stepB: i32;
  m: i32;
  n: i32;
  k: i32;
  mode: i32; // 0: set, 1: add, 2: subtract
  turned: i32; // 1: b holds its transpose
  work: usize; // workBytes() for each thread
}

/** Bytes of workspace a thread. */
export function workBytes(): i32 {
  return <i32>GEMM_BYTES;
}

export function multiply(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const work = b.work + <usize>thread * GEMM_BYTES;
  const rowB = <usize>(b.turned ? b.k : b.n) << 3;
  for (let i = begin; i < end; i++) {
    gemm(
      b.c + (<usize>i * b.stepC << 3), <usize>b.n << 3, b.a + (<usize>i * b.stepA << 3), <usize>b.k << 3,
      b.b + (<usize>i * b.stepB << 3), rowB, b.turned != 0, b.m, b.n, b.k, b.mode, work,
    );
  }
}
