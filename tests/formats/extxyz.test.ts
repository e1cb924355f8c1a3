import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extxyz, gpumd } from '../../formats/extxyz.js';
import type { ReadOptions } from '../../formats/format.js';
import { TextReader } from '../../formats/io/text.js';
import { openStructures, readFrames } from '../../formats/read.js';
import { uniform } from '../../src/math/random.js';
import { volume } from '../../src/model/cell.js';
import { FormatError } from '../../src/model/errors.js';
import { type Column, createFrame, type Frame, type InfoValue, type Labels } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { aseReading } from '../helpers/ase-readings.js';
import { framesOf, readAll, readOne as readFrame, refusal, written } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { DATA, withoutData } from '../helpers/shared-data.js';

const read = (text: string, options?: ReadOptions) => readAll(extxyz, text, options);
const readOne = (text: string, options?: ReadOptions) => readFrame(extxyz, text, options);
const failure = (text: string, options?: ReadOptions) => refusal(extxyz, text, options);
const write = (frames: readonly Frame[], format = extxyz, notes: string[] = []) =>
  written(format, frames, {}, notes);

/** One atom of helium with a comment line. */
const helium = (comment: string, atom = 'He 0 0 0') => `1\n${comment}\n${atom}\n`;
const BOX = 'Lattice="2 0 0 0 3 0 0 0 4" Properties=species:S:1:pos:R:3';

async function info(comment: string): Promise<InfoValue | undefined> {
  return (await readOne(helium(`${BOX} ${comment}`))).info.get('x');
}

const vector = (...values: number[]) => Float64Array.from(values);

describe('values of the comment line', () => {
  it.each<[string, InfoValue]>([
    ['x=3', { kind: 'I', value: 3 }],
    ['x = 3', { kind: 'I', value: 3 }],
    ['x=-1.5e0', { kind: 'R', value: -1.5 }],
    ['x=1.0D+02', { kind: 'R', value: 100 }],
    ['x=.5', { kind: 'R', value: 0.5 }],
    ['x=T', { kind: 'L', value: true }],
    ['x=false', { kind: 'L', value: false }],
    ['x=FALSE', { kind: 'L', value: false }],
    ['x', { kind: 'L', value: true }],
    ['x=t', { kind: 'S', value: 't' }],
    ['x=abc', { kind: 'S', value: 'abc' }],
    ['x="a b"', { kind: 'S', value: 'a b' }],
    ["x='a b'", { kind: 'S', value: 'a b' }],
    ['x="3"', { kind: 'I', value: 3 }],
    ['x="a \\"quoted\\" = string"', { kind: 'S', value: 'a "quoted" = string' }],
    ['x="back\\\\slash \\n line"', { kind: 'S', value: 'back\\slash \n line' }],
    ['x=a\\ b', { kind: 'S', value: 'a b' }],
    ['x=p=q', { kind: 'S', value: 'p=q' }],
    ['x=""', { kind: 'S', value: '' }],
    ['x= y=1', { kind: 'S', value: '' }],
    ['x=1e999', { kind: 'S', value: '1e999' }],
    ['x=123456789012345678901', { kind: 'S', value: '123456789012345678901' }],
    ['x="1 2 3"', { kind: 'I', shape: [3], value: vector(1, 2, 3) }],
    ['x="1 2.5"', { kind: 'R', shape: [2], value: vector(1, 2.5) }],
    ['x="T F"', { kind: 'L', shape: [2], value: [true, false] }],
    ['x={1 2}', { kind: 'I', shape: [2], value: vector(1, 2) }],
    ['x={a b}', { kind: 'S', shape: [2], value: ['a', 'b'] }],
    ['x={7}', { kind: 'I', value: 7 }],
    ['x=[1, 2, 3]', { kind: 'I', shape: [3], value: vector(1, 2, 3) }],
    ['x=[7]', { kind: 'I', shape: [1], value: vector(7) }],
    ['x=[a, "b c"]', { kind: 'S', shape: [2], value: ['a', 'b c'] }],
    ['x=[1, a]', { kind: 'S', shape: [2], value: ['1', 'a'] }],
    ['x=[[1,0],[0,1.5]]', { kind: 'R', shape: [2, 2], value: vector(1, 0, 0, 1.5) }],
    ['x=[ [T, F] , [F, T] ]', { kind: 'L', shape: [2, 2], value: [true, false, false, true] }],
    ['x="1 2 3 4 5 6 7 8 9"', { kind: 'I', shape: [9], value: vector(1, 2, 3, 4, 5, 6, 7, 8, 9) }],
    ['x="_JSON [[1, 2]]"', { kind: 'I', shape: [1, 2], value: vector(1, 2) }],
    ['x="_JSON \\"12\\""', { kind: 'S', value: '12' }],
    ['x="_JSON {\\"a\\": 1}"', { kind: 'S', value: '_JSON {"a": 1}' }],
  ])('%s', async (comment, expected) => {
    expect(await info(comment)).toEqual(expected);
  });

  it('are refused where they break off', async () => {
    expect(await failure(helium(`${BOX} x="abc`))).toContain("file:2: found '\"abc' without its end");
    expect(await failure(helium(`${BOX} x=[1, 2`))).toMatch(/:2: found the end of the line, expected '\]'/);
    expect(await failure(helium(`${BOX} x=[[1],[2,3]]`))).toMatch(/a row of 2, expected rows of 1/);
    expect(await failure(helium(`${BOX} =3`))).toMatch(/'=' without a key/);
    expect(await failure(helium(`${BOX} x=1 x=2`))).toMatch(/found x twice/);
    expect(await failure(helium(`${BOX} x="a"b`))).toMatch(/a blank behind the value of x/);
  });
});

