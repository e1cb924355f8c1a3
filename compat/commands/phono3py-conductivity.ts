import { freemem } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { writeCollisionEigenvalues } from '../../formats/phono3py/collision.js';
import { kappaName, writeKappa } from '../../formats/phono3py/kappa.js';
import { nameSuffix } from '../../formats/phono3py/names.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { checkCollisionMemory } from '../../src/lattice/scattering/collision-memory.js';
import type { Strengths } from '../../src/lattice/scattering/linewidths.js';
import { deviceSymmetricEigen, solverOf } from '../../src/lattice/scattering/pseudo-inverse.js';
import { volume } from '../../src/model/cell.js';
import type { Conductivity } from '../../src/model/conductivity.js';
import { UsageError } from '../../src/model/errors.js';
import { massVariance } from '../../src/model/isotopes.js';
import { symbolsOf } from '../../src/model/structure.js';
import { type ConductivityResult, conductivityOf } from '../../src/workflows/kappa/conductivity.js';
import type { AnharmonicModel, ConductivityPlan, HarmonicModel } from '../../src/workflows/kappa/plan.js';
import {
  isotopeOf,
  PointScatterer,
  type PointScattering,
  pointTriplets,
  tetrahedraOf,
} from '../../src/workflows/kappa/point-scattering.js';
import type { Shard } from '../../src/workflows/kappa/scatter-all.js';
import { rowsAt, type ScatteringGrid } from '../../src/workflows/kappa/scattering.js';
import {
  areCollisionsThere,
  type CollisionFiles,
  readCollisions,
  writeCollisions,
} from './phono3py-collision-files.js';
import { openInputs, type Phono3pyInputs } from './phono3py-constants.js';
import {
  areGammasThere,
  type GammaFiles,
  PROGRAM,
  readGammas,
  writeGammas,
  writtenLines,
} from './phono3py-gamma-files.js';
import { banner, boltzmannLines, modeLines, pointHead, relaxationLines } from './phono3py-kappa-lines.js';
import { openGrid } from './phono3py-phonons.js';
import { conductivityPlanOf, type RunMode, shardOf } from './phono3py-plan.js';
import { type ChosenPoints, chosenPoints } from './phono3py-points.js';
import { gridLines, settingLines } from './phono3py-settings.js';
import {
  ConstantStrengths,
  FileStrengths,
  keepingOf,
  keepsAll,
  TripletKeeper,
} from './phono3py-triplet-files.js';
import type { Session, Version } from './session.js';

/** Everything that a conductivity is calculated of. */
interface Run {
  readonly session: Session;
  readonly mode: ConductivityMode;
  readonly plan: ConductivityPlan;
  readonly model: HarmonicModel & Partial<AnharmonicModel>;
  readonly prepared: ScatteringGrid;
  readonly chosen: ChosenPoints;
  readonly files: GammaFiles;
  readonly device: CpuDevice;
}

type ConductivityMode = Extract<RunMode, `conductivity-${string}`>;

/**
 * --br and --lbte.
 * @returns the force constants that it was calculated of
 */
