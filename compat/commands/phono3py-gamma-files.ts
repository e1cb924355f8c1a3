import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { kappaName, readKappa, writeKappa } from '../../formats/phono3py/kappa.js';
import { conductivityUnit } from '../../src/lattice/scattering/relaxation-time.js';
import type { Conductivity } from '../../src/model/conductivity.js';
import type { ConductivityPlan, Width } from '../../src/workflows/kappa/plan.js';
import type { PointScattering, WidthScattering } from '../../src/workflows/kappa/point-scattering.js';
import type { ChosenPoints } from './phono3py-points.js';
import { unsuited } from './tags.js';

/** Who wrote the files */
export const PROGRAM = 'phonolink';

/** What files of linewidths are about. */
export interface GammaFiles {
  readonly folder: string;
  readonly mesh: Int32Array;
  readonly plan: ConductivityPlan;
  readonly bands: number;
  readonly chosen: ChosenPoints;
  /** A^3, of the primitive cell */
  readonly volume: number;
}

/** THz and how many of it a Gaussian reaches, as files have them. */
export function sigmaOf(
  width: Width,
  { sigmaCutoff }: Pick<ConductivityPlan, 'sigmaCutoff'>,
): { sigma?: number; sigmaCutoff?: number } {
  return {
    ...(width !== 'tetrahedra' && { sigma: width }),
    ...(sigmaCutoff !== undefined && { sigmaCutoff }),
  };
}

/** The parts of a name: of a whole grid, of one of its points, of one band there. */
function head(
  { mesh, plan }: GammaFiles,
  width: Width,
  point?: number,
  band?: number,
): Pick<Conductivity, 'mesh' | 'temperatures' | 'gridPoints' | 'band' | 'sigma' | 'sigmaCutoff'> {
  return {
    mesh,
    temperatures: plan.temperatures,
    ...(point !== undefined && { gridPoints: point }),
    ...(band !== undefined && { band }),
    ...sigmaOf(width, plan),
  };
}

/**
 * --write-gamma: kappa-m*-g*.hdf5 of one point for each width, or -b* for each band where some were chosen.
 * @returns what the terminal is told of each file
 */
export async function writeGammas(
  files: GammaFiles,
  i: number,
  { widths, meanStrengths }: PointScattering,
): Promise<string[]> {
  const { chosen, plan, bands: size, folder, volume } = files;
  const point = chosen.points[i];
  const lines: string[] = [];
  const write = async (result: Conductivity) => {
    const name = kappaName(result);
    await writeKappa(join(folder, name), { ...result, unit: conductivityUnit(volume), version: PROGRAM });
    lines.push(...writtenLines(result, name));
  };
  const rows = (values: Float64Array, width: number) =>
    values.slice(i * size * width, (i + 1) * size * width);
  const own = {
    frequencies: rows(chosen.frequencies, 1),
    velocities: rows(chosen.velocities, 3),
    ...(!plan.wigner && { products: rows(chosen.products, 6) }),
    heatCapacities: ofPoint(chosen.heatCapacities, plan.temperatures.length, i, size),
  };
  for (const [w, { linewidths, normal, umklapp, isotope }] of widths.entries()) {
    const parts = { linewidths, normal, umklapp, isotope, averageStrengths: meanStrengths };
    if (!chosen.bands) await write({ ...head(files, plan.widths[w], point), ...own, ...parts });
    for (const [k, band] of (chosen.bands ?? []).entries())
      await write({
        ...head(files, plan.widths[w], point, band),
        ...ofBand(own, size, band),
        ...ofBand(parts, chosen.bands!.length, k),
      });
  }
  return lines;
}

/** Whether a point's files of all widths are there. */
export function areGammasThere(files: GammaFiles, point: number): boolean {
  return files.plan.widths.every((width) =>
    existsSync(join(files.folder, kappaName(head(files, width, point)))),
  );
}

/** What a mode has of each: 1 where nothing else is said */
const WIDTHS: { readonly [name: string]: number } = { velocities: 3, products: 6 };

/** One band of arrays [..][size][width]. */
function ofBand(arrays: { readonly [name: string]: Float64Array | undefined }, size: number, band: number) {
  const entries = Object.entries(arrays).flatMap(([name, values]) => {
    if (!values) return [];
    const width = WIDTHS[name] ?? 1;
    return [[name, values.filter((_, k) => Math.floor(k / width) % size === band)] as const];
  });
  return Object.fromEntries(entries);
}

/** [t][b] of [t][i][b] */
function ofPoint(values: Float64Array, temperatures: number, i: number, bands: number): Float64Array {
  const points = values.length / temperatures / bands;
  return Float64Array.from(
    { length: temperatures * bands },
    (_, k) => values[(Math.floor(k / bands) * points + i) * bands + (k % bands)],
  );
}

