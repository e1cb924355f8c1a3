import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadPotential } from '../../formats/potentials.js';
import { levelBasis } from '../../src/potentials/mtp/levels.js';
import { basisProblem, type MtpBasis } from '../../src/potentials/mtp/parameters.js';
import { isMtpPotential } from '../../src/potentials/mtp/potential.js';
import { createMtpTemplate } from '../../src/potentials/mtp/template.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

/** SHA-256 of the tables, to compare them without having them here. */
function fingerprint({ moments, basic, times, scalars }: MtpBasis): string {
  const tables = [moments, Array.from(basic), Array.from(times), Array.from(scalars)];
  return createHash('sha256').update(JSON.stringify(tables)).digest('hex').slice(0, 16);
}

/**
 * Of MLIP's templates of every level: basic moments, products, basis functions, and the fingerprint of their tables. Those
 * up to 26 are in motep's tests, 28 goes with MLIP-3; both have the same up to 26.
 */
const TEMPLATES = [
  [2, 1, 0, 1, 'fc85d083547332d4'],
  [4, 1, 1, 2, '94744dc2c1cfd763'],
  [6, 5, 5, 5, 'cd16ac7ba5394c0a'],
  [8, 11, 14, 9, '80c93fa5c74eaacd'],
  [10, 25, 42, 16, '53ddf1b297c31677'],
  [12, 46, 117, 29, '8d3058e5a9a2b25a'],
  [14, 81, 348, 52, '7e41f31db0406568'],
  [16, 130, 969, 92, 'd87d4ed6df0fe2a2'],
  [18, 201, 2634, 163, '5addeee1e4778593'],
  [20, 295, 6349, 288, 'c0d340390584b7ff'],
  [22, 421, 15431, 500, '4205bf554275a3a6'],
  [24, 581, 36170, 864, 'bbd9638ae258684d'],
  [26, 706, 82520, 1464, '589c7b54238a4050'],
  [28, 866, 180069, 2445, 'd4c608891d132303'],
] as const;

describe('contraction tables of MTP', () => {
  it.each(TEMPLATES)('level %i is as MLIP has it', (level, basics, products, scalars, expected) => {
    const basis = levelBasis(level);
    expect([basis.basic.length / 4, basis.times.length / 4, basis.scalars.length]).toEqual([
      basics,
      products,
      scalars,
    ]);
    expect(fingerprint(basis)).toBe(expected);
    expect(basisProblem(basis, 6)).toBeUndefined();
  });

  it('level 6 in full', () => {
    const { moments, basic, times, scalars } = levelBasis(6);
    expect(moments).toBe(8);
    expect(Array.from(basic)).toEqual([0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 1, 0, 0, 0]);
    expect(Array.from(times)).toEqual([0, 0, 1, 5, 1, 1, 1, 6, 2, 2, 1, 6, 3, 3, 1, 6, 0, 5, 1, 7]);
    expect(Array.from(scalars)).toEqual([0, 4, 5, 6, 7]);
  });

  it.each([0, 1, 7, 30, -2, 2.5, Number.NaN])('level %s is refused', (level) => {
    expect(() => levelBasis(level)).toThrow(/no level of an MTP, expected an even number from 2 to 28/);
  });

  describe.skipIf(withoutData)('templates of the reference set', () => {
    it.each([2, 8, 14, 20])('level %i', async (level) => {
      const file = join(DATA, 'mtp', `untrained_${String(level).padStart(2, '0')}.mtp`);
      const potential = await loadPotential(file);
      if (!isMtpPotential(potential)) throw new Error(`${file} is no MTP`);
      const template = createMtpTemplate({ level, species: ['Si'], minimum: 0.5, cutoff: 5, size: 8 });
      expect(potential.parameters.basis).toEqual(template.basis);
      expect(potential.parameters.radial).toEqual(template.radial);
    });
  });
});