describe('cell and periodicity', () => {
  it('has the lattice vectors one after another, in either notation and any case of the key', async () => {
    for (const lattice of ['Lattice="1 2 3 4 5 7 7 8 10"', 'lattice=[[1,2,3],[4,5,7],[7,8,10]]']) {
      const frame = await readOne(helium(`${lattice} properties=species:S:1:pos:R:3`));
      expect([...frame.structure.cell]).toEqual([1, 2, 3, 4, 5, 7, 7, 8, 10]);
      expect(frame.structure.periodic).toEqual([true, true, true]);
    }
  });

  it.each<[string, boolean[]]>([
    ['pbc="T T F"', [true, true, false]],
    ['PBC=[T, F, T]', [true, false, true]],
    ['pbc=F', [false, false, false]],
    ['pbc="1 0 1"', [true, false, true]],
  ])('%s', async (pbc, expected) => {
    expect((await readOne(helium(`${BOX} ${pbc}`))).structure.periodic).toEqual(expected);
  });

  it('is none in plain XYZ', async () => {
    const { structure } = await readOne('2\nwater, nearly\nO 0 0 0\nH 0 0 0.97\n');
    expect(structure.periodic).toEqual([false, false, false]);
    expect([...structure.cell]).toEqual(new Array(9).fill(0));
  });

  it('comes from lines VEC1 VEC2 VEC3 behind the atoms too', async () => {
    const frames = await read('1\nsome words\nV 0 0 0\nVEC1 2 0 0\nVEC2 0 3 0\n1\n\nV 1 0 0\n');
    expect([...frames[0].structure.cell]).toEqual([2, 0, 0, 0, 3, 0, 0, 0, 0]);
    expect(frames[0].structure.periodic).toEqual([true, true, false]);
    expect(frames[1].structure.positions[0]).toBe(1);
  });

  it('is refused where it makes no sense', async () => {
    expect(await failure(helium('Lattice="1 2 3" Properties=species:S:1:pos:R:3'))).toMatch(
      /a Lattice of 3 numbers/,
    );
    expect(await failure(helium('Lattice="1 0 0 2 0 0 0 0 1" Properties=species:S:1:pos:R:3'))).toMatch(
      /:2: .*span no volume/,
    );
    expect(await failure(helium(`${BOX} pbc="T F"`))).toMatch(/three times T or F/);
  });
});

