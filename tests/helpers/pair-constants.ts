import { rowsTimes } from '../../src/model/cell.js';
import type { Structure } from '../../src/model/structure.js';
import type { LennardJonesParameters } from '../../src/potentials/lj/parameters.js';

/** Derivatives of a crystal's energy at rest by displacements of the supercell's atoms, all of them. */
export interface PairConstants {
  /** [n][n][3][3] eV/A^2 */
  readonly harmonic: Float64Array;
  /** [n][n][n][3][3][3] eV/A^3 */
  readonly cubic: Float64Array;
}

/** phi', phi'' and phi''' of 4 epsilon (sigma^12 r^-12 - sigma^6 r^-6). */
function derivatives(epsilon: number, sigma: number, r: number): [number, number, number] {
  const repulsion = 4 * epsilon * (sigma / r) ** 12;
  const attraction = 4 * epsilon * (sigma / r) ** 6;
  return [
    (-12 * repulsion + 6 * attraction) / r,
    (156 * repulsion - 42 * attraction) / r ** 2,
    (-2184 * repulsion + 336 * attraction) / r ** 3,
  ];
}

/** In closed form, from all pairs within the cutoff, periodic images among them. */
export function pairConstants(
  structure: Structure,
  { species, pairs }: LennardJonesParameters,
): PairConstants {
  const { count: n, positions, cell, kinds } = structure;
  const harmonic = new Float64Array(9 * n * n);
  const cubic = new Float64Array(27 * n ** 3);
  const numbers = Array.from(kinds, (kind) => species.indexOf(structure.species[kind]));
  for (let i = 0; i < n; i++) {
    for (let j = 0; j < n; j++) {
      const { epsilon, sigma, cutoff } = pairs[numbers[i] * species.length + numbers[j]];
      for (let image = 0; image < 7 ** 3; image++) {
        const step = [(image % 7) - 3, (Math.floor(image / 7) % 7) - 3, Math.floor(image / 49) - 3];
        const shift = rowsTimes(step, cell);
        const d = [0, 1, 2].map((k) => positions[3 * j + k] - positions[3 * i + k] + shift[k]);
        const r = Math.hypot(...d);
        if (r === 0 || r >= cutoff) continue;
        add(harmonic, cubic, n, i, j, d, derivatives(epsilon, sigma, r));
      }
    }
  }
  return { harmonic, cubic };
}

/** Half of one pair's part: every pair is met from both ends. */
function add(
  harmonic: Float64Array,
  cubic: Float64Array,
  n: number,
  i: number,
  j: number,
  d: number[],
  [first, second, third]: readonly number[],
): void {
  const r = Math.hypot(...d);
  const u = d.map((x) => x / r);
  const delta = (a: number, b: number) => (a === b ? 1 : 0);
  // Displacing j stretches the pair, displacing i shortens it.
  const ends = [
    [i, -1],
    [j, 1],
  ];
  for (let a = 0; a < 3; a++) {
    for (let b = 0; b < 3; b++) {
      const h = (second - first / r) * u[a] * u[b] + (first / r) * delta(a, b);
      for (const [p, sp] of ends) {
        for (const [q, sq] of ends) {
          harmonic[9 * (p * n + q) + 3 * a + b] += (sp * sq * h) / 2;
        }
      }
      for (let c = 0; c < 3; c++) {
        const straight = third - (3 * second) / r + (3 * first) / r ** 2;
        const across = second / r - first / r ** 2;
        const t =
          straight * u[a] * u[b] * u[c] +
          across * (delta(a, b) * u[c] + delta(b, c) * u[a] + delta(a, c) * u[b]);
        for (const [p, sp] of ends) {
          for (const [q, sq] of ends) {
            for (const [s, ss] of ends) {
              cubic[27 * ((p * n + q) * n + s) + 9 * a + 3 * b + c] += (sp * sq * ss * t) / 2;
            }
          }
        }
      }
    }
  }
}

/** [3n] eV/A, the forces of a crystal whose energy is these constants' polynomial: exact to rounding. */
export function polynomialForces(
  { harmonic, cubic }: PairConstants,
  moves: readonly (readonly [number, ArrayLike<number>])[],
): Float64Array {
  const n = Math.round(Math.sqrt(harmonic.length / 9));
  const forces = new Float64Array(3 * n);
  for (let i = 0; i < n; i++) {
    for (let a = 0; a < 3; a++) {
      for (const [j, u] of moves) {
        for (let b = 0; b < 3; b++) {
          forces[3 * i + a] -= harmonic[9 * (i * n + j) + 3 * a + b] * u[b];
          for (const [k, v] of moves) {
            for (let c = 0; c < 3; c++) {
              forces[3 * i + a] -= (cubic[27 * ((i * n + j) * n + k) + 9 * a + 3 * b + c] * u[b] * v[c]) / 2;
            }
          }
        }
      }
    }
  }
  return forces;
}
