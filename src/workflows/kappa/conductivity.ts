import type { CpuDevice } from '../../device/cpu.js';
import { PHONOPY_UNITS } from '../../lattice/harmonic/units.js';
import {
  type BoltzmannConductivity,
  type BoltzmannModes,
  boltzmannConductivity,
  spreadModes,
} from '../../lattice/scattering/boltzmann.js';
import {
  completeFull,
  completeReduced,
  pointProjectors,
  spreadRows,
  starRoots,
} from '../../lattice/scattering/collision-matrix.js';
import { matricesTogether } from '../../lattice/scattering/collision-memory.js';
import { modeHeatCapacities, SLOWEST } from '../../lattice/scattering/heat-capacity.js';
import { matrixBasis, projectMatrix, wholeBasis } from '../../lattice/scattering/matrix-basis.js';
import { type CollisionSolver, SymmetricEigens } from '../../lattice/scattering/pseudo-inverse.js';
import {
  boundaryLinewidths,
  conductivityUnit,
  type HeatCarriers,
  relaxationTimeConductivity,
  totalLinewidths,
} from '../../lattice/scattering/relaxation-time.js';
import { velocityProducts } from '../../lattice/scattering/star-sums.js';
import { pairVelocityProducts } from '../../lattice/scattering/velocity-operator.js';
import { starPairs, wignerConductivity } from '../../lattice/scattering/wigner.js';
import { volume } from '../../model/cell.js';
import type { Conductivity } from '../../model/conductivity.js';
import type { ConductivityPlan, HarmonicModel } from './plan.js';
import type { PointScattering, WidthScattering } from './point-scattering.js';
import { rowsAt, type ScatteringGrid } from './scattering.js';

/** What a conductivity came to, with what phono3py's file has no place for. */
export interface ConductivityResult extends Conductivity {
  /** [t][n] THz, where the collision matrix was decomposed */
  readonly collisionEigenvalues?: Float64Array;
  /** [t] modes of irreducible points that do not count in the relaxation-time approximation */
  readonly ignored: Int32Array;
}

/**
 * Conductivity of linewidths that are known at all irreducible points.
 * @param points [i] in the order of the grid's irreducible points
 * @param width which of the plan's widths
 * @throws PhonolinkError where the Boltzmann equation is not solved
 */
