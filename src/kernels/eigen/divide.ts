// Eigenvalues and eigenvectors of the tridiagonal matrix (d, e): by iteration where it is small, else by halves.
import { zero } from '../linear/rows';
import { iterate } from './iterate';
import { Work } from './layout';
import { merge } from './merge';

/** Side up to which iteration is quicker. */
const LEAF: i32 = 24;

/** The rows become the eigenvectors of d, e, and d the values; `order` says which row is first, second, ... Whether it converged. */
export function solveTridiagonal(w: Work): bool {
  for (let i = 0; i < w.n; i++) {
    const row = w.rows + <usize>i * w.row;
    zero(row, <i32>(w.row >> 4));
    store<f64>(row + (<usize>i << 3), 1);
  }
  return part(w, 0, w.n);
}

function part(w: Work, start: i32, n: i32): bool {
  const d = w.d + (<usize>start << 3);
  const e = w.e + (<usize>start << 3);
  const order = w.order + (<usize>start << 2);
  if (n <= LEAF) {
    const rows = w.rows + <usize>start * w.row + (<usize>start << 3);
    const done = iterate(d, e, n, rows, w.row, (n + 1) >> 1, w.vectors);
    sort(order, d, n);
    return done;
  }
  // A multiple of four: whole tiles, and only the last leaf can be odd, whose rows have a column to spare.
  const n1 = ((n >> 1) + 2) & ~3;
  const cut = d + (<usize>n1 << 3);
  const beta = load<f64>(e + (<usize>(n1 - 1) << 3));
  store<f64>(cut - 8, load<f64>(cut - 8) - Math.abs(beta));
  store<f64>(cut, load<f64>(cut) - Math.abs(beta));
  if (!part(w, start, n1) || !part(w, start + n1, n - n1)) return false;
  merge(w, start, n1, n - n1, beta);
  return true;
}

/** `order` lists 0 ... n - 1 by ascending values, by insertion. */
export function sort(order: usize, values: usize, n: i32): void {
  for (let j = 0; j < n; j++) {
    const x = load<f64>(values + (<usize>j << 3));
    let k = order + (<usize>j << 2);
    for (; k > order && load<f64>(values + (<usize>load<i32>(k - 4) << 3)) > x; k -= 4) store<i32>(k, load<i32>(k - 4));
    store<i32>(k, j);
  }
}
