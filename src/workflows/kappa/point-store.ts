import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readCollision, writeCollision } from '../../../formats/phono3py/collision.js';
import { kappaName, readKappa, writeKappa } from '../../../formats/phono3py/kappa.js';
import { nameSuffix } from '../../../formats/phono3py/names.js';
import type { Conductivity } from '../../model/conductivity.js';
import { PhonolinkError } from '../../model/errors.js';
import type { ScatteringPlan, Width } from './plan.js';
import type { PointScattering, WidthScattering } from './point-scattering.js';
import { rowsAt, type ScatteringGrid } from './scattering.js';

/** Where scattering at points of a grid is kept, so that no point is calculated twice. */
export interface PointStore {
  /** @param i which of the irreducible points */
  read(i: number): Promise<PointScattering | undefined>;
  write(i: number, scattering: PointScattering): Promise<void>;
}

/**
 * phono3py's own files of single grid points in a folder: kappa-m*-g*.hdf5, and collision-m*-g*.hdf5 with the rows of the
 * collision matrix. Each is written whole or not at all; several processes may fill one folder.
 */
export class PointFolder implements PointStore {
  /** @param version what the files say that they were written by */
  constructor(
    private readonly folder: string,
    private readonly prepared: ScatteringGrid,
    private readonly plan: ScatteringPlan,
    private readonly version?: string,
  ) {}

  async read(i: number): Promise<PointScattering | undefined> {
    const { plan } = this;
    const paths = plan.widths.map((width) => this.paths(i, width));
    const needed = paths.flatMap(({ kappa, collision }) => (plan.collisions ? [kappa, collision] : [kappa]));
    if (!needed.every((path) => existsSync(path))) return undefined;
    const widths: WidthScattering[] = [];
    let meanStrengths: Float64Array | undefined;
    for (const { kappa, collision } of paths) {
      const result = await readKappa(kappa);
      this.requireSame(kappa, i, result);
      const { linewidths, normal, umklapp, isotope, averageStrengths } = result;
      const lacks = [
        !linewidths,
        plan.split && !normal,
        plan.isotope && !isotope,
        plan.withStrengths && widths.length === 0 && !averageStrengths,
      ];
      if (lacks.some(Boolean)) return undefined;
      meanStrengths ??= averageStrengths;
      widths.push({
        linewidths: linewidths!,
        ...(plan.split && { normal, umklapp }),
        ...(plan.isotope && { isotope }),
        ...(plan.collisions && { rows: await this.rowsIn(collision) }),
      });
    }
    return { widths, ...(plan.withStrengths && { meanStrengths }) };
  }

  async write(i: number, { widths, meanStrengths }: PointScattering): Promise<void> {
    const { plan, prepared, version } = this;
    const { grid, symmetry, modes } = prepared;
    const point = symmetry.points[i];
    const { bands } = modes;
    for (const [w, scattering] of widths.entries()) {
      const width = plan.widths[w];
      const { linewidths, normal, umklapp, isotope, rows } = scattering;
      const sigma = sigmaOf(width, plan);
      const { kappa, collision } = this.paths(i, width);
      // Where both are there, the collision matrix is.
      if (rows) {
        await writeCollision(collision, {
          version,
          temperatures: plan.temperatures,
          shape: this.shapeOfRows(),
          rows,
          linewidths,
          isotope,
          point,
          ...sigma,
        });
      }
      await writeKappa(kappa, {
        version,
        mesh: Int32Array.from(grid.diagonal),
        temperatures: plan.temperatures,
        gridPoints: point,
        frequencies: rowsAt(modes.frequencies, bands, [point]),
        velocities: rowsAt(prepared.velocities, 3 * bands, [i]),
        linewidths,
        normal,
        umklapp,
        isotope,
        ...(w === 0 && { averageStrengths: meanStrengths }),
        ...sigma,
      });
    }
  }

  private paths(i: number, width: Width): { kappa: string; collision: string } {
    const { grid, symmetry } = this.prepared;
    const parts = {
      mesh: Int32Array.from(grid.diagonal),
      point: symmetry.points[i],
      ...sigmaOf(width, this.plan),
    };
    return {
      kappa: join(
        this.folder,
        kappaName({ ...parts, gridPoints: parts.point, temperatures: new Float64Array(0) }),
      ),
      collision: join(this.folder, `collision${nameSuffix(parts)}.hdf5`),
    };
  }

  private async rowsIn(path: string): Promise<Float64Array> {
    const { temperatures, shape, rows } = await readCollision(path);
    const wanted = this.shapeOfRows();
    if (temperatures.length === wanted[0] && String(shape) === String(wanted)) return rows;
    throw foreign(path, `rows of the shape ${shape.join(' x ')}, expected ${wanted.join(' x ')}`);
  }

  /** What a file says of its point must be what this grid has there. */
  private requireSame(path: string, i: number, result: Conductivity): void {
    const { plan, prepared } = this;
    const { symmetry, modes, grid } = prepared;
    const point = symmetry.points[i];
    const differ = (a: ArrayLike<number>, b: ArrayLike<number>, by: number) =>
      a.length !== b.length || Array.from(a).some((x, k) => !(Math.abs(x - b[k]) <= by));
    if (differ(result.temperatures, plan.temperatures, 1e-9)) throw foreign(path, 'other temperatures');
    if (differ(result.mesh, grid.diagonal, 0) || result.gridPoints !== point)
      throw foreign(path, 'another point');
    const own = rowsAt(modes.frequencies, modes.bands, [point]);
    if (result.frequencies && differ(result.frequencies, own, SAME_FREQUENCY))
      throw foreign(path, 'other frequencies');
    const all = plan.temperatures.length * modes.bands;
    if (result.linewidths && result.linewidths.length !== all)
      throw foreign(path, `${result.linewidths.length} linewidths, expected ${all}`);
  }

  private shapeOfRows(): number[] {
    const { grid, modes, irreducible } = this.prepared;
    const { bands } = modes;
    const { temperatures, collisions } = this.plan;
    return [
      temperatures.length,
      bands,
      ...(collisions === 'full' ? [grid.total, bands] : [3, irreducible.points.length, bands, 3]),
    ];
  }
}

/** THz: roots of rounding errors, as acoustic modes at Gamma are, may come out otherwise on another machine */
const SAME_FREQUENCY = 1e-3;

function foreign(path: string, found: string): PhonolinkError {
  return new PhonolinkError(`${path}: is of another calculation: it holds ${found}`, {
    hint: 'remove it: its point is then calculated again',
  });
}

function sigmaOf(width: Width, { sigmaCutoff }: ScatteringPlan): { sigma?: number; sigmaCutoff?: number } {
  if (width === 'tetrahedra') return {};
  return { sigma: width, ...(sigmaCutoff !== undefined && { sigmaCutoff }) };
}
