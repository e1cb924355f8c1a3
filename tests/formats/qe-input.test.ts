import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evaluateExpression } from '../../formats/qe/expression.js';
import { qeInput } from '../../formats/qe/input.js';
import { recognise } from '../../formats/read.js';
import { createFrame, quantitiesOf } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { BOHR } from '../../src/model/units.js';
import { aseReading } from '../helpers/ase-readings.js';
import { difference, readOne, reference, refusal, SINCE_2006, written } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { withoutData } from '../helpers/shared-data.js';

const SILICON = `&control
  calculation = 'scf' ! a comment, with = and / in it
  pseudo_dir='/home/a!b/pseudo', title = 'it''s', etot_conv_thr=1.0d-5
/
&SYSTEM ibrav=2, celldm(1) = 10.20d0, nat= 2, ntyp =2,
  # another comment
  ecutwfc = 18.0, starting_magnetization(2) = 0.5 /
&Electrons
/
ATOMIC_SPECIES
  Si1  28.086  Si.pz-vbc.UPF
  Ge_b 0.0     Ge.UPF   ! left to pw.x

ATOMIC_POSITIONS {alat}
 Si1 0.0 0 0
! between
 Ge_b 1/4 0.5^2 -(1-3)/8  1 0 1
K_POINTS
 2
 0.5 0.5 0.5 1.0
 0   0   0   2.0
`;

