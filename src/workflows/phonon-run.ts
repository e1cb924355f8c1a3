import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReadOptions } from '../../formats/format.js';
import { openText } from '../../formats/io/open.js';
import { removeLeftovers, writeWhole } from '../../formats/io/sink.js';
import { expandBorn, imagesOf, readBorn } from '../../formats/phonopy/born.js';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { writeForceConstantsHdf5 } from '../../formats/phonopy/force-constants-hdf5.js';
import { writeForceSets } from '../../formats/phonopy/force-sets.js';
import { ANGSTROM_EV } from '../../formats/phonopy/units.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import { formatNamed, openStructures } from '../../formats/read.js';
import type { CpuDevice } from '../device/cpu.js';
import { heldAtoms } from '../dynamics/held-atoms.js';
import type { RelaxStep } from '../dynamics/relax.js';
import type { CellFreedom } from '../dynamics/strain-space.js';
import { buildPhononCells, supercellMatrix } from '../lattice/cells.js';
import { type DisplacementOptions, harmonicDisplacements } from '../lattice/displacements/harmonic.js';
import { harmonicForceConstants } from '../lattice/force-constants/harmonic.js';
import { harmonicDrift, symmetriseHarmonic } from '../lattice/force-constants/harmonic-rules.js';
import { compactRows, type RowLayout } from '../lattice/force-constants/rows.js';
import { type ImaginaryModes, imaginaryModes, NOT_ZERO } from '../lattice/harmonic/imaginary.js';
import { onDevice } from '../lattice/harmonic/on-device.js';
import { symmetricPolar } from '../lattice/harmonic/polar-symmetry.js';
import type { PrimitiveChoice } from '../lattice/primitive-matrix.js';
import { determinant } from '../model/cell.js';
import type { DisplacementSet } from '../model/displacements.js';
import { PhonolinkError } from '../model/errors.js';
import type { ForceConstants } from '../model/force-constants.js';
import { createFrame, type Frame } from '../model/frame.js';
import type { PhononCells } from '../model/phonon-cells.js';
import type { PolarResponse } from '../model/polar.js';
import { composition, type Structure, withPositions } from '../model/structure.js';
import { bandPlot } from '../plots/phonons.js';
import { thermalPlot } from '../plots/thermal.js';
import { type CellSymmetry, findCellSymmetry } from '../symmetry/cell-symmetry.js';
import { requireCrystal } from '../symmetry/primitive-lattice.js';
import { findSpaceGroup } from '../symmetry/space-group.js';
import { choosePath } from './band-path.js';
import { type CostEstimate, countKnown, estimateCost, withHarmonicForces } from './displaced-forces.js';
import type { ForceSource, Forces } from './force-source.js';
import { LabelJournal } from './label-journal.js';
import { writePhononFiles, writeText } from './phonon-files.js';
import type { PhononModel, PhononPlan } from './phonon-plan.js';
import { digestOf, digestOfStructure, PhononStages } from './phonon-stages.js';
import { calculatePhonons, type PhononResults } from './phonons.js';
import { relaxCrystal } from './relax-crystal.js';
import { RELAX_TOLERANCE, requireKnownSpecies } from './relax-frame.js';
import { freshForces, rememberedForces } from './remembered-forces.js';

/** The names of a folder's files that are not phonopy's results. */
export const RUN_FILES = {
  relaxed: 'relaxed.extxyz',
  journal: 'forces.jsonl',
  displacements: 'phonopy_disp.yaml',
  supercell: 'SPOSCAR',
  forces: 'FORCE_SETS',
  constants: 'force_constants.hdf5',
  parameters: 'phonopy_params.yaml',
  bandPlot: 'band.svg',
  thermalPlot: 'thermal_properties.svg',
} as const;