describe('columns', () => {
  it('stand in any order and of any kind', async () => {
    const frame = await readOne(
      '2\nProperties=pos:R:3:tag:I:1:fixed:L:2:species:S:1:name:S:1:w:R:2 pbc=F\n' +
        '0 0 1 -3 T F Si one 1 nan\n0 1 0 4 false True C two 2 -inf\n',
    );
    expect(symbolsOf(frame.structure)).toEqual(['Si', 'C']);
    expect([...frame.structure.positions]).toEqual([0, 0, 1, 0, 1, 0]);
    const expected: [string, Column][] = [
      ['tag', { kind: 'I', width: 1, data: Int32Array.of(-3, 4) }],
      ['fixed', { kind: 'L', width: 2, data: Uint8Array.of(1, 0, 0, 1) }],
      ['name', { kind: 'S', width: 1, data: ['one', 'two'] }],
      ['w', { kind: 'R', width: 2, data: Float64Array.of(1, Number.NaN, 2, Number.NEGATIVE_INFINITY) }],
    ];
    expect([...frame.columns]).toEqual(expected);
  });

  it('give atomic numbers in place of species', async () => {
    const frame = await readOne('2\nProperties=Z:I:1:pos:R:3\n14 0 0 0\n8 0 0 1\n');
    expect(symbolsOf(frame.structure)).toEqual(['Si', 'O']);
    expect(frame.columns.size).toBe(0);
    expect(symbolsOf((await readOne('2\n\n14 0 0 0\n8 0 0 1\n')).structure)).toEqual(['Si', 'O']);
  });

  it('take names for numbered species, and elements in any case', async () => {
    const numbered = await readOne('2\n\n1 0 0 0\n2 0 0 1\n', { species: ['Si', 'O'] });
    expect(symbolsOf(numbered.structure)).toEqual(['Si', 'O']);
    const { structure } = await readOne('4\n\nSI 0 0 0\nSi 0 0 1\nOW 0 0 2\nlonger-name 0 0 3\n');
    expect(symbolsOf(structure)).toEqual(['Si', 'Si', 'OW', 'longer-name']);
    expect(structure.species).toEqual(['Si', 'OW', 'longer-name']);
  });

  it('beyond the fourth of plain XYZ are kept', async () => {
    const frame = await readOne('1\nfree text\nHe 0 0 0 0.5 -1\n');
    expect(frame.columns.get('extra')).toEqual({ kind: 'R', width: 2, data: Float64Array.of(0.5, -1) });
    expect(frame.info.get('comment')).toEqual({ kind: 'S', value: 'free text' });
  });

  it.each([
    [
      '1\nProperties=species:S:1:pos:R:3\nHe 0 0\n',
      /:3: found the end of the line, expected a number for pos/,
    ],
    ['1\nProperties=species:S:1:pos:R:3\nHe 0 0 x\n', /:3: found 'x', expected a number for pos of atom 1/],
    ['1\nProperties=species:S:1:pos:R:3\nHe 0 0 1e999\n', /:3: found '1e999', expected a number/],
    ['1\nProperties=species:S:1:pos:R:3\nHe 0 0 nan\n', /:3: found 'nan', expected a number/],
    ['1\nProperties=species:S:1:pos:R:3\nHe 0 0 0 7\n', /:3: found '7' behind the last column/],
    ['1\nProperties=species:S:1:pos:R:3:t:I:1\nHe 0 0 0 1.5\n', /found '1.5', expected a whole number/],
    [
      '1\nProperties=species:S:1:pos:R:3:t:I:1\nHe 0 0 0 3000000000\n',
      /expected a whole number of at most 32/,
    ],
    ['1\nProperties=species:S:1:pos:R:3:t:L:1\nHe 0 0 0 yes\n', /found 'yes', expected T or F/],
    ['1\nProperties=species:S:1:pos:R\nHe 0 0 0\n', /:2: found 5 fields in Properties/],
    ['1\nProperties=species:S:1:pos:R:2\nHe 0 0\n', /found pos:R:2, expected pos:R:3/],
    ['1\nProperties=species:S:1\nHe\n', /no column pos/],
    ['1\nProperties=pos:R:3\n0 0 0\n', /neither species nor Z/],
    ['1\nProperties=species:S:1:pos:R:3:a:Q:1\nHe 0 0 0 0\n', /the kind 'Q' of a/],
    ['1\nProperties=species:S:1:Z:I:1:pos:R:3\nHe 6 0 0 0\n', /:3: found Z = 6 for He/],
    ['2\n\nHe 0 0 0\n', /:4: found the end of the file, expected 2 lines of atoms/],
    ['x\n\nHe 0 0 0\n', /:1: found 'x', expected the number of atoms/],
    ['', /found nothing, expected the number of atoms/],
    ['1\n', /:2: found the end of the file, expected the comment line/],
    ['1\n\nHe 0 0 0\ngarbage\n', /:4: found 'garbage', expected the number of atoms/],
  ])('%j is refused', async (text, message) => {
    expect(await failure(text)).toMatch(message);
  });

  it('end in either way of ending lines, and behind the last one needs none', async () => {
    const frames = await read('1\r\nProperties=species:S:1:pos:R:3\r\nHe\t0 0 1\r\n\r\n1\r\nx\r\nHe 0 0 2');
    expect(frames.map((frame) => frame.structure.positions[2])).toEqual([1, 2]);
  });
});

