import { describe, expect, it } from 'vitest';
import type { PhonopyFile } from '../../formats/phonopy/file.js';
import { ANGSTROM_EV, calculatorUnits, unitFactors, unitValue } from '../../formats/phonopy/units.js';
import { readPhonopyYaml } from '../../formats/phonopy/yaml.js';
import { writePhonopyYaml } from '../../formats/phonopy/yaml-write.js';
import type { PairDisplacementSet } from '../../src/model/displacements.js';
import { createStructure } from '../../src/model/structure.js';
import { BOHR, COULOMB, HARTREE, RYDBERG } from '../../src/model/units.js';
import { damaged, readDamaged } from '../helpers/fuzz.js';
import { farthest, joined, numbersIn, opened, rewritten, textOf } from '../helpers/phonopy-files.js';
import { withoutData } from '../helpers/shared-data.js';

const FILES = [
  'phonopy/NaCl/phonopy_disp.yaml',
  'phonopy/NaCl/phonopy.yaml',
  'phonopy/ZnO/phonopy_disp.yaml',
  'phonopy/ZnO/phonopy.yaml',
  'phonopy/Si/phonopy.yaml',
  'phonopy/Si/phonopy_params_Si.yaml',
  'formats/phonopy_yaml/phonopy.yaml',
  'formats/phonopy_yaml/phonopy_disp_NaCl.yaml',
  'phono3py/Si-PBEsol/phono3py_disp.yaml',
  'phono3py/params/phono3py_params_NaCl111.yaml',
  'phono3py/params/phono3py_params_Si111.yaml',
  'phono3py/params/phono3py_params_Si-111-222.yaml',
  'phono3py/params/phono3py_params_NaCl222.yaml.xz',
  'phono3py/params/phono3py_params-qe-Si222.yaml.xz',
];

const read = (text: string) => readPhonopyYaml(textOf(text));

/** Two atoms, and what else a file may have. */
function sample(more: Partial<PhonopyFile> = {}): PhonopyFile {
  const structure = createStructure({
    symbols: ['Fe1', 'Fe2'],
    cell: [3, 0, 0, 0.5, 4, 0, 0, 0, 5],
    positions: Float64Array.of(0, 0, 0, 1.75, 2, 2.5),
    masses: Float64Array.of(55.845, 56),
  });
  return {
    program: 'phonopy',
    version: '4.8.6',
    units: ANGSTROM_EV,
    supercell: { structure, moments: Float64Array.of(2.2, -2.2), reducedTo: Int32Array.of(0, 1) },
    ...more,
  };
}

const forces = (x: number) => Float64Array.from({ length: 6 }, (_, i) => x + i / 7);
const vector = (x: number) => Float64Array.of(x, 0, -x / 4);

const PAIRS: PairDisplacementSet = {
  kind: 'pairs',
  count: 2,
  cutoff: 3.5,
  duplicates: [
    [3, 0],
    [4, 1],
  ],
  entries: [
    {
      atom: 0,
      displacement: vector(0.03),
      id: 1,
      second: [
        { atom: 0, displacement: vector(0.03), distance: 0, included: true, id: 3 },
        { atom: 0, displacement: vector(-0.03), distance: 0, included: true, id: 4 },
        { atom: 1, displacement: vector(0.02), distance: 4.5, included: false, id: 5 },
      ],
    },
    { atom: 1, displacement: vector(0.01), id: 2, second: [] },
  ],
};

/** The same with the forces of everything within the cutoff. */
function withForces({ entries, ...rest }: PairDisplacementSet): PairDisplacementSet {
  return {
    ...rest,
    entries: entries.map((first) => ({
      ...first,
      forces: forces(first.id),
      energy: -first.id / 8,
      second: first.second.map((second) =>
        second.included ? { ...second, forces: forces(second.id) } : second,
      ),
    })),
  };
}