export interface PhononRunPlan {
  readonly input: string;
  readonly from?: string;
  readonly read: ReadOptions;
  readonly folder: string;
  /** Tells the model and whatever its forces hang on from others: a digest of its file, options, precision */
  readonly model: string;
  /** Whether forces come from engines elsewhere, each of which is set up for the supercell and nothing else */
  readonly isRemote: boolean;
  /** 3 or 9 whole numbers */
  readonly dim: readonly number[];
  readonly primitive: PrimitiveChoice;
  /** A */
  readonly tolerance: number;
  /** Undefined: the structure is taken as it is */
  readonly relax?: { readonly fmax: number; readonly cell?: CellFreedom };
  readonly displacements: DisplacementOptions;
  /** Whether the sum rule and the symmetry between indices are imposed */
  readonly symmetrise: boolean;
  /** A BORN file */
  readonly born?: string;
  readonly polarMethod?: 'gonze' | 'wang';
  readonly band?: { readonly path: string; readonly labels?: readonly string[]; readonly count: number };
  /** Three numbers, or a length in A */
  readonly mesh: readonly number[];
  readonly gammaCentred: boolean;
  /** K */
  readonly temperatures: Float64Array;
  /** Nothing of an earlier run is taken up */
  readonly restart: boolean;
}

export interface PhononRunListener {
  /** A line for the user: what was found, what comes next */
  say(line: string): void;
  note(sentence: string): void;
  relaxing(step: RelaxStep<Forces>): void;
  /** Supercells calculated in this run, of those that it has to */
  forces(done: number, total: number): void;
}

export interface PhononRunReport {
  readonly composition: string;
  readonly atoms: number;
  readonly spaceGroup: { readonly number: number; readonly symbol: string };
  readonly relaxed: 'now' | 'before' | 'not';
  readonly supercellAtoms: number;
  readonly primitiveAtoms: number;
  readonly displacements: number;
  /** Of them, those whose forces were there already */
  readonly known: number;
  readonly cost?: CostEstimate;
  /** eV/A, the largest force on an atom at rest */
  readonly residual: number;
  /** eV, of the primitive cell at rest */
  readonly energy: number;
  /** What the phonons were calculated of */
  readonly model: PhononModel;
  /** eV/A^2: largest sums over the first and the second index, as calculated and as used */
  readonly drift: { readonly before: readonly number[]; readonly after: readonly number[] };
  readonly mesh: readonly number[];
  /** THz, of the mesh */
  readonly highest: number;
  readonly imaginary: { readonly mesh?: ImaginaryModes; readonly band?: ImaginaryModes };
  readonly results: PhononResults;
  /** Paths of what was written */
  readonly files: readonly string[];
}

/** eV/A: a structure with larger forces is not at rest, and its phonons are of no place in particular */
const UNREST = 1e-3;

/** Numbers of eigenvectors on a mesh, 256 MiB: beyond it the projected density of states is left out */
const MOST_VECTOR_NUMBERS = 2 ** 25;

/**
 * From a structure and forces to phonons, stage by stage into a folder: what is there of an earlier run with the same
 * input is taken up, so that a run that ended in any way goes on where it ended and loses one displacement at most.
 * @throws PhonolinkError where something does not go together, before anything is calculated where it can be told
 */