describe('pw.x input', () => {
  it('reads namelists, species, expressions and constraints', async () => {
    const { structure, columns, info } = await readOne(qeInput, SILICON);
    const a = 10.2 * BOHR;
    expect(symbolsOf(structure)).toEqual(['Si', 'Ge']);
    expect([...structure.masses]).toEqual([28.086, 72.63]);
    expect(difference(structure.cell, [-a / 2, 0, a / 2, 0, a / 2, a / 2, -a / 2, a / 2, 0])).toBe(0);
    expect(difference(structure.positions, [0, 0, 0, a / 4, a / 4, a / 4])).toBeLessThan(1e-15);
    expect(columns.get('label')).toEqual({ kind: 'S', width: 1, data: ['Si1', 'Ge_b'] });
    expect(columns.get('if_pos')).toEqual({ kind: 'I', width: 3, data: Int32Array.of(1, 1, 1, 1, 0, 1) });
    expect(info.get('pseudopotentials')).toEqual({
      kind: 'S',
      shape: [2, 2],
      value: ['Si1', 'Si.pz-vbc.UPF', 'Ge_b', 'Ge.UPF'],
    });
    expect(info.get('namelists')?.value).toEqual([
      ...['CONTROL', 'calculation', "'scf'"],
      ...['CONTROL', 'pseudo_dir', "'/home/a!b/pseudo'"],
      ...['CONTROL', 'title', "'it''s'"],
      ...['CONTROL', 'etot_conv_thr', '1.0d-5'],
      ...['SYSTEM', 'ecutwfc', '18.0'],
      ...['SYSTEM', 'starting_magnetization(2)', '0.5'],
    ]);
  });

  it('turns k-points in units of 2 pi/alat into crystal coordinates', async () => {
    const { info } = await readOne(qeInput, SILICON);
    // (1/2 1/2 1/2) times the fcc vectors (-1 0 1)/2, (0 1 1)/2, (-1 1 0)/2
    expect(info.get('K_POINTS')?.value).toEqual(['crystal', '2', '0 0.5 0 1.0', '0 0 0 2.0']);
  });

  it.each([
    ['alat', 3 * BOHR, 'celldm(1) = 3'],
    ['(alat)', 3, 'A = 3'],
    ['', 3, 'A = 3'],
    ['bohr', BOHR, ''],
    ['', BOHR, ''],
    ['{ angstrom }', 1, ''],
    ['ANGSTROM', 1, 'A = 9'],
  ])('takes CELL_PARAMETERS in %s', async (unit, scale, lattice) => {
    const text = `&system ibrav=0 nat=1 ntyp=1 ${lattice}\n/\nCELL_PARAMETERS ${unit}\n2 0 0\n1 3 0\n0 0 4 \nATOMIC_SPECIES\nH 1 H.UPF\nATOMIC_POSITIONS crystal\nH 0.5 0.5 0.5\n`;
    const { structure } = await readOne(qeInput, text);
    expect(
      difference(
        structure.cell,
        [2, 0, 0, 1, 3, 0, 0, 0, 4].map((x) => x * scale),
      ),
    ).toBe(0);
    expect(
      difference(
        structure.positions,
        [1.5, 1.5, 2].map((x) => x * scale),
      ),
    ).toBeLessThan(1e-15);
  });

  it('reads velocities, in bohr per Rydberg atomic unit of time', async () => {
    const text = `&system ibrav=1 A=5 nat=1 ntyp=1 /\nATOMIC_SPECIES\nH 1 H.UPF\nATOMIC_POSITIONS bohr\nH 0 0 0\nATOMIC_VELOCITIES a.u\nH 0.001 0 -0.002\n`;
    const { velocities } = await readOne(qeInput, text);
    // The atomic unit of velocity is 2.18769126364e6 m/s (CODATA 2018); the Rydberg one is half of it.
    expect(difference(velocities!, [0.0109384563182, 0, -0.0218769126364])).toBeLessThan(1e-12);
  });

  it.each([
    ['without ibrav', SILICON.replace('ibrav=2,', ''), /ibrav/],
    ['an unknown ibrav', SILICON.replace('ibrav=2', 'ibrav=15'), /ibrav = 15.*expected one of the lattices/],
    ['without a lattice parameter', SILICON.replace('celldm(1) = 10.20d0,', ''), /celldm\(1\) or A/],
    ['celldm and A', SILICON.replace('nat= 2', 'A = 5, nat= 2'), /both celldm and A/],
    ['celldm(7)', SILICON.replace('nat= 2', 'celldm(7)=1, nat= 2'), /celldm\(7\)/],
    ['too few atoms', SILICON.replace('nat= 2', 'nat = 3'), /file:1[0-9]: found 2 lines in ATOMIC_POSITIONS/],
    ['too many atoms', SILICON.replace('nat= 2', 'nat = 1'), /nat = 1/],
    ['an unknown label', SILICON.replace(' Ge_b 1/4', ' Ge 1/4'), /'Ge', expected a label of ATOMIC_SPECIES/],
    ['a coordinate that is none', SILICON.replace('0.5^2', '0.5^'), /file:17: found '0.5\^'/],
    ['crystal_sg', SILICON.replace('{alat}', '{crystal_sg}'), /crystal_sg/],
    ['a unit that is none', SILICON.replace('{alat}', '{nm}'), /'nm'/],
    ['an if_pos that is none', SILICON.replace('1 0 1', '1 2 1'), /'2', expected 0 or 1/],
    ['a namelist without end', SILICON.replace(/ecutwfc[\s\S]*/, ''), /\/ at the end/],
    ['no positions', SILICON.replace(/ATOMIC_POSITIONS[\s\S]*/, ''), /no ATOMIC_POSITIONS/],
    ['two K_POINTS', `${SILICON}K_POINTS gamma\n`, /a second K_POINTS/],
    ['an empty file', '', /ibrav/],
    ['something else', 'hello\n', /'hello', expected a namelist/],
    [
      'positions in an alat that is said twice',
      '&system ibrav=0 A=9 nat=1 ntyp=1\n/\nCELL_PARAMETERS bohr\n2 0 0\n0 3 0\n0 0 4\nATOMIC_POSITIONS alat\nH 0 0 0\n',
      /alat said by/,
    ],
    [
      'a flat cell',
      '&system ibrav=0 nat=1 ntyp=1\n/\nCELL_PARAMETERS bohr\n2 0 0\n0 3 0\n1 1 0\nATOMIC_POSITIONS bohr\nH 0 0 0\n',
      /no volume/,
    ],
  ])('refuses %s', async (_, text, message) => {
    expect(await refusal(qeInput, text)).toMatch(message);
  });
});

