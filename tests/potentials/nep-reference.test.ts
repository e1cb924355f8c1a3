import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { readNep } from '../../formats/nep.js';
import { createPlainNep, describePlain, evaluatePlain } from '../../src/potentials/nep/plain.js';
import { speciesIndex } from '../../src/potentials/species.js';
import { type ReferenceFrame, referenceFrames } from '../helpers/reference-frames.js';
import { DATA, withoutData } from '../helpers/shared-data.js';
import { bruteForceList } from './nep/brute-force.js';

interface Case {
  id: string;
  kind: string;
  file: string;
  frame: number;
  potential: string;
  quantities: Record<string, { abs?: number; rel?: number }>;
}

const cases: Case[] = withoutData
  ? []
  : (JSON.parse(readFileSync(join(DATA, 'index.json'), 'utf8')) as { cases: Case[] }).cases.filter(
      (entry) => entry.kind === 'nep',
    );

/** What the reference says of a quantity, as it stands in the file. */
function referenceOf(name: string, frame: ReferenceFrame): ArrayLike<number> {
  return frame.columns.get(name)?.data ?? frame.values.get(name) ?? [];
}

/** All quantities that the plain backend gives for a case, in the order of the reference file. */
async function predicted(entry: Case): Promise<Map<string, ArrayLike<number>>> {
  const file = join(DATA, entry.potential);
  const parameters = await readNep(new TextReader(readFileSync(file), file));
  const { structure } = referenceFrames(entry.file)[entry.frame];
  const model = createPlainNep(parameters);
  const kinds = speciesIndex('NEP', parameters.species, structure);
  const list = bruteForceList(structure, Math.max(...parameters.radial.cutoffs));
  const result = evaluatePlain(model, kinds, list, structure.cell);
  const sum = (values: Float64Array, width: number) =>
    Array.from({ length: width }, (_, c) => {
      let total = 0;
      for (let i = c; i < values.length; i += width) total += values[i];
      return total;
    });
  const all = new Map<string, ArrayLike<number>>([
    ['energy', sum(result.energies, 1)],
    ['forces', result.forces],
    ['virial', sum(result.virials, 9)],
    ['atomic_energy', result.energies],
    ['atomic_virial', result.virials],
    ['charge', result.charges ?? []],
    ['bec', result.bornCharges ?? []],
    ['descriptor', describePlain(model, kinds, list)],
  ]);
  const { tensor } = result;
  // xx yy zz xy yz zx
  if (parameters.predicts === 'polarizability' && tensor)
    all.set(
      'polarizability',
      [0, 4, 8, 1, 5, 6].map((c) => tensor[c]),
    );
  if (parameters.predicts === 'dipole' && tensor) all.set('dipole', tensor);
  return all;
}

describe.skipIf(withoutData)('NEP reference cases, plain f64 backend', () => {
  const met = new Map<string, number>();

  it.each(cases.map((entry) => [entry.id, entry] as const))('%s', async (_id, entry) => {
    const got = await predicted(entry);
    const frame = referenceFrames(entry.file)[entry.frame];
    for (const [name, tolerance] of Object.entries(entry.quantities)) {
      const expected = Array.from(referenceOf(name, frame));
      const values = got.get(name) ?? [];
      expect(expected.length, `${name} in the reference`).toBeGreaterThan(0);
      expect(values.length, name).toBe(expected.length);
      // The index's own tolerances: abs, or rel of the largest component, whichever is wider.
      const scale = Math.max(...expected.map(Math.abs));
      const allowed = Math.max(tolerance.abs ?? 0, (tolerance.rel ?? 0) * scale);
      const worst = Math.max(...expected.map((x, k) => Math.abs(x - values[k])));
      expect(worst, `${name}, where the largest is ${scale}`).toBeLessThanOrEqual(allowed);
      met.set(name, (met.get(name) ?? 0) + 1);
    }
    met.set('case', (met.get('case') ?? 0) + 1);
  });

  it('meets all of them', () => {
    console.log(`NEP reference, met: ${[...met].map(([name, n]) => `${n} ${name}`).join(', ')}`);
    expect(met.get('case')).toBe(146);
  });
});