describe('labels', () => {
  it.each([
    ['energy=1.5', 1.5],
    ['Energy=1.5', 1.5],
    ['REF_energy=1.5', 1.5],
    ['dft_energy=1.5', 1.5],
    ['DFT_energy=1.5 energy=2', 2],
    ['TotEnergy=3', 3],
    ['total_energy=high', undefined],
    ['free_energy=3', undefined],
  ])('energy from %s', async (comment, expected) => {
    expect((await readOne(helium(`${BOX} ${comment}`))).labels.energy).toBe(expected);
  });

  it('keep what is not chosen', async () => {
    const frame = await readOne(helium(`${BOX} REF_energy=1 energy=2 free_energy=3`));
    expect(frame.labels).toEqual({ energy: 2, freeEnergy: 3 });
    expect(frame.info.get('REF_energy')).toEqual({ kind: 'I', value: 1 });
    const named = await readOne(helium(`${BOX} REF_energy=1 energy=2`), { labels: { energy: 'REF_energy' } });
    expect(named.labels.energy).toBe(1);
    expect(named.info.get('energy')).toEqual({ kind: 'I', value: 2 });
    const notes: string[] = [];
    const text = await write([named], extxyz, notes);
    expect(text).toContain(' energy=1.0 ');
    expect(text).toContain(' energy_2=2');
    expect(notes).toEqual([expect.stringContaining("'energy' is written as 'energy_2'")]);
  });

  it('are refused where they are no numbers', async () => {
    expect(await failure(helium(`${BOX} energy=low`))).toMatch(
      /:2: found another value of energy, expected a number/,
    );
    expect(await failure(helium(`${BOX} virial="1 2 3"`))).toMatch(/expected 9 or 6 numbers/);
    expect(await failure(helium(`${BOX} energy=nan`))).toMatch(/another value of energy/);
  });

  it.each(['forces', 'force', 'REF_forces', 'dft_forces'])('forces from the column %s', async (name) => {
    const frame = await readOne(helium(`Properties=species:S:1:pos:R:3:${name}:R:3`, 'He 0 0 0 1 2 3'));
    expect(frame.labels.forces).toEqual(vector(1, 2, 3));
    expect(frame.columns.size).toBe(0);
  });

  it('take the forces that are asked for', async () => {
    const text = helium('Properties=species:S:1:pos:R:3:forces:R:3:mine:R:3', 'He 0 0 0 1 2 3 4 5 6');
    const frame = await readOne(text, { labels: { forces: 'mine' } });
    expect(frame.labels.forces).toEqual(vector(4, 5, 6));
    expect([...frame.columns.keys()]).toEqual(['forces']);
    // Written, the forces that were asked for have the name, and are what is read back.
    const again = await readOne(await write([frame]));
    expect(again.labels.forces).toEqual(vector(4, 5, 6));
    expect([...again.columns.keys()]).toEqual(['forces_2']);
  });

  it('make a virial of a stress: -V times it, in either number of components', async () => {
    // V = 24 A^3; Voigt order xx yy zz yz xz xy.
    const expected = [-24, -144, -120, -144, -48, -96, -120, -96, -72];
    const voigt = await readOne(helium(`${BOX} stress="1 2 3 4 5 6"`));
    expect([...voigt.labels.virial!]).toEqual(expected);
    const nine = await readOne(helium(`${BOX} REF_stress="1 6 5 6 2 4 5 4 3"`));
    expect([...nine.labels.virial!]).toEqual(expected);
    const virial = await readOne(helium(`${BOX} virial="1 2 3 4 5 6"`));
    expect([...virial.labels.virial!]).toEqual([1, 6, 5, 6, 2, 4, 5, 4, 3]);
  });

  it('drop a stress that says what the virial says, and no other', async () => {
    const same = await readOne(helium(`${BOX} virial="24 0 0 0 24 0 0 0 24" stress="-1 -1 -1 0 0 0"`));
    expect(same.info.size).toBe(0);
    const text = `${BOX} virial="24 0 0 0 24 0 0 0 24" stress="1 1 1 0 0 0"`;
    const other = await readOne(helium(text));
    expect(other.labels.virial![0]).toBe(24);
    expect(other.info.get('stress')).toEqual({ kind: 'I', shape: [6], value: vector(1, 1, 1, 0, 0, 0) });
    expect(await readOne(await write([other]))).toEqual(other);
    // Without a volume a stress is only a value.
    expect((await readOne(helium('stress="1 1 1 0 0 0" pbc=F'))).info.has('stress')).toBe(true);
  });

  it('of atoms', async () => {
    const frame = await readOne(
      helium(
        'Properties=species:S:1:pos:R:3:local_energy:R:1:atomic_virial:R:9:charge:R:1:initial_charges:R:1:magmoms:R:3:bec:R:9:mass:R:1:vel:R:3',
        'He 0 0 0 -1.5 1 2 3 4 5 6 7 8 9 0.5 0.25 0 0 1 9 8 7 6 5 4 3 2 1 3.016 1 2 3',
      ),
    );
    expect(frame.labels).toEqual({
      energies: vector(-1.5),
      virials: vector(1, 2, 3, 4, 5, 6, 7, 8, 9),
      charges: vector(0.5),
      magneticMoments: vector(0, 0, 1),
      bornCharges: vector(9, 8, 7, 6, 5, 4, 3, 2, 1),
    });
    expect([...frame.columns.keys()]).toEqual(['initial_charges']);
    expect([...frame.structure.masses]).toEqual([3.016]);
    expect([...frame.velocities!]).toEqual([1, 2, 3]);
  });

  it('velocities from momenta in sqrt(u eV)', async () => {
    const frame = await readOne(
      helium('Properties=species:S:1:pos:R:3:masses:R:1:momenta:R:3', 'He 0 0 0 4 8 0 0'),
    );
    // v = p/m = 2 sqrt(eV/u), in m/s by CODATA 2018; 1 m/s is 1e-5 A/fs.
    const expected = 2 * Math.sqrt(1.602176634e-19 / 1.6605390666e-27) * 1e-5;
    expect(frame.velocities![0]).toBeCloseTo(expected, 14);
  });
});

