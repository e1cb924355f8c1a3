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
}

/** Rows of the collision matrix. */
export function collisionRows({ kind, points, bands }: CollisionSize): number {
  return (kind === 'reduced' ? 3 : 1) * points * bands;
}

/** Matrices of this size beside the collision matrix that its decomposition needs: a copy, vectors in two places, four to work in */
const BESIDE = 7;

/** Bytes that a solution of the Boltzmann equation needs. */
export function collisionBytes(size: CollisionSize): number {
  return 8 * collisionRows(size) ** 2 * (size.temperatures + (size.decomposed ? BESIDE : 0));
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
