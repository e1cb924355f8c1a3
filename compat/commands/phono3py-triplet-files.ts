import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { writeLinewidthDetail } from '../../formats/phono3py/gamma-detail.js';
import { nameSuffix } from '../../formats/phono3py/names.js';
import { readStrengths, writeStrengths } from '../../formats/phono3py/pp.js';
import { linewidthDetail } from '../../src/lattice/scattering/linewidth-detail.js';
import { type Strengths, selfEnergyUnit } from '../../src/lattice/scattering/linewidths.js';
import { tripletsAt } from '../../src/lattice/scattering/triplets.js';
import { UsageError } from '../../src/model/errors.js';
import type { PhononGrid, Triplets } from '../../src/model/phonon-grid.js';
import type { ScatteringPlan } from '../../src/workflows/kappa/plan.js';
import { pointTriplets, type TripletListener } from '../../src/workflows/kappa/point-scattering.js';
import type { ScatteringGrid } from '../../src/workflows/kappa/scattering.js';
import { PROGRAM, sigmaOf } from './phono3py-gamma-files.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

/** What is kept of each triplet of a point: --write-pp and --write-gamma-detail. */
export interface Keeping {
  readonly session: Session;
  readonly prepared: ScatteringGrid;
  readonly plan: ScatteringPlan;
  readonly strengths: boolean;
  readonly detail: boolean;
}

/** What --write-pp and --write-gamma-detail ask for; undefined where neither does. */
export function keepingOf(
  session: Session,
  prepared: ScatteringGrid,
  plan: ScatteringPlan,
): Keeping | undefined {
  const strengths = session.tags.flag('write_pp') ?? false;
  const detail = session.tags.flag('write_gamma_detail') ?? false;
  return strengths || detail ? { session, prepared, plan, strengths, detail } : undefined;
}

/** Gathers what is summed up for one point, and writes it. */
export class TripletKeeper {
  private readonly triplets: Triplets;
  private readonly bands: readonly number[];
  /** [n][b0][b][b] of the last width */
  private readonly strengths: Float64Array;
  private readonly unused: Uint8Array;
  /** [w] of [t][n][b0][b][b] */
  private readonly details: readonly Float64Array[];

  constructor(
    private readonly keeping: Keeping,
    private readonly point: number,
    private readonly chosen?: readonly number[],
  ) {
    const { prepared, plan, detail } = keeping;
    const { bands } = prepared.modes;
    this.triplets = pointTriplets(prepared, plan, point);
    this.bands = chosen ?? Array.from({ length: bands }, (_, b) => b);
    const size = this.triplets.weights.length * this.bands.length * bands ** 2;
    this.strengths = new Float64Array(size);
    this.unused = new Uint8Array(size);
    this.details = detail ? plan.widths.map(() => new Float64Array(plan.temperatures.length * size)) : [];
  }

  readonly hear: TripletListener = (width, batch, first, weights, strengths) => {
    const { plan, prepared } = this.keeping;
    const each = strengths.length / batch.weights.length;
    this.strengths.set(strengths, first * each);
    this.unused.set(weights.zero, first * each);
    if (this.details.length === 0) return;
    const unit = selfEnergyUnit({ kind: 'gaussian', sigma: 1 });
    for (const [t, temperature] of plan.temperatures.entries()) {
      const detail = linewidthDetail(batch, prepared.modes, weights, strengths, temperature, {
        cutoff: plan.cutoffFrequency!,
        unit,
      });
      this.details[width].set(detail, t * this.strengths.length + first * each);
    }
  };

  /** @returns what the terminal is told */
  async write(): Promise<string[]> {
    const { strengths, detail } = this.keeping;
    return [...(strengths ? await this.writeStrengths() : []), ...(detail ? await this.writeDetail() : [])];
  }

  private async writeStrengths(): Promise<string[]> {
    const { session, prepared, plan } = this.keeping;
    const { weights, points } = this.triplets;
    const { bands } = prepared.modes;
    const parts = {
      mesh: prepared.grid.diagonal,
      point: this.point,
      ...sigmaOf(plan.widths[plan.widths.length - 1], plan),
    };
    const name = `pp${nameSuffix(parts)}.hdf5`;
    const isWhole = keepsAll(this.keeping);
    await writeStrengths(join(session.folder, name), {
      version: PROGRAM,
      shape: [weights.length, this.bands.length, bands, bands],
      values: this.strengths,
      ...(isWhole
        ? { triplets: points, weights, allTriplets: allTriplets(prepared.grid, this.point) }
        : { unused: this.unused }),
    });
    const lines =
      plan.widths.length > 1
        ? [
            'Multiple smearing parameters were given. The last one in ',
            'ph-ph interaction calculations was written in the file.',
          ]
        : [];
    return [
      ...lines,
      ...keptLines(`Ph-ph interaction strength at gp-${this.point} `, parts.sigma, undefined, name),
    ];
  }

