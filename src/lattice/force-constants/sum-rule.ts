import type { PairBasis } from './pair-basis.js';

/** Parameters that may be chosen at will, the others following from them by the acoustic sum rule. */
export interface FreeParameters {
  readonly count: number;
  /** [m][parameters] -> [m][count]: what each free parameter does, with what follows from it */
  reduce(design: Float64Array, out: Float64Array): void;
  /** [count] -> [parameters] */
  expand(free: Float64Array): Float64Array;
}

/** Solves the sum rule of every row for as many parameters as it determines: elimination by the largest pivot. */
export function freeParameters(basis: PairBasis): FreeParameters {
  const size = basis.parameters;
  const equations = equationsOf(basis);
  const pivots: number[] = [];
  const solved: Float64Array[] = [];
  const largest = (row: Float64Array) =>
    row.reduce((best, x, p) => (Math.abs(x) > Math.abs(row[best]) ? p : best), 0);
  const scale = Math.max(...equations.map((row) => Math.abs(row[largest(row)])), 0);
  for (;;) {
    equations.sort((a, b) => Math.abs(b[largest(b)]) - Math.abs(a[largest(a)]));
    const row = equations.shift();
    // What is left of equations that depend on others is a rounding error; true coefficients are sums of a few ones.
    if (!row || !(Math.abs(row[largest(row)]) > 1e-8 * scale)) break;
    const pivot = largest(row);
    const factor = row[pivot];
    for (let p = 0; p < size; p++) row[p] /= factor;
    for (const other of [...equations, ...solved]) {
      const times = other[pivot];
      if (times !== 0) for (let p = 0; p < size; p++) other[p] -= times * row[p];
      other[pivot] = 0;
    }
    pivots.push(pivot);
    solved.push(row);
  }
  const isPivot = new Set(pivots);
  const free = Array.from({ length: size }, (_, p) => p).filter((p) => !isPivot.has(p));
  return {
    count: free.length,
    reduce(design, out) {
      for (let r = 0; r < design.length / size; r++) {
        const [from, to] = [r * size, r * free.length];
        free.forEach((p, f) => {
          let sum = design[from + p];
          for (let s = 0; s < solved.length; s++) sum -= design[from + pivots[s]] * solved[s][p];
          out[to + f] = sum;
        });
      }
    },
    expand(values) {
      const out = new Float64Array(size);
      free.forEach((p, f) => {
        out[p] = values[f];
      });
      pivots.forEach((pivot, s) => {
        for (const p of free) out[pivot] -= solved[s][p] * out[p];
      });
      return out;
    },
  };
}

/** [9 rows][parameters] the sums over the second index. */
function equationsOf({ rows, count, parameters, starts, columns, tensors }: PairBasis): Float64Array[] {
  return Array.from({ length: 9 * rows }, (_, equation) => {
    const row = new Float64Array(parameters);
    const first = Math.floor(equation / 9) * count;
    for (let term = starts[first]; term < starts[first + count]; term++) {
      row[columns[term]] += tensors[9 * term + (equation % 9)];
    }
    return row;
  });
}