describe('free text', () => {
  it.each(['water molecule', 'E = -10.5 eV, converged', 'generated by "x', '=', 'a=b c'])(
    '%s',
    async (comment) => {
      expect((await readOne(helium(comment))).info).toEqual(
        new Map([['comment', { kind: 'S', value: comment }]]),
      );
    },
  );

  it('with nothing but pairs, or a known key, is values', async () => {
    const frame = await readOne(helium('i = 12, time = 0.5, E = -17.25'));
    expect([...frame.info]).toEqual([
      ['i', { kind: 'I', value: 12 }],
      ['time', { kind: 'R', value: 0.5 }],
      ['E', { kind: 'R', value: -17.25 }],
    ]);
    expect((await readOne(helium('energy=-3 converged'))).labels.energy).toBe(-3);
  });
});

describe('the GPUMD dialect', () => {
  const text = helium(
    `${BOX}:group:I:2:vel:R:3:mass:R:1:force:R:3 energy=-1.0 virial="1.0 0.0 0.0 0.0 2.0 0.0 0.0 0.0 3.0" pbc="T T F"`,
    'He 0.0 0.0 0.0 0 1 0.5 0.0 0.0 4.5 1.0 2.0 3.0',
  );

  it("writes GPUMD's names and no stress", async () => {
    const out = await write([await readOne(text)], gpumd);
    expect(out).toBe(
      '1\nLattice="2.0 0.0 0.0 0.0 3.0 0.0 0.0 0.0 4.0" ' +
        'Properties=species:S:1:pos:R:3:vel:R:3:mass:R:1:force:R:3:group:I:2 energy=-1.0 ' +
        'virial="1.0 0.0 0.0 0.0 2.0 0.0 0.0 0.0 3.0" pbc="T T F"\n' +
        'He 0.0 0.0 0.0 0.5 0.0 0.0 4.5 1.0 2.0 3.0 0 1\n',
    );
    expect(await readOne(out)).toEqual(await readOne(text));
  });

  it('refuses a frame without a lattice', async () => {
    const frame = await readOne(helium('pbc=F'));
    await expect(write([frame], gpumd)).rejects.toThrow(/without a cell/);
  });
});

describe('writing', () => {
  it("has ASE's names", async () => {
    const frame = await readOne(
      helium(`${BOX}:forces:R:3 energy=-1 virial="24 0 0 0 24 0 0 0 24" note="a b"`, 'He 0 0 0 1 2 3'),
    );
    expect(await write([frame])).toBe(
      '1\nLattice="2.0 0.0 0.0 0.0 3.0 0.0 0.0 0.0 4.0" Properties=species:S:1:pos:R:3:forces:R:3 ' +
        'energy=-1.0 virial="24.0 0.0 0.0 0.0 24.0 0.0 0.0 0.0 24.0" ' +
        'stress="-1.0 0.0 0.0 0.0 -1.0 0.0 0.0 0.0 -1.0" pbc="T T T" note="a b"\n' +
        'He 0.0 0.0 0.0 1.0 2.0 3.0\n',
    );
  });

  it('gives another name to a value that would be refused under its own', async () => {
    const structure = createStructure({
      positions: new Float64Array(3),
      symbols: ['Si'],
      cell: [4, 0, 0, 0, 4, 0, 0, 0, 4],
    });
    const info = new Map<string, InfoValue>([
      ['Energy', { kind: 'S', value: 'none' }],
      ['stress', { kind: 'I', shape: [2], value: Float64Array.of(1, 2) }],
      ['stress_2', { kind: 'S', value: 'high' }],
    ]);
    const notes: string[] = [];
    const text = await written(extxyz, [createFrame(structure, { info })], {}, notes);
    const [frame] = await read(text);
    expect(frame.labels).toEqual({});
    expect([...frame.info.keys()]).toEqual(['Energy_2', 'stress_2', 'stress_2_2']);
    expect(notes).toHaveLength(3);
  });

  it('refuses what no reader would get back', async () => {
    const base = await readOne(helium(BOX));
    const words = (word: string) =>
      createFrame(base.structure, { columns: new Map([['name', { kind: 'S', width: 1, data: [word] }]]) });
    await expect(write([words('a b')])).rejects.toThrow(/holds 'a b'/);
    await expect(write([words('')])).rejects.toThrow(/no word/);
    const numbered = createStructure({ positions: vector(0, 0, 0), symbols: ['7'] });
    await expect(write([createFrame(numbered)])).rejects.toThrow(/the species '7' cannot stand/);
  });
});

