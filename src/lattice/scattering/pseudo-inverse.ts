import type { CpuDevice } from '../../device/cpu.js';
import { EigenSolver } from '../../device/eigen.js';
import { conjugateGradients } from '../../math/conjugate-gradients.js';
import { type Eigen, symmetricEigen } from '../../math/eigen.js';
import { PhonolinkError, UsageError } from '../../model/errors.js';
import { combine, type MatrixBasis, projectVector } from './matrix-basis.js';

/** Which eigenvalues are left out of an inverse: those not above a cutoff, by their size or with their sign. */
export interface EigenCutoff {
  readonly value: number;
  /** 'absolute' and 'signed' are phono3py's --pinv-method 0 and 1; 'relative' is to the largest */
  readonly rule: 'absolute' | 'signed' | 'relative';
}

/** phono3py's --pinv-cutoff where it is not given */
export const EIGEN_CUTOFF: EigenCutoff = { value: 1e-8, rule: 'absolute' };

/** Eigenvalues and vectors of a real symmetric matrix, which may be overwritten. */
export type SymmetricEigen = (matrix: Float64Array, size: number) => Eigen;

/** How a collision matrix is inverted: by its eigenvectors, found now or known, or by conjugate gradients. */
export type CollisionSolver =
  | { readonly kind: 'eigen'; readonly eigen?: SymmetricEigen; readonly cutoff?: EigenCutoff }
  | {
      readonly kind: 'known';
      /** Of the matrix between the vectors of the basis */
      readonly eigen: Eigen;
      readonly basis: MatrixBasis;
      readonly cutoff?: EigenCutoff;
    }
  | { readonly kind: 'gradients'; readonly tolerance?: number };

/**
 * The solver that phono3py's arguments name. Its solvers 1 to 6 are different routines for one decomposition, and so one
 * here; 7 is numpy's pseudo-inverse, whose cutoff is relative.
 * @throws UsageError where there is no such solver or method
 */
export function solverOf(
  {
    solver = 0,
    method = 0,
    cutoff = EIGEN_CUTOFF.value,
  }: { solver?: number; method?: number; cutoff?: number },
  eigen?: SymmetricEigen,
): CollisionSolver {
  if (!(Number.isInteger(solver) && solver >= 0 && solver <= 7))
    throw new UsageError(`pinv-solver ${solver}, expected a whole number from 0 to 7`);
  if (method !== 0 && method !== 1) throw new UsageError(`pinv-method ${method}, expected 0 or 1`);
  if (!(cutoff >= 0)) throw new UsageError(`pinv-cutoff ${cutoff}, expected a positive number`);
  const rule = method === 0 ? 'absolute' : 'signed';
  return {
    kind: 'eigen',
    eigen,
    cutoff: solver === 7 ? { value: 1e-15, rule: 'relative' } : { value: cutoff, rule },
  };
}

/** Decomposes a few symmetric matrices at a time, on the threads of a device. All of it lies in the device's heap. */
export class SymmetricEigens {
  private readonly solver: EigenSolver;

  /** @throws PhonolinkError where the memory does not suffice */
  constructor(
    device: CpuDevice,
    private readonly size: number,
    together: number,
  ) {
    this.solver = new EigenSolver(device, { size, kind: 'symmetric', vectors: true, batch: together });
  }

  /** [n][n] room for one of the matrices. */
  matrix(k: number): Float64Array {
    return part(this.solver.matrices, k, this.size ** 2);
  }

  /** Of the first `count` matrices; vectors are overwritten by the next call. */
  solve(count: number): readonly Eigen[] {
    const { solver, size } = this;
    solver.solve(count);
    return Array.from({ length: count }, (_, k) => ({
      values: Float64Array.from(part(solver.values, k, size)),
      vectors: part(solver.vectors, k, size ** 2),
    }));
  }

  release(): void {
    this.solver.release();
  }
}

function part(all: Float64Array, k: number, length: number): Float64Array {
  return all.subarray(k * length, (k + 1) * length);
}

