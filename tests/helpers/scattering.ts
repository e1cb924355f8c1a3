import { buildPhononCells } from '../../src/lattice/cells.js';
import { uniform } from '../../src/math/random.js';
import type { CubicForceConstants } from '../../src/model/force-constants.js';
import type { PhononCells } from '../../src/model/phonon-cells.js';
import type { GridModes, PhononGrid, Triplets } from '../../src/model/phonon-grid.js';
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
export function twofoldGrid(mesh: readonly [number, number, number]): PhononGrid {
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
    matrix: Int32Array.of(p, 0, 0, 0, q, 0, 0, 0, r),
    diagonal: mesh,
    total,
    addresses,
    points: Float64Array.from(addresses, (x, k) => x / mesh[k % 3]),
    regular: Int32Array.from({ length: 2 * total }, (_, k) => k >> 1),
    first: Int32Array.from({ length: total + 1 }, (_, k) => 2 * k),
  };
}

/** All triplets of a point, with second and third points now on this, now on that image. */
export function allTriplets({ addresses, diagonal, total }: PhononGrid, point: number): Triplets {
  const points = new Int32Array(3 * total);
  for (let k = 0; k < total; k++) {
    const second = 2 * k + (k & 1);
    const third = [2, 1, 0].reduce((index, c) => {
      const sum = addresses[3 * point + c] + addresses[3 * second + c];
      return index * diagonal[c] + (((-sum % diagonal[c]) + diagonal[c]) % diagonal[c]);
    }, 0);
    points.set([point, second, 2 * third + ((k >> 1) & 1)], 3 * k);
  }
  return { point, points, weights: new Int32Array(total).fill(1) };
}

/** Modes of random numbers; one in ten has no frequency. */
export function randomModes(cells: PhononCells, grid: PhononGrid, seed = 5): GridModes {
  const bands = 3 * cells.primitive.count;
  const points = grid.regular.length;
  const next = uniform(seed);
  return {
    bands,
    frequencies: Float64Array.from({ length: points * bands }, (_, k) => (k % 10 === 3 ? -0.1 : 1 + next())),
    eigenvectors: Float64Array.from({ length: 2 * points * bands ** 2 }, () => next() - 0.5),
  };
}
