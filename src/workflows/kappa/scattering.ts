import type { CpuDevice } from '../../device/cpu.js';
import { DynamicalMatrix } from '../../lattice/harmonic/dynamical-matrix.js';
import { velocitiesAt } from '../../lattice/harmonic/mesh.js';
import { deviceSlopes } from '../../lattice/harmonic/slope-batch.js';
import type { CollisionSymmetry } from '../../lattice/scattering/collision-rows.js';
import { phononGrid } from '../../lattice/scattering/grid.js';
import { generalGridMatrix } from '../../lattice/scattering/grid-matrix.js';
import { gridModes } from '../../lattice/scattering/grid-modes.js';
import {
  addressOperations,
  type IrreduciblePoints,
  irreduciblePoints,
  permutationBy,
} from '../../lattice/scattering/grid-symmetry.js';
import { inverse, product } from '../../model/cell.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import type { GridModes, PhononGrid } from '../../model/phonon-grid.js';
import { type CellSymmetry, findCellSymmetry } from '../../symmetry/cell-symmetry.js';
import { IDENTITY } from '../../symmetry/integer-matrix.js';
import { meshOfLength } from '../../symmetry/q-mesh.js';
import { reciprocalOperations } from '../../symmetry/q-points.js';
import type { HarmonicModel, ScatteringPlan } from './plan.js';

/** A grid with its symmetry. */
export interface ReducedGrid {
  readonly grid: PhononGrid;
  /** Operations on addresses that points were reduced by */
  readonly operations: readonly Int32Array[];
  /** The same on q points */
  readonly reciprocal: readonly Int32Array[];
  readonly irreducible: IrreduciblePoints;
}

/** A grid with its phonons and its symmetry: what scattering at any of its points is made of. */
export interface ScatteringGrid extends ReducedGrid {
  readonly matrix: DynamicalMatrix;
  /** The irreducible points as BZ points, with the point group */
  readonly symmetry: CollisionSymmetry;
  /** [r][N] where each operation takes each of the N points */
  readonly moves: readonly Int32Array[];
  readonly modes: GridModes;
  /** [i][b] THz, at irreducible points */
  readonly frequencies: Float64Array;
  /** [i][b][3] THz A */
  readonly velocities: Float64Array;
}

/**
 * The grid of a plan.
 * @throws PhonolinkError where the mesh is none, or lacks the crystal's symmetry
 */
export function reducedGrid(
  { cells, ...model }: Pick<HarmonicModel, 'cells' | 'symmetry'>,
  plan: Pick<ScatteringPlan, 'mesh' | 'generalGrid' | 'reducedBy'>,
): ReducedGrid {
  const { primitive, tolerance } = cells;
  const symmetry = model.symmetry ?? findCellSymmetry(primitive, tolerance);
  const reciprocal = pointOperations(symmetry, plan);
  const grid = phononGrid(meshNumbers(cells, plan, symmetry), primitive.cell);
  const operations = addressOperations(grid, reciprocal);
  return { grid, operations, reciprocal, irreducible: irreduciblePoints(grid, operations) };
}

/**
 * The grid of a plan with phonons at all of its points.
 * @param known the phonons, where they are
 * @throws PhonolinkError where the mesh is none, or lacks the crystal's symmetry
 */
export function scatteringGrid(
  model: HarmonicModel,
  plan: Pick<ScatteringPlan, 'mesh' | 'generalGrid' | 'reducedBy' | 'along' | 'stillGamma'>,
  device: CpuDevice,
  known?: GridModes,
): ScatteringGrid {
  const { cells, constants, polar, units } = model;
  const { primitive } = cells;
  const reduced = reducedGrid(model, plan);
  const { grid, operations, reciprocal, irreducible } = reduced;
  const matrix = new DynamicalMatrix(cells, constants, polar);
  const modes =
    known ??
    gridModes(matrix, grid, {
      device,
      units,
      ...(plan.along && { along: plan.along }),
      ...(plan.stillGamma && { stillGamma: true }),
    });
  const points = irreducible.points.map((p) => grid.first[p]);
  const moves = operations.map((operation) => permutationBy(grid, operation));
  const frequencies = rowsAt(modes.frequencies, modes.bands, points);
  const velocities = velocitiesOf({ matrix, grid, modes }, model, points, device);
  const toCartesian = inverse(primitive.cell);
  const rotations = reciprocal.map((r) =>
    product(product(toCartesian, Float64Array.from(r)), primitive.cell),
  );
  const rotated = new Int32Array(points.length * moves.length);
  irreducible.points.forEach((p, i) => {
    moves.forEach((move, r) => {
      rotated[i * moves.length + r] = move[p];
    });
  });
  return {
    matrix,
    ...reduced,
    symmetry: { points, rotations, rotated },
    moves,
    modes,
    frequencies,
    velocities,
  };
}

/**
 * Velocities at BZ points, [i][b][3] THz A: they have the crystal's symmetry, whatever the grid was reduced by.
 */
export function velocitiesOf(
  { matrix, grid, modes }: Pick<ScatteringGrid, 'matrix' | 'grid' | 'modes'>,
  { cells, units, ...model }: HarmonicModel,
  points: ArrayLike<number>,
  device: CpuDevice,
): Float64Array {
  const symmetry = model.symmetry ?? findCellSymmetry(cells.primitive, cells.tolerance);
  return velocitiesAt(
    matrix,
    rowsAt(grid.points, 3, points),
    rowsAt(modes.frequencies, modes.bands, points),
    rowsAt(modes.eigenvectors, 2 * modes.bands ** 2, points),
    { units, operations: crystalOperations(symmetry), slopes: deviceSlopes(device) },
  );
}

/** [i][width] of [m][width] */
export function rowsAt(all: Float64Array, width: number, points: ArrayLike<number>): Float64Array {
  const out = new Float64Array(points.length * width);
  for (let i = 0; i < points.length; i++) {
    out.set(all.subarray(points[i] * width, (points[i] + 1) * width), i * width);
  }
  return out;
}

function crystalOperations(symmetry: CellSymmetry): Int32Array[] {
  return reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
}

function pointOperations(
  symmetry: CellSymmetry,
  { reducedBy = 'symmetry' }: Pick<ScatteringPlan, 'reducedBy'>,
): Int32Array[] {
  if (reducedBy === 'symmetry') return crystalOperations(symmetry);
  return reciprocalOperations([IDENTITY], reducedBy === 'time reversal');
}

function meshNumbers(
  { primitive, tolerance }: Pick<PhononCells, 'primitive' | 'tolerance'>,
  { mesh, generalGrid }: Pick<ScatteringPlan, 'mesh' | 'generalGrid'>,
  symmetry: CellSymmetry,
): ArrayLike<number> {
  if (mesh.length !== 1) return mesh;
  return generalGrid
    ? generalGridMatrix(mesh[0], primitive, tolerance)
    : meshOfLength(mesh[0], primitive.cell, crystalOperations(symmetry));
}
