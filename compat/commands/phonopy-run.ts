import { join } from 'node:path';
import { fixed } from '../../formats/io/fixed.js';
import { openText } from '../../formats/io/open.js';
import { writeDisplacementsCif } from '../../formats/phonopy/displacements-cif.js';
import { readQpoints } from '../../formats/phonopy/qpoints.js';
import { createCpuDevice } from '../../src/device/cpu.js';
import { frequencyMoment } from '../../src/lattice/harmonic/moment.js';
import { onDevice, type PhononSolvers } from '../../src/lattice/harmonic/on-device.js';
import type { DisplacementSet } from '../../src/model/displacements.js';
import { UsageError } from '../../src/model/errors.js';
import type { MeshModes, ThermalProperties } from '../../src/model/phonon-results.js';
import {
  type ModesKey,
  type PhononFileOptions,
  writePhononFiles,
  writeText,
} from '../../src/workflows/phonon-files.js';
import type { PhononModel, PhononPlan, PointPlan } from '../../src/workflows/phonon-plan.js';
import { threadsFor } from '../../src/workflows/phonon-threads.js';
import { calculatePhonons, type PhononResults } from '../../src/workflows/phonons.js';
import { type Crystal, openCrystal } from './crystal.js';
import { constantsOf } from './phonopy-constants.js';
import { writeAnimation, writeModulations } from './phonopy-modes.js';
import { planOf, pointPlan } from './phonopy-plan.js';
import { writePlots } from './phonopy-plots.js';
import { type Beside, writeSummary } from './phonopy-summary.js';
import { inUnits, phononUnits } from './phonopy-units.js';
import { polarOf } from './polar.js';
import type { Session, Version } from './session.js';
import type { Tags } from './tags.js';

/** Bands, meshes and what is made of them, from force constants or forces. */
export async function runPhonons(session: Session): Promise<void> {
  const { tags, say, version } = session;
  const other = otherMode(tags);
  const crystal = await openCrystal(session);
  const plan = other ? {} : planOf(session, crystal);
  const points = other === 'qpoints' ? await pointsOf(session) : undefined;
  const polar = await polarOf(session, crystal);
  const { constants, set } = await constantsOf(session, crystal);
  say(`Non-analytical term correction (NAC): ${polar ? `on (${polar.method ?? 'gonze'})` : 'off'}`);
  if (other || plan.band || plan.mesh) {
    const threads = threadsFor(plan, crystal.cells, crystal.primitiveSymmetry);
    const device = await createCpuDevice({ threads });
    try {
      const model: PhononModel = {
        cells: crystal.cells,
        constants,
        polar,
        symmetry: crystal.primitiveSymmetry,
        units: phononUnits(crystal.units),
      };
      const solvers = onDevice(device);
      if (other === 'modulation') await writeModulations(session, crystal, model, solvers.eigen);
      else if (other === 'anime') await writeAnimation(session, crystal, model, solvers.eigen);
      else await runPlan(session, crystal, model, points ? { points } : plan, solvers);
    } finally {
      await device.close();
    }
  } else say('No run mode was specified: --band, --mesh and --qpoints calculate phonons.');
  const all = tags.flag('include_all') ?? false;
  const nac = tags.flag('include_nac_params') ?? (all || version === 4);
  const beside: Beside = {
    ...(polar && nac && { polar }),
    ...(set && (all || tags.flag('include_fs')) && { displacements: set }),
    ...(set && !all && !tags.flag('include_fs') && tags.flag('include_disp') && { displacements: bare(set) }),
    ...((all || tags.flag('include_fc')) && { forceConstants: constants }),
  };
  await writeSummary(session, crystal, 'phonopy.yaml', beside);
  if (tags.flag('save_params')) {
    const params = set ? { displacements: set } : { forceConstants: constants };
    await writeSummary(session, crystal, 'phonopy_params.yaml', { ...(polar && { polar }), ...params });
  }
}

/** Run modes that stand alone. */
type OtherMode = 'qpoints' | 'modulation' | 'anime';

/** @throws UsageError where two modes are asked for that phonopy has no joint run of */
function otherMode(tags: Tags): OtherMode | undefined {
  const asked: [OtherMode, string][] = [
    ['qpoints', tags.has('read_qpoints') ? 'read_qpoints' : 'qpoints'],
    ['modulation', 'modulation'],
    ['anime', 'anime'],
  ];
  const found = asked.filter(([, tag]) => tags.has(tag));
  const others = ['band', 'mesh_numbers', 'mesh', 'mp'].filter((tag) => tags.has(tag));
  if (found.length === 0) return undefined;
  const [, second = others[0]] = found.map(([, tag]) => tag);
  if (second !== undefined)
    throw new UsageError(
      `${tags.source(found[0][1])} and ${tags.source(second)} do not go together`,
      'each is a run of its own',
    );
  return found[0][0];
}

/** Of --qpoints, or of the file QPOINTS. */
async function pointsOf({ tags, folder }: Session): Promise<PointPlan> {
  const isFile = tags.flag('read_qpoints') || /^\.true\.$/i.test(tags.text('qpoints') ?? '');
  if (!isFile) return pointPlan(tags);
  const { text } = await openText(join(folder, 'QPOINTS'));
  return pointPlan(tags, await readQpoints(text).finally(() => text.close()));
}

