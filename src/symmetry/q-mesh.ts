import { roundHalfEven } from '../math/rounding.js';
import { heights } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import { IDENTITY } from './integer-matrix.js';

/** A regular mesh of q points, q_k = (i_k + shift_k / 2) / mesh_k, and those of it that symmetry leaves. */
export interface QMesh {
  readonly mesh: readonly [number, number, number];
  /** Half steps */
  readonly shift: readonly [0 | 1, 0 | 1, 0 | 1];
  /** [N] for each point of the mesh (the first index runs fastest) the irreducible one that it is equivalent to */
  readonly map: Int32Array;
  /** [N] which of `operations` takes that irreducible point to this one */
  readonly by: Uint8Array;
  /** Operations on q points that map the mesh onto itself; the first is the identity */
  readonly operations: readonly Int32Array[];
  /** [m] numbers of the irreducible points in the mesh, rising */
  readonly irreducible: Int32Array;
  /** [3m] fractions of the reciprocal cell, in (-1/2, 1/2] */
  readonly points: Float64Array;
  /** [m] how many points of the mesh each stands for */
  readonly weights: Int32Array;
}

/**
 * Half steps of a mesh as phonopy reads them: a mesh of Monkhorst and Pack (Phys. Rev. B 13, 5188, 1976) misses Gamma
 * along even directions, unless it is to be centred there; a shift of half a step is added to either.
 */
export function meshShift(
  mesh: ArrayLike<number>,
  { gammaCentred = true, shift = [0, 0, 0] }: { gammaCentred?: boolean; shift?: ArrayLike<number> } = {},
): [0 | 1, 0 | 1, 0 | 1] {
  const half = (k: number): 0 | 1 => {
    const shifted = Math.abs(shift[k] - Math.round(shift[k])) > 0.1;
    return (gammaCentred ? shifted : shifted !== (mesh[k] % 2 === 0)) ? 1 : 0;
  };
  return [half(0), half(1), half(2)];
}

/**
 * Reduces a mesh. Operations that do not map the mesh onto itself are left out (those that do form a group), so that
 * weights are right whatever the mesh and its shift.
 * @param operations on q points, from `reciprocalOperations`; the identity alone keeps the whole mesh
 * @throws PhonolinkError where the mesh is not three positive whole numbers
 */
export function reduceMesh(
  mesh: ArrayLike<number>,
  operations: readonly Int32Array[],
  shift: readonly [0 | 1, 0 | 1, 0 | 1] = [0, 0, 0],
): QMesh {
  const kept = meshOperations(mesh, operations, shift);
  const n = Array.from(mesh) as [number, number, number];
  const total = n[0] * n[1] * n[2];
  const map = new Int32Array(total).fill(-1);
  const by = new Uint8Array(total);
  const irreducible: number[] = [];
  const weights: number[] = [];
  // In steps of half a mesh spacing a point is 2 i + s, and an operation is a matrix of whole numbers.
  const steps = kept.map((m) => Int32Array.from(m, (x, e) => (x * n[Math.floor(e / 3)]) / n[e % 3]));
  const [n0, n1, n2] = n;
  const [s0, s1, s2] = shift;
  for (let p = 0; p < total; p++) {
    if (map[p] >= 0) continue;
    const x = 2 * (p % n0) + s0;
    const y = 2 * (Math.floor(p / n0) % n1) + s1;
    const z = 2 * Math.floor(p / (n0 * n1)) + s2;
    let weight = 0;
    for (let o = 0; o < steps.length; o++) {
      const m = steps[o];
      // Even numbers: halves of them are whole.
      const a = modulo((m[0] * x + m[1] * y + m[2] * z - s0) >> 1, n0);
      const b = modulo((m[3] * x + m[4] * y + m[5] * z - s1) >> 1, n1);
      const c = modulo((m[6] * x + m[7] * y + m[8] * z - s2) >> 1, n2);
      const to = a + n0 * (b + n1 * c);
      if (map[to] >= 0) continue;
      map[to] = p;
      by[to] = o;
      weight++;
    }
    irreducible.push(p);
    weights.push(weight);
  }
  return {
    mesh: n,
    shift,
    map,
    by,
    operations: kept,
    irreducible: Int32Array.from(irreducible),
    points: Float64Array.from(irreducible.flatMap((p) => meshPoint(p, n, shift))),
    weights: Int32Array.from(weights),
  };
}

/**
 * The operations that map a mesh onto itself, the identity first.
 * @param operations on q points, from `reciprocalOperations`
 * @throws PhonolinkError where the mesh is not three positive whole numbers
 */
export function meshOperations(
  mesh: ArrayLike<number>,
  operations: readonly Int32Array[],
  shift: readonly [0 | 1, 0 | 1, 0 | 1] = [0, 0, 0],
): Int32Array[] {
  const n = Array.from(mesh);
  if (n.length !== 3 || !n.every((x) => Number.isInteger(x) && x > 0)) {
    throw new PhonolinkError(`the mesh is '${n.join(' ')}', expected three positive whole numbers`);
  }
  return [IDENTITY, ...operations.filter((m) => m.some((x, i) => x !== IDENTITY[i]) && fits(m, n, shift))];
}

/** [3] a point of a mesh by its number, fractions of the reciprocal cell in (-1/2, 1/2]. */
export function meshPoint(
  point: number,
  n: readonly [number, number, number],
  shift: readonly [0 | 1, 0 | 1, 0 | 1],
): [number, number, number] {
  const index = [point % n[0], Math.floor(point / n[0]) % n[1], Math.floor(point / (n[0] * n[1]))];
  const q = (k: number) => {
    const twice = 2 * index[k] + shift[k];
    return (twice > n[k] ? twice - 2 * n[k] : twice) / (2 * n[k]);
  };
  return [q(0), q(1), q(2)];
}

/**
 * The mesh whose spacing is that of a length in real space: as phonopy's --mesh with one number.
 * @param length A
 * @param cell [9] A, rows, of the primitive cell
 * @param operations on q points; directions that they make equivalent get the same number
 */
export function meshOfLength(
  length: number,
  cell: ArrayLike<number>,
  operations: readonly Int32Array[],
): [number, number, number] {
  const n = Array.from(heights(cell), (height) => roundHalfEven(length / height));
  for (const [p, q] of [
    [1, 2],
    [2, 0],
    [0, 1],
  ]) {
    const equivalent = operations.some((m) => isAxis(m, p, q) || isAxis(m, q, p));
    if (equivalent) n[p] = n[q] = Math.max(n[p], n[q]);
  }
  return n.map((x) => Math.max(x, 1)) as [number, number, number];
}

/** Whether an operation takes one reciprocal lattice vector to another or its opposite. */
function isAxis(m: Int32Array, from: number, to: number): boolean {
  return [0, 1, 2].every((row) => Math.abs(m[3 * row + from]) === (row === to ? 1 : 0));
}

function fits(m: ArrayLike<number>, n: readonly number[], shift: readonly number[]): boolean {
  return [0, 1, 2].every((i) => {
    const row = [0, 1, 2].map((j) => (m[3 * i + j] * n[i]) / n[j]);
    const moved = row.reduce((sum, x, j) => sum + x * shift[j], 0);
    return row.every(Number.isInteger) && (moved - shift[i]) % 2 === 0;
  });
}

function modulo(i: number, n: number): number {
  const rest = i % n;
  return rest < 0 ? rest + n : rest;
}