const RESERVED =
  /^(lattice|pbc|properties|comment)$|energy|force|virial|stress|dipole|pol|^vel|momenta|mass|charge|magmom|^bec$|born|^z$|^pos|species|symbols|element/i;
const names = fc.string({ minLength: 1, maxLength: 12, unit: 'binary' }).filter((s) => !RESERVED.test(s));
const columnNames = fc
  .string({ minLength: 1, maxLength: 12, unit: 'binary' })
  .filter((s) => !RESERVED.test(s) && !s.includes(':'));
const double = fc.double({ noNaN: true, noDefaultInfinity: true });
const word = fc
  .string({ minLength: 1, maxLength: 9, unit: 'grapheme' })
  .filter((s) => !/[\s\x00-\x1f]/.test(s));
const tricky = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom(
    '',
    '12',
    '1 2',
    'T',
    '1,2',
    '_JSON 3',
    '_JSON {"a": 1}',
    'a=b',
    '"',
    "it's",
    '\\',
    '{x}',
    '[1]',
    ' a ',
    'x\ny',
    '1e5',
    '-',
  ),
);
const integer = fc.integer({ min: -(2 ** 53) + 1, max: 2 ** 53 - 1 }).map((x) => x + 0);

function array(kind: 'R' | 'I' | 'L' | 'S'): fc.Arbitrary<InfoValue> {
  const element: fc.Arbitrary<unknown> = { R: double, I: integer, L: fc.boolean(), S: tricky }[kind];
  const of = (shape: number[]) =>
    fc
      .array(element, { minLength: shape.reduce((a, b) => a * b), maxLength: shape.reduce((a, b) => a * b) })
      .map(
        (value) =>
          ({
            kind,
            shape,
            value: kind === 'R' || kind === 'I' ? Float64Array.from(value as number[]) : value,
          }) as InfoValue,
      );
  return fc.oneof(
    fc.integer({ min: 1, max: 9 }).chain((n) => of([n])),
    fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 })).chain(of),
  );
}

const value: fc.Arbitrary<InfoValue> = fc.oneof(
  double.map((x): InfoValue => ({ kind: 'R', value: x })),
  integer.map((x): InfoValue => ({ kind: 'I', value: x })),
  fc.boolean().map((x): InfoValue => ({ kind: 'L', value: x })),
  tricky.map((x): InfoValue => ({ kind: 'S', value: x })),
  ...(['R', 'I', 'L', 'S'] as const).map(array),
);

const reals = (length: number) =>
  fc.array(double, { minLength: length, maxLength: length }).map((x) => Float64Array.from(x));

const column = (n: number): fc.Arbitrary<Column> =>
  fc.integer({ min: 1, max: 4 }).chain((width) =>
    fc.oneof(
      fc
        .array(fc.double(), { minLength: n * width, maxLength: n * width })
        .map((x): Column => ({ kind: 'R', width, data: Float64Array.from(x) })),
      fc
        .array(fc.integer(), { minLength: n * width, maxLength: n * width })
        .map((x): Column => ({ kind: 'I', width, data: Int32Array.from(x) })),
      fc
        .array(fc.boolean(), { minLength: n * width, maxLength: n * width })
        .map((x): Column => ({ kind: 'L', width, data: Uint8Array.from(x.map(Number)) })),
      fc
        .array(word, { minLength: n * width, maxLength: n * width })
        .map((data): Column => ({ kind: 'S', width, data })),
    ),
  );

const labels = (n: number): fc.Arbitrary<Labels> =>
  fc.record(
    {
      energy: double,
      freeEnergy: double,
      forces: reals(3 * n),
      energies: reals(n),
      virials: reals(9 * n),
      charges: reals(n),
      magneticMoments: fc.oneof(reals(n), reals(3 * n)),
      dipole: reals(3),
      polarizability: reals(9),
      bornCharges: reals(9 * n),
    },
    { requiredKeys: [] },
  );

