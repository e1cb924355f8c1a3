import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CollisionFile, readCollision, writeCollision } from '../../formats/phono3py/collision.js';
import { nameSuffix } from '../../formats/phono3py/names.js';
import type { ConductivityPlan, Width } from '../../src/workflows/kappa/plan.js';
import type { PointScattering, WidthScattering } from '../../src/workflows/kappa/point-scattering.js';
import type { ScatteringGrid } from '../../src/workflows/kappa/scattering.js';
import { PROGRAM, sigmaOf } from './phono3py-gamma-files.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

/** What files of collisions are about. */
export interface CollisionFiles {
  readonly session: Session;
  readonly prepared: ScatteringGrid;
  readonly plan: ConductivityPlan;
}

function nameOf({ prepared, plan }: CollisionFiles, width: Width, point?: number): string {
  const parts = {
    mesh: prepared.grid.diagonal,
    ...(point !== undefined && { point }),
    ...sigmaOf(width, plan),
  };
  return `collision${nameSuffix(parts)}.hdf5`;
}

/**
 * --write-collision: collision-m*-g*.hdf5 of one point for each width.
 * @returns what the terminal is told of each file
 */
export async function writeCollisions(
  files: CollisionFiles,
  point: number,
  { widths }: PointScattering,
): Promise<string[]> {
  const { session, prepared, plan } = files;
  const lines: string[] = [];
  for (const [w, { linewidths, isotope, rows }] of widths.entries()) {
    const name = nameOf(files, plan.widths[w], point);
    const sigma = sigmaOf(plan.widths[w], plan);
    await writeCollision(join(session.folder, name), {
      version: PROGRAM,
      temperatures: plan.temperatures,
      shape: rowShape(prepared, plan),
      rows: rows!,
      linewidths,
      ...(isotope && { isotope }),
      point,
      ...sigma,
    });
    const text = `Collisions at grid address ${point} ${sigma.sigma === undefined ? '' : `and sigma ${sigma.sigma} `}were written into `;
    lines.push(...(sigma.sigma === undefined ? [`${text}"${name}".`] : [text, `"${name}".`]));
  }
  return lines;
}

/** Whether a point's files of all widths are there. */
export function areCollisionsThere(files: CollisionFiles, point: number): boolean {
  const { session, plan } = files;
  return plan.widths.every((width) => existsSync(join(session.folder, nameOf(files, width, point))));
}

/** Sides of a point's rows. */
function rowShape({ grid, irreducible, modes: { bands } }: ScatteringGrid, plan: ConductivityPlan): number[] {
  const t = plan.temperatures.length;
  return plan.collisions === 'full'
    ? [t, bands, grid.total, bands]
    : [t, bands, 3, irreducible.points.length, bands, 3];
}

/**
 * --read-collision all: rows and linewidths of all points out of collision-m*.hdf5, or of collision-m*-g*.hdf5.
 * @returns the points with the temperatures that the files are of
 * @throws PhonolinkError where a file is not there, or does not go with the grid
 */
export async function readCollisions(
  files: CollisionFiles,
): Promise<{ points: PointScattering[]; temperatures: Float64Array }> {
  const { session, plan, prepared } = files;
  const widths: WidthScattering[][] = [];
  let temperatures: Float64Array | undefined;
  for (const width of plan.widths) {
    const whole = nameOf(files, width);
    const isWhole = existsSync(join(session.folder, whole));
    const found = isWhole ? partsOf(await take(files, whole)) : await takePoints(files, width);
    const same = (own: Float64Array) =>
      own.length === temperatures?.length && own.every((x, k) => Math.abs(x - temperatures![k]) < 1e-9);
    for (const file of found) {
      temperatures ??= file.temperatures;
      if (!same(file.temperatures)) throw unsuited('files of collisions are of different temperatures');
    }
    const expected = rowShape(prepared, { ...plan, temperatures: temperatures! });
    for (const { shape } of found) {
      if (shape.length !== expected.length || shape.some((n, k) => n !== expected[k]))
        throw unsuited(
          `collisions of the shape ${shape.join(' x ')}, expected ${expected.join(' x ')}`,
          'the mesh, or --reducible-colmat, is not that which they were written with',
        );
    }
    widths.push(found.map(({ rows, linewidths }) => ({ rows, linewidths })));
  }
  return {
    points: Array.from(prepared.symmetry.points, (_, i) => ({ widths: widths.map((each) => each[i]) })),
    temperatures: temperatures!,
  };
}

async function takePoints(files: CollisionFiles, width: Width): Promise<CollisionFile[]> {
  const { session, prepared } = files;
  const found: CollisionFile[] = [];
  for (const point of prepared.symmetry.points) {
    const name = nameOf(files, width, point);
    if (!existsSync(join(session.folder, name)))
      throw unsuited(`--read-collision: there is no ${name}`, 'write it with --lbte --write-collision');
    found.push(await take(files, name));
    session.say(`Collisions at grid point ${point} were read from "${name}".`);
  }
  return found;
}

async function take({ session }: CollisionFiles, name: string): Promise<CollisionFile> {
  return readCollision(join(session.folder, name));
}

/** The points of a file of all of them. */
function partsOf(file: CollisionFile): CollisionFile[] {
  const [t, points, ...rest] = file.shape;
  const row = rest.reduce((product, side) => product * side, 1);
  const width = file.linewidths.length / t / points;
  const cut = (values: Float64Array, size: number, i: number) =>
    Float64Array.from(
      { length: t * size },
      (_, k) => values[(Math.floor(k / size) * points + i) * size + (k % size)],
    );
  return Array.from({ length: points }, (_, i) => ({
    temperatures: file.temperatures,
    shape: [t, ...rest],
    rows: cut(file.rows, row, i),
    linewidths: cut(file.linewidths, width, i),
  }));
}
