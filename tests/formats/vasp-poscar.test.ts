import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { poscar } from '../../formats/vasp/poscar.js';
import { determinant, inverse } from '../../src/model/cell.js';
import { type Column, createFrame, type Frame, type InfoValue } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { readAll, writeAll } from '../helpers/formats.js';

const GAAS = `GaAs
5.0
0.0 0.5 0.5
0.5 0.0 0.5
0.5 0.5 0.0
Ga As
1 1
Direct
0 0 0
.25 .25 .25
`;

async function one(text: string, species?: string[]): Promise<Frame> {
  const frames = await readAll(poscar, text, { species });
  expect(frames.length).toBe(1);
  return frames[0];
}

const refusal = (text: string, species?: string[]) =>
  readAll(poscar, text, { species }).then(
    () => 'read',
    (error: Error) => error.message,
  );

describe('POSCAR: reading', () => {
  it('multiplies the lattice with the scale', async () => {
    const { structure, info } = await one(GAAS);
    expect([...structure.cell]).toEqual([0, 2.5, 2.5, 2.5, 0, 2.5, 2.5, 2.5, 0]);
    expect([...structure.positions]).toEqual([0, 0, 0, 1.25, 1.25, 1.25]);
    expect(symbolsOf(structure)).toEqual(['Ga', 'As']);
    expect(structure.periodic).toEqual([true, true, true]);
    expect(info.get('comment')).toEqual({ kind: 'S', value: 'GaAs' });
  });

  it('takes a negative scale as the volume, of a left-handed cell too', async () => {
    const text = GAAS.replace('5.0', '-27').replace('0.0 0.5 0.5\n0.5 0.0 0.5', '0.5 0.0 0.5\n0.0 0.5 0.5');
    const { structure } = await one(text);
    const volume = determinant(structure.cell);
    // One cube root and nine products: some roundings of 27.
    expect(Math.abs(Math.abs(volume) - 27)).toBeLessThan(27 * 10 * 2.3e-16);
    expect(volume).toBeLessThan(0);
  });

  it('takes three scales for x, y and z, of Cartesian positions too', async () => {
    const { structure } = await one(
      GAAS.replace('5.0', '2 3 4').replace('Direct\n0 0 0\n.25 .25 .25', 'kartesisch\n0 0 0\n1 1 1'),
    );
    expect([...structure.cell]).toEqual([0, 1.5, 2, 1, 0, 2, 1, 1.5, 0]);
    expect([...structure.positions.slice(3)]).toEqual([2, 3, 4]);
  });

  it.each(['Cartesian', 'cart', 'K', ' c'])('%j means Cartesian, times the scale', async (mode) => {
    const { structure } = await one(GAAS.replace('Direct', mode));
    expect([...structure.positions.slice(3)]).toEqual([1.25, 1.25, 1.25]);
  });

  it.each(['Direct', 'd', 'Fractional ion positions'])('%j means fractional', async (mode) => {
    const { structure } = await one(GAAS.replace('Direct', mode));
    expect([...structure.positions.slice(3)]).toEqual([1.25, 1.25, 1.25]);
    expect([
      ...(await one(GAAS.replace('Direct', mode).replace('.25 .25', '.5 .25'))).structure.positions,
    ]).toEqual([0, 0, 0, 1.25, 1.875, 1.875]);
  });

  it('strips potentials and hashes off symbols and keeps them aside', async () => {
    const { structure, info } = await one(GAAS.replace('Ga As', 'Ga_d_GW/1f2e3d As/ab12'));
    expect(structure.species).toEqual(['Ga', 'As']);
    expect(info.get('potcar_labels')).toEqual({
      kind: 'S',
      shape: [2],
      value: ['Ga_d_GW/1f2e3d', 'As/ab12'],
    });
  });

  it('keeps the order of species that are named twice', async () => {
    const { structure } = await one(
      GAAS.replace('Ga As\n1 1', 'Si O Si\n1 1 2').replace(
        /0 0 0\n[\s\S]*/,
        '0 0 0\n.1 0 0\n.2 0 0\n.3 0 0\n',
      ),
    );
    expect(symbolsOf(structure)).toEqual(['Si', 'O', 'Si', 'Si']);
    expect(structure.species).toEqual(['Si', 'O']);
  });

  it('reads symbols and numbers that VASP broke over lines', async () => {
    const { structure } = await one(GAAS.replace('Ga As\n1 1', 'Ga\nAs\n1\n1 ! remark'));
    expect(symbolsOf(structure)).toEqual(['Ga', 'As']);
  });

  it('reads files with \\r\\n, tabs, D exponents and remarks', async () => {
    const text = GAAS.replace('.25 .25 .25', '\t2.5D-1  .25 0.25E+00 As  ! here').replaceAll('\n', '\r\n');
    expect([...(await one(text)).structure.positions.slice(3)]).toEqual([1.25, 1.25, 1.25]);
  });

  it('reads atoms outside the cell where they are', async () => {
    const { structure } = await one(GAAS.replace('.25 .25 .25', '-1 2 0'));
    expect([...structure.positions.slice(3)]).toEqual([5, -2.5, 2.5]);
  });

  it('keeps the flags of selective dynamics', async () => {
    const { columns } = await one(
      GAAS.replace('Direct', 'Selective dynamics\nDirect')
        .replace('0 0 0', '0 0 0 T F .TRUE.')
        .replace('.25 .25 .25', '.25 .25 .25 f F F As'),
    );
    expect(columns.get('selective_dynamics')).toEqual({
      kind: 'L',
      width: 3,
      data: Uint8Array.of(1, 0, 1, 0, 0, 0),
    });
  });
});

