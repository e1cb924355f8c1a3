import type { CpuDevice } from '../../device/cpu.js';
import { CollisionSums } from '../../lattice/scattering/collision-sums.js';
import type { Smearing } from '../../lattice/scattering/delta-weights.js';
import {
  type GridTetrahedra,
  gridTetrahedra,
  neighboursOf,
} from '../../lattice/scattering/grid-tetrahedra.js';
import { InteractionStrengths } from '../../lattice/scattering/interaction.js';
import { IsotopeScattering } from '../../lattice/scattering/isotope.js';
import { classesOf, SelfEnergies, type Strengths } from '../../lattice/scattering/linewidths.js';
import { tripletsAt } from '../../lattice/scattering/triplets.js';
import type { Triplets } from '../../model/phonon-grid.js';
import { massVariances } from './mass-variances.js';
import type { AnharmonicModel, ScatteringPlan, Width } from './plan.js';
import type { ScatteringGrid } from './scattering.js';

/** How the modes of one point scatter, by one way of making delta functions. */
export interface WidthScattering {
  /** [t][b] THz */
  readonly linewidths: Float64Array;
  readonly normal?: Float64Array;
  readonly umklapp?: Float64Array;
  /** [b] THz */
  readonly isotope?: Float64Array;
  /** Rows of the collision matrix without its main diagonal, THz: [t][b][3][i][b][3], or [t][b][N][b] of the full one */
  readonly rows?: Float64Array;
}

export interface PointScattering {
  /** In the order of the plan's widths */
  readonly widths: readonly WidthScattering[];
  /** [b] eV^2 */
  readonly meanStrengths?: Float64Array;
}

/** Scattering at points of a grid, one point at a time. What does not depend on the point is done beforehand. */
export class PointScatterer {
  private readonly interaction: InteractionStrengths;
  private readonly each: readonly {
    readonly energies: SelfEnergies;
    readonly isotope?: IsotopeScattering;
  }[];
  private readonly collisions?: CollisionSums;
  private readonly strengths: Strengths;

  /** @throws PhonolinkError where memory does not suffice, or a mass variance is not known */
  constructor(
    private readonly prepared: ScatteringGrid,
    model: AnharmonicModel,
    private readonly plan: ScatteringPlan,
    device: CpuDevice,
  ) {
    const { grid, modes, irreducible } = prepared;
    const { cubicCells, cubic, units } = model;
    const { convention, cutoffFrequency } = plan;
    this.interaction = new InteractionStrengths(
      { cells: cubicCells, constants: cubic, convention, grid, modes, cutoffFrequency, units },
      device,
    );
    // Strengths that another width asks for again are kept for the point.
    const isShared = plan.widths.length > 1;
    this.strengths = isShared ? new KeptStrengths(this.interaction) : this.interaction;
    const tetrahedra = plan.widths.includes('tetrahedra') ? tetrahedraOf(prepared, plan) : undefined;
    const classes = classesOf(grid, irreducible.map);
    this.each = plan.widths.map((width) => {
      const smearing = smearingOf(width, plan, tetrahedra);
      return {
        energies: new SelfEnergies({
          device,
          grid,
          modes,
          strengths: this.strengths,
          smearing,
          classes,
          cutoffFrequency,
          units,
          ...(isShared && { memory: Number.POSITIVE_INFINITY }),
        }),
        ...(plan.isotope && { isotope: isotopeOf(prepared, model, plan, width, tetrahedra) }),
      };
    });
    if (plan.collisions) {
      this.collisions = new CollisionSums({
        device,
        kind: plan.collisions,
        grid,
        modes,
        symmetry: prepared.symmetry,
        temperatures: plan.temperatures,
        units,
        cutoff: cutoffFrequency,
      });
    }
  }

  /** @param i which of the irreducible points */
  at(i: number): PointScattering {
    return this.atPoint(this.prepared.symmetry.points[i]);
  }

  /** @param point any BZ point */
  atPoint(point: number): PointScattering {
    const { grid, operations } = this.prepared;
    const { temperatures, split, withStrengths, reducedBy } = this.plan;
    const triplets = tripletsAt(grid, point, operations, { swap: reducedBy !== 'nothing' });
    let meanStrengths: Float64Array | undefined;
    const { collisions } = this;
    const widths = this.each.map(({ energies, isotope }, w) => {
      collisions?.begin(triplets);
      const found = energies.linewidths(triplets, temperatures, {
        split,
        withStrengths: withStrengths && w === 0,
        ...(collisions && {
          hear: (batch, first, { total }, strengths) => collisions.add(batch, first, strengths, total!),
        }),
      });
      meanStrengths ??= found.meanStrengths;
      return {
        linewidths: found.gammas,
        ...(found.normal && { normal: found.normal, umklapp: found.umklapp }),
        ...(isotope && { isotope: isotope.linewidths(point) }),
        ...(collisions && { rows: collisions.rows(triplets) }),
      };
    });
    return { widths, ...(meanStrengths && { meanStrengths }) };
  }

  /** Gives the memory back. */
  release(): void {
    this.interaction.release();
    this.collisions?.release();
    for (const { energies } of this.each) energies.release();
  }
}

/** Remembers the strengths of all triplets of one point. */
class KeptStrengths implements Strengths {
  private point = -1;
  private kept = new Float64Array(0);

  constructor(private readonly from: Strengths) {}

  at(triplets: Triplets): Float64Array {
    if (triplets.point !== this.point) {
      this.kept = this.from.at(triplets) as Float64Array<ArrayBuffer>;
      this.point = triplets.point;
    }
    return this.kept;
  }
}

function tetrahedraOf(
  { grid, operations }: ScatteringGrid,
  { symmetriseTetrahedra = false }: ScatteringPlan,
): GridTetrahedra {
  return gridTetrahedra(grid, symmetriseTetrahedra ? operations : []);
}

function smearingOf(
  width: Width,
  { sigmaCutoff, equalBands }: ScatteringPlan,
  tetrahedra: GridTetrahedra | undefined,
): Smearing {
  if (width === 'tetrahedra')
    return { kind: 'tetrahedra', tetrahedra: tetrahedra!, ...(equalBands && { equalBands }) };
  return { kind: 'gaussian', sigma: width, ...(sigmaCutoff !== undefined && { cutoff: sigmaCutoff }) };
}

function isotopeOf(
  { grid, modes }: ScatteringGrid,
  { cells: { primitive } }: AnharmonicModel,
  { isotope, atCorner, cutoffFrequency }: ScatteringPlan,
  width: Width,
  tetrahedra: GridTetrahedra | undefined,
): IsotopeScattering {
  return new IsotopeScattering(
    grid,
    modes,
    massVariances(primitive, isotope!),
    width === 'tetrahedra'
      ? {
          kind: 'tetrahedra',
          neighbours: neighboursOf(grid, tetrahedra!),
          corners: tetrahedra!.corners,
          ...(atCorner && { atCorner }),
        }
      : { kind: 'gaussian', sigma: width },
    cutoffFrequency,
  );
}
