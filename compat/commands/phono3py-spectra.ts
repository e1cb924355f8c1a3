import { join } from 'node:path';
import { fixed } from '../../formats/io/fixed.js';
import { nameSuffix } from '../../formats/phono3py/names.js';
import {
  type SelfEnergyHead,
  shiftsName,
  spectralName,
  writeShifts,
  writeSpectralFunctions,
} from '../../formats/phono3py/self-energies.js';
import {
  jointDensityName,
  linewidthSpectrumName,
  writeSpectrum,
} from '../../formats/phono3py/spectra-dat.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { jointDensity } from '../../src/lattice/scattering/joint-density.js';
import { classesOf, EPSILON } from '../../src/lattice/scattering/linewidths.js';
import { spectrumFrequencies } from '../../src/lattice/scattering/spectral-function.js';
import type {
  AnharmonicModel,
  HarmonicModel,
  ScatteringPlan,
  Width,
} from '../../src/workflows/kappa/plan.js';
import { pointTriplets, smearingOf, tetrahedraOf } from '../../src/workflows/kappa/point-scattering.js';
import { type ScatteringGrid, scatteringGrid } from '../../src/workflows/kappa/scattering.js';
import { PointSelfEnergies, type SpectrumRequest } from '../../src/workflows/kappa/self-energies.js';
import { writeText } from '../../src/workflows/phonon-files.js';
import { modelOf } from './phono3py-conductivity.js';
import { openInputs, type Phono3pyInputs } from './phono3py-constants.js';
import { PROGRAM } from './phono3py-gamma-files.js';
import { openGrid } from './phono3py-phonons.js';
import { type RunMode, scatteringPlanOf } from './phono3py-plan.js';
import { bandGroups, namedPoints } from './phono3py-points.js';
import { gridLines, settingLines } from './phono3py-settings.js';
import type { Session } from './session.js';
import { unsuited } from './tags.js';

/** K, of spectra where none are given */
const TEMPERATURES = [0, 300];

type SpectrumMode = Extract<RunMode, 'imag_self_energy' | 'real_self_energy' | 'spectral_function' | 'jdos'>;

/** Spectra at some points. */
interface Run {
  readonly session: Session;
  readonly mode: SpectrumMode;
  readonly model: HarmonicModel & Partial<AnharmonicModel>;
  readonly device: CpuDevice;
}

/** One point with its grid: Gamma has its own where it is approached from a direction. */
interface Here extends SpectrumRequest {
  readonly prepared: ScatteringGrid;
  readonly plan: ScatteringPlan;
  readonly groups: readonly (readonly number[])[];
}

/**
 * --ise, --rse, --spf and --jdos.
 * @returns the force constants that they were calculated of
 */
export async function calculateSpectra(session: Session, mode: SpectrumMode): Promise<Phono3pyInputs> {
  const { tags, say } = session;
  const inputs = await openInputs(session, mode === 'jdos' ? 'second' : 'second and third');
  const model = modelOf(session, inputs);
  const device = await createCpuDevice();
  try {
    const plan = planOf(session, mode, model.cells.primitive.count);
    const range = rangeOf(session);
    for (const line of settingLines(mode, plan, inputs.polar !== undefined, range)) say(line);
    const { along: _, ...withoutDirection } = plan;
    const prepared = await openGrid(session, model, withoutDirection, device);
    for (const line of gridLines(prepared.grid, plan)) say(line);
    const points = namedPoints(tags, prepared.grid);
    if (!points)
      throw unsuited('the grid points have to be specified', 'give --gp, numbers of grid points, or --ga');
    const sigmas = plan.widths.filter((width) => width !== 'tetrahedra');
    const groups = bandGroups(tags, prepared.modes.bands) ?? [
      Array.from({ length: prepared.modes.bands }, (_, b) => b),
    ];
    // Of all points as they are without a direction.
    const highest = prepared.modes.frequencies.reduce((most, f) => Math.max(most, f), 0);
    for (const [i, point] of points.entries()) {
      const atGamma = plan.along && prepared.grid.regular[point] === 0;
      const own = atGamma ? scatteringGrid(model, plan, device) : prepared;
      const here: Here = {
        prepared: own,
        plan: atGamma ? plan : withoutDirection,
        point,
        groups,
        bands: groups.flat(),
        frequencies: spectrumFrequencies(highest, { sigmas, ...range }),
      };
      for (const line of headLines(mode, here, i, points.length)) say(line);
      await CALCULATIONS[mode]({ session, mode, model, device }, here);
    }
  } finally {
    await device.close();
  }
  return inputs;
}

