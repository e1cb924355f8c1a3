import { PhonolinkError } from '../../model/errors.js';
import type { MatrixKind } from './collision-matrix.js';

export interface CollisionSize {
  readonly kind: MatrixKind;
  /** Irreducible points, or all N of the full matrix */
  readonly points: number;
  readonly bands: number;
  readonly temperatures: number;
  /** Solved by eigenvectors: the matrix, its vectors and room to work beside it */
  readonly decomposed: boolean;
  /** How many are decomposed at a time; one where absent */
  readonly together?: number;
}

/** Rows of the collision matrix. */
export function collisionRows({ kind, points, bands }: CollisionSize): number {
  return (kind === 'reduced' ? 3 : 1) * points * bands;
}

/**
 * Matrices of this size that a decomposition needs beside the rows of all temperatures: itself, its vectors, and a little
 * more than four to work in.
 */
const BESIDE = 7;

/** Bytes that a solution of the Boltzmann equation needs. */
export function collisionBytes(size: CollisionSize): number {
  const beside = size.decomposed ? BESIDE * (size.together ?? 1) : 0;
  return 8 * collisionRows(size) ** 2 * (size.temperatures + beside);
}

/** Bytes up to which matrices of several temperatures are decomposed at a time, one a thread. */
const ROOM = 2 ** 30;

/** How many matrices of so many rows are decomposed at a time. */
export function matricesTogether(rows: number, temperatures: number, threads: number): number {
  return Math.max(1, Math.min(threads, temperatures, Math.floor(ROOM / (8 * BESIDE * rows ** 2))));
}

/**
 * What is told before it starts; refuses what cannot fit.
 * @param available bytes
 * @throws PhonolinkError
 */
export function checkCollisionMemory(size: CollisionSize, available: number): string {
  const rows = collisionRows(size);
  const need = collisionBytes(size);
  const told = `collision matrix of ${rows} x ${rows} at ${size.temperatures} temperature${size.temperatures === 1 ? '' : 's'}: ${gigabytes(need)} GB of memory`;
  if (need <= available) return told;
  throw new PhonolinkError(`${told}, and ${gigabytes(available)} GB are there`, {
    hint: `choose a coarser mesh, fewer temperatures${size.decomposed ? ', conjugate gradients' : ''}${size.kind === 'full' ? ', the matrix that symmetry reduces' : ''} or the relaxation-time approximation`,
  });
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toPrecision(2);
}
