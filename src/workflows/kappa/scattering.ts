import type { CpuDevice } from '../../device/cpu.js';
import { DynamicalMatrix } from '../../lattice/harmonic/dynamical-matrix.js';
import { velocitiesAt } from '../../lattice/harmonic/mesh.js';
import { deviceSlopes } from '../../lattice/harmonic/slope-batch.js';
import type { CollisionSymmetry } from '../../lattice/scattering/collision-rows.js';
import { GAMMA, phononGrid } from '../../lattice/scattering/grid.js';
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
import type { AnharmonicModel, ScatteringPlan } from './plan.js';

/** A grid with its phonons and its symmetry: what scattering at any of its points is made of. */
export interface ScatteringGrid {
  readonly matrix: DynamicalMatrix;
  readonly grid: PhononGrid;
  /** Operations on addresses that points were reduced by */
  readonly operations: readonly Int32Array[];
  readonly irreducible: IrreduciblePoints;
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
 * The grid of a plan with phonons at all of its points.
 * @throws PhonolinkError where the mesh is none, or lacks the crystal's symmetry
 */
export function scatteringGrid(
  model: AnharmonicModel,
  plan: Pick<ScatteringPlan, 'mesh' | 'generalGrid' | 'reducedBy'>,
  device: CpuDevice,
): ScatteringGrid {
  const { cells, constants, polar, units } = model;
  const { primitive } = cells;
  const symmetry = model.symmetry ?? findCellSymmetry(primitive, cells.tolerance);
  const { grid, onPoints, operations } = symmetricGrid(cells, symmetry, plan);
  const irreducible = irreduciblePoints(grid, operations);
  const matrix = new DynamicalMatrix(cells, constants, polar);
  const modes = gridModes(matrix, grid, { device, units });
  const points = irreducible.points.map((p) => grid.first[p]);
  const moves = operations.map((operation) => permutationBy(grid, operation));
  const frequencies = rowsAt(modes.frequencies, modes.bands, points);
  // Velocities have the crystal's symmetry, whatever the grid was reduced by.
  const velocities = velocitiesAt(
    matrix,
    rowsAt(grid.points, 3, points),
    frequencies,
    rowsAt(modes.eigenvectors, 2 * modes.bands ** 2, points),
    { units, operations: crystalOperations(symmetry), slopes: deviceSlopes(device) },
  );
  const toCartesian = inverse(primitive.cell);
  const rotations = onPoints.map((r) => product(product(toCartesian, Float64Array.from(r)), primitive.cell));
  const rotated = new Int32Array(points.length * moves.length);
  irreducible.points.forEach((p, i) => {
    moves.forEach((move, r) => {
      rotated[i * moves.length + r] = move[p];
    });
  });
  return {
    matrix,
    grid,
    operations,
    irreducible,
    symmetry: { points, rotations, rotated },
    moves,
    modes,
    frequencies,
    velocities,
  };
}

/**
 * The grid of a plan, with the operations that it is reduced by on q points and on its addresses.
 * @throws PhonolinkError where the mesh is none, or lacks the crystal's symmetry
 */
export function symmetricGrid(
  { primitive, tolerance }: Pick<PhononCells, 'primitive' | 'tolerance'>,
  symmetry: CellSymmetry,
  plan: Pick<ScatteringPlan, 'mesh' | 'generalGrid' | 'reducedBy'>,
) {
  const onPoints = pointOperations(symmetry, plan);
  const grid = phononGrid(meshNumbers({ primitive, tolerance }, plan, symmetry), primitive.cell);
  return { grid, onPoints, operations: addressOperations(grid, onPoints) };
}

/** The irreducible point that Gamma is. */
export const GAMMA_POINT = GAMMA;

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