function planOf(session: Session, mode: SpectrumMode, atoms: number): ScatteringPlan {
  const { tags } = session;
  const plan = scatteringPlanOf(session, atoms);
  const usual = mode === 'jdos' ? [] : TEMPERATURES;
  return tags.has('temperatures') ? plan : { ...plan, temperatures: Float64Array.from(usual) };
}

/** --freq-pitch and --num-freq-points. */
function rangeOf({ tags }: Session): { step?: number; count?: number } {
  const count = tags.integer('num_frequency_points');
  if (count !== undefined && count < 2) tags.fail('num_frequency_points', 'a whole number from 2 on');
  if (count !== undefined) return { count };
  const step = tags.real('fpitch');
  if (step !== undefined && !(step > 0)) tags.fail('fpitch', 'a step in THz above zero');
  return step === undefined ? { count: 201 } : { step };
}

const TITLES = {
  imag_self_energy: 'Imaginary part of self energy -o-',
  real_self_energy: 'Real part of self energy -o-',
  spectral_function: 'Spectral function',
  jdos: 'Joint DOS',
} as const;

function* headLines(mode: SpectrumMode, here: Here, i: number, count: number): Generator<string> {
  const { prepared, plan, point } = here;
  const { grid, modes } = prepared;
  const q = Array.from(grid.points.subarray(3 * point, 3 * point + 3), (x) => fixed(x, 4, 2));
  yield `---------------- ${TITLES[mode]} (${i + 1}/${count}) ----------------`;
  yield `Grid point: ${point}`;
  const triplets = pointTriplets(prepared, plan, point).weights.length;
  yield `Number of ir-triplets: ${triplets} / ${grid.total}`;
  yield `Phonon frequencies at (${q.join(', ')}):`;
  for (let b = 0; b < modes.bands; b++)
    yield `${String(b + 1).padStart(3)}  ${modes.frequencies[point * modes.bands + b].toFixed(6)}`;
}

const CALCULATIONS: Record<SpectrumMode, (run: Run, here: Here) => Promise<void>> = {
  imag_self_energy: imaginaryParts,
  real_self_energy: realParts,
  spectral_function: spectralFunctions,
  jdos: jointDensities,
};

async function imaginaryParts(run: Run, here: Here): Promise<void> {
  const { tags } = run.session;
  const event = tags.integer('scattering_event_class');
  if (event !== undefined && event !== 1 && event !== 2) tags.fail('scattering_event_class', '1 or 2');
  // Class 1 is what merges, class 2 what decays.
  const without = event === undefined ? undefined : event === 1 ? 'decay' : 'merging';
  await withEnergies(run, here, async (energies) => {
    for (const width of here.plan.widths) {
      const gammas = energies.imaginary(here, width, without);
      for (const { temperature, bands, column } of groupMeans(gammas, here)) {
        const name = linewidthSpectrumName({
          mesh: here.prepared.grid.diagonal,
          point: here.point,
          bands,
          ...sigmaPart(width),
          temperature,
        });
        await writeColumns(run, here, name, [column]);
        run.session.say(`Imaginary part of self-energies were written to "${marked(run, name)}".`);
      }
    }
  });
}

async function realParts(run: Run, here: Here): Promise<void> {
  const { say, folder } = run.session;
  const mesh = here.prepared.grid.diagonal;
  await withEnergies(run, here, async (energies) => {
    for (const width of here.plan.widths) {
      const epsilon = width === 'tetrahedra' ? EPSILON : width;
      const shifts = energies.real(here, epsilon);
      const whole = `${shiftsName(mesh, here.point, epsilon)}.hdf5`;
      await writeShifts(join(folder, whole), headOf(here), shifts, epsilon);
      say(`Real part of self energies were stored in "${whole}".`);
      for (const { temperature, bands, column } of groupMeans(shifts, here)) {
        const name = `${shiftsName(mesh, here.point, epsilon, { temperature, bands })}.dat`;
        await writeColumns(run, here, name, [column]);
        say(`Real parts of self-energies were written to "${marked(run, name)}".`);
      }
    }
  });
}

