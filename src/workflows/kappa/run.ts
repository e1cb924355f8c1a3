import { existsSync } from 'node:fs';
import { mkdir, readdir, rm } from 'node:fs/promises';
import { freemem } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CpuDevice } from '../../device/cpu.js';
import { buildPhononCells } from '../../lattice/cells.js';
import type { PairOptions } from '../../lattice/displacements/pairs.js';
import {
  type CollisionSize,
  checkCollisionMemory,
  collisionRows,
  matricesTogether,
} from '../../lattice/scattering/collision-memory.js';
import type { PhononCells } from '../../model/phonon-cells.js';
import type { ForceSource } from '../force-source.js';
import { LabelJournal } from '../label-journal.js';
import {
  crystalOf,
  type PhononRunListener,
  type PhononRunPlan,
  type PhononRunReport,
  RUN_FILES,
  requireRoom,
  runPhonons,
  secondsOf,
} from '../phonon-run.js';
import { digestOf, digestOfFile, digestOfStructure, PhononStages } from '../phonon-stages.js';
import { freshForces } from '../remembered-forces.js';
import { forcesThatAreThere } from './absent-forces.js';
import { type ConductivityResult, conductivityOf } from './conductivity.js';
import { writeKappaFiles } from './files.js';
import { massVariances } from './mass-variances.js';
import type { AnharmonicModel, ConductivityPlan, ScatteringPlan } from './plan.js';
import { PointFolder } from './point-store.js';
import { type Scattered, type ScatterProgress, type Shard, scatterAll } from './scatter-all.js';
import { reducedGrid, type ScatteringGrid, scatteringGrid } from './scattering.js';
import { writeShengbte } from './shengbte.js';
import { THIRD_ORDER_FILES, type ThirdOrderReport, thirdOrder } from './third-order.js';

export interface KappaRunPlan {
  /** Of the second order: its `dim` may be other than that of the third */
  readonly phonons: PhononRunPlan;
  /** 3 or 9 whole numbers, the supercell of the third order */
  readonly dim: readonly number[];
  readonly pairs: PairOptions;
  readonly conductivity: ConductivityPlan;
  /** One of several processes that share the folder: the first makes the force constants, all of them scatter */
  readonly shard?: Shard;
  /** ShengBTE's files for the same calculation, in a folder of their own */
  readonly shengbte?: boolean;
  /** The program's, for the files */
  readonly version: string;
  /** What the user asked for, for the report */
  readonly settings: readonly (readonly [string, string])[];
}

export interface KappaRunListener extends PhononRunListener {
  /** Points of the grid, those of this process */
  points(state: ScatterProgress): void;
}

export interface KappaRunReport {
  readonly phonons: PhononRunReport;
  readonly thirdOrder: ThirdOrderReport;
  readonly mesh: readonly number[];
  /** Irreducible points of the grid, those that other processes have not finished, and those calculated now */
  readonly points: number;
  readonly missing: number;
  readonly calculated: number;
  /** For each width of the plan, once all points are there */
  readonly results?: readonly ConductivityResult[];
  readonly files: readonly string[];
}

/**
 * From a structure and forces to its thermal conductivity, stage by stage into a folder. What is there of an earlier run
 * with the same input is taken up: relaxation, forces of each supercell, scattering at each point of the grid.
 * @throws PhonolinkError where something does not go together
 */