describe('POSCAR of VASP 4: symbols', () => {
  const bare = GAAS.replace('Ga As\n', '');

  it('come from the comment line where its formulae give exactly as many', async () => {
    expect((await one(bare)).structure.species).toEqual(['Ga', 'As']);
    expect((await one(bare.replace('GaAs', 'Zn1 S1 zincblende'))).structure.species).toEqual(['Zn', 'S']);
    expect((await one(bare.replace('GaAs', 'cubic BN'))).structure.species).toEqual(['B', 'N']);
  });

  it('come from the labels behind the coordinates', async () => {
    const text = bare
      .replace('GaAs', 'In As Ga')
      .replace('0 0 0', '0 0 0 Ga')
      .replace('.25 .25 .25', '.25 .25 .25 As');
    expect((await one(text)).structure.species).toEqual(['Ga', 'As']);
  });

  it('come from the user first', async () => {
    expect((await one(bare, ['Al', 'P'])).structure.species).toEqual(['Al', 'P']);
    expect(await refusal(bare, ['Al'])).toContain('file:6: found 2 numbers of atoms, expected 1');
  });

  it('are asked for where nothing names them', async () => {
    const message = await refusal(bare.replace('GaAs', 'In this: Ga As'));
    expect(message).toContain('file:6: found no symbols');
  });

  it('are asked for where a name is no element, and taken from the user then', async () => {
    const text = GAAS.replace('Ga As', 'Qq As');
    expect(await refusal(text)).toContain("file:7: found 'Qq', which is no element");
    expect((await one(text, ['Ga', 'As'])).structure.species).toEqual(['Ga', 'As']);
  });
});