export async function runPhonons(
  plan: PhononRunPlan,
  source: ForceSource,
  device: CpuDevice,
  hear: PhononRunListener,
): Promise<PhononRunReport> {
  const { folder } = plan;
  const at = (name: keyof typeof RUN_FILES) => join(folder, RUN_FILES[name]);
  const frame = await crystalOf(plan);
  const input = frame.structure;
  // What is wrong with the arguments is told before anything is moved or calculated.
  requireRoom(input, plan.dim);
  const trial = buildPhononCells(input, plan.dim, plan.primitive, plan.tolerance);
  requireKnownSpecies(input, source);
  if (plan.isRemote && plan.relax) requireFree(frame);
  if (plan.band && plan.band.path !== 'auto') pathOf(plan, trial.primitive);
  await polarOf(plan, trial.primitive);
  await makeFolder(folder);
  const stages = await openStages(plan, hear);
  const journal = new LabelJournal(at('journal'), plan.model);
  // What was calculated before is not calculated again, and what comes anew is the same to the last bit.
  const fresh = freshForces(source);
  if (plan.isRemote) {
    await writeWhole(at('supercell'), poscarOf(trial.supercell));
    hear.say(`the engines' atoms, in their order: ${at('supercell')}`);
  }
  const { structure, relaxed } = await relaxedStructure(
    frame,
    trial,
    plan,
    rememberedForces(fresh, journal),
    device,
    stages,
    hear,
  );
  const cells = buildPhononCells(structure, plan.dim, plan.primitive, plan.tolerance);
  const group = findSpaceGroup(structure, plan.tolerance);
  hear.say(
    `${composition(structure)}: space group ${group.symbol} (${group.number}) within ${plan.tolerance} A`,
  );
  tellHiddenSymmetry(structure, group.number, plan.tolerance, hear);

  const symmetry = findCellSymmetry(cells.supercell, plan.tolerance);
  const set = harmonicDisplacements(symmetry, plan.displacements);
  const head = phonopyFileOf(cells);
  const made = digestOf(
    digestOfStructure(cells.supercell),
    ...set.entries.flatMap(({ atom, displacement }) => [`${atom}`, displacement]),
  );
  if (stages.state('displacements', made) === 'changed')
    hear.note('the structure, --dim or the displacements have changed: what depends on them is made anew');
  await writeText(at('displacements'), writePhonopyYaml({ ...head, displacements: set }));
  await stages.done('displacements', made, RUN_FILES.displacements);
  await writeWhole(at('supercell'), poscarOf(cells.supercell));
  const { forces, known, cost, residual, energy } = await calculatedForces(
    set,
    cells,
    plan,
    fresh,
    journal,
    hear,
  );
  await writeText(at('forces'), writeForceSets(forces));

  const layout = compactRows(cells, symmetry.translations);
  const { constants, drift } = await forceConstants(forces, symmetry, layout, plan, hear);
  const polar = await polarOf(plan, cells.primitive);
  await writeText(
    at('parameters'),
    writePhonopyYaml({
      ...head,
      displacements: forces,
      ...(polar && { polar }),
      // Of forces phonopy would make symmetric ones.
      ...(!plan.symmetrise && { forceConstants: constants }),
    }),
  );
  hear.say('phonons');
  const { results, chosen, model } = phononsOf(cells, constants, polar, plan, device, hear);
  const written = await writePhononFiles(folder, results, chosen, {
    spaceGroup: { type: group.symbol, number: group.number },
  });
  const plots = await writePlots(folder, results);
  const mesh = results.mesh!;
  return {
    composition: composition(structure),
    atoms: structure.count,
    spaceGroup: { number: group.number, symbol: group.symbol },
    relaxed,
    supercellAtoms: cells.supercell.count,
    primitiveAtoms: cells.primitive.count,
    displacements: set.entries.length,
    known,
    ...(cost && { cost }),
    residual,
    energy,
    model,
    drift,
    mesh: mesh.mesh,
    highest: mesh.frequencies.reduce((most, f) => Math.max(most, f), 0),
    imaginary: { mesh: imaginaryModes(mesh, mesh.weights), band: bandImaginary(results) },
    results,
    files: [
      ...(relaxed === 'not' ? [] : [at('relaxed')]),
      ...(['displacements', 'supercell', 'forces', 'constants', 'parameters'] as const).map(at),
      ...written,
      ...plots,
    ],
  };
}

/** The one crystal of a plan's file. @throws PhonolinkError */
export async function crystalOf({ input, from, read }: PhononRunPlan): Promise<Frame> {
  const frames: Frame[] = [];
  for await (const frame of (await openStructures(input, { ...read, from })).frames) {
    frames.push(frame);
    if (frames.length > 1)
      throw new PhonolinkError(`${input}: holds more than one structure, expected one`, {
        hint: 'phonolink convert --index takes one out',
      });
  }
  if (frames.length === 0) throw new PhonolinkError(`${input}: holds no structures`);
  requireCrystal(frames[0].structure);
  return frames[0];
}

/** Atoms of a supercell whose shifts are 4 GB, from each atom to where it goes */
const MOST_SHIFTS = 2 ** 30;

/** @throws PhonolinkError where a supercell is not for this machine, before it is made */
export function requireRoom({ count }: Structure, dim: readonly number[]): void {
  const atoms = count * determinant(supercellMatrix(dim));
  if ((atoms * atoms) / count <= MOST_SHIFTS) return;
  throw new PhonolinkError(
    `--dim ${dim.join(' ')} makes a supercell of ${atoms} atoms, too many for the memory`,
    { hint: 'force constants fade within some ten A: choose a smaller --dim' },
  );
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: NodeJS.ErrnoException) => {
    const why = error.code === 'EEXIST' || error.code === 'ENOTDIR' ? 'a file has that name' : error.message;
    throw new PhonolinkError(`${folder}: no folder can be made: ${why}`, { hint: 'name another with -o' });
  });
}