async function spectralFunctions(run: Run, here: Here): Promise<void> {
  const { say, folder } = run.session;
  const { grid, modes } = here.prepared;
  const mesh = grid.diagonal;
  await withEnergies(run, here, async (energies) => {
    for (const width of here.plan.widths) {
      const spectra = energies.spectral(here, width);
      const { sigma } = sigmaPart(width);
      for (const { temperature, bands, column } of groupMeans(spectra.functions, here)) {
        const name = `${spectralName(mesh, here.point, sigma, { temperature, bands })}.dat`;
        await writeColumns(run, here, name, [column]);
        say(`Spectral functions were written to "${marked(run, name)}".`);
      }
      const isAll = here.bands.length === modes.bands;
      const suffix = nameSuffix({
        mesh,
        point: here.point,
        ...(!isAll && { bands: here.bands }),
        sigma,
      });
      const name = `spectral${suffix}.hdf5`;
      await writeSpectralFunctions(join(folder, name), headOf(here), spectra);
      say(`Spectral functions were stored in "${name}".`);
    }
  });
}

async function jointDensities(run: Run, here: Here): Promise<void> {
  const { prepared, plan, point, frequencies } = here;
  const { grid, modes, irreducible } = prepared;
  const triplets = pointTriplets(prepared, plan, point);
  for (const width of plan.widths) {
    const tetrahedra = width === 'tetrahedra' ? tetrahedraOf(prepared, plan) : undefined;
    const { merging, decay } = jointDensity(
      {
        device: run.device,
        grid,
        modes,
        smearing: smearingOf(width, plan, tetrahedra),
        classes: classesOf(grid, irreducible.map),
        cutoffFrequency: plan.cutoffFrequency,
      },
      triplets,
      frequencies,
      plan.temperatures.length > 0 ? plan.temperatures : undefined,
    );
    const n = frequencies.length;
    const lines = plan.temperatures.length > 0 ? Array.from(plan.temperatures) : [undefined];
    for (const [t, temperature] of lines.entries()) {
      const name = jointDensityName({
        mesh: grid.diagonal,
        point,
        ...sigmaPart(width),
        ...(temperature !== undefined && { temperature }),
      });
      const columns = [merging, decay].map((values) => values.subarray(t * n, (t + 1) * n));
      await writeColumns(run, here, name, columns);
      run.session.say(`JDOS is written into "${marked(run, name)}".`);
    }
  }
}

async function withEnergies(
  { model, device }: Run,
  { prepared, plan }: Here,
  call: (energies: PointSelfEnergies) => Promise<void>,
): Promise<void> {
  const energies = new PointSelfEnergies(prepared, model as AnharmonicModel, plan, device);
  try {
    await call(energies);
  } finally {
    energies.release();
  }
}

/** The mean of each group of bands at each temperature, of [t][b][f]. */
function* groupMeans(
  values: Float64Array,
  { groups, bands, plan, frequencies }: Here,
): Generator<{ temperature: number; bands: readonly number[]; column: Float64Array }> {
  const n = frequencies.length;
  for (const [t, temperature] of plan.temperatures.entries()) {
    let first = t * bands.length;
    for (const group of groups) {
      const column = new Float64Array(n);
      for (let k = 0; k < n; k++) {
        for (let b = 0; b < group.length; b++) column[k] += values[(first + b) * n + k];
        column[k] /= group.length;
      }
      first += group.length;
      yield { temperature, bands: group, column };
    }
  }
}

function headOf({ prepared, point, groups, plan, frequencies }: Here): SelfEnergyHead {
  const { grid, modes } = prepared;
  return {
    version: PROGRAM,
    grid,
    point,
    bands: groups,
    temperatures: plan.temperatures,
    points: frequencies,
    frequencies: modes.frequencies.slice(point * modes.bands, (point + 1) * modes.bands),
  };
}

function sigmaPart(width: Width): { sigma?: number } {
  return width === 'tetrahedra' ? {} : { sigma: width };
}

/** Files of --nomeshsym say so. */
function marked({ session: { tags } }: Run, name: string): string {
  return tags.flag('mesh_symmetry') === false ? name.replace(/\.dat$/, '.nosym.dat') : name;
}

async function writeColumns(
  run: Run,
  { frequencies }: Here,
  name: string,
  columns: readonly Float64Array[],
): Promise<void> {
  await writeText(join(run.session.folder, marked(run, name)), writeSpectrum({ frequencies, columns }));
}