async function runPlan(
  session: Session,
  crystal: Crystal,
  model: PhononModel,
  plan: PhononPlan,
  solvers: PhononSolvers,
): Promise<void> {
  const { tags, folder, say, version } = session;
  const found = calculatePhonons(model, plan, { ...solvers, progress: say });
  report(found, say);
  const { length, forceConstants } = crystal.factors;
  const results = inUnits(withGammaNote(found, version), length, forceConstants);
  const files = await writePhononFiles(folder, results, plan, {
    without: withoutOf(session, plan),
    inHdf5: inHdf5(tags),
    bandHead: bandHead(crystal),
    progress: (path) => say(`"${path}" has been written.`),
  });
  if (tags.has('tdispmat_cif') && found.motionMatrices) {
    const cif = writeDisplacementsCif(crystal.cells.primitive, found.motionMatrices);
    await writeText(join(folder, 'tdispmat.cif'), cif);
    say('"tdispmat.cif" has been written.');
  }
  if (tags.flag('moment') && found.mesh) for (const line of momentLines(tags, found.mesh)) say(line);
  if (tags.flag('plot')) await writePlots(session, found);
  if (files.length === 0) say('No file of results was asked for.');
}

/** What goes into HDF5: all of it under --hdf5, or what the formats say. */
function inHdf5(tags: Tags): ModesKey[] {
  const formats: readonly (readonly [ModesKey, string])[] = [
    ['points', 'qpoints_format'],
    ['band', 'band_format'],
    ['mesh', 'mesh_format'],
  ];
  return formats.flatMap(([key, tag]) => {
    const format = tags.choice(tag, ['yaml', 'hdf5']);
    return format === 'hdf5' || tags.flag('hdf5') ? [key] : [];
  });
}

/** --moment: means of powers of the frequency over all modes, and over the atoms' shares of them. */
function* momentLines(tags: Tags, mesh: MeshModes): Generator<string> {
  const order = tags.integer('moment_order');
  const [lowest, highest] = [tags.real('fmin'), tags.real('fmax')];
  const range = { ...(lowest !== undefined && { lowest }), ...(highest !== undefined && { highest }) };
  yield 'Order|   Total   |   Projected to atoms';
  for (const power of order === undefined ? [0, 1, 2] : [order]) {
    const { total, atoms } = frequencyMoment(mesh, power, range);
    const parts = Array.from(atoms, (x) => `${fixed(x, 10, 5)} `);
    yield ` ${String(power).padStart(3)} |${fixed(total, 10, 5)} | ${parts.join('')}`;
  }
}

/** The newest phonopy says that acoustic modes at Gamma count. */
function withGammaNote(results: PhononResults, version: Version): PhononResults {
  const { thermal } = results;
  if (!thermal || version !== 4) return results;
  return { ...results, thermal: { ...thermal, excludesGammaAcoustic: false } };
}

/** Displacements without their forces. */
function bare(set: DisplacementSet): DisplacementSet {
  if (set.kind === 'atoms')
    return { ...set, entries: set.entries.map(({ atom, displacement }) => ({ atom, displacement })) };
  return { ...set, entries: set.entries.map(({ displacements }) => ({ displacements })) };
}

/** mesh.yaml is not written under --nowritemesh, nor beside thermal displacements. */
function withoutOf({ tags }: Session, plan: PhononPlan): PhononFileOptions['without'] {
  const isLeftOut = tags.flag('write_mesh') === false || plan.motion || plan.motionMatrices;
  return isLeftOut ? ['mesh'] : [];
}

/** What phonopy puts first of all where it was told a calculator. */
function bandHead({ calculator, units }: Crystal): ReadonlyMap<string, string> {
  if (calculator === undefined) return new Map();
  return new Map([
    ['calculator', calculator],
    ['length_unit', units.length],
  ]);
}

/** Modes that are told to be imaginary: THz, more than the noise of acoustic modes at Gamma */
const IMAGINARY = -0.01;

function report({ points, band, mesh, thermal }: PhononResults, say: (line: string) => void): void {
  const segments = band?.segments.map(({ frequencies }) => frequencies) ?? [];
  let lowest = 0;
  for (const values of [...segments, mesh?.frequencies ?? [], points?.frequencies ?? []]) {
    for (let k = 0; k < values.length; k++) lowest = Math.min(lowest, values[k]);
  }
  if (lowest < IMAGINARY) say(`warning: there are imaginary modes, down to ${lowest.toFixed(4)} THz`);
  if (thermal) for (const line of thermalLines(thermal)) say(line);
}

function* thermalLines(thermal: ThermalProperties): Generator<string> {
  const { temperatures, freeEnergy, entropy, heatCapacity, modes, integratedModes } = thermal;
  yield `Number of phonon frequencies less than cutoff frequency: ${modes - integratedModes}/${modes}`;
  const titles = ['F [kJ/mol]', 'S [J/K/mol]', 'C_v [J/K/mol]', 'E [kJ/mol]'];
  yield `#${'T [K]'.padStart(11)} ${titles.map((title) => title.padStart(15)).join('')}`;
  for (let t = 0; t < temperatures.length; t++) {
    const energy = freeEnergy[t] + (temperatures[t] * entropy[t]) / 1000;
    const row = [freeEnergy[t], entropy[t], heatCapacity[t], energy].map((x) => x.toFixed(7).padStart(15));
    yield `${temperatures[t].toFixed(3).padStart(12)} ${row.join('')}`;
  }
}