const frame: fc.Arbitrary<Frame> = fc.integer({ min: 1, max: 4 }).chain((n) =>
  fc
    .record({
      positions: reals(3 * n),
      symbols: fc.array(fc.constantFrom('Si', 'O', 'H', 'X', 'OW', 'bead-1', 'Ünit'), {
        minLength: n,
        maxLength: n,
      }),
      lattice: fc.option(
        fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true }), { minLength: 9, maxLength: 9 }),
      ),
      periodic: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
      masses: fc.option(
        fc.array(fc.double({ min: 0, max: 1e3, noNaN: true }), { minLength: n, maxLength: n }),
      ),
      velocities: fc.option(reals(3 * n)),
      labels: labels(n),
      virial: fc.option(
        fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 9, maxLength: 9 }),
      ),
      info: fc.dictionary(names, value, { maxKeys: 6 }),
      columns: fc.dictionary(columnNames, column(n), { maxKeys: 4 }),
    })
    .map(
      ({
        positions,
        symbols,
        lattice,
        periodic,
        masses,
        velocities,
        labels: given,
        virial,
        info: values,
        columns,
      }) => {
        const solid =
          lattice &&
          volume(lattice) > 1e-3 &&
          [0, 3, 6].every((k) => Math.hypot(...lattice.slice(k, k + 3)) > 0);
        const structure = createStructure({
          positions,
          symbols,
          cell: solid ? lattice : undefined,
          periodic: solid ? periodic : undefined,
          masses: masses ? Float64Array.from(masses) : undefined,
        });
        return createFrame(structure, {
          labels: { ...given, ...(virial && { virial: Float64Array.from(virial) }) },
          velocities: velocities ?? undefined,
          info: new Map(Object.entries(values)),
          columns: new Map(Object.entries(columns)),
        });
      },
    ),
);

describe('any frame', () => {
  it('reads back as it was written, in either dialect', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 3 }), async (frames) => {
        expect(await read(await write(frames))).toEqual(frames);
        const solid = frames.filter(({ structure }) => structure.cell.some((x) => x !== 0));
        if (solid.length > 0) expect(await read(await write(solid, gpumd))).toEqual(solid);
      }),
      { numRuns: 400 },
    );
  });
});

describe('streams', () => {
  const text =
    '\ufeff2\nLattice="9 0 0 0 9 0 0 0 9" Properties=species:S:1:pos:R:3:forces:R:3 energy=-1 note="ä ö"\r\n' +
    'Si 0 0 0.25 1 2 3\r\nÜnit 1 2 3 4 5 6\r\n1\nwörds\nV 0 0 0\nVEC1 1 0 0\n\n1\n\nHe 1 2 3';

  it('may come in pieces of any size', async () => {
    const bytes = Buffer.from(text);
    const whole = await read(text);
    expect(whole).toHaveLength(3);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 20 }),
        async (sizes) => {
          const pieces = (async function* () {
            for (let at = 0, k = 0; at < bytes.length; at += sizes[k++ % sizes.length])
              yield Uint8Array.from(bytes.subarray(at, at + sizes[k % sizes.length]));
          })();
          const frames: Frame[] = [];
          for await (const one of readFrames(extxyz, new TextReader(pieces, 'pieces'))) frames.push(one);
          expect(frames).toEqual(whole);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('are written in pieces, whatever the size of a frame', async () => {
    const next = uniform(5);
    const big = (n: number) =>
      createFrame(
        createStructure({
          positions: Float64Array.from({ length: 3 * n }, () => 100 * next()),
          symbols: Array.from({ length: n }, (_, i) => ['Si', 'O', 'Xx-long-name'][i % 3]),
        }),
      );
    const frames = [big(30_000), big(1), big(7000), ...Array.from({ length: 200 }, () => big(50))];
    expect(await read(await write(frames))).toEqual(frames);
  });
});

describe('fuzz', () => {
  it('ends in frames or one FormatError', async () => {
    const text =
      '2\nLattice="5.0 0 0 0 5.0 0 0 0 5.0" Properties=species:S:1:pos:R:3:force:R:3:tag:I:1:fixed:L:1 ' +
      'title="a \\"quoted\\" = string" energy=-1.5e0 flag=T other=[1, 2, 3] mat=[[1,0],[0,1]] nothing ' +
      'single=\'x y\' pbc="T F T" config_type={a b} virial="1 2 3 4 5 6 7 8 9" j="_JSON [1, 2]"\n' +
      'Si 0 0 0 0.1 -0.2 0.3 1 T\nSi 1.25 1.25 1.25 -0.1 0.2 -0.3 2 F\n' +
      '1\nplain text\nH 0.5 0.5 0.5 7\nVEC1 1 0 0\n3\nstress="1 2 3 4 5 6" Lattice="3 0 0 0 3 0 0 0 3"\n1 0 0 0\n8 0 0 1e-5\nC 1 2 3\n';
    const outcome = await fuzzReader(extxyz, Buffer.from(text), { flips: 6000 });
    expect(outcome.read).toBeGreaterThan(500);
    expect(outcome.refused).toBeGreaterThan(500);
  });

  it('of arbitrary comment lines', async () => {
    const piece = fc.constantFrom(
      ' ',
      '=',
      '"',
      "'",
      '[',
      ']',
      '{',
      '}',
      ',',
      '\\',
      'a',
      '1',
      '.',
      'T',
      'pbc',
      'energy',
      'Lattice',
      'Properties=species:S:1:pos:R:3',
      '-',
      'e',
      '_JSON ',
      '\t',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 25 }), async (pieces) => {
        try {
          const frames = await read(helium(pieces.join('')));
          expect(await read(await write(frames))).toEqual(frames);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 3000 },
    );
  });
});