export async function calculateConductivity(
  session: Session,
  mode: ConductivityMode,
): Promise<Phono3pyInputs> {
  const { tags, say, folder } = session;
  const reads = mode === 'conductivity-RTA' && (tags.flag('read_gamma') ?? false);
  const isKnown = reads || (mode === 'conductivity-LBTE' && tags.has('read_collision'));
  const inputs = await openInputs(session, isKnown ? 'second' : 'second and third');
  const model = modelOf(session, inputs);
  const { primitive } = model.cells;
  const device = await createCpuDevice();
  try {
    const asked = withSolver(session, conductivityPlanOf(session, mode, primitive.count), device);
    for (const line of settingLines(mode, asked, inputs.polar !== undefined)) say(line);
    const prepared = await openGrid(session, model, asked, device);
    for (const line of gridLines(prepared.grid, asked)) say(line);
    const collisions =
      asked.collisions && tags.has('read_collision')
        ? await readCollisionFiles({ session, prepared, plan: asked })
        : undefined;
    const plan = collisions ? { ...asked, temperatures: collisions.temperatures } : asked;
    if (plan.wigner) say(`Optional transport type: ${tags.text('transport_type')!.toUpperCase()}`);
    const chosen = chosenPoints(tags, prepared, model, plan, device);
    const files: GammaFiles = {
      folder,
      mesh: Int32Array.from(prepared.grid.diagonal),
      plan,
      bands: prepared.modes.bands,
      chosen,
      volume: volume(primitive.cell),
    };
    const run: Run = { session, mode, plan, model, prepared, chosen, files, device };
    if (plan.collisions) say(checkMemory(run));
    say(
      mode === 'conductivity-RTA'
        ? banner('Lattice thermal conductivity (RTA)')
        : '------------------- Lattice thermal conductivity (LBTE) -------------------',
    );
    const shard = shardOf(tags, mode);
    const known = reads ? await readGammas(files, say) : collisions?.points;
    const points = known
      ? withIsotopes(run, known)
      : shard
        ? await scatterShard(run, shard)
        : await scatterPoints(run);
    if (points) {
      say('=================== End of collection of collisions ===================');
      if (!chosen.named && !chosen.bands) await conclude(run, points);
    }
  } finally {
    await device.close();
  }
  return inputs;
}

/** The crystal with its force constants, --freq-scale times the root of both. */
export function modelOf(
  { tags }: Session,
  { crystals, harmonic, cubic, polar }: Phono3pyInputs,
): HarmonicModel & Partial<AnharmonicModel> {
  const scale = tags.real('frequency_scale_factor') ?? 1;
  const scaled = (values: Float64Array) => (scale === 1 ? values : values.map((x) => x * scale ** 2));
  return {
    cells: crystals.phonon.cells,
    constants: { ...harmonic, values: scaled(harmonic.values) },
    ...(cubic && {
      cubicCells: crystals.cubic.cells,
      cubic: { ...cubic, values: scaled(cubic.values) },
    }),
    ...(polar && { polar }),
    symmetry: crystals.phonon.primitiveSymmetry,
  };
}

/** --pinv-solver, --pinv-method and --pinv-cutoff. */
function withSolver({ tags }: Session, plan: ConductivityPlan, device: CpuDevice): ConductivityPlan {
  if (!plan.collisions) return plan;
  const solver = tags.integer('pinv_solver');
  const method = tags.integer('pinv_method');
  const cutoff = tags.real('pinv_cutoff');
  const given = {
    ...(solver !== undefined && { solver }),
    ...(method !== undefined && { method }),
    ...(cutoff !== undefined && { cutoff }),
  };
  return { ...plan, solver: solverOf(given, deviceSymmetricEigen(device)) };
}

function checkMemory({ plan, prepared: { grid, irreducible, modes } }: Run): string {
  const kind = plan.collisions!;
  const size = {
    kind,
    points: kind === 'full' ? grid.total : irreducible.points.length,
    bands: modes.bands,
    temperatures: plan.temperatures.length,
    decomposed: true,
  };
  const told = checkCollisionMemory(size, freemem());
  return `${told[0].toUpperCase()}${told.slice(1)}.`;
}

function variancesOf({ plan: { isotope }, model: { cells } }: Run): readonly number[] | undefined {
  if (isotope !== 'natural') return isotope;
  return symbolsOf(cells.primitive).map((symbol) => massVariance(symbol));
}

/**
 * Calculates those of a process's points whose files are not there.
 * @returns all points, out of the files, once all processes have theirs
 */