describe('POSCAR: what follows the atoms', () => {
  it.each([
    ['a blank line', '\n'],
    ['Cartesian', 'Cartesian\n'],
  ])('velocities in A/fs after %s', async (_, mode) => {
    const { velocities } = await one(`${GAAS}${mode}0.01 0 0\n0 -2.0E-02 0\n\n \n`);
    expect([...velocities!]).toEqual([0.01, 0, 0, 0, -0.02, 0]);
  });

  it('no velocities where only blank lines follow', async () => {
    expect((await one(`${GAAS}\n  \n\n`)).velocities).toBeUndefined();
  });

  it('velocities in lattice vectors per time step become a column where the step is unknown', async () => {
    const frame = await one(`${GAAS}Direct\n0.01 0 0\n0 0 0.02\n`);
    expect(frame.velocities).toBeUndefined();
    expect(frame.columns.get('velocities_direct')).toEqual({
      kind: 'R',
      width: 3,
      data: Float64Array.of(0.01, 0, 0, 0, 0, 0.02),
    });
  });

  it('and A/fs where the state of the run tells the step', async () => {
    const state = '           1\n   2.00000000000000\n  0.1E+01 0 0 0\n  0 0 0\n  .25 .25 .25';
    const frame = await one(`${GAAS}Direct\n0.1 0 0\n0 0 0\n\n${state}\n`);
    // a = (0, 2.5, 2.5) A; 0.1 a / 2 fs
    expect([...frame.velocities!]).toEqual([0, 0.125, 0.125, 0, 0, 0]);
    expect(frame.info.get('md_extra')).toEqual({ kind: 'S', value: state });
  });

  it('the state of a run without velocities', async () => {
    const frame = await one(`${GAAS}\n\n   1\n  0.5\n 1 0 0 0\n`);
    expect(frame.velocities).toBeUndefined();
    expect(frame.info.has('md_extra')).toBe(true);
  });

  it.each(['           1\n', ''])('velocities of the lattice, state %j', async (state) => {
    const rows = ' 1e-3 0 0\n 0 2e-3 0\n 0 0 3e-3\n 0 2.5 2.5\n 2.5 0 2.5\n 2.5 2.5 0\n';
    const frame = await one(`${GAAS}Lattice velocities and vectors\n${state}${rows}\n 1 2 3\n 4 5 6\n`);
    expect(frame.info.get('lattice_velocities')).toEqual({
      kind: 'R',
      shape: [3, 3],
      value: Float64Array.of(1e-3, 0, 0, 0, 2e-3, 0, 0, 0, 3e-3),
    });
    expect([...frame.velocities!]).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe('POSCAR: what is refused, where, and why', () => {
  it.each([
    ['an empty file', '', 'file:1: found the end of the file, expected a comment line'],
    ['no scale', GAAS.replace('5.0', 'x'), "file:2: found 'x', expected one scale"],
    ['a scale of zero', GAAS.replace('5.0', '0'), "file:2: found '0', expected one scale"],
    ['two scales', GAAS.replace('5.0', '1 2'), "file:2: found '1 2', expected one scale"],
    ['three scales with a negative one', GAAS.replace('5.0', '1 -2 3'), 'file:2:'],
    ['a lattice vector of two numbers', GAAS.replace('0.5 0.0 0.5', '0.5 0.0'), "file:4: found '0.5 0.0'"],
    [
      'a flat lattice',
      GAAS.replace('0.5 0.5 0.0', '0.5 0.5 1.0'),
      'file:5: found lattice vectors that span no volume',
    ],
    ['too few numbers of atoms', GAAS.replace('1 1', '2'), 'file:8: found'],
    [
      'too many numbers of atoms',
      GAAS.replace('1 1', '1 1 1'),
      'file:7: found 3 numbers of atoms for 2 symbols',
    ],
    ['half an atom', GAAS.replace('1 1', '1 1.5'), "file:7: found '1 1.5'"],
    ['no atoms', GAAS.replace('1 1', '0 0'), 'file:7: found no atoms'],
    ['no mode', GAAS.replace('Direct\n', ''), "file:8: found '0 0 0', expected Direct or Cartesian"],
    ['a coordinate that is none', GAAS.replace('.25 .25 .25', '.25 .2x .25'), "file:10: found '.25 .2x .25'"],
    ['an infinite coordinate', GAAS.replace('.25 .25 .25', '.25 1e999 .25'), 'file:10: found'],
    ['a missing atom', GAAS.replace('.25 .25 .25\n', ''), 'file:10: found the end of the file'],
    [
      'an atom too many',
      `${GAAS}.5 .5 .5\n`,
      "file:11: found '.5 .5 .5', expected nothing more than the coord",
    ],
    [
      'a missing flag',
      GAAS.replace('Direct', 'Sel\nDirect'),
      "file:10: found '0 0 0', expected three coordinates and",
    ],
    ['half the velocities', `${GAAS}\n0 0 0\n`, 'file:13: found the end of the file'],
    ['velocities announced but missing', `${GAAS}Cartesian\n`, 'file:12: found the end of the file'],
    [
      'a velocity too many',
      `${GAAS}\n0 0 0\n0 0 0\n0 0 0\n`,
      "file:14: found '0 0 0', expected the end of the file",
    ],
    ['words below', `${GAAS}\nthe end\n`, "file:12: found 'the end'"],
  ])('%s', async (_, text, message) => {
    expect((await refusal(text)).slice(0, message.length)).toBe(message);
  });
});

describe('POSCAR: recognition', () => {
  it.each([
    'POSCAR',
    'CONTCAR',
    'POSCAR-001',
    'POSCAR.relaxed',
    'SPOSCAR',
    'x.vasp',
    'a.poscar',
    'infile.ssposcar',
  ])('%s by name', (name) => expect(poscar.recognises(name, '')).toBe(true));
  it.each(['POSCAR.xyz', 'outcar.xyz', 'x.cif', 'XDATCAR'])('not %s', (name) =>
    expect(poscar.recognises(name, '')).toBe(false),
  );
  it('by content', () => {
    expect(poscar.recognises('anything', GAAS)).toBe(true);
    expect(poscar.recognises('anything', GAAS.replace('Ga As\n1 1', 'Ga\nAs\n1\n1'))).toBe(true);
    expect(poscar.recognises('anything', GAAS.replace('Direct', 'Direct configuration= 1'))).toBe(false);
    expect(poscar.recognises('anything', GAAS.replace('5.0', 'five'))).toBe(false);
    expect(poscar.recognises('anything', '')).toBe(false);
  });
});

describe('POSCAR: writing', () => {
  const cell = [4, 0, 0, 0, 5, 0, 1, 0, 6];
  const mixed = createStructure({
    symbols: ['O', 'Si', 'O', 'H'],
    positions: Float64Array.of(0, 0, 0, 1, 1, 1, 2, 2, 2, 3, 3, 3),
    cell,
  });

  it('groups atoms by species and says that their order changed', async () => {
    const flags: Column = { kind: 'L', width: 3, data: Uint8Array.of(1, 1, 1, 0, 0, 0, 1, 0, 1, 0, 1, 0) };
    const velocities = Float64Array.of(1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4);
    const frame = createFrame(mixed, { velocities, columns: new Map([['selective_dynamics', flags]]) });
    const { text, notes } = await writeAll(poscar, [frame]);
    expect(notes).toEqual(['the atoms were regrouped by species (O Si H): their order changed']);
    const [back] = await readAll(poscar, text);
    expect(symbolsOf(back.structure)).toEqual(['O', 'O', 'Si', 'H']);
    expect([...back.velocities!]).toEqual([1, 1, 1, 3, 3, 3, 2, 2, 2, 4, 4, 4]);
    expect([...back.columns.get('selective_dynamics')!.data]).toEqual([1, 1, 1, 1, 0, 1, 0, 0, 0, 0, 1, 0]);
    expect(text.split('\n')[0]).toBe('O2 Si1 H1');
  });

  it('follows an order of species, and says nothing where the atoms stand in it already', async () => {
    const { text } = await writeAll(poscar, [createFrame(mixed)], { species: ['H', 'C', 'O', 'Si'] });
    expect(
      text
        .split('\n')
        .slice(5, 7)
        .map((line) => line.trim().split(/\s+/)),
    ).toEqual([
      ['H', 'O', 'Si'],
      ['1', '2', '1'],
    ]);
    const sorted = createStructure({ symbols: ['H', 'O'], positions: new Float64Array(6).fill(1), cell });
    expect((await writeAll(poscar, [createFrame(sorted)], { species: ['H', 'O'] })).notes).toEqual([]);
    await expect(writeAll(poscar, [createFrame(mixed)], { species: ['H', 'O'] })).rejects.toThrow(
      'the structure has Si',
    );
  });

  it('refuses what a POSCAR cannot be', async () => {
    const molecule = createStructure({ symbols: ['H'], positions: new Float64Array(3) });
    await expect(writeAll(poscar, [createFrame(molecule)])).rejects.toMatchObject({
      message: expect.stringContaining('a POSCAR needs a cell'),
      hint: expect.stringContaining('vacuum'),
    });
    await expect(writeAll(poscar, [createFrame(mixed), createFrame(mixed)])).rejects.toThrow(
      'holds one structure',
    );
    await expect(writeAll(poscar, [])).rejects.toThrow('no structure');
    const bead = createStructure({ symbols: ['bead'], positions: new Float64Array(3), cell });
    await expect(writeAll(poscar, [createFrame(bead)])).rejects.toThrow("'bead' is no element");
  });

  it('keeps the comment, on one line', async () => {
    const info = new Map<string, InfoValue>([['comment', { kind: 'S', value: 'two\nlines' }]]);
    expect((await writeAll(poscar, [createFrame(mixed, { info })])).text.split('\n')[0]).toBe('two lines');
  });

  it('writes the state of a run back, unless it would belong to other atoms', async () => {
    const state = '           1\n   2.0\n  0.1E+01 0 0 0\n  0 0 0\n  .25 .25 .25';
    const lattice = 'Lattice velocities and vectors\n 1\n 1 0 0\n 0 2 0\n 0 0 3\n 0 1 1\n 1 0 1\n 1 1 0\n';
    const [frame] = await readAll(poscar, `${GAAS}${lattice}\n0.1 0 0\n0 0 0\n\n${state}\n`);
    const { text, notes } = await writeAll(poscar, [frame]);
    expect(notes).toEqual([]);
    expect((await readAll(poscar, text))[0]).toEqual(frame);
    const reversed = await writeAll(poscar, [frame], { species: ['As', 'Ga'] });
    expect(reversed.notes[1]).toContain('md_extra');
    expect((await readAll(poscar, reversed.text))[0].info.has('md_extra')).toBe(false);
  });

  it('writes velocities per time step back as they are', async () => {
    const [frame] = await readAll(poscar, `${GAAS}Direct\n0.01 0 0\n0 0 0.02\n`);
    const [back] = await readAll(poscar, (await writeAll(poscar, [frame])).text);
    expect(back.columns).toEqual(frame.columns);
  });

  it('says which quantities it holds', () => {
    for (const name of ['positions', 'cell', 'velocities', 'column selective_dynamics', 'info comment'])
      expect(poscar.holds!(name)).toBe(true);
    for (const name of [
      'forces',
      'energy',
      'masses',
      'partial periodicity',
      'info potcar_labels',
      'column tags',
    ])
      expect(poscar.holds!(name)).toBe(false);
  });
});

describe('POSCAR: written and read again', () => {
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const frames = fc
    .record({
      symbols: fc.array(fc.constantFrom('Si', 'O', 'H', 'Cl'), { minLength: 1, maxLength: 12 }),
      diagonal: fc.array(number(2, 12), { minLength: 3, maxLength: 3 }),
      tilt: fc.array(number(-1.5, 1.5), { minLength: 6, maxLength: 6 }),
      handed: fc.constantFrom(1, -1),
      seed: fc.array(number(-30, 30), { minLength: 36, maxLength: 36 }),
      speeds: fc.option(fc.array(number(-0.1, 0.1), { minLength: 36, maxLength: 36 }), { nil: undefined }),
      flags: fc.option(fc.array(fc.constantFrom(0, 1), { minLength: 36, maxLength: 36 }), { nil: undefined }),
    })
    .map((r) => {
      // Sorted, so that the order of the atoms stays.
      const symbols = [...r.symbols].sort();
      const n = 3 * symbols.length;
      const [t, d] = [r.tilt, r.diagonal];
      const cell = [r.handed * d[0], t[0], t[1], t[2], d[1], t[3], t[4], t[5], d[2]];
      const columns = new Map<string, Column>();
      if (r.flags) {
        columns.set('selective_dynamics', {
          kind: 'L',
          width: 3,
          data: Uint8Array.from(r.flags.slice(0, n)),
        });
      }
      return { symbols, cell, positions: r.seed.slice(0, n), velocities: r.speeds?.slice(0, n), columns };
    })
    .filter(({ cell }) => Math.abs(determinant(cell)) > 0.5);

  it('gives the same frame', async () => {
    await fc.assert(
      fc.asyncProperty(frames, async ({ symbols, cell, positions, velocities, columns }) => {
        const frame = createFrame(
          createStructure({ symbols, cell, positions: Float64Array.from(positions) }),
          { velocities: velocities && Float64Array.from(velocities), columns },
        );
        const { text, notes } = await writeAll(poscar, [frame]);
        expect(notes).toEqual([]);
        const [back] = await readAll(poscar, text);
        expect(symbolsOf(back.structure)).toEqual(symbols);
        // Every digit of velocities and flags.
        expect(back.velocities?.map((v) => v + 0)).toEqual(frame.velocities?.map((v) => v + 0));
        expect(back.columns).toEqual(frame.columns);
        // 16 decimals of a cell vector (numbers below 2 lose digits, 0.5e-16 each).
        for (let i = 0; i < 9; i++)
          expect(Math.abs(back.structure.cell[i] - cell[i])).toBeLessThanOrEqual(5.1e-17 + 1e-15);
        // x -> x inverse(cell) -> 16 decimals -> times cell: roundings of 1.1e-16, amplified by the inverse.
        const size = Math.max(...cell.map(Math.abs));
        const largest = Math.max(...positions.map(Math.abs), 1);
        const amplified = largest * size * Math.max(...inverse(cell).map(Math.abs));
        for (let i = 0; i < positions.length; i++) {
          const error = Math.abs(back.structure.positions[i] - positions[i]);
          expect(error).toBeLessThanOrEqual(60 * 1.1e-16 * amplified);
        }
      }),
      { numRuns: 300 },
    );
  });
});