export async function runKappa(
  plan: KappaRunPlan,
  source: ForceSource,
  device: CpuDevice,
  hear: KappaRunListener,
): Promise<KappaRunReport> {
  const { folder, restart } = plan.phonons;
  await checkPlan(plan);
  if (restart && isFirst(plan)) await forgetPoints(folder);
  const { phonons, cells, third } = await forceConstants(plan, source, device, hear);
  const { model } = phonons;
  const anharmonic: AnharmonicModel = { ...model, cubicCells: cells, cubic: third.cubic };
  hear.say('phonons on the grid');
  const prepared = scatteringGrid(anharmonic, plan.conductivity, device);
  requireMemory(prepared, plan.conductivity, device.threads, hear);
  const { scattered, store } = await scatter(prepared, anharmonic, plan, device, hear);
  const base = {
    phonons,
    thirdOrder: third,
    mesh: [...prepared.grid.diagonal],
    points: prepared.irreducible.points.length,
    missing: scattered.missing,
    calculated: scattered.calculated,
  };
  const shengbte = plan.shengbte
    ? await writeShengbte(join(folder, 'shengbte'), anharmonic, {
        ...plan.conductivity,
        mesh: prepared.grid.diagonal,
      })
    : [];
  const before = [...phonons.files, ...third.files, ...shengbte];
  if (!scattered.points) return { ...base, files: before };
  hear.say(plan.conductivity.collisions ? 'solving the Boltzmann equation' : 'conductivity');
  const results = plan.conductivity.widths.map((_, w) =>
    conductivityOf(prepared, anharmonic, plan.conductivity, scattered.points!, w, device),
  );
  const files = await writeKappaFiles(folder, { plan, phonons, third, prepared, results });
  return { ...base, results, files: [...before, store, ...files] };
}

/** What is wrong with the arguments is told before anything is moved or calculated. */
async function checkPlan({ phonons, dim, conductivity }: KappaRunPlan): Promise<void> {
  const { structure } = await crystalOf(phonons);
  requireRoom(structure, dim);
  const cells = buildPhononCells(structure, dim, phonons.primitive, phonons.tolerance);
  reducedGrid({ cells }, conductivity);
  if (conductivity.isotope) massVariances(cells.primitive, conductivity.isotope);
}

interface Constants {
  readonly phonons: PhononRunReport;
  readonly cells: PhononCells;
  readonly third: ThirdOrderReport;
}

/** s between two looks for what the first shard has made */
const LOOK_EVERY = 1;

/** The stage of a folder's record that the first shard ends with all forces. */
const ALL_FORCES = 'forces of all orders';

/**
 * Force constants. The first shard calculates the forces; the others touch nothing until it has, and then make the same
 * of them, to the last bit.
 */
async function forceConstants(
  plan: KappaRunPlan,
  source: ForceSource,
  device: CpuDevice,
  hear: KappaRunListener,
): Promise<Constants> {
  const { phonons } = plan;
  const { folder, model } = phonons;
  const made = digestOfForces(plan);
  if (isFirst(plan)) {
    const constants = await makeConstants(plan, source, device, hear);
    const stages = new PhononStages(folder);
    await stages.begin(model);
    await stages.done(ALL_FORCES, made, THIRD_ORDER_FILES.displacements);
    return constants;
  }
  const isThere = () => {
    const stages = new PhononStages(folder);
    return !stages.isOfAnotherModel(model) && stages.state(ALL_FORCES, made) === 'kept';
  };
  if (!isThere()) {
    hear.say(`waiting for shard 1/${plan.shard!.count}, which calculates the forces`);
    do await sleep(1000 * LOOK_EVERY);
    while (!isThere());
  }
  const known = { ...plan, phonons: { ...phonons, restart: false } };
  return makeConstants(known, forcesThatAreThere(source), device, { ...hear, say: () => {}, note: () => {} });
}

/** Whether this process calculates the forces. */
function isFirst({ shard }: KappaRunPlan): boolean {
  return !shard || shard.index === 0;
}

/** Begins the names of folders of points. */
const STORE = 'scattering-';

async function forgetPoints(folder: string): Promise<void> {
  for (const name of existsSync(folder) ? await readdir(folder) : [])
    if (name.startsWith(STORE)) await rm(join(folder, name), { recursive: true });
}

/** Of everything that forces hang on. */
function digestOfForces({ dim, pairs, phonons }: KappaRunPlan): string {
  const { input, read: _, folder: _f, restart: _r, temperatures: _t, ...rest } = phonons;
  return digestOf(JSON.stringify([dim, pairs, rest]), existsSync(input) ? digestOfFile(input) : '');
}