async function scatterShard(run: Run, { index, count }: Shard): Promise<PointScattering[] | undefined> {
  const { session, chosen, files, mode, plan } = run;
  const isThere = (i: number) =>
    mode === 'conductivity-LBTE'
      ? areCollisionsThere(run, chosen.points[i])
      : areGammasThere(files, chosen.points[i]);
  const all = Array.from(chosen.points.keys());
  const own = all.filter((i) => i % count === index);
  const left = own.filter((i) => !isThere(i));
  session.say(
    `Shard ${index + 1} of ${count}: ${own.length} grid points, ${own.length - left.length} of them are there.`,
  );
  await scatterPoints(run, left);
  const missing = all.filter((i) => !isThere(i)).length;
  if (missing > 0) {
    session.say(`${missing} grid points are left to other shards: no conductivity yet.`);
    return undefined;
  }
  const found = plan.collisions ? (await readCollisions(run)).points : await readGammas(files, session.say);
  return withIsotopes(run, found);
}

/** Calculates the chosen points, or some of them; what is asked for of each is written at once. */
async function scatterPoints(run: Run, some?: readonly number[]): Promise<PointScattering[]> {
  const { session, plan, model, prepared, chosen, files, device } = run;
  const { say, tags } = session;
  const isExact = run.mode === 'conductivity-LBTE';
  const writes = tags.flag(isExact ? 'write_collision' : 'write_gamma') ?? false;
  const keeping = keepingOf(session, prepared, plan);
  const given = givenStrengths(run);
  const whole = keeping && keepsAll(keeping) ? { ...plan, withStrengths: true } : plan;
  const scatterer = new PointScatterer(prepared, model as AnharmonicModel, whole, device, given);
  const points: PointScattering[] = [];
  try {
    for (const i of some ?? chosen.points.keys()) {
      const point = chosen.points[i];
      for (const line of pointHead(prepared.grid, chosen, i, plan, variancesOf(run))) say(line);
      say(`Number of triplets: ${pointTriplets(prepared, plan, point).weights.length}`);
      if (given instanceof FileStrengths) await given.open(point, chosen.bands?.length ?? files.bands);
      const keeper = keeping && new TripletKeeper(keeping, point, chosen.bands);
      const { widths, meanStrengths } = scatterer.atPoint(point, chosen.bands, keeper?.hear);
      const scattering = { widths, ...(plan.withStrengths && { meanStrengths }) };
      points.push(scattering);
      for (const line of modeLines(chosen, i, scattering.meanStrengths)) say(line);
      if (keeper) for (const line of await keeper.write()) say(line);
      if (writes) {
        const lines = isExact
          ? await writeCollisions(run, point, scattering)
          : await writeGammas(files, i, scattering);
        for (const line of lines) say(line);
      }
      // Signals are heard between points.
      await turn();
    }
  } finally {
    scatterer.release();
  }
  return points;
}

/** --const-ave-pp and --read-pp. */
function givenStrengths({ session, prepared, plan }: Run): Strengths | undefined {
  const { tags } = session;
  if (tags.flag('read_pp')) return new FileStrengths(session, prepared, plan);
  const value = tags.real('const_ave_pp');
  return value === undefined ? undefined : new ConstantStrengths(prepared, value);
}

/** What --read-collision names. */
async function readCollisionFiles(files: CollisionFiles): ReturnType<typeof readCollisions> {
  const { tags } = files.session;
  if (tags.text('read_collision') !== 'all')
    throw new UsageError(
      `${tags.source('read_collision')}: temperatures by number are not supported by phonolink`,
      'all takes all of them',
    );
  return readCollisions(files);
}

