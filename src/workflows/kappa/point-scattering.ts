import type { CpuDevice } from '../../device/cpu.js';
import { CollisionSums } from '../../lattice/scattering/collision-sums.js';
import type { DeltaWeights, Smearing } from '../../lattice/scattering/delta-weights.js';
import {
  type GridTetrahedra,
  gridTetrahedra,
  neighboursOf,
} from '../../lattice/scattering/grid-tetrahedra.js';
import { InteractionStrengths } from '../../lattice/scattering/interaction.js';
import { IsotopeScattering } from '../../lattice/scattering/isotope.js';
import { classesOf, SelfEnergies, type Strengths } from '../../lattice/scattering/linewidths.js';
import { operationsAlong, tripletsAt } from '../../lattice/scattering/triplets.js';
import type { Triplets } from '../../model/phonon-grid.js';
import { IDENTITY, INVERSION } from '../../symmetry/integer-matrix.js';
import { massVariances } from './mass-variances.js';
import type { AnharmonicModel, HarmonicModel, ScatteringPlan, Width } from './plan.js';
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

/** Told what is summed up over triplets: of which width, which triplets, and which of all is the first of them. */
export type TripletListener = (
  width: number,
  batch: Triplets,
  first: number,
  weights: DeltaWeights,
  strengths: Float64Array,
) => void;

/** Scattering at points of a grid, one point at a time. What does not depend on the point is done beforehand. */
export class PointScatterer {
  private readonly interaction?: InteractionStrengths;
  private readonly each: readonly {
    readonly energies: SelfEnergies;
    readonly isotope?: IsotopeScattering;
  }[];
  private readonly collisions?: CollisionSums;
  private readonly strengths: Strengths;

  /**
   * @param given strengths that are known; made of the force constants where absent
   * @throws PhonolinkError where memory does not suffice, or a mass variance is not known
   */
  constructor(
    private readonly prepared: ScatteringGrid,
    model: AnharmonicModel,
    private readonly plan: ScatteringPlan,
    device: CpuDevice,
    given?: Strengths,
  ) {
    const { grid, modes, irreducible } = prepared;
    const { units } = model;
    const { cutoffFrequency } = plan;
    if (!given) this.interaction = interactionOf(prepared, model, plan, device);
    const strengths = given ?? this.interaction!;
    // Strengths that another width asks for again are kept for the point.
    const isShared = plan.widths.length > 1;
    this.strengths = isShared ? new KeptStrengths(strengths) : strengths;
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

  /**
   * @param point any BZ point
   * @param bands of it; all where absent. Rows of the collision matrix are those of all.
   * @param hear told of each width, by its place, and each batch of triplets what is summed up; arrays last until it returns
   */
  atPoint(point: number, bands?: readonly number[], hear?: TripletListener): PointScattering {
    const { temperatures, split, withStrengths } = this.plan;
    const triplets = pointTriplets(this.prepared, this.plan, point);
    let meanStrengths: Float64Array | undefined;
    const { collisions } = this;
    const widths = this.each.map(({ energies, isotope }, w) => {
      collisions?.begin(triplets);
      const found = energies.linewidths(triplets, temperatures, {
        ...(bands && { bands }),
        split,
        withStrengths: withStrengths && w === 0,
        ...((collisions || hear) && {
          hear: (batch, first, weights, strengths) => {
            collisions?.add(batch, first, strengths, weights.total!);
            hear?.(w, batch, first, weights, strengths);
          },
        }),
      });
      meanStrengths ??= found.meanStrengths;
      return {
        linewidths: found.gammas,
        ...(found.normal && { normal: found.normal, umklapp: found.umklapp }),
        ...(isotope && { isotope: chosenOf(isotope.linewidths(point), bands) }),
        ...(collisions && { rows: collisions.rows(triplets) }),
      };
    });
    return { widths, ...(meanStrengths && { meanStrengths }) };
  }

  /** Gives the memory back. */
  release(): void {
    this.interaction?.release();
    this.collisions?.release();
    for (const { energies } of this.each) energies.release();
  }
}

function chosenOf(values: Float64Array, bands: readonly number[] | undefined): Float64Array {
  return bands ? Float64Array.from(bands, (b) => values[b]) : values;
}

/**
 * Strengths of interaction on a plan's grid, on the threads of a device.
 * @throws PhonolinkError where memory does not suffice
 */
export function interactionOf(
  { grid, modes }: Pick<ScatteringGrid, 'grid' | 'modes'>,
  { cubicCells: cells, cubic: constants, units }: AnharmonicModel,
  { convention, cutoffFrequency }: Pick<ScatteringPlan, 'convention' | 'cutoffFrequency'>,
  device: CpuDevice,
): InteractionStrengths {
  return new InteractionStrengths(
    { cells, constants, convention, grid, modes, cutoffFrequency, units },
    device,
  );
}

/** The triplets of a BZ point that a plan sums over. */
export function pointTriplets(
  { grid, operations, reciprocal }: Pick<ScatteringGrid, 'grid' | 'operations' | 'reciprocal'>,
  {
    reducedBy,
    along,
    triplets = reducedBy === 'nothing' ? 'all' : 'reduced',
  }: Pick<ScatteringPlan, 'reducedBy' | 'triplets' | 'along'>,
  point: number,
): Triplets {
  if (triplets === 'all') return tripletsAt(grid, point, [], { swap: false });
  if (along && grid.regular[point] === 0)
    return tripletsAt(grid, point, operationsAlong(along, reciprocal, operations));
  // Time reversal remains to triplets even where points are reduced by nothing.
  return tripletsAt(grid, point, reducedBy === 'nothing' ? [IDENTITY, INVERSION] : operations);
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

/** The tetrahedra of a plan's grid. */
export function tetrahedraOf(
  { grid, operations }: Pick<ScatteringGrid, 'grid' | 'operations'>,
  { symmetriseTetrahedra = false }: Pick<ScatteringPlan, 'symmetriseTetrahedra'>,
): GridTetrahedra {
  return gridTetrahedra(grid, symmetriseTetrahedra ? operations : []);
}

/** How a plan makes delta functions of one of its widths. */
export function smearingOf(
  width: Width,
  { sigmaCutoff, equalBands }: Pick<ScatteringPlan, 'sigmaCutoff' | 'equalBands'>,
  tetrahedra: GridTetrahedra | undefined,
): Smearing {
  if (width === 'tetrahedra')
    return { kind: 'tetrahedra', tetrahedra: tetrahedra!, ...(equalBands && { equalBands }) };
  return { kind: 'gaussian', sigma: width, ...(sigmaCutoff !== undefined && { cutoff: sigmaCutoff }) };
}

/**
 * Scattering by the isotopes of a plan.
 * @throws PhonolinkError where a mass variance is not known
 */
export function isotopeOf(
  { grid, modes }: Pick<ScatteringGrid, 'grid' | 'modes'>,
  { cells: { primitive } }: HarmonicModel,
  {
    isotope,
    atCorner,
    equalBands,
    cutoffFrequency,
  }: Pick<ScatteringPlan, 'isotope' | 'atCorner' | 'equalBands' | 'cutoffFrequency'>,
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
          ...(equalBands && { equalBands }),
        }
      : { kind: 'gaussian', sigma: width },
    cutoffFrequency,
  );
}
