import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { loadPotential } from '../../formats/potentials.js';
import type { CpuDevice } from '../../src/device/cpu.js';
import type { AceBackend } from '../../src/potentials/ace/backend.js';
import type { RadialMode } from '../../src/potentials/ace/bond-functions.js';
import type { AceParameters } from '../../src/potentials/ace/parameters.js';
import { isAcePotential } from '../../src/potentials/ace/potential.js';
import type { Evaluator } from '../../src/potentials/potential.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { casesOf, compareFrame, type ReferenceCase, type Tolerance, toleranceOf } from './reference-cases.js';
import { type ReferenceFrame, referenceFrames } from './reference-frames.js';
import { DATA } from './shared-data.js';

/** A reference case of an ACE model: the same potential in one file or more. */
export interface AceCase extends ReferenceCase {
  potential: string[];
  quantities: Record<string, AceTolerance>;
}

/** `abs` holds for the equations themselves, the other where the reference's splines are met too. */
export interface AceTolerance extends Tolerance {
  abs_if_spline_table_reproduced: number;
}

export const ACE_CASES = casesOf<AceCase>('ace');

const models = new Map<string, AceParameters>();

/** The model in a file of the reference data. */
export async function aceParameters(file: string): Promise<AceParameters> {
  const known = models.get(file);
  if (known) return known;
  const potential = await loadPotential(join(DATA, file));
  if (!isAcePotential(potential)) throw new Error(`${file} is no ACE model`);
  models.set(file, potential.parameters);
  return potential.parameters;
}

/** Binds a model of the reference data to a frame for the time of `use`. */
export async function withAce<T>(
  file: string,
  radial: RadialMode,
  frame: ReferenceFrame,
  backend: AceBackend,
  device: CpuDevice,
  use: (evaluator: Evaluator) => Promise<T>,
): Promise<T> {
  const parameters = await aceParameters(file);
  const kinds = speciesIndex('ACE', parameters.species, frame.structure);
  const evaluator = await backend.bind(parameters, radial, kinds, device, frame.structure);
  try {
    return await use(evaluator);
  } finally {
    evaluator.release();
  }
}

/** Each quantity of a case: what the reference says and what the backend says, in the order of the reference file. */
export function compareCase(
  entry: AceCase,
  file: string,
  radial: RadialMode,
  backend: AceBackend,
  device: CpuDevice,
) {
  const frame = referenceFrames(entry.file)[entry.frame];
  return withAce(file, radial, frame, backend, device, (evaluator) =>
    compareFrame(Object.keys(entry.quantities), frame, evaluator),
  );
}

/**
 * The index measures what the splines of a model are off the equations, except of these, where it assumes 3e-7 eV/A and
 * 9e-7 eV. 'the equations are the limit of the splines' in ace-reference.test.ts shows that it is more.
 */
export const SPLINE_ERROR: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  'Al.pbe.rhocore.ace': { virial: 1.4e-6 },
  'Al.pbe.in-rank1.ace': { virial: 1.2e-6 },
  'Al-Ni_opt_all_repo.yace': { forces: 1.7e-6, virial: 2.8e-5 },
};

/** With the reference's splines its own tighter tolerance: 1e-10 of an energy. */
export function toleranceIn(
  radial: RadialMode,
  name: string,
  tolerance: AceTolerance,
  scale: number,
  file: string,
): number {
  if (radial === 'spline')
    return toleranceOf({ abs: tolerance.abs_if_spline_table_reproduced, rel: tolerance.rel }, scale);
  const error = SPLINE_ERROR[basename(file)]?.[name] ?? 0;
  return Math.max(toleranceOf(tolerance, scale), error);
}

/** Values of the B-basis functions of a file's frames, [frame][atom][function], null where the reference has none. */
export function projectionsOf(file: string): (number[][] | null)[] {
  return JSON.parse(readFileSync(join(DATA, file), 'utf8')) as (number[][] | null)[];
}