describe.skipIf(withoutData)('reference files', () => {
  it.each(['odd_quotes.xyz', 'outcar2xyz_NEP-dataset.xyz'])('%s as ASE reads it', async (name) => {
    const expected = aseReading(`extxyz/${name}`);
    const frames = await framesOf(join(DATA, 'formats/extxyz', name));
    expect(frames).toHaveLength(expected.num_frames);
    const { structure, labels: given } = frames.at(-1)!;
    const last = expected.last_frame;
    expect(structure.count).toBe(last.natoms);
    expect(symbolsOf(structure)).toEqual(last.symbols);
    expect([...structure.cell]).toEqual(last.cell_A.flat());
    expect(structure.periodic).toEqual(last.pbc);
    expect([...structure.positions.slice(0, 3 * last.positions_first3.length)]).toEqual(
      last.positions_first3.flat(),
    );
    for (let c = 0; c < 3; c++) {
      const sum = structure.positions.filter((_, i) => i % 3 === c).reduce((a, b) => a + b, 0);
      // The sums of the references are rounded to eight decimals or so; adding in another order changes 1e-14.
      expect(sum).toBeCloseTo(last.positions_sum[c], 7);
    }
    expect(given.energy).toBe(last.energy_eV);
    if (last.forces_first3_eV_A)
      expect([...given.forces!.slice(0, 9)]).toEqual(last.forces_first3_eV_A.flat());
  });

  const files = [
    'formats/extxyz',
    'nep',
    'nep/gpumd_static',
    'nep/gpumd_structures',
    'ace',
    'train',
    'train/gpumd_PbTe',
  ].flatMap((folder) =>
    withoutData
      ? []
      : readdirSync(join(DATA, folder))
          .filter((name) => /xyz$/.test(name))
          .map((name) => join(folder, name)),
  );

  it('every one is read whole, and reads back the same when written', async () => {
    expect(files.length).toBeGreaterThan(50);
    for (const file of files) {
      const counts = readFileSync(join(DATA, file), 'utf8').match(/^\s*\d+\s*$/gm)!.length;
      const frames = await framesOf(join(DATA, file));
      expect(frames.length, file).toBe(counts);
      for (const one of frames) expect(one.structure.count).toBeGreaterThan(0);
      expect(await read(await write(frames)), file).toEqual(frames);
    }
  });

  it('of NEP carry their labels', async () => {
    for (const file of files.filter(
      (name) => /^nep\/[^/]*\.extxyz$/.test(name) && !/tnep|dipole/.test(name),
    )) {
      for (const { labels: given } of await framesOf(join(DATA, file))) {
        expect(Object.keys(given), file).toEqual(
          expect.arrayContaining(['energy', 'forces', 'virial', 'energies', 'virials']),
        );
      }
    }
  });

  it('compressed, reads the same', async () => {
    const path = join(DATA, 'nep/PbTe_nep4.extxyz');
    const plain = await framesOf(path);
    const compressed: Frame[] = [];
    const { mkdtempSync, writeFileSync, rmSync } = await import('node:fs');
    const folder = mkdtempSync('/tmp/phonolink-extxyz-');
    try {
      const file = join(folder, 'a.extxyz.gz');
      writeFileSync(file, gzipSync(readFileSync(path)));
      for await (const one of (await openStructures(file)).frames) compressed.push(one);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(compressed).toEqual(plain);
  });

  it('damaged, ends in frames or one FormatError', async () => {
    const bytes = readFileSync(join(DATA, 'formats/extxyz/outcar2xyz_NEP-dataset.xyz'));
    const outcome = await fuzzReader(extxyz, bytes, { flips: 1000 });
    expect(outcome.read + outcome.refused).toBeGreaterThan(1000);
  });
});
