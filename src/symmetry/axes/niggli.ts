import { rowsTimes, transpose } from '../../model/cell.js';
import { scalar, type Vector, volumeOf } from './delaunay.js';

/**
 * Niggli's reduced cell: Krivy and Gruber, Acta Cryst. A 32, 297 (1976), with the tolerances of Grosse-Kunstleve,
 * Sauter and Adams, Acta Cryst. A 60, 1 (2004). Right-handed.
 * @param epsilon A^2
 */
export function niggli(rows: readonly Vector[], epsilon: number): Vector[] {
  let cell = [...rows];
  // Every step shortens the cell or orders it; a handful does, a thousand is spglib's limit.
  for (let round = 0; round < 1000; round++) {
    const again = STEPS.some(({ step, restarts }) => {
      const change = step(metricOf(cell, epsilon));
      if (change) cell = changed(cell, change);
      return change !== undefined && restarts;
    });
    if (!again) break;
  }
  return volumeOf(cell[0], cell[1], cell[2]) < 0 ? cell.map(([x, y, z]): Vector => [-x, -y, -z]) : cell;
}

interface Metric {
  readonly A: number;
  readonly B: number;
  readonly C: number;
  readonly xi: number;
  readonly eta: number;
  readonly zeta: number;
  readonly less: (x: number, y: number) => boolean;
  readonly same: (x: number, y: number) => boolean;
}

type Step = (metric: Metric) => number[] | undefined;

/** Steps 1 to 8 of the papers; the second and those from the fifth on begin again at the first. */
const STEPS: readonly { readonly step: Step; readonly restarts: boolean }[] = [
  {
    step: ({ A, B, xi, eta, less, same }) =>
      less(B, A) || (same(A, B) && less(Math.abs(eta), Math.abs(xi)))
        ? [0, -1, 0, -1, 0, 0, 0, 0, -1]
        : undefined,
    restarts: false,
  },
  {
    step: ({ B, C, eta, zeta, less, same }) =>
      less(C, B) || (same(B, C) && less(Math.abs(zeta), Math.abs(eta)))
        ? [-1, 0, 0, 0, 0, -1, 0, -1, 0]
        : undefined,
    restarts: true,
  },
  {
    step: (metric) => {
      const signs = signsOf(metric);
      return product(signs) === 1 ? diagonal(signs) : undefined;
    },
    restarts: false,
  },
  {
    step: (metric) => {
      const signs = signsOf(metric);
      if (product(signs) === 1) return undefined;
      const turned = signs.map((s) => (s === 1 ? -1 : 1));
      const free = signs.lastIndexOf(0);
      if (product(turned) === -1 && free >= 0) turned[free] = -1;
      return turned.every((s) => s === 1) ? undefined : diagonal(turned);
    },
    restarts: false,
  },
  {
    step: ({ B, xi, eta, zeta, less, same }) =>
      less(B, Math.abs(xi)) || (same(B, xi) && less(2 * eta, zeta)) || (same(B, -xi) && less(zeta, 0))
        ? [1, 0, 0, 0, 1, -Math.sign(xi), 0, 0, 1]
        : undefined,
    restarts: true,
  },
  {
    step: ({ A, xi, eta, zeta, less, same }) =>
      less(A, Math.abs(eta)) || (same(A, eta) && less(2 * xi, zeta)) || (same(A, -eta) && less(zeta, 0))
        ? [1, 0, -Math.sign(eta), 0, 1, 0, 0, 0, 1]
        : undefined,
    restarts: true,
  },
  {
    step: ({ A, xi, eta, zeta, less, same }) =>
      less(A, Math.abs(zeta)) || (same(A, zeta) && less(2 * xi, eta)) || (same(A, -zeta) && less(eta, 0))
        ? [1, -Math.sign(zeta), 0, 0, 1, 0, 0, 0, 1]
        : undefined,
    restarts: true,
  },
  {
    step: ({ A, B, xi, eta, zeta, less, same }) => {
      const total = xi + eta + zeta + A + B;
      return less(total, 0) || (same(total, 0) && less(0, 2 * (A + eta) + zeta))
        ? [1, 0, 1, 0, 1, 1, 0, 0, 1]
        : undefined;
    },
    restarts: true,
  },
];

function metricOf([a, b, c]: readonly Vector[], epsilon: number): Metric {
  return {
    A: scalar(a, a),
    B: scalar(b, b),
    C: scalar(c, c),
    xi: 2 * scalar(b, c),
    eta: 2 * scalar(a, c),
    zeta: 2 * scalar(a, b),
    less: (x, y) => x < y - epsilon,
    same: (x, y) => Math.abs(x - y) <= epsilon,
  };
}

function signsOf({ xi, eta, zeta, less }: Metric): number[] {
  return [xi, eta, zeta].map((x) => (less(x, 0) ? -1 : less(0, x) ? 1 : 0));
}

function product(signs: readonly number[]): number {
  return signs.reduce((p, s) => p * s);
}

function diagonal([x, y, z]: readonly number[]): number[] {
  return [x, 0, 0, 0, y, 0, 0, 0, z];
}

/** Columns (a b c) times a matrix. */
function changed(rows: readonly Vector[], matrix: readonly number[]): Vector[] {
  const out = rowsTimes(transpose(matrix), rows.flat());
  return [0, 3, 6].map((i): Vector => [out[i], out[i + 1], out[i + 2]]);
}
