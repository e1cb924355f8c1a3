import { createCpuDevice } from '../../src/device/cpu.js';
import { onDevice } from '../../src/lattice/harmonic/on-device.js';
import type { DisplacementSet } from '../../src/model/displacements.js';
import { UsageError } from '../../src/model/errors.js';
import type { ThermalProperties } from '../../src/model/phonon-results.js';
import { type PhononFileOptions, writePhononFiles } from '../../src/workflows/phonon-files.js';
import type { PhononPlan } from '../../src/workflows/phonon-plan.js';
import { threadsFor } from '../../src/workflows/phonon-threads.js';
import { calculatePhonons, type PhononResults } from '../../src/workflows/phonons.js';
import { type Crystal, openCrystal } from './crystal.js';
import { constantsOf } from './phonopy-constants.js';
import { planOf } from './phonopy-plan.js';
import { writePlots } from './phonopy-plots.js';
import { type Beside, writeSummary } from './phonopy-summary.js';
import { inLength, phononUnits } from './phonopy-units.js';
import { polarOf } from './polar.js';
import type { Session, Version } from './session.js';

/** Bands, meshes and what is made of them, from force constants or forces. */
export async function runPhonons(session: Session): Promise<void> {
  const { tags, folder, say, version } = session;
  if (tags.flag('hdf5') && (tags.has('band') || tags.has('mesh_numbers')))
    throw new UsageError(
      `${tags.source('hdf5')}: band.hdf5 and mesh.hdf5 are not supported by phonolink`,
      '--fc-format hdf5 has force constants alone in HDF5',
    );
  const crystal = await openCrystal(session);
  const plan = planOf(session, crystal);
  const polar = await polarOf(session, crystal);
  const { constants, set } = await constantsOf(session, crystal);
  say(`Non-analytical term correction (NAC): ${polar ? `on (${polar.method ?? 'gonze'})` : 'off'}`);
  if (plan.band ?? plan.mesh) {
    const threads = threadsFor(plan, crystal.cells, crystal.primitiveSymmetry);
    const device = await createCpuDevice({ threads });
    try {
      const model = {
        cells: crystal.cells,
        constants,
        polar,
        symmetry: crystal.primitiveSymmetry,
        units: phononUnits(crystal.units),
      };
      const found = calculatePhonons(model, plan, { ...onDevice(device), progress: say });
      report(found, say);
      const results = inLength(withGammaNote(found, version), crystal.factors.length);
      const files = await writePhononFiles(folder, results, plan, {
        without: withoutOf(session, plan),
        bandHead: bandHead(crystal),
        progress: (path) => say(`"${path}" has been written.`),
      });
      if (tags.flag('plot')) await writePlots(session, found);
      if (files.length === 0) say('No file of results was asked for.');
    } finally {
      await device.close();
    }
  } else say('No run mode was specified: --band and --mesh calculate phonons.');
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
function bandHead({ calculator, units }: Crystal): string[] {
  return calculator === undefined ? [] : [`calculator: ${calculator}`, `length_unit: ${units.length}`];
}

/** Modes that are told to be imaginary: THz, more than the noise of acoustic modes at Gamma */
const IMAGINARY = -0.01;

function report({ band, mesh, thermal }: PhononResults, say: (line: string) => void): void {
  const segments = band?.segments.map(({ frequencies }) => frequencies) ?? [];
  let lowest = 0;
  for (const values of [...segments, mesh?.frequencies ?? []]) {
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
