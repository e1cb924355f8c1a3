import { join } from 'node:path';
import { loadPotential } from '../../formats/potentials.js';
import { openStructures } from '../../formats/read.js';
import type { CpuDevice } from '../../src/device/cpu.js';
import type { MtpBackend } from '../../src/potentials/mtp/backend.js';
import { isTrained, type TrainedMtp, withSymbols } from '../../src/potentials/mtp/parameters.js';
import { isMtpPotential } from '../../src/potentials/mtp/potential.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { casesOf, compareFrame, type ReferenceCase } from './reference-cases.js';
import { type ReferenceFrame, referenceFrames } from './reference-frames.js';
import { DATA } from './shared-data.js';

/** A reference case of an MTP: one frame of an extxyz file, or every frame of a .cfg that MLIP-2 wrote. */
export interface MtpCase extends Omit<ReferenceCase, 'frame'> {
  potential: string;
  frame?: number;
}

export const MTP_CASES = casesOf<ReferenceCase & { potential: string }>('mtp') as readonly MtpCase[];

const models = new Map<string, TrainedMtp>();

/** The model of a reference file, its species named as asked for. */
export async function mtpOf(file: string, symbols?: readonly string[]): Promise<TrainedMtp> {
  const key = [file, ...(symbols ?? [])].join(' ');
  const known = models.get(key);
  if (known) return known;
  const potential = await loadPotential(join(DATA, file));
  if (!isMtpPotential(potential)) throw new Error(`${file} is no MTP`);
  const parameters = symbols ? withSymbols(potential.parameters, symbols) : potential.parameters;
  if (!isTrained(parameters)) throw new Error(`${file} has no coefficients`);
  models.set(key, parameters);
  return parameters;
}

/** Each quantity of each frame of a case: what the reference says and what the backend says. */
export async function compareMtpCase(entry: MtpCase, backend: MtpBackend, device: CpuDevice) {
  const names = Object.keys(entry.quantities);
  const results = [];
  for (const frame of await framesOf(entry)) {
    const { structure } = frame;
    // .cfg files number their species as the potential does; the extxyz files have one element each.
    const parameters = await mtpOf(
      entry.potential,
      entry.file.endsWith('.cfg') ? undefined : structure.species,
    );
    const kinds = speciesIndex('MTP', parameters.species, structure);
    const evaluator = await backend.bind(parameters, kinds, device, structure);
    try {
      results.push(await compareFrame(names, frame, evaluator));
    } finally {
      evaluator.release();
    }
  }
  return results;
}

async function framesOf({ file, frame }: MtpCase): Promise<ReferenceFrame[]> {
  if (frame !== undefined) return [referenceFrames(file)[frame]];
  const frames: ReferenceFrame[] = [];
  for await (const { structure, labels } of (await openStructures(join(DATA, file))).frames) {
    frames.push({
      structure,
      columns: new Map([['forces', { width: 3, data: labels.forces! }]]),
      values: new Map([
        ['energy', [labels.energy!]],
        ['PlusStress', Array.from(labels.virial!)],
      ]),
    });
  }
  return frames;
}
