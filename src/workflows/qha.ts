import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openText } from '../../formats/io/open.js';
import { writeWhole } from '../../formats/io/sink.js';
import { writeGruneisenMesh } from '../../formats/phonopy/gruneisen-yaml.js';
import { writeVolumeEnergies } from '../../formats/phonopy/qha-tables.js';
import { readThermalProperties, writeThermalProperties } from '../../formats/phonopy/thermal-properties.js';
import { formatNamed } from '../../formats/read.js';
import type { CpuDevice } from '../device/cpu.js';
import { strainSpace } from '../dynamics/strain-space.js';
import { DynamicalMatrix } from '../lattice/harmonic/dynamical-matrix.js';
import { deviceEigen } from '../lattice/harmonic/eigen-batch.js';
import { gruneisenMesh } from '../lattice/harmonic/gruneisen-mesh.js';
import type { ImaginaryModes } from '../lattice/harmonic/imaginary.js';
import { temperatureSteps } from '../lattice/harmonic/thermal.js';
import { PHONOPY_UNITS } from '../lattice/harmonic/units.js';
import { EQUATIONS_OF_STATE, type EquationName } from '../lattice/quasi-harmonic/equation-of-state.js';
import {
  FEWEST_FOR_EXPANSION,
  type ThermalExpansion,
  temperaturesWithin,
  thermalExpansion,
  type VolumeSeries,
} from '../lattice/quasi-harmonic/expansion.js';
import { type EnergyMinimum, fitEnergies } from '../lattice/quasi-harmonic/fit.js';
import { inverse, rowsTimes, volume } from '../model/cell.js';
import { PhonolinkError } from '../model/errors.js';
import { createFrame } from '../model/frame.js';
import type { GruneisenMesh, ThermalProperties } from '../model/phonon-results.js';
import { type Structure, withPositions } from '../model/structure.js';
import { expansionPlots } from '../plots/expansion.js';
import { gruneisenMeshPlot } from '../plots/gruneisen.js';
import { findCellSymmetry } from '../symmetry/cell-symmetry.js';
import { reciprocalOperations } from '../symmetry/q-points.js';
import { createSymmetriser } from '../symmetry/symmetriser.js';
import type { ForceSource } from './force-source.js';
import { writeText } from './phonon-files.js';
import type { PhononModel } from './phonon-plan.js';
import {
  type PhononRunListener,
  type PhononRunPlan,
  type PhononRunReport,
  runPhonons,
} from './phonon-run.js';
import { meshOf } from './phonons.js';
import { type NamedThermal, seriesOf, writeExpansion } from './qha-files.js';
import { RELAX_TOLERANCE } from './relax-frame.js';

export interface QhaPlan {
  /** Of every volume; its folder holds those of the volumes */
  readonly phonons: Omit<PhononRunPlan, 'relax' | 'temperatures' | 'band'>;
  /** Undefined: the structure is taken as it is, and atoms keep their fractional places at every volume */
  readonly relax?: { readonly fmax: number };
  /** V / V0 - 1 of the volumes, where V0 is that at rest, which is added where it is absent */
  readonly strains: readonly number[];
  readonly equation: EquationName;
  /** eV/A^3 */
  readonly pressure: number;
  /** K: temperatures go from 0 to `highest` */
  readonly highest: number;
  readonly step: number;
}

export interface QhaListener extends PhononRunListener {
  /** What is said from now on is of this volume; of none where absent */
  at(volume?: string): void;
}

/** One volume, of the primitive cell. */
export interface QhaVolume {
  readonly strain: number;
  /** Its folder in the whole one */
  readonly folder: string;
  /** A^3 */
  readonly volume: number;
  /** eV, at rest */
  readonly energy: number;
  /** eV/A, the largest force left */
  readonly residual: number;
  /** Displacements, and how many of them were there already */
  readonly displacements: number;
  readonly known: number;
  readonly spaceGroup: { readonly number: number; readonly symbol: string };
  /** Where there are any the volume is left out */
  readonly imaginary?: ImaginaryModes;
}

