import { uniform } from '../../src/math/random.js';

export type Kind = 'symmetric' | 'hermitian';

/** A matrix [n][n], complex numbers as pairs where it is Hermitian. */
export interface Sample {
  name: string;
  kind: Kind;
  n: number;
  matrix: Float64Array;
  /** Where they are known in closed form, ascending. */
  values?: number[];
}

export const planesOf = (kind: Kind) => (kind === 'hermitian' ? 2 : 1);

/** From its elements of the lower triangle. */
export function fromLower(
  kind: Kind,
  n: number,
  element: (i: number, j: number) => [number, number?],
): Float64Array {
  const planes = planesOf(kind);
  const matrix = new Float64Array(planes * n * n);
  for (let i = 0; i < n; i++) {
    for (let j = 0; j <= i; j++) {
      const [re, im = 0] = element(i, j);
      const [at, turned] = [planes * (i * n + j), planes * (j * n + i)];
      matrix[at] = matrix[turned] = re;
      if (planes === 1 || i === j) continue;
      matrix[at + 1] = im;
      matrix[turned + 1] = -im;
    }
  }
  return matrix;
}

/** Elements in [-1, 1), multiplied with scale(i, j). */
export function randomMatrix(
  kind: Kind,
  n: number,
  seed: number,
  scale: (i: number, j: number) => number = () => 1,
): Float64Array {
  const next = uniform(seed);
  return fromLower(kind, n, (i, j) => {
    const factor = scale(i, j);
    return [factor * (2 * next() - 1), factor * (2 * next() - 1)];
  });
}

/** Q diag(values) Q^H with Q a product of some random reflections. */
export function withValues(kind: Kind, values: number[], seed: number): Float64Array {
  const n = values.length;
  const planes = planesOf(kind);
  const next = uniform(seed);
  const matrix = fromLower(kind, n, (i, j) => [i === j ? values[i] : 0]);
  const v = new Float64Array(2 * n);
  for (let round = 0; round < 3; round++) {
    let norm = 0;
    for (let k = 0; k < 2 * n; k++) {
      v[k] = planes === 1 && k % 2 ? 0 : 2 * next() - 1;
      norm += v[k] ** 2;
    }
    // A -> H A H with H = 1 - 2 v v^H: with y = A v, k = v^H y: A - 2 (v y^H + y v^H) + 4 k v v^H
    for (let k = 0; k < 2 * n; k++) v[k] /= Math.sqrt(norm);
    const y = new Float64Array(2 * n);
    for (let i = 0; i < n; i++) {
      for (let j = 0; j < n; j++) {
        const at = planes * (i * n + j);
        const [re, im] = [matrix[at], planes === 2 ? matrix[at + 1] : 0];
        y[2 * i] += re * v[2 * j] - im * v[2 * j + 1];
        y[2 * i + 1] += re * v[2 * j + 1] + im * v[2 * j];
      }
    }
    let k = 0;
    for (let i = 0; i < 2 * n; i++) k += v[i] * y[i];
    for (let i = 0; i < n; i++) {
      for (let j = 0; j <= i; j++) {
        const [vi, vj, yi, yj] = [v, v, y, y].map((x, s) => [
          x[2 * (s % 2 ? j : i)],
          x[2 * (s % 2 ? j : i) + 1],
        ]);
        // x_i conj(z_j)
        const product = (x: number[], z: number[]) => [x[0] * z[0] + x[1] * z[1], x[1] * z[0] - x[0] * z[1]];
        const [a, b, c] = [product(vi, yj), product(yi, vj), product(vi, vj)];
        const [at, turned] = [planes * (i * n + j), planes * (j * n + i)];
        matrix[at] += -2 * (a[0] + b[0]) + 4 * k * c[0];
        matrix[turned] = matrix[at];
        if (planes === 1 || i === j) continue;
        matrix[at + 1] += -2 * (a[1] + b[1]) + 4 * k * c[1];
        matrix[turned + 1] = -matrix[at + 1];
      }
    }
  }
  return matrix;
}

/** Diagonal and off-diagonal of a tridiagonal matrix; a Hermitian one gets phases, which change no value. */
function tridiagonal(
  kind: Kind,
  n: number,
  diagonal: (i: number) => number,
  off: (i: number) => number,
): Float64Array {
  return fromLower(kind, n, (i, j) => {
    if (i === j) return [diagonal(i)];
    if (j !== i - 1) return [0];
    return kind === 'hermitian' ? [off(j) * Math.cos(i), off(j) * Math.sin(i)] : [off(j)];
  });
}

const ascending = (values: number[]) => values.sort((a, b) => a - b);

