import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readForceSets, writeForceSets } from '../../formats/phonopy/force-sets.js';
import { readForces, writeForces } from '../../formats/phonopy/forces-fc.js';
import { calculatorUnits, unitFactors } from '../../formats/phonopy/units.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import type { DisplacementSet, PairDisplacementSet } from '../../src/model/displacements.js';
import { BOHR, RYDBERG } from '../../src/model/units.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';
import { farthest, joined, numbersIn, opened, textOf } from '../helpers/phonopy-files.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const FORCE_SETS = [
  'phonopy/NaCl/FORCE_SETS',
  'phonopy/ZnO/FORCE_SETS',
  'phono3py/params/FORCE_SETS_NaCl',
  ...['P-3m1', 'P-42_1m', 'P4mm', 'P6_222', 'Pa-3'].map((group) => `phonopy/zoo/FORCE_SETS_${group}`),
];

const ATOMS = `
2
  1

2
 0.01 0 0.0
# a comment
 -1.5  2.5e-1 .5

 1D0 2 3
`;

const SNAPSHOTS = '0.1 0.2 0.3 1 2 3\n0.4 0.5 0.6 4 5 6\n\n-0.1 0 0 1 1 1\n0 0 0 2 2 2\n';

/** Two atoms in a supercell of two; `f` makes the forces of a supercell by its number. */
function pairs(f?: (id: number) => Float64Array): PairDisplacementSet {
  const u = (x: number) => Float64Array.of(x, 0, -x);
  const of = (id: number) => (f ? { forces: f(id) } : {});
  return {
    kind: 'pairs',
    count: 2,
    entries: [
      {
        ...{ atom: 0, displacement: u(0.03), id: 1, ...of(1) },
        second: [
          { atom: 1, displacement: u(0.02), included: true, id: 3, ...of(3) },
          { atom: 1, displacement: u(-0.02), included: false, id: 4 },
        ],
      },
      {
        ...{ atom: 1, displacement: u(-0.03), id: 2, ...of(2) },
        second: [{ atom: 0, displacement: u(0.01), included: true, id: 5, ...of(5) }],
      },
    ],
  };
}

const forces = (id: number) => Float64Array.from({ length: 6 }, (_, i) => id + i / 8);

/** Lines without the blanks at their ends, which versions of phonopy differ in. */
const trimmed = (text: string) => text.replace(/ +$/gm, '').trimEnd();

describe('FORCE_SETS', () => {
  it.skipIf(withoutData).each(FORCE_SETS)('%s is written as it was read', async (path) => {
    const set = await readForceSets(await opened(path));
    expect(set.kind).toBe('atoms');
    expect(trimmed(joined(writeForceSets(set)))).toBe(trimmed(readFileSync(join(DATA, path), 'utf8')));
  });

  it('takes blank lines, comments and numbers of any notation', async () => {
    expect(await readForceSets(textOf(ATOMS))).toEqual({
      kind: 'atoms',
      count: 2,
      entries: [
        {
          atom: 1,
          displacement: Float64Array.of(0.01, 0, 0),
          forces: Float64Array.of(-1.5, 0.25, 0.5, 1, 2, 3),
        },
      ],
    });
  });

  it('of the second type groups its lines by the number of atoms', async () => {
    const set = await readForceSets(textOf(SNAPSHOTS), { count: 2 });
    expect(set).toEqual({
      kind: 'snapshots',
      count: 2,
      entries: [
        {
          displacements: Float64Array.of(0.1, 0.2, 0.3, 0.4, 0.5, 0.6),
          forces: Float64Array.of(1, 2, 3, 4, 5, 6),
        },
        { displacements: Float64Array.of(-0.1, 0, 0, 0, 0, 0), forces: Float64Array.of(1, 1, 1, 2, 2, 2) },
      ],
    });
    expect(await readForceSets(textOf(joined(writeForceSets(set))), { count: 2 })).toEqual(set);
  });

  it('converts units on the way in and out', async () => {
    const factors = unitFactors(calculatorUnits('qe')!);
    const set = await readForceSets(textOf(ATOMS), { factors });
    const [entry] = set.entries as Extract<DisplacementSet, { kind: 'atoms' }>['entries'];
    expect(entry.displacement[0]).toBe(0.01 * BOHR);
    expect(entry.forces![5]).toBeCloseTo((3 * RYDBERG) / BOHR, 12);
    const text = joined(writeForceSets(set, factors));
    expect(text).toContain('0.0100000000000000   0.0000000000000000');
    expect(text).toContain('   1.0000000000    2.0000000000    3.0000000000');
  });

  it.each([
    ['nothing', '\n \n', {}, 'f:3: found no data'],
    ['another number of columns', '1 2 3\n', {}, "f:1: found '1 2 3', expected the number of atoms"],
    [
      'no number of atoms beside it',
      SNAPSHOTS,
      {},
      'f:1: found displacements of all atoms, expected the number of atoms',
    ],
    ['another supercell', ATOMS, { count: 64 }, 'f:2: found forces on 2 atoms, expected those on the 64'],
    ['an early end', ATOMS.slice(0, -8), {}, 'expected 1 more rows, forces of supercell 1 of 1'],
    [
      'two numbers',
      ATOMS.replace('2.5e-1', ''),
      {},
      "f:8: found '-1.5   .5', expected 3 numbers, forces of supercell 1 of 1",
    ],
    [
      'an atom that is not there',
      ATOMS.replace('\n2\n 0', '\n5\n 0'),
      {},
      'f:5: found the atom 5, expected one of the 2 atoms',
    ],
    [
      'more than it says',
      `${ATOMS}\n7 8 9\n`,
      {},
      "f:12: found '7 8 9', expected the end of the file behind 1 displacements",
    ],
    [
      'a snapshot that is cut',
      SNAPSHOTS.slice(0, -16),
      { count: 2 },
      'expected 2 more rows, displacements and forces of supercell 2',
    ],
    ['billions of atoms', ATOMS.replace('\n2\n', '\n2000000000\n'), {}, 'the end of the file'],
  ])('refuses %s', async (_, text, options, message) => {
    await expect(readForceSets(textOf(text), options)).rejects.toThrow(message);
  });

  it('gives finite numbers or one error, however damaged', async () => {
    const set: DisplacementSet = {
      kind: 'atoms',
      count: 12,
      entries: [0, 1, 2].map((atom) => ({
        atom,
        displacement: Float64Array.of(0.01, 0, -0.01),
        forces: Float64Array.from({ length: 36 }, (_, i) => Math.sin(i + atom)),
      })),
    };
    for (const text of [joined(writeForceSets(set)), SNAPSHOTS]) {
      const outcome = await readDamaged(damaged(Buffer.from(text), 300), async (reader) => {
        for (const [, x] of numbersIn(await readForceSets(reader, { count: text === SNAPSHOTS ? 2 : 12 })))
          expect(Number.isFinite(x)).toBe(true);
      });
      expect(outcome.refused).toBeGreaterThan(50);
      expect(outcome.read).toBeGreaterThan(10);
    }
  });
});