describe('expressions', () => {
  // What pw.x 6.7 makes of them.
  it.each([
    ['-2^2/10', -0.4],
    ['2^-1', 0.5],
    ['2^3^2/1000', 0.512],
    ['8/4/2/10', 0.1],
    ['(1+2)*3/100', 0.09],
    ['1.0d-1+0.5', 0.6],
    ['-(1/3)', -1 / 3],
    ['1/-4', -0.25],
    ['0.7-0.2-0.1', 0.4],
    ['.25', 0.25],
    ['1.E-1', 0.1],
    ['-2^(1/2)', -Math.SQRT2],
    ['--0.1', 0.1],
    ['3*2^2/100', 0.12],
    ['2^-1^2', 0.5],
    ['-1/3+1/2', 1 / 6],
  ])('%s', (text, value) => {
    expect(evaluateExpression(text)).toBeCloseTo(value, 15);
  });

  it.each([
    '',
    'x',
    '1/',
    '(1',
    '1)',
    '1**2',
    '2(3)',
    '1 2',
    '1/0',
    '0/0',
    'sqrt(2)',
    '1e999',
    '('.repeat(600),
  ])('refuses %s', (text) => {
    expect(evaluateExpression(text)).toBeNaN();
  });
});

describe('writing pw.x input', () => {
  it('keeps what was read', async () => {
    const first = await readOne(qeInput, SILICON);
    const notes: string[] = [];
    const text = await written(qeInput, [first], {}, notes);
    expect(notes).toEqual([]);
    expect(text).toContain("calculation = 'scf'");
    const second = await readOne(qeInput, text);
    expect(second).toEqual(first);
    for (const quantity of quantitiesOf(first))
      expect(`${quantity} ${qeInput.holds!(quantity)}`).toBe(`${quantity} true`);
  });

  it('says what is a guess', async () => {
    const structure = createStructure({
      positions: Float64Array.of(0, 0, 0, 1.3, 1.3, 1.3),
      symbols: ['Na', 'Cl'],
      cell: [5, 0, 0, 0, 5, 0, 0, 0, 10],
    });
    const notes: string[] = [];
    const text = await written(qeInput, [createFrame(structure)], {}, notes);
    expect(notes).toHaveLength(3);
    expect(notes[0]).toMatch(/pseudopotential of Na, Cl.*Na.UPF, Cl.UPF/);
    expect(notes[1]).toMatch(/60 Ry is a guess/);
    // 2 pi / (5 A * 0.25/A) = 5.03, 2 pi / (10 A * 0.25/A) = 2.51
    expect(notes[2]).toMatch(/6 x 6 x 3/);
    expect(text).toMatch(/K_POINTS automatic\n {2}6 6 3 0 0 0/);
  });

  it('gives atoms of different masses different labels', async () => {
    const structure = createStructure({
      positions: Float64Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2),
      symbols: ['H', 'H', 'O'],
      masses: Float64Array.of(1.008, 2.014, 15.999),
      cell: [5, 0, 0, 0, 5, 0, 0, 0, 5],
    });
    const text = await written(qeInput, [createFrame(structure)]);
    const back = await readOne(qeInput, text);
    expect([...back.structure.masses]).toEqual([1.008, 2.014, 15.999]);
    expect(symbolsOf(back.structure)).toEqual(['H', 'H', 'O']);
    expect(back.columns.get('label')?.data).toEqual(['H', 'H1', 'O']);
  });

  it('leaves out variables numbered by species where the species changed', async () => {
    const first = await readOne(qeInput, SILICON);
    const other = createStructure({ ...first.structure, species: ['C', 'Ge'] });
    const notes: string[] = [];
    const text = await written(qeInput, [createFrame(other, { info: first.info })], {}, notes);
    expect(text).not.toContain('starting_magnetization');
    expect(notes.join()).toContain('starting_magnetization(2)');
  });

  it('refuses a structure without a cell, and a second one', async () => {
    const molecule = createFrame(createStructure({ positions: Float64Array.of(0, 0, 0), symbols: ['H'] }));
    await expect(written(qeInput, [molecule])).rejects.toThrow(/three lattice vectors/);
    const crystal = await readOne(qeInput, SILICON);
    await expect(written(qeInput, [crystal, crystal])).rejects.toThrow(/one structure/);
  });

  it('is read back exactly', async () => {
    const real = fc.double({ min: -1e3, max: 1e3, noNaN: true });
    const small = fc.double({ min: -0.4, max: 0.4, noNaN: true });
    const atom = fc.record({
      symbol: fc.constantFrom('Si', 'C', 'Fe', 'X'),
      r: fc.tuple(real, real, real),
      v: fc.tuple(small, small, small),
    });
    const property = fc.asyncProperty(
      fc.array(atom, { minLength: 1, maxLength: 6 }),
      fc.array(small, { minLength: 9, maxLength: 9 }),
      fc.boolean(),
      async (atoms, strain, moving) => {
        const structure = createStructure({
          positions: Float64Array.from(atoms.flatMap((a) => a.r)),
          symbols: atoms.map((a) => a.symbol),
          // 4 (1 + strain): diagonally dominant enough to span a volume for all but measure zero
          cell: strain.map((s, i) => 4 * (s / 2 + (i % 4 === 0 ? 1 : 0))),
          masses: Float64Array.from(atoms, (a, i) => (a.symbol === 'X' ? 3 : (i % 2) + 1)),
        });
        const velocities = moving ? Float64Array.from(atoms.flatMap((a) => a.v)) : undefined;
        const back = await readOne(qeInput, await written(qeInput, [createFrame(structure, { velocities })]));
        expect(back.structure.positions).toEqual(structure.positions);
        expect(back.structure.cell).toEqual(structure.cell);
        expect(back.structure.masses).toEqual(structure.masses);
        expect(symbolsOf(back.structure)).toEqual(symbolsOf(structure));
        // one division and one product: two roundings
        if (velocities) expect(difference(back.velocities!, velocities)).toBeLessThan(0.4 * 2 ** -51);
      },
    );
    await fc.assert(property, { numRuns: 100 });
  });
});

