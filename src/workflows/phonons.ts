import { solveBands } from '../lattice/harmonic/bands.js';
import {
  atomShares,
  frequencyPoints,
  type Shares,
  smearedDensity,
  tetrahedronDensity,
} from '../lattice/harmonic/density.js';
import { DynamicalMatrix } from '../lattice/harmonic/dynamical-matrix.js';
import { solveMesh, velocitiesAt } from '../lattice/harmonic/mesh.js';
import type { PhononSolvers } from '../lattice/harmonic/on-device.js';
import { solvePoints } from '../lattice/harmonic/points.js';
import { thermalProperties } from '../lattice/harmonic/thermal.js';
import { crystalFrame, displacementMatrices, meanSquares } from '../lattice/harmonic/thermal-motion.js';
import { PhonolinkError } from '../model/errors.js';
import type {
  BandStructure,
  DensityOfStates,
  MeshModes,
  PointModes,
  ThermalDisplacementMatrices,
  ThermalDisplacements,
  ThermalProperties,
} from '../model/phonon-results.js';
import { findCellSymmetry } from '../symmetry/cell-symmetry.js';
import { meshOfLength, meshOperations, meshShift, type QMesh, reduceMesh } from '../symmetry/q-mesh.js';
import { reciprocalOperations } from '../symmetry/q-points.js';
import type { DensityPlan, MeshPlan, PhononModel, PhononPlan } from './phonon-plan.js';

/** What a plan came to. */
export interface PhononResults {
  readonly points?: PointModes;
  readonly band?: BandStructure;
  readonly mesh?: MeshModes;
  readonly density?: DensityOfStates;
  readonly projected?: DensityOfStates;
  readonly thermal?: ThermalProperties;
  readonly motion?: ThermalDisplacements;
  readonly motionMatrices?: ThermalDisplacementMatrices;
}

export interface PhononOptions extends PhononSolvers {
  /** Told what is calculated next, such as 'modes on a mesh of 10 x 10 x 10' */
  readonly progress?: (stage: string) => void;
}

/**
 * Calculates everything that a plan asks for. Modes are solved once, whatever is made of them.
 * @throws PhonolinkError where something of a mesh is asked for without one, or the model's parts do not fit
 */
