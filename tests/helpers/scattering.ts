import { buildPhononCells } from '../../src/lattice/cells.js';
import { PHONOPY_UNITS } from '../../src/lattice/harmonic/units.js';
import type { InteractionGrid, InteractionSetup } from '../../src/lattice/scattering/interaction-setup.js';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import type { CubicForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { GridModes, Triplets } from '../../src/model/phonon-grid.js';
import type { Structure } from '../../src/model/structure.js';
import type { LennardJonesParameters } from '../../src/potentials/lj/parameters.js';
import { recipe } from './crystals.js';

export function scatteringCells(name: string, dim: readonly number[]): PhononCells {
  return buildPhononCells(recipe(name), [...dim], 'auto');
}

/** Force constants without any symmetry, so that no order of indices can be mistaken for another. */
export function randomCubic(
  { primitiveToSuper: rows, supercell }: PhononCells,
  seed = 11,
): CubicForceConstants {
  const { count } = supercell;
  const next = uniform(seed);
  const values = Float64Array.from({ length: 27 * rows.length * count ** 2 }, () => next() - 0.5);
  return { count, rows, values };
}

/** Two images of every point of a mesh, the second by a reciprocal lattice vector away: not a Brillouin zone's. */
export function twofoldGrid(mesh: readonly [number, number, number]): InteractionGrid {
  const [p, q, r] = mesh;
  const total = p * q * r;
  const addresses = new Int32Array(6 * total);
  for (let k = 0; k < total; k++) {
    const at = [k % p, Math.floor(k / p) % q, Math.floor(k / (p * q))];
    addresses.set(at, 6 * k);
    addresses.set(
      at.map((x, c) => x + mesh[c] * ((k + c) % 3 === 0 ? 1 : -1)),
      6 * k + 3,
    );
  }
  return {
    diagonal: mesh,
    total,
    addresses,
    points: Float64Array.from(addresses, (x, k) => x / mesh[k % 3]),
    regular: Int32Array.from({ length: 2 * total }, (_, k) => k >> 1),
  };
}

/** All triplets of a point, with second and third points now on this, now on that image. */
export function allTriplets(
  { addresses, diagonal, total }: InteractionGrid,
  point: number,
): Pick<Triplets, 'points'> {
  const points = new Int32Array(3 * total);
  for (let k = 0; k < total; k++) {
    const second = 2 * k + (k & 1);
    const third = [2, 1, 0].reduce((index, c) => {
      const sum = addresses[3 * point + c] + addresses[3 * second + c];
      return index * diagonal[c] + (((-sum % diagonal[c]) + diagonal[c]) % diagonal[c]);
    }, 0);
    points.set([point, second, 2 * third + ((k >> 1) & 1)], 3 * k);
  }
  return { points };
}

/**
 * A point that is none of the grid's, its partners -q0 - q1 behind the grid's points and itself behind these, and its
 * triplets.
 */
export function offTwofoldGrid(mesh: readonly [number, number, number], q0: readonly number[]) {
  const grid = twofoldGrid(mesh);
  const count = grid.regular.length;
  const partners = grid.points.map((x, k) => -q0[k % 3] - x);
  const points = Float64Array.of(...grid.points, ...partners, ...q0);
  const triplets = new Int32Array(3 * count);
  for (let t = 0; t < count; t++) triplets.set([2 * count, t, count + t], 3 * t);
  return { grid: { ...grid, points }, triplets: { points: triplets } };
}

/** Modes of random numbers; one in ten has no frequency. */
export function randomModes(cells: PhononCells, grid: InteractionGrid, seed = 5): GridModes {
  const bands = 3 * cells.primitive.count;
  const points = grid.points.length / 3;
  const next = uniform(seed);
  return {
    bands,
    frequencies: Float64Array.from({ length: points * bands }, (_, k) => (k % 10 === 3 ? -0.1 : 1 + next())),
    eigenvectors: Float64Array.from({ length: 2 * points * bands ** 2 }, () => next() - 0.5),
  };
}

/**
 * Strengths of an endless crystal of pairs, bond by bond: half the sum over atoms of the primitive cell and their
 * neighbours of phi_abc (A_j - A_i)_a (A_j - A_i)_b (A_j - A_i)_c with the waves' amplitudes A at the atoms' places.
 */
export function bondStrengths(
  { cells: { primitive }, grid, modes }: InteractionSetup,
  { points }: Pick<Triplets, 'points'>,
  parameters: LennardJonesParameters,
): Float64Array {
  const { bands, frequencies, eigenvectors } = modes;
  const unit = (PHONOPY_UNITS.hbar / (2 * (2 * Math.PI))) ** 3 / 36 / grid.total;
  const bonds = bondsOf(primitive, parameters);
  const toFractions = inverse(primitive.cell);
  const out = new Float64Array((points.length / 3) * bands ** 3);
  out.forEach((_, k) => {
    const t = Math.floor(k / bands ** 3);
    const b = [Math.floor(k / bands ** 2) % bands, Math.floor(k / bands) % bands, k % bands];
    const three = [0, 1, 2].map((s) => points[3 * t + s]);
    const f = three.map((p, s) => frequencies[p * bands + b[s]]);
    if (Math.min(...f) <= 1e-4) return;
    const sum = [0, 0];
    for (const { i, j, from, to, third } of bonds) {
      const stretch = three.map((p, s) => {
        const amplitude = (atom: number, place: number[], axis: number): [number, number] => {
          const x = rowsTimes(place, toFractions);
          const turns = [0, 1, 2].reduce((all, c) => all + grid.points[3 * p + c] * x[c], 0);
          const at = 2 * ((p * bands + b[s]) * bands + 3 * atom + axis);
          const [c, d] = [Math.cos(2 * Math.PI * turns), Math.sin(2 * Math.PI * turns)];
          const [re, im] = [eigenvectors[at], eigenvectors[at + 1]];
          const weight = 1 / Math.sqrt(primitive.masses[atom]);
          return [weight * (re * c - im * d), weight * (re * d + im * c)];
        };
        return [0, 1, 2].map((axis) => {
          const [here, there] = [amplitude(i, from, axis), amplitude(j, to, axis)];
          return [there[0] - here[0], there[1] - here[1]] as const;
        });
      });
      for (let axes = 0; axes < 27; axes++) {
        const factors = [Math.floor(axes / 9), Math.floor(axes / 3) % 3, axes % 3].map(
          (a, s) => stretch[s][a],
        );
        const [re, im] = factors.reduce(([x, y], [c, d]) => [x * c - y * d, x * d + y * c]);
        sum[0] += (third[axes] * re) / 2;
        sum[1] += (third[axes] * im) / 2;
      }
    }
    out[k] = (unit * (sum[0] ** 2 + sum[1] ** 2)) / (f[0] * f[1] * f[2]);
  });
  return out;
}

/** Every neighbour of every atom: places in A, and third derivatives of the pair's energy. */
function bondsOf({ cell, positions, count, kinds, species }: Structure, parameters: LennardJonesParameters) {
  const bonds: { i: number; j: number; from: number[]; to: number[]; third: number[] }[] = [];
  const number = (atom: number) => parameters.species.indexOf(species[kinds[atom]]);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const { epsilon, sigma, cutoff } = parameters.pairs[number(i) * parameters.species.length + number(j)];
      for (let image = 0; image < 7 ** 3; image++) {
        const shift = rowsTimes(
          [(image % 7) - 3, (Math.floor(image / 7) % 7) - 3, Math.floor(image / 49) - 3],
          cell,
        );
        const from = [0, 1, 2].map((c) => positions[3 * i + c]);
        const to = [0, 1, 2].map((c) => positions[3 * j + c] + shift[c]);
        const d = to.map((x, c) => x - from[c]);
        const r = Math.hypot(...d);
        if (r === 0 || r >= cutoff) continue;
        bonds.push({ i, j, from, to, third: thirdDerivatives(d, epsilon, sigma) });
      }
    }
  }
  return bonds;
}