describe.skipIf(withoutData)('pw.x inputs of the reference data', () => {
  const names = ['NaCl-001.in', 'NaCl-pwscf-angstrom.in', 'NaCl-pwscf-bohr.in', 'NaCl.in'];

  it.each(names)('%s as ASE reads it', async (name) => {
    const bytes = reference(`formats/qe/${name}`);
    expect(recognise(name, bytes.toString().slice(0, 4096)).name).toBe('qe-in');
    const { structure } = await readOne(qeInput, bytes);
    const expected = aseReading(`qe/${name}`).last_frame;
    const text = bytes.toString();
    const cellScale = /CELL_PARAMETERS bohr/.test(text) ? SINCE_2006.bohr : 1;
    const scale = /ATOMIC_POSITIONS bohr/.test(text) ? SINCE_2006.bohr : cellScale;
    const over = (values: number[][], s: number) => values.flat().map((x) => x * s);
    expect(symbolsOf(structure)).toEqual(expected.symbols);
    // index.json: 1e-8 A
    expect(difference(structure.cell, over(expected.cell_A, cellScale))).toBeLessThan(1e-8);
    expect(
      difference(structure.positions.subarray(0, 9), over(expected.positions_first3, scale)),
    ).toBeLessThan(1e-8);
    const sum = [0, 1, 2].map((c) => structure.positions.reduce((s, x, i) => s + (i % 3 === c ? x : 0), 0));
    expect(difference(sum, over([expected.positions_sum], scale))).toBeLessThan(1e-8 * structure.count);
  });

  it.each(names)('%s survives a round trip', async (name) => {
    const first = await readOne(qeInput, reference(`formats/qe/${name}`));
    const second = await readOne(qeInput, await written(qeInput, [first]));
    expect(second).toEqual(first);
  });

  it('fuzzed', async () => {
    const outcome = await fuzzReader(qeInput, reference('formats/qe/NaCl.in'), { flips: 400 });
    expect(outcome.read).toBeGreaterThan(50);
    expect(outcome.refused).toBeGreaterThan(50);
    console.log(`qe-in, NaCl.in: ${JSON.stringify(outcome)}`);
  });
});

it('is fuzzed on an input with everything', async () => {
  const outcome = await fuzzReader(qeInput, Buffer.from(SILICON), { flips: 600 });
  expect(outcome.read).toBeGreaterThan(50);
  expect(outcome.refused).toBeGreaterThan(50);
  console.log(`qe-in, hand-made: ${JSON.stringify(outcome)}`);
});