/** What phono3py tells of a file of a conductivity or of linewidths. */
export function writtenLines(
  {
    gridPoints,
    band,
    sigma,
    sigmaCutoff,
  }: Pick<Conductivity, 'gridPoints' | 'band' | 'sigma' | 'sigmaCutoff'>,
  name: string,
): string[] {
  let text = 'Thermal conductivity related properties ';
  if (typeof gridPoints === 'number') text += `at gp-${gridPoints} `;
  if (band !== undefined) text += `and band_index-${band + 1}\n`;
  if (sigma !== undefined) {
    text += `and sigma ${sigma}${sigmaCutoff === undefined ? '' : `(${sigmaCutoff.toFixed(2)} SD)`}\n`;
  }
  text += 'were written into ';
  if (sigma === undefined && band === undefined) text += '\n';
  return `${text}"${name}".`.split('\n');
}

/**
 * --read-gamma: linewidths of all points out of kappa-m*.hdf5, else of kappa-m*-g*.hdf5, else of kappa-m*-g*-b*.hdf5.
 * @param say what the terminal is told of each
 * @throws PhonolinkError where there are none, or they do not go with the settings
 */
export async function readGammas(files: GammaFiles, say: (line: string) => void): Promise<PointScattering[]> {
  const { plan, chosen } = files;
  const read: (readonly Gammas[])[] = [];
  for (const width of plan.widths) read.push(await gammasOf(files, width, say));
  return Array.from(chosen.points, (_, i) => ({
    widths: read.map((points) => points[i].scattering),
    ...(read[0][i].meanStrengths && { meanStrengths: read[0][i].meanStrengths }),
  }));
}

/** Of one point by one width. */
interface Gammas {
  readonly scattering: WidthScattering;
  readonly meanStrengths?: Float64Array;
}

async function gammasOf(files: GammaFiles, width: Width, say: (line: string) => void): Promise<Gammas[]> {
  const { folder, chosen, plan, bands } = files;
  const name = kappaName(head(files, width));
  if (existsSync(join(folder, name))) {
    const all = await readFitting(files, name, chosen.points.length * bands);
    say(`Read gamma of ph-ph interaction from "${name}".`);
    const t = plan.temperatures.length;
    return Array.from(chosen.points, (_, i) => {
      const point = (values?: Float64Array) => values && ofPoint(values, t, i, bands);
      return gammas({
        linewidths: point(all.linewidths),
        normal: point(all.normal),
        umklapp: point(all.umklapp),
        averageStrengths: all.averageStrengths?.slice(i * bands, (i + 1) * bands),
      });
    });
  }
  say(`${name} not found. Look for hdf5 files at grid points.`);
  const points: Gammas[] = [];
  for (const point of chosen.points) points.push(await readPoint(files, width, point, say));
  return points;
}

async function readPoint(
  files: GammaFiles,
  width: Width,
  point: number,
  say: (line: string) => void,
): Promise<Gammas> {
  const { folder, plan, bands } = files;
  const name = kappaName(head(files, width, point));
  if (existsSync(join(folder, name))) {
    const read = await readFitting(files, name, bands);
    say(`Read data from ${name}.`);
    return gammas(read);
  }
  say(`${name} not found. Look for hdf5 files at bands.`);
  const each: Conductivity[] = [];
  for (let band = 0; band < bands; band++) {
    const own = kappaName(head(files, width, point, band));
    if (!existsSync(join(folder, own)))
      throw unsuited(
        `--read-gamma: there is neither ${name} nor ${own}`,
        'write them with --write-gamma, and read them with the same mesh, widths and folder',
      );
    each.push(await readFitting(files, own, 1));
    say(`Read data from ${own}.`);
  }
  const t = plan.temperatures.length;
  const joined = (of: (one: Conductivity) => Float64Array | undefined, lines: number) =>
    each.every((one) => of(one))
      ? Float64Array.from({ length: lines * bands }, (_, k) => of(each[k % bands])![Math.floor(k / bands)])
      : undefined;
  return gammas({
    linewidths: joined((one) => one.linewidths, t),
    normal: joined((one) => one.normal, t),
    umklapp: joined((one) => one.umklapp, t),
    averageStrengths: joined((one) => one.averageStrengths, 1),
  });
}

function gammas({
  linewidths,
  normal,
  umklapp,
  averageStrengths,
}: Pick<Conductivity, 'linewidths' | 'normal' | 'umklapp' | 'averageStrengths'>): Gammas {
  return {
    scattering: { linewidths: linewidths!, ...(normal && umklapp && { normal, umklapp }) },
    ...(averageStrengths && { meanStrengths: averageStrengths }),
  };
}

/** A file whose linewidths are of as many modes, at the temperatures of the run. */
async function readFitting(
  { folder, plan: { temperatures } }: GammaFiles,
  name: string,
  modes: number,
): Promise<Conductivity> {
  const read = await readKappa(join(folder, name));
  const count = read.linewidths?.length;
  if (count === undefined) throw unsuited(`${name} holds no linewidths (gamma)`);
  const { temperatures: own } = read;
  if (own.length !== temperatures.length || own.some((x, k) => Math.abs(x - temperatures[k]) > 1e-9))
    throw unsuited(
      `${name} holds linewidths at other temperatures than those asked for`,
      'give the temperatures that it was written with (--ts, or --tmin, --tmax and --tstep)',
    );
  if (count !== modes * own.length)
    throw unsuited(`${name} holds linewidths of ${count / own.length} modes, expected ${modes}`);
  return read;
}
