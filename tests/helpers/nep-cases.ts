import { join } from 'node:path';
import { loadPotential } from '../../formats/potentials.js';
import type { CpuDevice } from '../../src/device/cpu.js';
import type { NepBackend } from '../../src/potentials/nep/backend.js';
import type { NepParameters } from '../../src/potentials/nep/parameters.js';
import { isNepPotential } from '../../src/potentials/nep/potential.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { casesOf, compareFrame, type ReferenceCase } from './reference-cases.js';
import { referenceFrames } from './reference-frames.js';
import { DATA } from './shared-data.js';

export { toleranceOf } from './reference-cases.js';

/** A reference case of a NEP model. */
export interface NepCase extends ReferenceCase {
  potential: string;
}

export const NEP_CASES = casesOf<NepCase>('nep');

const models = new Map<string, NepParameters>();

export async function parametersOf(entry: NepCase): Promise<NepParameters> {
  const known = models.get(entry.potential);
  if (known) return known;
  const potential = await loadPotential(join(DATA, entry.potential));
  if (!isNepPotential(potential)) throw new Error(`${entry.potential} is no NEP model`);
  models.set(entry.potential, potential.parameters);
  return potential.parameters;
}

/** Each quantity of a case: what the reference says and what the backend says, in the order of the reference file. */
export async function compareCase(entry: NepCase, backend: NepBackend, device: CpuDevice) {
  const parameters = await parametersOf(entry);
  const frame = referenceFrames(entry.file)[entry.frame];
  const kinds = speciesIndex('NEP', parameters.species, frame.structure);
  const evaluator = await backend.bind(parameters, kinds, device, frame.structure);
  try {
    return await compareFrame(Object.keys(entry.quantities), frame, evaluator);
  } finally {
    evaluator.release();
  }
}