/** Decomposes on a device: one matrix, the calling thread's. */
export function deviceSymmetricEigen(device: CpuDevice): SymmetricEigen {
  return (matrix, size) => {
    const eigens = new SymmetricEigens(device, size, 1);
    try {
      eigens.matrix(0).set(matrix);
      const [{ values, vectors }] = eigens.solve(1);
      return { values, vectors: Float64Array.from(vectors) };
    } finally {
      eigens.release();
    }
  };
}

export interface Inverted {
  readonly solutions: readonly Float64Array[];
  /** [n] rising, where the matrix was decomposed */
  readonly eigenvalues?: Float64Array;
  /** Eigenvalues that were left out */
  readonly dropped?: number;
  readonly iterations?: number;
}

/**
 * The pseudo-inverse of a symmetric matrix [n][n] times right-hand sides [n].
 * @param linewidths [m] of the modes, each of which has n / m rows: the metric of conjugate gradients
 * @throws PhonolinkError where conjugate gradients do not converge
 */
export function applyInverse(
  matrix: Float64Array,
  sides: readonly Float64Array[],
  linewidths: Float64Array,
  solver: CollisionSolver,
): Inverted {
  if (solver.kind === 'gradients') return byGradients(matrix, sides, linewidths, solver.tolerance);
  if (solver.kind === 'eigen') {
    const eigen = (solver.eigen ?? symmetricEigen)(matrix, sides[0].length);
    return byEigenvectors(eigen, sides, solver.cutoff);
  }
  const { basis } = solver;
  const found = byEigenvectors(
    solver.eigen,
    sides.map((side) => projectVector(basis, side)),
    solver.cutoff,
  );
  const none = basis.size - basis.count;
  const eigenvalues = new Float64Array(basis.size);
  eigenvalues.set(found.eigenvalues);
  return {
    solutions: found.solutions.map((solution) => combine(basis, solution)),
    eigenvalues: eigenvalues.sort(),
    dropped: found.dropped + none,
  };
}

function byEigenvectors(
  { values, vectors }: Eigen,
  sides: readonly Float64Array[],
  { value, rule }: EigenCutoff = EIGEN_CUTOFF,
) {
  const n = values.length;
  const largest = Math.max(Math.abs(values[0]), Math.abs(values[n - 1]));
  const least = rule === 'relative' ? value * largest : value;
  const solutions = sides.map(() => new Float64Array(n));
  let dropped = 0;
  for (let k = 0, at = 0; k < n; k++, at += n) {
    const size = rule === 'signed' ? values[k] : Math.abs(values[k]);
    if (!(size > least)) {
      dropped++;
      continue;
    }
    for (let s = 0; s < sides.length; s++) {
      const side = sides[s];
      const solution = solutions[s];
      let share = 0;
      for (let i = 0; i < n; i++) share += vectors[at + i] * side[i];
      share /= values[k];
      for (let i = 0; i < n; i++) solution[i] += share * vectors[at + i];
    }
  }
  return { solutions, eigenvalues: values, dropped };
}

function byGradients(
  matrix: Float64Array,
  sides: readonly Float64Array[],
  linewidths: Float64Array,
  tolerance?: number,
): Inverted {
  let iterations = 0;
  const rows = sides[0].length / linewidths.length;
  // Modes that hardly scatter are what the cutoff leaves out of an inverse by eigenvectors.
  const metric = sides[0].map((_, k) => {
    const gamma = linewidths[Math.floor(k / rows)];
    return gamma > EIGEN_CUTOFF.value ? gamma : 0;
  });
  const solutions = sides.map((side) => {
    const found = conjugateGradients(matrix, side, metric, { tolerance });
    if (!found)
      throw new PhonolinkError('conjugate gradients did not solve the Boltzmann equation', {
        hint: 'the collision matrix has negative eigenvalues: solve it by its eigenvectors, or take a finer mesh',
      });
    iterations = Math.max(iterations, found.iterations);
    return found.solution;
  });
  return { solutions, iterations };
}