/** Engines move the atoms of the supercell, of which no file says which are held. */
function requireFree(frame: Frame): void {
  const held = heldAtoms(frame);
  if (!held) return;
  throw new PhonolinkError(
    `${held.column} holds ${held.count} atoms in place, which relaxation with engines does not know of`,
    { hint: 'relax the unit cell with phonolink relax and engines for it, then give --no-relax here' },
  );
}

/** Where the model is another one, or the user wants it, nothing of an earlier run stays. */
async function openStages(
  { folder, model, restart }: PhononRunPlan,
  hear: PhononRunListener,
): Promise<PhononStages> {
  const forget = async () => {
    for (const name of ['phonolink.json', RUN_FILES.journal, RUN_FILES.relaxed])
      await rm(join(folder, name), { force: true });
  };
  await removeLeftovers(folder);
  if (restart) await forget();
  let stages = new PhononStages(folder);
  if (stages.isOfAnotherModel(model)) {
    hear.note(`${folder} is of another model or other options of it: everything is calculated anew`);
    await forget();
    stages = new PhononStages(folder);
  }
  await stages.begin(model);
  return stages;
}

async function relaxedStructure(
  frame: Frame,
  cells: PhononCells,
  { relax, folder, isRemote }: PhononRunPlan,
  source: ForceSource,
  device: CpuDevice,
  stages: PhononStages,
  hear: PhononRunListener,
): Promise<{ structure: Structure; relaxed: PhononRunReport['relaxed'] }> {
  const input = frame.structure;
  if (!relax) return { structure: input, relaxed: 'not' };
  const within = isRemote ? [...cells.supercellMatrix] : undefined;
  const made = digestOf(digestOfStructure(input), JSON.stringify([relax, RELAX_TOLERANCE, within]));
  const state = stages.state('relax', made);
  const output = join(folder, RUN_FILES.relaxed);
  if (state === 'changed') hear.note('the structure or how it is relaxed has changed: it is relaxed anew');
  if (state === 'kept') hear.say(`relaxed before: ${output}`);
  else {
    const what = relax.cell === undefined ? 'atoms' : 'atoms and cell';
    hear.say(`relaxing ${what}${isRemote ? ' of the supercell' : ''} to ${relax.fmax} eV/A`);
    const { frame: atRest, report } = await relaxCrystal(
      frame,
      isRemote ? cells : undefined,
      { ...relax, keepSymmetry: true },
      source,
      device,
      { step: (step) => hear.relaxing(step) },
    );
    await writeWhole(output, formatNamed('extxyz').write!(one(atRest), { note: () => {} }));
    const { end, steps, start, last } = report;
    const name = (group: typeof last.spaceGroup) =>
      'none' in group ? 'none' : `${group.symbol} (${group.number})`;
    hear.say(
      `relaxed in ${steps} steps: ${name(start.spaceGroup)} -> ${name(last.spaceGroup)}, volume ` +
        `${start.volume.toFixed(3)} -> ${last.volume.toFixed(3)} A^3, largest force ${last.fmax.toExponential(1)} eV/A`,
    );
    if (end !== 'converged') {
      throw new PhonolinkError(
        `the structure did not come to rest (largest force ${last.fmax.toExponential(1)} eV/A); ${output} has the last step`,
        { hint: 'relax it with phonolink relax, or raise --fmax, and give --no-relax', exitCode: 3 },
      );
    }
    await stages.done('relax', made, RUN_FILES.relaxed);
  }
  const { frames } = await openStructures(output, {});
  for await (const { structure } of frames) {
    await frames.return(undefined);
    return {
      structure: withPositions(input, structure.positions, structure.cell),
      relaxed: state === 'kept' ? 'before' : 'now',
    };
  }
  throw new PhonolinkError(`${output}: holds no structures`);
}