async function makeConstants(
  plan: KappaRunPlan,
  source: ForceSource,
  device: CpuDevice,
  hear: KappaRunListener,
): Promise<Constants> {
  const { folder, isRemote, symmetrise, model } = plan.phonons;
  const phonons = await runPhonons(plan.phonons, source, device, hear);
  const harmonic = phonons.model;
  const { unitCell, primitiveMatrix, tolerance } = harmonic.cells;
  const cells = buildPhononCells(unitCell, plan.dim, primitiveMatrix, tolerance);
  const third = await thirdOrder(
    cells,
    harmonic,
    { folder, pairs: plan.pairs, symmetrise, isRemote },
    freshForces(source),
    new LabelJournal(join(folder, RUN_FILES.journal), model),
    hear,
  );
  return { phonons, cells, third };
}

function requireMemory(
  { irreducible, grid, modes }: ScatteringGrid,
  { collisions, temperatures, solver }: ConductivityPlan,
  threads: number,
  { say }: KappaRunListener,
): void {
  if (!collisions) return;
  const size: CollisionSize = {
    kind: collisions,
    points: collisions === 'full' ? grid.total : irreducible.points.length,
    bands: modes.bands,
    temperatures: temperatures.length,
    decomposed: solver?.kind !== 'gradients',
  };
  const together = matricesTogether(collisionRows(size), temperatures.length, threads);
  say(checkCollisionMemory({ ...size, together }, freemem()));
}

async function scatter(
  prepared: ScatteringGrid,
  model: AnharmonicModel,
  { conductivity, phonons: { folder }, shard, version }: KappaRunPlan,
  device: CpuDevice,
  hear: KappaRunListener,
): Promise<{ scattered: Scattered; store: string }> {
  const store = join(folder, `${STORE}${digestOfScattering(model, conductivity)}`);
  await mkdir(store, { recursive: true });
  hear.say(
    `scattering on a grid of ${prepared.grid.diagonal.join(' x ')}: ${prepared.irreducible.points.length} points, ` +
      `about ${Number(tripletsOf(prepared).toPrecision(2))} triplets` +
      (shard ? `; shard ${shard.index + 1} of ${shard.count}` : ''),
  );
  const scattered = await scatterAll(prepared, model, conductivity, device, {
    store: new PointFolder(store, prepared, conductivity, version),
    ...(shard && { shard }),
    progress: (state) => hear.points(state),
    estimate: (seconds, points) =>
      hear.say(`about ${secondsOf(seconds)} for the other ${points} points on this machine`),
  });
  return { scattered, store };
}

/** How many there are, about: of a point's N, operations that leave it where it is make some equal, and swaps half. */
function tripletsOf({ grid, irreducible: { weights }, moves }: ScatteringGrid): number {
  return weights.reduce((sum, weight) => sum + (grid.total * weight) / (2 * moves.length), 0);
}

/** Of everything that scattering at a point hangs on. */
function digestOfScattering(model: AnharmonicModel, plan: ScatteringPlan): string {
  const { cells, constants, cubicCells, cubic, polar } = model;
  const { temperatures, mesh, ...rest } = plan;
  const numbers = [constants.values, cubic.values, temperatures];
  if (polar) numbers.push(Float64Array.from(polar.charges), Float64Array.from(polar.dielectric));
  return digestOf(
    digestOfStructure(cells.primitive),
    digestOfStructure(cells.supercell),
    digestOfStructure(cubicCells.supercell),
    ...numbers,
    JSON.stringify([mesh, scatteringOnly(rest), polar?.method]),
  ).slice(0, 12);
}

/** What a conductivity is made with afterwards does not matter to the points. */
function scatteringOnly(plan: Omit<ConductivityPlan, 'mesh' | 'temperatures'>): object {
  const { boundary: _b, wigner: _w, solver: _s, ...rest } = plan;
  return rest;
}