export function conductivityOf(
  prepared: ScatteringGrid,
  model: HarmonicModel,
  plan: ConductivityPlan,
  points: readonly PointScattering[],
  width: number,
  device: CpuDevice,
): ConductivityResult {
  const { grid, irreducible, symmetry, frequencies, velocities } = prepared;
  const { units = PHONOPY_UNITS, cells } = model;
  const { temperatures, boundary, cutoffFrequency: cutoff = SLOWEST } = plan;
  const own = points.map(({ widths }) => widths[width]);
  const products = velocityProducts(velocities, irreducible.weights, symmetry.rotations);
  const heatCapacities = modeHeatCapacities(frequencies, temperatures, cutoff, units);
  const linewidths = byTemperature(own, temperatures.length, ({ linewidths: all }) => all);
  const isotope = own[0].isotope && joined(own.map(({ isotope: all }) => all!));
  const walls = boundary === undefined ? undefined : boundaryLinewidths(velocities, boundary);
  const whole = totalLinewidths(linewidths, isotope, walls);
  const carriers: HeatCarriers = {
    total: grid.total,
    volume: volume(cells.primitive.cell),
    frequencies,
    products,
    heatCapacities,
  };
  const rta = relaxationTimeConductivity(carriers, whole, { cutoff, units });
  const smearing = plan.widths[width];
  const base: Conductivity = {
    mesh: Int32Array.from(grid.diagonal),
    ...(isGeneral(grid.matrix) && {
      generalGrid: { matrix: grid.matrix, left: grid.left, right: grid.right },
    }),
    temperatures,
    weights: irreducible.weights,
    gridPoints: symmetry.points,
    points: rowsAt(grid.points, 3, symmetry.points),
    ...(smearing !== 'tetrahedra' && { sigma: smearing, sigmaCutoff: plan.sigmaCutoff }),
    unit: conductivityUnit(carriers.volume, units),
    boundary,
    // Beside numbers of all points stand frequencies of all.
    frequencies:
      plan.collisions === 'full'
        ? rowsAt(prepared.modes.frequencies, prepared.modes.bands, grid.first.subarray(0, grid.total))
        : frequencies,
    velocities,
    products,
    heatCapacities,
    linewidths,
    ...(own[0].normal && {
      normal: byTemperature(own, temperatures.length, ({ normal }) => normal!),
      umklapp: byTemperature(own, temperatures.length, ({ umklapp }) => umklapp!),
    }),
    isotope,
    ...(points[0].meanStrengths && {
      averageStrengths: joined(points.map(({ meanStrengths }) => meanStrengths!)),
    }),
  };
  const exact = plan.collisions
    ? solveBoltzmann(prepared, carriers, plan, own, whole, cutoff, units, device)
    : undefined;
  const wigner = plan.wigner && coherences(prepared, carriers, plan.wigner, whole, { cutoff, units });
  const { ignored } = rta;
  if (!exact) {
    return {
      ...base,
      kappa: rta.kappa,
      modeKappa: rta.modeKappa,
      ...(wigner && {
        kappaPopulations: wigner.populations,
        kappaCoherences: wigner.coherences,
        kappaWigner: wigner.total,
        modePopulations: wigner.modePopulations,
        modeCoherences: wigner.modeCoherences,
      }),
      ignored,
    };
  }
  return {
    ...base,
    ...exact,
    ...(wigner && {
      kappaPopulations: wigner.populations,
      kappaCoherences: wigner.coherences,
      kappaWigner: wigner.total,
      kappaPopulationsExact: exact.kappa,
      kappaWignerExact: exact.kappa.map((x, k) => x + wigner.coherences[k]),
      modePopulations: wigner.modePopulations,
      modeCoherences: wigner.modeCoherences,
    }),
    ignored,
  };
}