describe('phonopy.yaml and phono3py.yaml', () => {
  it.skipIf(withoutData).each(FILES)('%s survives a round trip', async (path) => {
    const file = await readPhonopyYaml(await opened(path));
    expect([...numbersIn(file)].length).toBeGreaterThan(100);
    const again = await rewritten(file);
    // Numbers come back to the last of the file's digits; the conversion from bohr and back may cost one rounding.
    expect(farthest(again, file)).toBeLessThan(file.calculator === 'qe' ? 1e-14 : 1e-16);
    expect(again.configuration ?? new Map()).toEqual(file.configuration ?? new Map());
    expect(again.spaceGroup).toEqual(file.spaceGroup);
    expect(again.version).toBe(file.version);
  });

  it.skipIf(withoutData)('holds cells, displacements and settings', async () => {
    const file = await readPhonopyYaml(await opened('phonopy/ZnO/phonopy_disp.yaml'));
    expect(file.supercell?.structure.count).toBe(32);
    expect(file.primitive?.structure.species).toEqual(['Zn', 'O']);
    expect([...(file.supercellMatrix ?? [])]).toEqual([2, 0, 0, 0, 2, 0, 0, 0, 2]);
    expect(file.displacements?.kind).toBe('atoms');
    expect(file.displacements?.entries).toHaveLength(6);
    expect(file.spaceGroup?.number).toBe(186);
    expect(file.tolerance).toBe(1e-5);
    const pairs = await readPhonopyYaml(await opened('phono3py/Si-PBEsol/phono3py_disp.yaml'));
    const set = pairs.displacements as PairDisplacementSet;
    expect(set.entries).toHaveLength(1);
    expect(set.entries[0].second).toHaveLength(110);
    expect(set.entries[0].second[109]).toMatchObject({
      atom: 53,
      id: 111,
      distance: 7.05840153,
      included: true,
    });
  });

  it.skipIf(withoutData)(
    'takes the charges of phonopy 1.11, at the top and with the factor in the header',
    async () => {
      const { polar } = await readPhonopyYaml(await opened('formats/phonopy_yaml/phonopy.yaml'));
      expect(polar?.charges[0]).toBe(1.08703);
      expect(polar?.charges[17]).toBe(-1.08672);
      expect(polar?.dielectric[0]).toBe(2.43533967);
      expect(polar?.factor).toBe(14.4);
    },
  );

  it.skipIf(withoutData)('converts the units of pw.x, which the calculator alone tells', async () => {
    const file = await readPhonopyYaml(await opened('phono3py/params/phono3py_params-qe-Si222.yaml.xz'));
    expect(file.units).toEqual({ length: 'au', energy: 'Ry', force: 'Ry/au', forceConstants: 'Ry/au^2' });
    expect(file.unitCell?.structure.cell[0]).toBe(2 * 5.164776410478318 * BOHR);
    const set = file.displacements as PairDisplacementSet;
    expect(set.entries[0].displacement[0]).toBeCloseTo(0.03 * 2 * BOHR, 3);
    // Half of the displaced atom's force constant of silicon, 13 to 14 eV/A^2, times the displacement.
    const [first] = set.entries;
    expect(first.forces![3 * first.atom] / first.displacement[0]).toBeLessThan(-12);
    expect(first.forces![3 * first.atom] / first.displacement[0]).toBeGreaterThan(-15);
  });

  it('keeps moments, names of sites and the atoms that stand for others', async () => {
    const file = sample({ tolerance: 1e-4, frequencyFactor: 15.633302 });
    const text = joined(writePhonopyYaml(file));
    expect(text).toContain('  - symbol: Fe # 1\n    extended_symbol: Fe1\n');
    expect(await read(text)).toEqual(file);
  });

  it('keeps displacements of single atoms, with and without forces and energies', async () => {
    const entries = [
      { atom: 0, displacement: vector(0.01) },
      { atom: 1, displacement: vector(-0.01), forces: forces(0.5), energy: -12.5 },
    ];
    const file = sample({ displacements: { kind: 'atoms', count: 2, entries } });
    expect(farthest(await rewritten(file), file)).toBeLessThan(1e-15);
    expect((await rewritten(file)).displacements).toMatchObject({ kind: 'atoms', count: 2 });
  });

  it('keeps displacements of all atoms, with seed and energies', async () => {
    const entries = [1, 2, 3].map((i) => ({
      displacements: forces(i),
      forces: forces(-i),
      energy: -i / 3,
    }));
    const file = sample({ displacements: { kind: 'snapshots', count: 2, entries }, randomSeed: 7 });
    // Sixteen decimals of numbers below 10.
    expect(farthest(await rewritten(file), file)).toBeLessThan(1e-15);
  });

  it.each(['qe', 'wien2k', 'abinit', 'cp2k', 'elk', 'siesta', 'lammps', undefined])(
    'keeps all of it in the units of %s',
    async (calculator) => {
      const units = calculatorUnits(calculator)!;
      const file = sample({
        program: 'phono3py',
        ...(calculator && { calculator }),
        units,
        displacements: withForces(PAIRS),
        phonon: { supercellMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), supercell: sample().supercell },
        phononDisplacements: {
          kind: 'atoms',
          count: 2,
          entries: [{ atom: 1, displacement: vector(0.02), forces: forces(1) }],
        },
        polar: {
          dielectric: Float64Array.from({ length: 9 }, (_, i) => i / 4),
          charges: Float64Array.from({ length: 18 }, (_, i) => i / 8),
          factor: COULOMB,
          method: 'wang',
        },
      });
      const again = await rewritten(file);
      // The factor has nine decimals, distances, cutoff and energies have eight, in units of up to 52 eV A and 27 eV.
      expect(farthest(again.polar, file.polar)).toBeLessThan(52 * 0.5e-9);
      expect(farthest({ ...again, polar: 0 }, { ...file, polar: 0 })).toBeLessThan(28 * 0.5e-8);
      expect((again.displacements as PairDisplacementSet).entries[0].displacement[0]).toBeCloseTo(0.03, 14);
      expect(again.units).toEqual(units);
    },
  );

  it('keeps pairs without forces, their cutoff and what is left out', async () => {
    const file = sample({ program: 'phono3py', displacements: PAIRS });
    const text = joined(writePhonopyYaml(file));
    expect(text).toContain('    included: false\n');
    expect(text).toContain('number_of_pairs_in_cutoff: 2\n');
    expect((await read(text)).displacements).toEqual(PAIRS);
  });

  it('keeps force constants, full and compact', async () => {
    const values = Float64Array.from({ length: 36 }, (_, i) => i / 3 - 5);
    const full = sample({ forceConstants: { count: 2, rows: Int32Array.of(0, 1), values } });
    expect(farthest(await rewritten(full), full)).toBeLessThan(1e-14);
    const compact = sample({
      supercell: { ...sample().supercell!, reducedTo: Int32Array.of(1, 1) },
      forceConstants: { count: 2, rows: Int32Array.of(1), values: values.slice(0, 18) },
    });
    expect(farthest(await rewritten(compact), compact)).toBeLessThan(1e-14);
  });

  it('takes what older versions wrote: random displacements in two layouts, phono3py before 2.2', async () => {
    const cell = joined(writePhonopyYaml(sample()));
    const rows = '      [ 0.01, 0.02, 0.03 ]\n';
    const atom = `displacement: # 1\n${rows}    force:\n${rows}`;
    const old = await read(`${cell}displacements:\n- #    1\n  - ${atom}  - ${atom}`);
    expect(old.displacements).toEqual({
      kind: 'snapshots',
      count: 2,
      entries: [
        {
          displacements: Float64Array.of(0.01, 0.02, 0.03, 0.01, 0.02, 0.03),
          forces: Float64Array.of(0.01, 0.02, 0.03, 0.01, 0.02, 0.03),
        },
      ],
    });
    const file = sample({
      program: 'phono3py',
      displacements: PAIRS,
      phonon: { supercellMatrix: Int32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1), supercell: sample().supercell },
      phononDisplacements: { kind: 'atoms', count: 2, entries: [{ atom: 1, displacement: vector(0.02) }] },
    });
    const text = joined(writePhonopyYaml(file)).replace('phonon_displacements:', 'displacements:');
    expect(await read(text)).toEqual(await rewritten(file));
  });

  it('takes a cell alone', async () => {
    const file = await read(
      'lattice:\n- [ 2, 0, 0 ]\n- [ 0, 2, 0 ]\n- [ 0, 0, 2 ]\npoints:\n- symbol: No\n  coordinates: [ 0.5, 0, 0 ]\n',
    );
    expect(file.unitCell?.structure.species).toEqual(['No']);
    expect([...(file.unitCell?.structure.positions ?? [])]).toEqual([1, 0, 0]);
  });

  it.each<[string, (text: string) => string, string]>([
    ['another file', () => 'a: 1\n', 'f:1: found neither phonopy, phono3py nor lattice'],
    [
      'a calculator',
      (t) => t.replace('version:', 'calculator: gpaw\n  version:'),
      "f:2: found the calculator 'gpaw', expected one of vasp",
    ],
    ['a unit', (t) => t.replace('"angstrom"', '"furlong"'), "f:6: found the unit 'furlong'"],
    ['a lattice', (t) => t.replace(/\n {2}- \[.*# c/, ''), 'expected three'],
    ['a flat cell', (t) => t.replace(/5\.0{15} \] # c/, '0.0 ] # c'), 'found a cell that makes no sense'],
    ['a mass', (t) => t.replace('mass: 56.000000', 'mass: -1'), 'f:24: found the mass -1'],
    [
      'mixed sites',
      (t) => t.replace('    mass: 56', '    weight: 0.5\n    mass: 56'),
      'expected one element on each site',
    ],
    [
      'an atom',
      (t) => t.replace('- atom:    2', '- atom:    3'),
      'found the atom 3, expected one of the 2 atoms',
    ],
    [
      'too few forces',
      (t) => t.replace(/\n {2}- \[[^#\n]*\n {2}supercell_energy/, '\n  supercell_energy'),
      'found forces of 1 atoms, expected those of 2',
    ],
    [
      'no supercell',
      (t) => t.replace(/supercell:[\s\S]*\n\ndisp/, 'disp'),
      'found displacements without their supercell',
    ],
  ])('refuses %s with the line', async (_, change, message) => {
    const entries = [
      { atom: 0, displacement: vector(0.01) },
      { atom: 1, displacement: vector(-0.01), forces: forces(0.5), energy: -12.5 },
    ];
    const text = joined(writePhonopyYaml(sample({ displacements: { kind: 'atoms', count: 2, entries } })));
    const changed = change(text);
    expect(changed).not.toBe(text);
    await expect(read(changed)).rejects.toThrow(message);
  });

  it('refuses pairs that are numbered otherwise', async () => {
    const text = joined(writePhonopyYaml(sample({ program: 'phono3py', displacements: PAIRS })));
    await expect(read(text.replace('[ 3, 4 ]', '[ 3, 5 ]'))).rejects.toThrow('2 numbers from 3 on');
    await expect(read(text.replace('included: false', 'included: perhaps'))).rejects.toThrow('true or false');
  });

  it('gives finite numbers or one error, however damaged', async () => {
    const file = sample({
      program: 'phono3py',
      configuration: new Map([['dim', '2 2 2']]),
      spaceGroup: { type: 'P1', number: 1, hall: '"' },
      displacements: withForces(PAIRS),
      polar: { dielectric: new Float64Array(9), charges: new Float64Array(18) },
    });
    const outcome = await readDamaged(
      damaged(Buffer.from(joined(writePhonopyYaml(file))), 200),
      async (text) => {
        for (const [, x] of numbersIn(await readPhonopyYaml(text))) expect(Number.isFinite(x)).toBe(true);
      },
    );
    expect(outcome.refused).toBeGreaterThan(200);
    expect(outcome.read).toBeGreaterThan(50);
  });
});

describe('units', () => {
  it('are products of what they are named after', () => {
    expect(unitValue('eV/angstrom.au')).toBe(1 / BOHR);
    expect(unitValue('hartree/au^2')).toBe(HARTREE / BOHR ** 2);
    expect(unitValue('mRy/au')).toBe(RYDBERG / 1000 / BOHR);
    for (const name of ['', 'constructor', 'eV/', 'eV/au/au', 'eV^0', '/au'])
      expect(unitValue(name)).toBe(undefined);
  });

  it.each(['vasp', 'qe', 'abinit', 'wien2k', 'elk', 'siesta', 'cp2k'])(
    'of %s agree with each other',
    (name) => {
      const { length, force, forceConstants } = unitFactors(calculatorUnits(name)!);
      expect(force / length / forceConstants).toBeCloseTo(1, 14);
    },
  );
});