/** [27] of 4 epsilon (sigma^12 r^-12 - sigma^6 r^-6), as derivatives of powers of r^2. */
function thirdDerivatives(d: number[], epsilon: number, sigma: number): number[] {
  const square = d.reduce((sum, x) => sum + x * x, 0);
  // With g(r^2): d3 = 8 g''' d d d + 4 g'' (delta d + ...).
  const g = (power: number, order: number) => {
    let factor = 4 * epsilon * sigma ** (2 * power);
    for (let k = 0; k < order; k++) factor *= -(power + k);
    return factor * square ** -(power + order);
  };
  const [second, third] = [2, 3].map((order) => g(6, order) - g(3, order));
  return Array.from({ length: 27 }, (_, axes) => {
    const [a, b, c] = [Math.floor(axes / 9), Math.floor(axes / 3) % 3, axes % 3];
    const delta = (x: number, y: number) => (x === y ? 1 : 0);
    return (
      8 * third * d[a] * d[b] * d[c] +
      4 * second * (delta(a, b) * d[c] + delta(b, c) * d[a] + delta(a, c) * d[b])
    );
  });
}

/** Random numbers with what force constants of a supercell have in common: order of indices, lattice translations. */
export function symmetricCubic({ supercell, primitive }: PhononCells, seed = 23): CubicForceConstants {
  const { count: n, cell, positions } = supercell;
  const next = uniform(seed);
  const values = new Float64Array(27 * n ** 3);
  const places = rowsTimes(positions, inverse(primitive.cell));
  const whole = rowsTimes(cell, inverse(primitive.cell)).map(Math.round);
  const toSuper = inverse(whole);
  const isWhole = (x: ArrayLike<number>) => Array.from(x).every((v) => Math.abs(v - Math.round(v)) < 1e-6);
  const moves: number[][] = [];
  for (let s = 0; s < 4 ** 3; s++) {
    const step = [s % 4, Math.floor(s / 4) % 4, Math.floor(s / 16)];
    const move = Array.from({ length: n }, (_, i) =>
      Array.from({ length: n }, (_, j) => j).findIndex((j) => {
        const d = [0, 1, 2].map((c) => places[3 * i + c] + step[c] - places[3 * j + c]);
        return isWhole(d) && isWhole(rowsTimes(d, toSuper));
      }),
    );
    if (!moves.some((known) => known.every((j, i) => j === move[i]))) moves.push(move);
  }
  for (let k = 0; k < values.length; k++) {
    const random = next() - 0.5;
    const triplet = Math.floor(k / 27);
    const atoms = [Math.floor(triplet / n ** 2), Math.floor(triplet / n) % n, triplet % n];
    const axes = [Math.floor((k % 27) / 9), Math.floor(k / 3) % 3, k % 3];
    for (const move of moves) {
      for (const [p, q, r] of ORDERS) {
        const to = (move[atoms[p]] * n + move[atoms[q]]) * n + move[atoms[r]];
        values[27 * to + 9 * axes[p] + 3 * axes[q] + axes[r]] += random;
      }
    }
  }
  return { count: n, rows: Int32Array.from({ length: n }, (_, i) => i), values };
}

const ORDERS = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
] as const;
