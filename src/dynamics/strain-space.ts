import { symmetricEigen } from '../math/eigen.js';
import { product, transpose } from '../model/cell.js';
import { PhonolinkError, UsageError } from '../model/errors.js';
import type { Structure } from '../model/structure.js';
import { symmetric } from './strain.js';

/** Components of a strain by their names. */
const COMPONENTS: Readonly<Record<string, number>> = { xx: 0, yy: 4, zz: 8, yz: 5, xz: 2, xy: 1 };

/** How a cell may change: wholly, in size alone, in shape alone, along the axes, or by the components named. */
export type CellFreedom = 'full' | 'volume' | 'shape' | 'axes' | readonly string[];

/** @throws UsageError where the text names no way for a cell to change */
export function parseCellFreedom(text: string): CellFreedom {
  if (text === 'full' || text === 'volume' || text === 'shape' || text === 'axes') return text;
  const names = text.split(',').map((name) => name.trim());
  const unknown = names.find((name) => COMPONENTS[name] === undefined);
  if (unknown !== undefined) {
    throw new UsageError(
      `--cell ${text}: '${unknown}' is no way for a cell to change`,
      'full, volume (its shape stays), shape (its volume stays), axes (xx,yy,zz), or components of xx,yy,zz,yz,xz,xy between commas',
    );
  }
  return names;
}

/** Projects matrices [9] on the strains that a cell may take. */
export interface StrainSpace {
  readonly project: (matrix: ArrayLike<number>) => Float64Array;
  /** Numbers that describe a strain: 6 at most */
  readonly dimension: number;
}

/**
 * The strains that are allowed by the choice, by the periodic directions (vacuum is not strained), and by symmetry.
 * @param rotations [9] each, Cartesian, a group; the strain is the same in all of them
 * @throws PhonolinkError where none is left
 */
export function strainSpace(
  freedom: CellFreedom,
  structure: Pick<Structure, 'cell' | 'periodic'>,
  rotations: readonly ArrayLike<number>[] = [],
): StrainSpace {
  const plane = periodicSpan(structure);
  const extent = plane[0] + plane[4] + plane[8];
  const parts: ((m: ArrayLike<number>) => Float64Array)[] = [
    symmetric,
    (m) => product(product(plane, m), plane),
  ];
  if (rotations.length > 0) parts.push((m) => averaged(m, rotations));
  const size = (m: ArrayLike<number>) => {
    const inside = product(product(plane, m), plane);
    const mean = extent > 0.5 ? (inside[0] + inside[4] + inside[8]) / extent : 0;
    return plane.map((x) => x * mean);
  };
  if (freedom === 'volume') parts.push(size);
  else if (freedom === 'shape') parts.push((m) => size(m).map((x, k) => m[k] - x));
  else if (freedom !== 'full') {
    const names = freedom === 'axes' ? ['xx', 'yy', 'zz'] : freedom;
    const kept = new Set(names.flatMap((name) => [COMPONENTS[name], transposedIndex(COMPONENTS[name])]));
    parts.push((m) => Float64Array.from({ length: 9 }, (_, k) => (kept.has(k) ? m[k] : 0)));
  }
  const { matrix, dimension } = intersection(parts);
  if (dimension === 0) {
    throw new PhonolinkError(
      'no strain of the cell is left by its periodic directions, symmetry and --cell',
      {
        hint: 'relax the atoms alone, without --cell',
      },
    );
  }
  return {
    dimension,
    project: (m) =>
      Float64Array.from({ length: 9 }, (_, i) => {
        let sum = 0;
        for (let j = 0; j < 9; j++) sum += matrix[9 * i + j] * m[j];
        return sum;
      }),
  };
}

function transposedIndex(k: number): number {
  return 3 * (k % 3) + Math.floor(k / 3);
}

/** The projector [9] on what the periodic lattice vectors span. */
function periodicSpan({ cell, periodic }: Pick<Structure, 'cell' | 'periodic'>): Float64Array {
  const rows = [0, 1, 2].filter((k) => periodic[k]).map((k) => cell.subarray(3 * k, 3 * k + 3));
  return spanOf(rows);
}

/** The projector [9] on what vectors [3] span. */
export function spanOf(vectors: readonly ArrayLike<number>[]): Float64Array {
  const projector = new Float64Array(9);
  for (const vector of vectors) {
    const left = [0, 1, 2].map(
      (i) => vector[i] - [0, 1, 2].reduce((sum, j) => sum + projector[3 * i + j] * vector[j], 0),
    );
    const norm = Math.hypot(...left);
    if (!(norm > 1e-8 * Math.hypot(vector[0], vector[1], vector[2]))) continue;
    for (let i = 0; i < 3; i++)
      for (let j = 0; j < 3; j++) projector[3 * i + j] += (left[i] / norm) * (left[j] / norm);
  }
  return projector;
}

/** R m R^T over all rotations of a group. */
function averaged(m: ArrayLike<number>, rotations: readonly ArrayLike<number>[]): Float64Array {
  const sum = new Float64Array(9);
  for (const r of rotations) {
    const turned = product(product(r, m), transpose(r));
    for (let k = 0; k < 9; k++) sum[k] += turned[k] / rotations.length;
  }
  return sum;
}

/** The projector [81] on what orthogonal projectors have in common: where their sum has as its value their number. */
function intersection(parts: readonly ((m: ArrayLike<number>) => Float64Array)[]): {
  matrix: Float64Array;
  dimension: number;
} {
  const sum = new Float64Array(81);
  for (let j = 0; j < 9; j++) {
    const unit = Float64Array.from({ length: 9 }, (_, k) => (k === j ? 1 : 0));
    for (const part of parts) {
      for (const [i, x] of part(unit).entries()) sum[9 * i + j] += x;
    }
  }
  const { values, vectors } = symmetricEigen(sum, 9);
  const matrix = new Float64Array(81);
  let dimension = 0;
  for (let k = 0; k < 9; k++) {
    if (values[k] < parts.length - 1e-6) continue;
    dimension++;
    for (let i = 0; i < 9; i++)
      for (let j = 0; j < 9; j++) matrix[9 * i + j] += vectors[9 * k + i] * vectors[9 * k + j];
  }
  return { matrix, dimension };
}
