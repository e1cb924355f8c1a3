import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadPotential } from '../../formats/potentials.js';
import type { CpuDevice } from '../../src/device/cpu.js';
import type { NepBackend } from '../../src/potentials/nep/backend.js';
import type { NepParameters } from '../../src/potentials/nep/parameters.js';
import { isNepPotential } from '../../src/potentials/nep/potential.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { referenceFrames } from './reference-frames.js';
import { DATA, withoutData } from './shared-data.js';

/** A reference case of a NEP model: one frame, and how closely each quantity must be met. */
export interface NepCase {
  id: string;
  kind: string;
  file: string;
  frame: number;
  potential: string;
  quantities: Record<string, { abs?: number; rel?: number }>;
}

export const NEP_CASES: NepCase[] = withoutData
  ? []
  : (JSON.parse(readFileSync(join(DATA, 'index.json'), 'utf8')) as { cases: NepCase[] }).cases.filter(
      (entry) => entry.kind === 'nep',
    );

/** The index's own tolerance: abs, or rel of the largest component, whichever is wider. */
export function toleranceOf({ abs = 0, rel = 0 }: { abs?: number; rel?: number }, scale: number): number {
  return Math.max(abs, rel * scale);
}

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
export async function compareCase(
  entry: NepCase,
  backend: NepBackend,
  device: CpuDevice,
): Promise<Map<string, { expected: number[]; values: ArrayLike<number> }>> {
  const parameters = await parametersOf(entry);
  const frame = referenceFrames(entry.file)[entry.frame];
  const { structure } = frame;
  const kinds = speciesIndex('NEP', parameters.species, structure);
  const evaluator = await backend.bind(parameters, kinds, device, structure);
  const result = await evaluator.evaluate(structure.positions, structure.cell);
  const descriptors = await evaluator.describe?.(structure.positions, structure.cell);
  evaluator.release();
  const { tensor } = result;
  // xx yy zz xy yz zx
  const sixth = tensor?.length === 9 ? [0, 4, 8, 1, 5, 6].map((c) => tensor[c]) : [];
  const all: Record<string, ArrayLike<number> | undefined> = {
    energy: sums(result.energies, 1),
    forces: result.forces,
    virial: sums(result.virials, 9),
    atomic_energy: result.energies,
    atomic_virial: result.virials,
    charge: result.charges,
    bec: result.bornCharges,
    descriptor: descriptors?.values,
    polarizability: sixth,
    dipole: tensor,
  };
  return new Map(
    Object.keys(entry.quantities).map((name) => {
      const expected = Array.from(frame.columns.get(name)?.data ?? frame.values.get(name) ?? []);
      return [name, { expected, values: all[name] ?? [] }];
    }),
  );
}

function sums(values: Float64Array, width: number): number[] {
  const totals = new Array<number>(width).fill(0);
  values.forEach((value, k) => {
    totals[k % width] += value;
  });
  return totals;
}