  private async writeDetail(): Promise<string[]> {
    const { session, prepared, plan } = this.keeping;
    const { grid } = prepared;
    const { weights, points } = this.triplets;
    const lines: string[] = [];
    for (const [w, width] of plan.widths.entries()) {
      const head = { mesh: Int32Array.from(grid.diagonal), point: this.point, ...sigmaOf(width, plan) };
      const common = {
        version: PROGRAM,
        ...head,
        temperatures: plan.temperatures,
        triplets: points,
        weights,
      };
      const what = `Phonon triplets contributions to Gamma at gp-${this.point} `;
      if (!this.chosen) {
        const name = `gamma_detail${nameSuffix(head)}.hdf5`;
        await writeLinewidthDetail(join(session.folder, name), {
          ...common,
          allTriplets: allTriplets(grid, this.point),
          detail: this.details[w],
        });
        lines.push(...keptLines(what, head.sigma, undefined, name));
        continue;
      }
      for (const [k, band] of this.chosen.entries()) {
        const name = `gamma_detail${nameSuffix({ ...head, bands: [band] })}.hdf5`;
        const size = prepared.modes.bands ** 2;
        const own = (_: number, at: number) => Math.floor(at / size) % this.bands.length === k;
        await writeLinewidthDetail(join(session.folder, name), {
          ...common,
          band,
          detail: this.details[w].filter(own),
        });
        lines.push(...keptLines(what, head.sigma, band, name));
      }
    }
    return lines;
  }
}

/**
 * Whether strengths that no delta function asks for are calculated and kept as well: where another width or
 * --full-pp needs them, as in phono3py.
 */
export function keepsAll({ plan }: Pick<Keeping, 'plan'>): boolean {
  return plan.withStrengths === true || plan.widths.length > 1;
}

function keptLines(
  what: string,
  sigma: number | undefined,
  band: number | undefined,
  name: string,
): string[] {
  let text = what;
  if (band !== undefined) text += `and band_index-${band + 1}\n`;
  if (sigma !== undefined) text += `and sigma ${sigma}\n`;
  text += sigma === undefined && band === undefined ? 'were written into \n' : 'were written into ';
  return `${text}"${name}".`.split('\n');
}

/** [N][3] with every point of the grid as the second. */
function allTriplets(grid: PhononGrid, point: number): Int32Array {
  return tripletsAt(grid, point, [], { swap: false }).points;
}

/** --const-ave-pp: one strength for all, eV^2, the N triplets of a point together. */
export class ConstantStrengths implements Strengths {
  constructor(
    private readonly prepared: ScatteringGrid,
    private readonly value: number,
  ) {}

  at({ weights }: Triplets, bands0?: ArrayLike<number>): Float64Array {
    const { grid, modes } = this.prepared;
    const size = weights.length * (bands0?.length ?? modes.bands) * modes.bands ** 2;
    return new Float64Array(size).fill(this.value / grid.total);
  }
}

/** --read-pp: strengths of one point at a time, out of its file. */
export class FileStrengths implements Strengths {
  private values = new Float64Array(0);
  private each = 0;

  /** @throws UsageError where there are several widths: each has a file of its own */
  constructor(
    private readonly session: Session,
    private readonly prepared: ScatteringGrid,
    private readonly plan: ScatteringPlan,
  ) {
    if (plan.widths.length > 1)
      throw new UsageError(
        `${session.tags.source('read_pp')} with several widths is not supported by phonolink`,
      );
  }

  /**
   * Opens the file of a point.
   * @throws PhonolinkError where it is not there, or is of another grid
   */
  async open(point: number, bands: number): Promise<void> {
    const { session, prepared, plan } = this;
    const parts = { mesh: prepared.grid.diagonal, point, ...sigmaOf(plan.widths[0], plan) };
    const name = `pp${nameSuffix(parts)}.hdf5`;
    const path = join(session.folder, name);
    if (!existsSync(path)) throw unsuited(`--read-pp: there is no ${name}`, 'write it with --write-pp');
    const { shape, values } = await readStrengths(path);
    const all = prepared.modes.bands;
    const expected = [pointTriplets(prepared, plan, point).weights.length, bands, all, all];
    if (shape.length !== 4 || shape.some((n, k) => n !== expected[k]))
      throw unsuited(`${name} holds ${shape.join(' x ')} strengths, expected ${expected.join(' x ')}`);
    session.say(`Ph-ph interaction strength was read from "${name}".`);
    this.values = values as Float64Array<ArrayBuffer>;
    this.each = values.length / expected[0];
  }

  at({ points, weights }: Triplets): Float64Array {
    // A batch is a part of the triplets of the point.
    const first = points.byteOffset / points.BYTES_PER_ELEMENT / 3;
    return this.values.subarray(first * this.each, (first + weights.length) * this.each);
  }
}