export function calculatePhonons(
  model: PhononModel,
  plan: PhononPlan,
  { eigen, slopes, tetrahedra = tetrahedronDensity, progress = () => {} }: PhononOptions = {},
): PhononResults {
  const { cells, constants, polar, units } = model;
  const { primitive } = cells;
  const { density, projected, thermal, motion, motionMatrices } = plan;
  const needsMesh = [density, projected, thermal, motion, motionMatrices].some((part) => part !== undefined);
  if (needsMesh && !plan.mesh)
    throw new PhonolinkError('densities of states and thermal properties need a mesh', {
      hint: 'give its three numbers',
    });
  progress('the dynamical matrix');
  const matrix = new DynamicalMatrix(cells, constants, polar);
  const symmetry = model.symmetry ?? findCellSymmetry(primitive, cells.tolerance);
  const operations = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
  const solve = { units, eigen, slopes };
  let band: BandStructure | undefined;
  if (plan.band) {
    const { path, eigenvectors: vectors, velocities, connected } = plan.band;
    progress(`bands at ${path.reduce((sum, { points }) => sum + points.length / 3, 0)} points`);
    band = solveBands(matrix, primitive, path, { ...solve, vectors, velocities, connected, operations });
  }
  let points: PointModes | undefined;
  if (plan.points) {
    progress(`modes at ${plan.points.points.length / 3} q points`);
    points = solvePoints(matrix, primitive, plan.points, { ...solve, operations });
  }
  if (!plan.mesh) return { ...(points && { points }), ...(band && { band }) };
  const mesh = meshOf(plan.mesh, operations, primitive.cell);
  progress(`modes on a mesh of ${mesh.mesh.join(' x ')}, ${mesh.weights.length} points of it`);
  const { velocities, eigenvectors } = plan.mesh;
  const vectors = Boolean(eigenvectors || velocities || projected || motion || motionMatrices);
  const solved = solveMesh(matrix, primitive, mesh, { ...solve, vectors });
  // Velocities have the crystal's symmetry, whatever the mesh was reduced by.
  const modes = velocities
    ? {
        ...solved,
        velocities: velocitiesAt(matrix, solved.points, solved.frequencies, solved.eigenvectors!, {
          units,
          operations,
          slopes,
        }),
      }
    : solved;
  const densityOf = (how: DensityPlan, shares?: Shares) => {
    const at = frequencyPoints(modes.frequencies, how.range);
    return how.smearing
      ? smearedDensity(modes, at, how.smearing, shares)
      : tetrahedra(modes, mesh, at, shares);
  };
  const results: { -readonly [K in keyof PhononResults]: PhononResults[K] } = { mesh: modes };
  if (band) results.band = band;
  if (points) results.points = points;
  if (density) {
    progress('the density of states');
    results.density = densityOf(density);
  }
  // Shares of atoms that operations exchange are different: of an irreducible point they stand for no other.
  const byCrystal = (plan.mesh.reducedBy ?? 'symmetry') === 'symmetry';
  if (projected) {
    if (byCrystal)
      throw new PhonolinkError('a projected density of states needs a mesh that the crystal does not reduce');
    progress('the projected density of states');
    results.projected = densityOf(projected, atomShares(modes, projected.per ?? 'atom'));
  }
  if (thermal) {
    progress('thermal properties');
    const { temperatures, ...options } = thermal;
    results.thermal = thermalProperties(modes, temperatures, { units, ...options });
  }
  const own = byCrystal ? { symmetry } : {};
  if (motion) {
    progress('thermal displacements');
    const { temperatures, along, ...options } = motion;
    results.motion = meanSquares(
      displacementMatrices(modes, temperatures, { units, ...own, ...options }),
      along,
    );
  }
  if (motionMatrices) {
    progress('matrices of thermal displacements');
    const { temperatures, ...options } = motionMatrices;
    const found = displacementMatrices(modes, temperatures, { units, ...own, ...options });
    results.motionMatrices = { ...found, crystal: crystalFrame(found.matrices, primitive.cell) };
  }
  return results;
}

/** The mesh of a plan. @param operations on q points, of the crystal with time reversal */
export function meshOf(plan: MeshPlan, operations: readonly Int32Array[], cell: ArrayLike<number>): QMesh {
  const { reducedBy = 'symmetry' } = plan;
  const { numbers, shift } = meshNumbers(plan, operations, cell);
  const kept =
    reducedBy === 'symmetry'
      ? operations
      : reciprocalOperations([[1, 0, 0, 0, 1, 0, 0, 0, 1]], reducedBy === 'time reversal');
  return reduceMesh(numbers, kept, shift);
}

/** Whether the mesh of a plan, with its shift, has the symmetry of the crystal; and its numbers. */
export function meshSymmetry(
  plan: MeshPlan,
  operations: readonly Int32Array[],
  cell: ArrayLike<number>,
): { readonly numbers: readonly number[]; readonly isWhole: boolean } {
  const { numbers, shift } = meshNumbers(plan, operations, cell);
  return { numbers, isWhole: meshOperations(numbers, operations, shift).length === operations.length };
}

/** Three numbers of a plan's mesh, and its half steps. @param operations as of `meshOf` */
export function meshNumbers(
  { mesh, gammaCentred = false, shift }: MeshPlan,
  operations: readonly Int32Array[],
  cell: ArrayLike<number>,
) {
  const isLength = mesh.length === 1;
  const numbers = isLength ? meshOfLength(mesh[0], cell, operations) : Array.from(mesh);
  const centred = gammaCentred || isLength;
  return { numbers, shift: meshShift(numbers, { gammaCentred: centred, ...(shift && { shift }) }) };
}
