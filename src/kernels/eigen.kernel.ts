// Eigenvalues and eigenvectors of real symmetric and of Hermitian matrices, one after another: src/device/eigen.ts. The
// parts stand in eigen/, in the order of a solution: edges (read), reduce, divide (iterate, merge, secular), back, edges
// (write).
import { transformBack } from './eigen/back';
import { solveTridiagonal, sort } from './eigen/divide';
import { read, writeValues, writeVectors } from './eigen/edges';
import { iterate } from './eigen/iterate';
import { Block, Work, divide } from './eigen/layout';
import { reduce } from './eigen/reduce';

const DONE: i32 = 0;
const NOT_FINITE: i32 = 1;
const NOT_CONVERGED: i32 = 2;

/** Bytes of workspace a thread. */
export function workBytes(n: i32, planes: i32): usize {
  return divide(0, n, planes);
}

export function solve(block: usize, thread: i32, begin: i32, end: i32): void {
  const b = changetype<Block>(block);
  const at = b.work + <usize>thread * divide(0, b.n, b.planes);
  divide(at, b.n, b.planes);
  const size = <usize>(b.n * b.planes) * b.n << 3;
  for (let i = begin; i < end; i++) {
    const results = b.results + (b.vectors ? <usize>i * size : 0);
    const state = one(changetype<Work>(at), b.vectors != 0, b.matrices + <usize>i * size, b.values + (<usize>(i * b.n) << 3), results);
    store<i32>(b.states + (<usize>i << 2), state);
  }
}

function one(w: Work, vectors: bool, matrix: usize, values: usize, results: usize): i32 {
  const scale = read(w, matrix);
  if (scale == 0) return NOT_FINITE;
  reduce(w);
  const converged = vectors ? solveTridiagonal(w) : iterate(w.d, w.e, w.n, 0, 0, 0, w.vectors);
  if (!converged) return NOT_CONVERGED;
  if (!vectors) sort(w.order, w.d, w.n);
  writeValues(w, values, scale);
  if (vectors) {
    transformBack(w);
    writeVectors(w, results);
  }
  return DONE;
}