export interface QhaReport {
  readonly volumes: readonly QhaVolume[];
  readonly primitiveAtoms: number;
  /** At rest, without phonons */
  readonly atRest: EnergyMinimum;
  readonly expansion: ThermalExpansion;
  /** Mode Grueneisen parameters, and the folders of the middle, the larger and the smaller volume */
  readonly modes: GruneisenMesh;
  readonly modesOf: readonly [string, string, string];
  /** Paths of what was written, without those in the folders of the volumes */
  readonly files: readonly string[];
}

/** The names of a folder's files that are not phonopy-qha's results. */
export const QHA_RUN_FILES = {
  start: 'start.extxyz',
  energies: 'e-v.dat',
  thermal: 'thermal_properties.yaml',
  modes: 'gruneisen_mesh.yaml',
  modesPlot: 'gruneisen_mesh.svg',
} as const;

/** The folder of a volume: its name tells the strain, so that volumes may be added to those that are there. */
export function strainFolder(strain: number): string {
  return `strain_${strain < 0 ? '-' : '+'}${Math.abs(strain).toFixed(5)}`;
}

/** What a volume's phonons left for all of them together. */
interface Solved extends QhaVolume {
  readonly model: PhononModel;
  readonly thermal: NamedThermal;
}

/**
 * From a structure and forces to thermal expansion: phonons at several volumes, each in a folder of its own that a
 * later run takes up, and the quasi-harmonic approximation over them. Volumes with imaginary modes are left out.
 * @throws PhonolinkError where too few volumes are left, or the least free energy lies outside of them
 */
export async function runQha(
  plan: QhaPlan,
  source: ForceSource,
  device: CpuDevice,
  hear: QhaListener,
): Promise<QhaReport> {
  const { phonons, equation: name, pressure } = plan;
  // The volume at rest is one of them: its phonons are there.
  const strains = [...new Set([...plan.strains, 0])].sort((a, b) => a - b);
  if (strains.length < FEWEST_FOR_EXPANSION)
    throw new PhonolinkError(
      `there are ${strains.length} volumes, but the quasi-harmonic approximation needs ${FEWEST_FOR_EXPANSION}`,
    );
  const { folder } = phonons;
  const equation = EQUATIONS_OF_STATE[name];
  await mkdir(folder, { recursive: true });
  hear.at('at rest');
  const rest = await solveRest(plan, source, device, hear);
  const all: Solved[] = [];
  for (const [k, strain] of strains.entries()) {
    hear.at(`volume ${k + 1} of ${strains.length}, V/V0 = ${(1 + strain).toFixed(4)}`);
    all.push(strain === 0 ? rest : await solveVolume(strain, rest, plan, source, device, hear));
  }
  hear.at();
  const used = usable(all, hear);
  const volumes = Float64Array.from(used, (one) => one.volume);
  const energies = Float64Array.from(used, (one) => one.energy);
  const thermal = used.map((one) => one.thermal);
  const series = seriesOf(volumes, [energies], thermal);
  const atRest = fitEnergies(equation, volumes, energies);
  const highest = reach(plan, series, hear);
  const expansion = thermalExpansion(equation, series, { pressure, highest });
  const { modes, modesOf } = modeParameters(used, atRest.volume, plan, device);

  const files = await writeInputs(folder, used);
  const properties = thermal.map((one) => one.properties);
  files.push(...(await writeExpansion(folder, expansion, properties, { equation })));
  const write = async (path: string, pieces: Iterable<string>) => {
    await writeText(join(folder, path), pieces);
    files.push(join(folder, path));
  };
  await write(QHA_RUN_FILES.modes, writeGruneisenMesh(modes));
  await write(QHA_RUN_FILES.modesPlot, [await gruneisenMeshPlot(modes)]);
  for (const [plot, svg] of await expansionPlots(expansion, { equation, units: PHONOPY_UNITS }))
    await write(`${plot}.svg`, [svg]);
  return {
    volumes: all.map(({ model: _, thermal: __, ...one }) => one),
    primitiveAtoms: used[0].model.cells.primitive.count,
    atRest,
    expansion,
    modes,
    modesOf,
    files,
  };
}

/** What all volumes have in common: temperatures as far as derivatives at the highest need them. */
function wholePlan({ phonons, highest, step }: QhaPlan): PhononRunPlan {
  return { ...phonons, temperatures: temperatureSteps(0, highest + step, step) };
}