/** Linewidths out of files; those by isotopes are calculated all the same, as phono3py does. */
function withIsotopes(run: Run, known: readonly PointScattering[]): PointScattering[] {
  const { session, plan, model, prepared, chosen } = run;
  const { say } = session;
  const tetrahedra =
    plan.isotope && plan.widths.includes('tetrahedra') ? tetrahedraOf(prepared, plan) : undefined;
  const isotopes = plan.isotope
    ? plan.widths.map((width) => isotopeOf(prepared, model, plan, width, tetrahedra))
    : undefined;
  return known.map(({ widths, meanStrengths }, i) => {
    const point = chosen.points[i];
    for (const line of pointHead(prepared.grid, chosen, i, plan, variancesOf(run))) say(line);
    for (const line of modeLines(chosen, i)) say(line);
    return {
      widths: widths.map((width, w) => ({
        ...width,
        ...(isotopes && { isotope: isotopes[w].linewidths(point) }),
      })),
      ...(meanStrengths && { meanStrengths }),
    };
  });
}

/** Of all points: the conductivity, its table and its files. */
async function conclude(
  { session, mode, plan, model, prepared, device }: Run,
  points: readonly PointScattering[],
): Promise<void> {
  const { say, folder, version } = session;
  const isExact = mode === 'conductivity-LBTE';
  const results = plan.widths.map((_, w) => conductivityOf(prepared, model, plan, points, w, device));
  for (const result of results)
    for (const line of (isExact ? boltzmannLines : relaxationLines)(result, version)) say(line);
  for (const result of results) {
    const whole = plan.collisions === 'full' ? withAllFrequencies(result, prepared) : result;
    const name = kappaName(result);
    await writeKappa(join(folder, name), {
      ...asVersion(whole, isExact, version),
      ...(plan.sigmaCutoff !== undefined && { sigmaCutoff: plan.sigmaCutoff }),
    });
    for (const line of writtenLines(result, name)) say(line);
    if (!result.collisionEigenvalues) continue;
    const { mesh, sigma, sigmaCutoff, temperatures } = result;
    const other = `coleigs${nameSuffix({ mesh, sigma, sigmaCutoff })}.hdf5`;
    await writeCollisionEigenvalues(join(folder, other), temperatures, result.collisionEigenvalues, PROGRAM);
    const at = sigma === undefined ? ' ' : ` with sigma ${sigma}\n`;
    for (const line of `Eigenvalues of collision matrix${at}were written into "${other}"`.split('\n'))
      say(line);
  }
}

/** The full matrix is of all points of the grid. */
function withAllFrequencies(result: ConductivityResult, { grid, modes }: ScatteringGrid): ConductivityResult {
  const first = grid.first.subarray(0, grid.total);
  return { ...result, frequencies: rowsAt(modes.frequencies, modes.bands, first) };
}

/** The data sets that a version's file has. */
function asVersion(result: ConductivityResult, isExact: boolean, version: Version): Conductivity {
  const { collisionEigenvalues: _, ignored: __, ...all } = { ...result, version: PROGRAM };
  const { kappaPopulations, kappaCoherences, kappaWigner } = all;
  // Version 2 has walls as well, and tells nothing of them.
  const boundary = version === 2 ? undefined : all.boundary;
  if (!kappaCoherences) {
    const without = isExact && version === 4 ? { products: undefined, modeKappa: undefined } : {};
    return { ...all, boundary, ...without };
  }
  const none = { products: undefined, modeKappa: undefined };
  if (version !== 4) {
    const { kappa: _k, kappaRta: _r, modeKappaRta: _m, velocities: _v, ...rest } = all;
    return { ...rest, ...none, boundary, ...(isExact && { modePopulationsExact: all.modeKappa }) };
  }
  const {
    kappaPopulations: _p,
    kappaWigner: _w,
    kappaPopulationsExact: _pe,
    kappaWignerExact: _we,
    kappaCoherences: kappaInter,
    modePopulations: _mp,
    modeCoherences: _mc,
    ...rest
  } = all;
  // The kappa of an exact solution is phono3py's: without what pairs carry.
  return isExact
    ? {
        ...rest,
        ...none,
        kappaInter,
        kappaIntraExact: all.kappa,
        kappaIntraRta: all.kappaRta,
      }
    : { ...rest, ...none, kappa: kappaWigner, kappaInter, kappaIntra: kappaPopulations };
}