/** Positions written with few digits hide symmetry, which costs displacements. */
function tellHiddenSymmetry(
  structure: Structure,
  number: number,
  tolerance: number,
  { note }: PhononRunListener,
): void {
  if (tolerance >= RELAX_TOLERANCE) return;
  try {
    const wider = findSpaceGroup(structure, RELAX_TOLERANCE);
    if (wider.number === number) return;
    note(
      `within ${RELAX_TOLERANCE} A the space group is ${wider.symbol} (${wider.number}): --tolerance would save displacements`,
    );
  } catch (error) {
    if (!(error instanceof PhonolinkError)) throw error;
  }
}

/** What phonopy's files say of cells. */
export function phonopyFileOf({
  unitCell,
  supercell,
  primitive,
  supercellMatrix,
  primitiveMatrix,
  tolerance,
}: PhononCells): PhonopyFile {
  const group = findSpaceGroup(unitCell, tolerance);
  return {
    program: 'phonopy',
    units: ANGSTROM_EV,
    tolerance,
    spaceGroup: { type: group.symbol, number: group.number, hall: group.hallSymbol },
    supercellMatrix,
    primitiveMatrix,
    unitCell: { structure: unitCell },
    supercell: { structure: supercell },
    primitive: { structure: primitive },
  };
}

function poscarOf(structure: Structure): AsyncIterable<Uint8Array | string> {
  return formatNamed('poscar').write!(one(createFrame(structure)), { note: () => {} });
}

async function* one(frame: Frame): AsyncGenerator<Frame> {
  yield frame;
}

type AtomSet = Extract<DisplacementSet, { kind: 'atoms' }>;

async function calculatedForces(
  set: AtomSet,
  { supercell, unitCell, primitive }: PhononCells,
  plan: PhononRunPlan,
  source: ForceSource,
  journal: LabelJournal,
  hear: PhononRunListener,
): Promise<{ forces: AtomSet; known: number; cost?: CostEstimate; residual: number; energy: number }> {
  const { known } = countKnown(set, supercell, journal);
  const left = set.entries.length - known;
  const isNew = left > 0;
  const cost = isNew && !plan.isRemote ? await estimateCost(set, supercell, source) : undefined;
  const each = cost
    ? `, ${secondsOf(cost.each)} each: about ${secondsOf(cost.each * left)} on this machine`
    : '';
  hear.say(
    `${set.entries.length} ${set.entries.length === 1 ? 'displacement' : 'displacements'} of ${supercell.count} atoms` +
      (known > 0 ? `, ${known} of them calculated before` : '') +
      (isNew ? each : ''),
  );
  const whole = plan.isRemote ? supercell : unitCell;
  const { residual, energy } = await atRest(whole, source, journal);
  if (residual > UNREST) {
    hear.note(
      `the structure is not at rest: the largest force is ${residual.toFixed(4)} eV/A, and its phonons are not ` +
        `those of the crystal${plan.relax ? '' : ' (leave out --no-relax)'}`,
    );
  }
  const forces = (await withHarmonicForces(set, supercell, source, {
    journal,
    progress: (done) => {
      if (done > known) hear.forces(done - known, left);
    },
  })) as AtomSet;
  const share = primitive.count / whole.count;
  return { forces, known, ...(cost && { cost }), residual, energy: energy * share };
}

/** The energy (eV) of a cell in which nothing is displaced, and the largest force on an atom of it (eV/A). */
async function atRest(
  cell: Structure,
  source: ForceSource,
  journal: LabelJournal,
): Promise<{ residual: number; energy: number }> {
  const bound = await rememberedForces(source, journal).bind(cell);
  const { forces, energy } = await bound.evaluate(cell.positions, cell.cell).finally(() => bound.release());
  let most = 0;
  for (let i = 0; i < forces.length; i += 3)
    most = Math.max(most, Math.hypot(forces[i], forces[i + 1], forces[i + 2]));
  return { residual: most, energy };
}

/** Made anew in every run: it takes less time than the forces by far. */
async function forceConstants(
  forces: AtomSet,
  symmetry: CellSymmetry,
  layout: RowLayout,
  { folder, symmetrise }: PhononRunPlan,
  hear: PhononRunListener,
): Promise<{ constants: ForceConstants; drift: PhononRunReport['drift'] }> {
  const constants = harmonicForceConstants(symmetry, forces, layout);
  const before = harmonicDrift(constants, layout);
  if (symmetrise) symmetriseHarmonic(constants, layout);
  const after = harmonicDrift(constants, layout);
  hear.say(
    `force constants: sum rule broken by ${drifts(before)} eV/A^2, ` +
      (symmetrise ? `after symmetrising by ${drifts(after)}` : 'not symmetrised'),
  );
  await writeForceConstantsHdf5(join(folder, RUN_FILES.constants), constants, {
    primitiveToSuper: layout.rows,
  });
  return { constants, drift: { before, after } };
}