function solveBoltzmann(
  { grid, irreducible, symmetry, modes, frequencies, velocities, moves }: ScatteringGrid,
  carriers: HeatCarriers,
  { temperatures, collisions, solver = { kind: 'eigen' } }: ConductivityPlan,
  own: readonly WidthScattering[],
  linewidths: Float64Array,
  cutoff: number,
  units: NonNullable<HarmonicModel['units']>,
  device: CpuDevice,
) {
  const { bands } = modes;
  const full = collisions === 'full';
  const roots = starRoots(irreducible.weights, symmetry.rotations.length);
  const reduced: BoltzmannModes = {
    kind: 'reduced',
    total: grid.total,
    volume: carriers.volume,
    bands,
    frequencies,
    velocities,
    roots,
    // The first of the irreducible points.
    gamma: 0,
    rotations: symmetry.rotations,
    projectors: pointProjectors(symmetry, irreducible.points),
  };
  const modesHere = frequencies.length;
  const rows = full ? grid.total * bands : 3 * modesHere;
  const matrix = new Float64Array(rows * rows);
  const problemAt = (t: number) => {
    matrix.fill(0);
    const here = linewidths.subarray(t * modesHere, (t + 1) * modesHere);
    own.forEach(({ rows: all }, i) => {
      const size = all!.length / temperatures.length;
      const at = full ? irreducible.points[i] * size : i * size;
      matrix.set(all!.subarray(t * size, (t + 1) * size), at);
    });
    if (!full) {
      completeReduced(matrix, { linewidths: here, frequencies, bands }, symmetry, irreducible.points, roots);
      return { t, modes: reduced, linewidths: here };
    }
    spreadRows(matrix, bands, irreducible.points, moves);
    const all = spreadModes(reduced, here, irreducible.points, moves);
    completeFull(matrix, all);
    return { t, modes: all, linewidths: all.linewidths };
  };
  const answers: BoltzmannConductivity[] = [];
  const answer = ({ t, modes: of, linewidths: here }: ReturnType<typeof problemAt>, how: CollisionSolver) =>
    answers.push(boltzmannConductivity(of, temperatures[t], matrix, here, { solver: how, cutoff, units }));
  if (solver.kind === 'eigen' && !solver.eigen) {
    const basis = full ? wholeBasis(rows) : matrixBasis(frequencies, bands, reduced.projectors!);
    const together = matricesTogether(basis.count, temperatures.length, device.threads);
    const eigens = new SymmetricEigens(device, basis.count, together);
    try {
      for (let begin = 0; begin < temperatures.length; begin += together) {
        const count = Math.min(together, temperatures.length - begin);
        const problems = Array.from({ length: count }, (_, k) => {
          const problem = problemAt(begin + k);
          projectMatrix(basis, matrix, eigens.matrix(k));
          return problem;
        });
        const found = eigens.solve(count);
        problems.forEach((problem, k) => {
          answer(problem, { kind: 'known', eigen: found[k], basis, cutoff: solver.cutoff });
        });
      }
    } finally {
      eigens.release();
    }
  } else {
    for (let t = 0; t < temperatures.length; t++) answer(problemAt(t), solver);
  }
  const eigenvalues = answers.every((answer) => answer.eigenvalues !== undefined)
    ? joined(answers.map((answer) => answer.eigenvalues!))
    : undefined;
  return {
    kappa: joined(answers.map(({ kappa }) => kappa)),
    kappaRta: joined(answers.map(({ kappaRta }) => kappaRta)),
    modeKappa: joined(answers.map(({ modeKappa }) => modeKappa)),
    modeKappaRta: joined(answers.map(({ modeKappaRta }) => modeKappaRta)),
    vectors: answers[answers.length - 1].vectors,
    ...(eigenvalues && { collisionEigenvalues: eigenvalues }),
  };
}

function coherences(
  { matrix, grid, irreducible, symmetry, modes, velocities }: ScatteringGrid,
  carriers: HeatCarriers,
  split: NonNullable<ConductivityPlan['wigner']>,
  linewidths: Float64Array,
  { cutoff, units }: { cutoff: number; units: NonNullable<HarmonicModel['units']> },
) {
  const { bands } = modes;
  const pairs = Array.from(symmetry.points, (p, i) =>
    pairVelocityProducts(
      matrix,
      grid.points.slice(3 * p, 3 * p + 3),
      modes.frequencies.slice(p * bands, (p + 1) * bands),
      modes.eigenvectors.slice(2 * p * bands * bands, 2 * (p + 1) * bands * bands),
      split === 'equal'
        ? { mean: 'arithmetic', units }
        : {
            mean: 'geometric',
            velocities: velocities.subarray(3 * bands * i, 3 * bands * (i + 1)),
            units,
          },
    ),
  );
  return wignerConductivity(
    carriers,
    starPairs(joined(pairs), irreducible.weights, symmetry.rotations),
    linewidths,
    split,
    { cutoff, units },
  );
}

/** [t][i][..] of [i] of [t][..] */
function byTemperature(
  points: readonly WidthScattering[],
  temperatures: number,
  of: (point: WidthScattering) => Float64Array,
): Float64Array {
  const size = of(points[0]).length / temperatures;
  const out = new Float64Array(points.length * size * temperatures);
  points.forEach((point, i) => {
    const all = of(point);
    for (let t = 0; t < temperatures; t++)
      out.set(all.subarray(t * size, (t + 1) * size), (t * points.length + i) * size);
  });
  return out;
}

function joined(parts: readonly Float64Array[]): Float64Array {
  const out = new Float64Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

function isGeneral(matrix: Int32Array): boolean {
  return [1, 2, 3, 5, 6, 7].some((e) => matrix[e] !== 0);
}
