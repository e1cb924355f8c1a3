import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Evaluator } from '../../src/potentials/potential.js';
import type { ReferenceFrame } from './reference-frames.js';
import { DATA, withoutData } from './shared-data.js';

export interface Tolerance {
  abs?: number;
  rel?: number;
}

/** A reference case: one frame, or all of a file, and how closely each quantity must be met. */
export interface ReferenceCase {
  id: string;
  kind: string;
  file: string;
  frame: number;
  quantities: Record<string, Tolerance>;
}

/** The cases of the reference data's index that are of a kind. */
export function casesOf<C extends ReferenceCase>(kind: string): C[] {
  if (withoutData) return [];
  const { cases } = JSON.parse(readFileSync(join(DATA, 'index.json'), 'utf8')) as { cases: C[] };
  return cases.filter((entry) => entry.kind === kind);
}

/** The index's own tolerance: abs, or rel of the largest component, whichever is wider. */
export function toleranceOf({ abs = 0, rel = 0 }: Tolerance, scale: number): number {
  return Math.max(abs, rel * scale);
}

/** Each of the quantities: what the reference says and what the evaluator says, in the order of the reference file. */
export async function compareFrame(
  names: readonly string[],
  frame: ReferenceFrame,
  evaluator: Evaluator,
): Promise<Map<string, { expected: number[]; values: ArrayLike<number> }>> {
  const { structure } = frame;
  const result = await evaluator.evaluate(structure.positions, structure.cell);
  const descriptors = names.includes('descriptor')
    ? await evaluator.describe?.(structure.positions, structure.cell)
    : undefined;
  const { tensor } = result;
  // xx yy zz xy yz zx
  const sixth = tensor?.length === 9 ? [0, 4, 8, 1, 5, 6].map((c) => tensor[c]) : [];
  const all: Record<string, ArrayLike<number> | undefined> = {
    energy: sums(result.energies, 1),
    forces: result.forces,
    virial: sums(result.virials, 9),
    PlusStress: sums(result.virials, 9),
    atomic_energy: result.energies,
    atomic_virial: result.virials,
    charge: result.charges,
    bec: result.bornCharges,
    descriptor: descriptors?.values,
    polarizability: sixth,
    dipole: tensor,
  };
  return new Map(
    names.map((name) => {
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