describe('FORCES_FC2 and FORCES_FC3', () => {
  it.skipIf(withoutData)('of silicon are written as they were read', async () => {
    const { displacements } = await readPhonopyYaml(await opened('phono3py/Si-PBEsol/phono3py_disp.yaml'));
    const path = 'phono3py/Si-PBEsol/FORCES_FC3';
    const set = await readForces(await opened(path), displacements as PairDisplacementSet);
    expect(set.entries[0].second[109].forces).toHaveLength(192);
    expect(trimmed(joined(writeForces(set)))).toBe(trimmed(readFileSync(join(DATA, path), 'utf8')));
  });

  it('keep the forces of every supercell; what is left out has none', async () => {
    const text = joined(writeForces(pairs(forces)));
    expect(text.match(/^# File/gm)).toHaveLength(5);
    const read = await readForces(textOf(text), pairs());
    expect(read).toEqual(pairs(forces));
    expect(read.entries[0].second[1].forces).toBe(undefined);
  });

  it('are read without their comments, and with units', async () => {
    const factors = unitFactors(calculatorUnits('wien2k')!);
    const text = joined(writeForces(pairs(forces), factors));
    const bare = text.replace(/^#.*\n/gm, '');
    // Ten decimals of mRy/bohr.
    expect(farthest(await readForces(textOf(bare), pairs(), factors), pairs(forces))).toBeLessThan(2e-12);
    expect(farthest(await readForces(textOf(text), pairs(), factors), pairs(forces))).toBeLessThan(2e-12);
  });

  it('of single atoms are FORCES_FC2', async () => {
    const set = (f: boolean): Extract<DisplacementSet, { kind: 'atoms' }> => ({
      kind: 'atoms',
      count: 2,
      entries: [{ atom: 1, displacement: Float64Array.of(0, 0.01, 0), ...(f && { forces: forces(1) }) }],
    });
    const text = joined(writeForces(set(true)));
    expect(text.startsWith('# File: 1    \n# 2       0.0000000000000000   0.0100000000000000')).toBe(true);
    expect(await readForces(textOf(text), set(false))).toEqual(set(true));
  });

  it('of random displacements bring these with them', async () => {
    const set: DisplacementSet = { kind: 'snapshots', count: 2, entries: [] };
    expect((await readForces(textOf(SNAPSHOTS), set)).entries).toHaveLength(2);
  });

  it.each<[string, (text: string) => string, string]>([
    [
      'fewer supercells',
      (t) => t.slice(0, t.indexOf('# File: 5')),
      'found the end of the file, expected forces of supercell 5 of 5',
    ],
    [
      'more supercells',
      (t) => `${t}1 2 3\n`,
      "found '1 2 3', expected the end of the file behind 5 supercells",
    ],
    ['another displaced atom', (t) => t.replace('# 2     ', '# 1     '), "f:6: found '# 1      -0.03"],
    [
      'another displacement',
      (t) => t.replace('0.0300000000000000', '0.0100000000000000'),
      'expected atom 1 displaced by 0.03 0 -0.03 A in supercell 1 of 5',
    ],
    [
      'too few atoms',
      (t) => t.replace(/^.*\n(?=# File: 2)/m, ''),
      "f:4: found '# File: 2', expected 3 numbers, forces of supercell 1 of 5",
    ],
  ])('refuse %s', async (_, change, message) => {
    const text = joined(writeForces(pairs(forces)));
    expect(change(text)).not.toBe(text);
    await expect(readForces(textOf(change(text)), pairs())).rejects.toThrow(message);
  });

  it('cannot be written without forces', () => {
    expect(() => joined(writeForces(pairs()))).toThrow('the forces of displaced supercell 1 are not known');
  });

  it('give finite numbers or one error, however damaged', async () => {
    const outcome = await readDamaged(
      damaged(Buffer.from(joined(writeForces(pairs(forces)))), 300),
      async (text) => {
        for (const [, x] of numbersIn(await readForces(text, pairs()))) expect(Number.isFinite(x)).toBe(true);
      },
    );
    expect(outcome.refused).toBeGreaterThan(50);
    expect(outcome.read).toBeGreaterThan(10);
  });
});