/** The crystal at rest, whose phonons are those of one of the volumes. */
async function solveRest(
  plan: QhaPlan,
  source: ForceSource,
  device: CpuDevice,
  hear: QhaListener,
): Promise<Solved> {
  const name = strainFolder(0);
  const relax = plan.relax && { ...plan.relax, cell: 'full' as const };
  const own = { ...wholePlan(plan), folder: join(plan.phonons.folder, name), ...(relax && { relax }) };
  return solved(0, name, await runPhonons(own, source, device, hear), own.folder);
}

/** Another volume: cell and atoms of the crystal at rest scaled, then relaxed as far as the volume lets them. */
async function solveVolume(
  strain: number,
  rest: Solved,
  plan: QhaPlan,
  source: ForceSource,
  device: CpuDevice,
  hear: QhaListener,
): Promise<Solved> {
  const name = strainFolder(strain);
  const folder = join(plan.phonons.folder, name);
  await mkdir(folder, { recursive: true });
  const structure = strained(rest.model.cells.unitCell, strain);
  const input = join(folder, QHA_RUN_FILES.start);
  await writeWhole(input, formatNamed('extxyz').write!(oneFrame(structure), { note: () => {} }));
  const relax = plan.relax && { ...plan.relax, ...(hasFreeShape(structure) && { cell: 'shape' as const }) };
  const { from: _, ...whole } = wholePlan(plan);
  const own = { ...whole, input, read: {}, folder, ...(relax && { relax }) };
  return solved(strain, name, await runPhonons(own, source, device, hear), folder);
}

async function solved(
  strain: number,
  name: string,
  report: PhononRunReport,
  folder: string,
): Promise<Solved> {
  const { energy, model, residual, displacements, known, spaceGroup, imaginary } = report;
  return {
    strain,
    folder: name,
    volume: volume(model.cells.primitive.cell),
    ...{ energy, residual, displacements, known, spaceGroup, model },
    ...(imaginary.mesh && { imaginary: imaginary.mesh }),
    // As the file has it, digits and all: whoever takes the files up comes to the same numbers.
    thermal: await asWritten(join(folder, QHA_RUN_FILES.thermal), report.results.thermal!),
  };
}

async function asWritten(path: string, properties: ThermalProperties): Promise<NamedThermal> {
  const { text } = await openText(path);
  const read = await readThermalProperties(text).finally(() => text.close());
  return { name: path, properties: { ...properties, ...read } };
}

/** The cell with another volume, atoms in their fractional places. */
function strained(structure: Structure, strain: number): Structure {
  const cell = structure.cell.map((x) => x * Math.cbrt(1 + strain));
  return withPositions(
    structure,
    rowsTimes(rowsTimes(structure.positions, inverse(structure.cell)), cell),
    cell,
  );
}

/** Whether symmetry leaves the cell any shape to take at a given volume. */
function hasFreeShape(structure: Structure): boolean {
  try {
    return (
      strainSpace('shape', structure, createSymmetriser(structure, RELAX_TOLERANCE).rotations).dimension > 0
    );
  } catch (error) {
    if (error instanceof PhonolinkError) return false;
    throw error;
  }
}

async function* oneFrame(structure: Structure) {
  yield createFrame(structure);
}

/** @throws PhonolinkError where too few volumes are left, or they are of different cells */
function usable(all: readonly Solved[], hear: QhaListener): Solved[] {
  for (const { imaginary, strain, volume: size } of all) {
    if (!imaginary) continue;
    const { count, modes, lowest, point } = imaginary;
    hear.note(
      `IMAGINARY MODES at V/V0 = ${(1 + strain).toFixed(4)} (${size.toFixed(3)} A^3): ${count} of ${modes}, the lowest ` +
        `${lowest.toFixed(4)} THz at q = (${point.map((x) => x.toFixed(4)).join(' ')}); the volume is left out, for it ` +
        'has no harmonic free energy',
    );
  }
  const used = all.filter(({ imaginary }) => !imaginary);
  if (used.length < FEWEST_FOR_EXPANSION) {
    throw new PhonolinkError(
      `${used.length} of ${all.length} volumes have no imaginary modes, but ${FEWEST_FOR_EXPANSION} are needed`,
      { hint: 'choose other volumes (--strains), a larger supercell (--dim), or relax more tightly' },
    );
  }
  const [first] = used;
  const other = used.find(({ model }) => model.cells.primitive.count !== first.model.cells.primitive.count);
  if (other) {
    throw new PhonolinkError(
      `the crystal changes with volume: its primitive cell has ${first.model.cells.primitive.count} atoms in ${first.folder} ` +
        `(${first.spaceGroup.symbol}), but ${other.model.cells.primitive.count} in ${other.folder} (${other.spaceGroup.symbol})`,
      { hint: 'choose volumes at which it is one and the same phase' },
    );
  }
  const groups = new Set(used.map(({ spaceGroup }) => spaceGroup.symbol));
  if (groups.size > 1)
    hear.note(`the space group changes with volume: ${[...groups].join(', ')} are not one phase`);
  return used;
}