function drifts(values: readonly number[]): string {
  return values.map((x) => Math.abs(x).toExponential(1)).join(' and ');
}

async function polarOf(
  { born, polarMethod, tolerance }: PhononRunPlan,
  primitive: Structure,
): Promise<PolarResponse | undefined> {
  if (born === undefined) return undefined;
  const symmetry = findCellSymmetry(primitive, tolerance);
  const { text } = await openText(born);
  const polar = expandBorn(await readBorn(text).finally(() => text.close()), imagesOf(symmetry));
  return symmetricPolar({ ...polar, ...(polarMethod && { method: polarMethod }) }, symmetry);
}

function pathOf({ band, tolerance }: PhononRunPlan, primitive: Structure) {
  const { path, labels, count } = band!;
  return choosePath(path, primitive, { labels, count, tolerance });
}

function phononsOf(
  cells: PhononCells,
  constants: ForceConstants,
  polar: PolarResponse | undefined,
  plan: PhononRunPlan,
  device: CpuDevice,
  hear: PhononRunListener,
): { results: PhononResults; chosen: PhononPlan; model: PhononModel } {
  const { mesh, gammaCentred, temperatures, tolerance } = plan;
  const path = plan.band && pathOf(plan, cells.primitive);
  const model = {
    cells,
    constants,
    symmetry: findCellSymmetry(cells.primitive, tolerance),
    ...(polar && { polar }),
  };
  const chosen: PhononPlan = {
    ...(path && { band: { path } }),
    mesh: { mesh, gammaCentred },
    density: {},
    // The acoustic modes at Gamma are rounding errors, of either sign.
    thermal: { temperatures, cutoff: NOT_ZERO },
  };
  const options = onDevice(device);
  const results = calculatePhonons(model, chosen, options);
  const numbers = results.mesh!.mesh.reduce((product, n) => product * n, (3 * cells.primitive.count) ** 2);
  if (numbers > MOST_VECTOR_NUMBERS) {
    hear.note('the projected density of states is left out: its eigenvectors are too many for the memory');
    return { results, chosen, model };
  }
  const { projected } = calculatePhonons(
    model,
    {
      mesh: {
        mesh: results.mesh!.mesh,
        gammaCentred: gammaCentred || mesh.length === 1,
        reducedBy: 'time reversal',
      },
      projected: {},
    },
    options,
  );
  return { results: { ...results, projected }, chosen, model };
}

function bandImaginary({ band }: PhononResults): ImaginaryModes | undefined {
  const all = band?.segments.flatMap((segment) => imaginaryModes(segment) ?? []) ?? [];
  if (all.length === 0) return undefined;
  const sum = (value: (modes: { count: number; modes: number }) => number) =>
    all.reduce((total, one) => total + value(one), 0);
  const [lowest] = [...all].sort((a, b) => a.lowest - b.lowest);
  const modes = band!.segments.reduce((total, { frequencies }) => total + frequencies.length, 0);
  return { ...lowest, count: sum(({ count }) => count), modes };
}

async function writePlots(folder: string, { band, density, thermal }: PhononResults): Promise<string[]> {
  const plots: [string, string][] = [];
  if (density) plots.push([RUN_FILES.bandPlot, await bandPlot(band, density)]);
  if (thermal) plots.push([RUN_FILES.thermalPlot, await thermalPlot(thermal)]);
  for (const [name, svg] of plots) await writeText(join(folder, name), [svg]);
  return plots.map(([name]) => join(folder, name));
}

/** 0.0123 -> '12 ms' */
export function secondsOf(value: number): string {
  if (value < 1) return `${(1000 * value).toFixed(value < 0.01 ? 1 : 0)} ms`;
  if (value < 120) return `${value.toFixed(1)} s`;
  return value < 7200 ? `${(value / 60).toFixed(0)} min` : `${(value / 3600).toFixed(1)} h`;
}