/** Matrices that are known to be hard, or easy in a way that invites mistakes, of about n rows. */
export function hardMatrices(kind: Kind, n: number): Sample[] {
  const list: [string, Float64Array, number[]?][] = [];
  const numbers = Array.from({ length: n }, (_, k) => k);
  list.push(['zero', new Float64Array(planesOf(kind) * n * n), numbers.map(() => 0)]);
  list.push(['unit', fromLower(kind, n, (i, j) => [i === j ? 1 : 0]), numbers.map(() => 1)]);
  list.push([
    'diagonal, descending',
    fromLower(kind, n, (i, j) => [i === j ? n - i : 0]),
    numbers.map((k) => k + 1),
  ]);
  list.push(['all ones', fromLower(kind, n, () => [1]), numbers.map((k) => (k === n - 1 ? n : 0))]);
  // A ring of springs: pairs of equal values.
  list.push([
    'second difference, periodic',
    fromLower(kind, n, (i, j) => {
      const d = i - j;
      return [(d === 0 ? 2 : 0) - (d === 1 ? 1 : 0) - (n > 1 && d === n - 1 ? 1 : 0)];
    }),
    n > 2 ? ascending(numbers.map((k) => 2 - 2 * Math.cos((2 * Math.PI * k) / n))) : undefined,
  ]);
  list.push([
    'second difference, open (Toeplitz)',
    tridiagonal(
      kind,
      n,
      () => 2,
      () => -1,
    ),
    numbers.map((k) => 2 - 2 * Math.cos((Math.PI * (k + 1)) / (n + 1))),
  ]);
  list.push([
    'Clement, values -(n - 1), ..., n - 1 in steps of 2',
    tridiagonal(
      kind,
      n,
      () => 0,
      (j) => Math.sqrt((j + 1) * (n - 1 - j)),
    ),
    numbers.map((k) => 2 * k - (n - 1)),
  ]);
  list.push([
    'Wilkinson W+',
    tridiagonal(
      kind,
      n,
      (i) => Math.abs(i - (n - 1) / 2),
      () => 1,
    ),
  ]);
  list.push([
    'glued Wilkinson',
    tridiagonal(
      kind,
      n,
      (i) => Math.abs((i % 21) - 10),
      (j) => (j % 21 === 20 ? 1e-9 : 1),
    ),
  ]);
  list.push(['Hilbert', fromLower(kind, n, (i, j) => [1 / (i + j + 1)])]);
  list.push(['random', randomMatrix(kind, n, n)]);
  list.push(['random, off-diagonal 1e-9', randomMatrix(kind, n, n, (i, j) => (i === j ? 1 : 1e-9))]);
  list.push([
    'random, degenerate',
    withValues(
      kind,
      numbers.map((k) => Math.floor(k / 3)),
      5,
    ),
    numbers.map((k) => Math.floor(k / 3)),
  ]);
  list.push([
    'random, two values',
    withValues(
      kind,
      numbers.map((k) => (k < n / 2 ? -1 : 1)),
      6,
    ),
    numbers.map((k) => (k < n / 2 ? -1 : 1)),
  ]);
  list.push([
    'random, a cluster within 1e-12',
    withValues(
      kind,
      numbers.map((k) => 1 + (1e-12 * k) / n),
      7,
    ),
    numbers.map((k) => 1 + (1e-12 * k) / n),
  ]);
  list.push(['graded downwards', randomMatrix(kind, n, n, (i, j) => 10 ** (-(24 * (i + j)) / (2 * n)))]);
  list.push(['graded upwards', randomMatrix(kind, n, n, (i, j) => 10 ** ((24 * (i + j)) / (2 * n) - 24))]);
  list.push(['random, 1e200', randomMatrix(kind, n, n, () => 1e200)]);
  list.push(['random, 1e-200', randomMatrix(kind, n, n, () => 1e-200)]);
  list.push(['random, 1e-300', randomMatrix(kind, n, n, () => 1e-300)]);
  return list.map(([name, matrix, values]) => ({ name, kind, n, matrix, values }));
}

/**
 * How far values and vectors are from what they should be: residual |A v - x v| and errors of the values where they are
 * known, both relative to the norm of the matrix, orthonormality |v . w - delta|, and the number of values that come
 * before a smaller one. Of many vectors, `sample` spread evenly.
 */
export function defects(
  { kind, n, matrix, values: known = [] }: Sample,
  values: Float64Array,
  vectors: Float64Array,
  sample = n,
): { residual: number; error: number; orthogonality: number; disorder: number } {
  const planes = planesOf(kind);
  const norm = Math.max(Math.abs(values[0]), Math.abs(values[n - 1])) || 1;
  const part = (row: Float64Array, j: number) => (planes === 2 ? row[2 * j + 1] : 0);
  let [residual, orthogonality, disorder] = [0, 0, 0];
  const step = Math.max(1, Math.floor(n / sample));
  for (let k = 0; k < n; k++) {
    if (k > 0 && values[k] < values[k - 1]) disorder++;
    if (k % step) continue;
    const v = vectors.subarray(planes * n * k, planes * n * (k + 1));
    let square = 0;
    for (let i = 0; i < n; i++) {
      const row = matrix.subarray(planes * n * i, planes * n * (i + 1));
      let [re, im] = [-(values[k] / norm) * v[planes * i], -(values[k] / norm) * part(v, i)];
      for (let j = 0; j < n; j++) {
        const [a, b] = [row[planes * j] / norm, part(row, j) / norm];
        re += a * v[planes * j] - b * part(v, j);
        im += a * part(v, j) + b * v[planes * j];
      }
      square += re * re + im * im;
    }
    residual = Math.max(residual, Math.sqrt(square));
    for (let l = 0; l < n; l++) {
      const u = vectors.subarray(planes * n * l, planes * n * (l + 1));
      let [re, im] = [l === k ? -1 : 0, 0];
      for (let j = 0; j < n; j++) {
        re += u[planes * j] * v[planes * j] + part(u, j) * part(v, j);
        im += u[planes * j] * part(v, j) - part(u, j) * v[planes * j];
      }
      orthogonality = Math.max(orthogonality, Math.hypot(re, im));
    }
  }
  const error = known.reduce((most, x, k) => Math.max(most, Math.abs(x - values[k]) / norm), 0);
  return { residual, error, orthogonality, disorder };
}