/** The highest temperature at which the volumes that were calculated hold the least free energy. */
function reach({ equation, pressure, highest }: QhaPlan, series: VolumeSeries, hear: QhaListener): number {
  const { temperatures, volumes } = series;
  const within = temperaturesWithin(EQUATIONS_OF_STATE[equation], series, pressure);
  if (within === temperatures.length) return highest;
  const shown = `${Math.min(...volumes).toFixed(3)} to ${Math.max(...volumes).toFixed(3)} A^3`;
  if (within < 3) {
    throw new PhonolinkError(
      `at ${temperatures[within]} K the least free energy lies outside of the volumes, ${shown}`,
      {
        hint: 'choose --strains around it: towards larger volumes for zero-point motion, smaller ones for pressure',
      },
    );
  }
  hear.note(
    `from ${temperatures[within]} K on the least free energy lies outside of the volumes, ${shown}: results end at ` +
      `${temperatures[within - 2]} K; --strains that go farther let them go on`,
  );
  return temperatures[within - 2];
}

/** Mode Grueneisen parameters at the volume nearest to rest, from its two neighbours. */
function modeParameters(used: readonly Solved[], rest: number, { phonons }: QhaPlan, device: CpuDevice) {
  const sorted = [...used].sort((a, b) => a.volume - b.volume);
  let nearest = 1;
  for (let k = 2; k < sorted.length - 1; k++) {
    if (Math.abs(sorted[k].volume - rest) < Math.abs(sorted[nearest].volume - rest)) nearest = k;
  }
  const [smaller, middle, larger] = sorted.slice(nearest - 1, nearest + 2);
  const matrixOf = ({ model: { cells, constants, polar } }: Solved) =>
    new DynamicalMatrix(cells, constants, polar);
  const { primitive } = middle.model.cells;
  const symmetry = middle.model.symmetry ?? findCellSymmetry(primitive, phonons.tolerance);
  const operations = reciprocalOperations(symmetry.operations.map(({ rotation }) => rotation));
  const { mesh, gammaCentred } = phonons;
  const modes = gruneisenMesh(
    { middle: matrixOf(middle), larger: matrixOf(larger), smaller: matrixOf(smaller) },
    primitive,
    meshOf({ mesh, gammaCentred }, operations, primitive.cell),
    { eigen: deviceEigen(device) },
  );
  const modesOf = [middle.folder, larger.folder, smaller.folder] as const;
  return { modes, modesOf };
}

/** e-v.dat and thermal_properties.yaml-01, -02, ...: what phonopy-qha takes. */
async function writeInputs(folder: string, used: readonly Solved[]): Promise<string[]> {
  const isNumbered = (name: string) => /^thermal_properties\.yaml-\d+$/.test(name);
  for (const name of (await readdir(folder)).filter(isNumbered)) await rm(join(folder, name));
  const energies = join(folder, QHA_RUN_FILES.energies);
  const files = [energies];
  await writeText(
    energies,
    writeVolumeEnergies(
      {
        volumes: Float64Array.from(used, (one) => one.volume),
        energies: Float64Array.from(used, (one) => one.energy),
      },
      used.map((one) => one.folder),
    ),
  );
  for (const [k, { thermal }] of used.entries()) {
    const path = join(
      folder,
      `${QHA_RUN_FILES.thermal}-${String(k + 1).padStart(String(Math.max(10, used.length)).length, '0')}`,
    );
    await writeText(path, writeThermalProperties(thermal.properties));
    files.push(path);
  }
  return files;
}
