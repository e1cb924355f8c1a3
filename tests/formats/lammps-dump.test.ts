import { describe, expect, it } from 'vitest';
import { TextReader } from '../../formats/io/text.js';
import { rotatedTensors, toLammpsFrame } from '../../formats/lammps/frame.js';
import { readOrientation } from '../../formats/lammps/orientation.js';
import { lammpsData } from '../../formats/lammps-data.js';
import { lammpsDump } from '../../formats/lammps-dump.js';
import { recognise } from '../../formats/read.js';
import { uniform } from '../../src/math/random.js';
import { inverse, product, rowsTimes, transpose } from '../../src/model/cell.js';
import { type Column, createFrame, type Frame } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { aseReading } from '../helpers/ase-readings.js';
import { difference, readNoting, readOne, writeAll } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { withoutData } from '../helpers/shared-data.js';
import { bytesOf, skewedCell, somePositions } from './lammps-helpers.js';

const EXPECTED = [
  'si_atomstyle.dump',
  'si_custom.dump',
  'si_restart2dump.dump',
  'si_scaled.dump',
  'si_unwrapped_element.dump',
];
const FILES = [...EXPECTED, 'si_custom.dump.gz', 'lammps_forces_Ti.0'];
const SPECIES = { species: ['Si'] };

describe.skipIf(withoutData)('LAMMPS dumps of LAMMPS and phonopy', () => {
  it.each(EXPECTED)('%s agrees with ASE', async (file) => {
    const { num_frames, last_frame: expected } = aseReading(`lammps/${file}`);
    const { frames } = await readNoting(lammpsDump, bytesOf(file), SPECIES);
    expect(frames.length).toBe(num_frames);
    const { structure, velocities, labels } = frames[frames.length - 1];
    expect(structure.count).toBe(expected.natoms);
    expect(new Set(symbolsOf(structure))).toEqual(new Set(['Si']));
    expect(Array.from(structure.cell)).toEqual(expected.cell_A.flat());
    expect(structure.periodic).toEqual(expected.pbc);
    const { positions } = structure;
    const shift = rowsTimes(
      expected.positions_first3.flat().map((x, i) => x - positions[i]),
      inverse(structure.cell),
    );
    // The files have at most 12 digits and ASE leaves image flags out: equal modulo the lattice to rounding.
    expect(Math.max(...shift.map((x) => Math.abs(x - Math.round(x))))).toBeLessThan(1e-15);
    if (expected.velocities_first3_A_per_fs)
      expect(difference(velocities!.subarray(0, 9), expected.velocities_first3_A_per_fs.flat())).toBeLessThan(
        4e-18,
      );
    if (expected.forces_first3_eV_A) {
      expect(Array.from(labels.forces!.subarray(0, 9))).toEqual(expected.forces_first3_eV_A.flat());
      const largest = Math.max(...labels.forces!.map(Math.abs));
      expect(largest).toBe(expected.max_force);
    }
  });

  it('gives the same trajectory from every style of the same run', async () => {
    const [custom, scaled, atom, unwrapped, gzipped] = await Promise.all(
      [
        'si_custom.dump',
        'si_scaled.dump',
        'si_atomstyle.dump',
        'si_unwrapped_element.dump',
        'si_custom.dump.gz',
      ].map(async (file) => (await readNoting(lammpsDump, bytesOf(file), SPECIES)).frames),
    );
    const at = (frames: Frame[], k: number) => frames[k].structure.positions;
    for (let k = 0; k < 5; k++) {
      // Five digits behind the point of 10.862 fractions of 10 digits; 6 digits for the last two.
      expect(difference(at(custom, k), at(scaled, k))).toBeLessThan(2e-9);
      expect(difference(at(custom, k), at(unwrapped, k))).toBeLessThan(5e-5);
      expect(custom[k].info.get('timestep')).toEqual({ kind: 'I', value: 50 * k });
    }
    // Without image flags, only modulo the lattice (style atom: fractions of 6 digits).
    const shift = at(atom, 4).map((x, i) => (x - at(custom, 4)[i]) / 10.862);
    expect(Math.max(...shift.map((x) => Math.abs(x - Math.round(x))))).toBeLessThan(1e-5);
    expect(gzipped.length).toBe(3);
    expect(difference(at(gzipped, 0), at(custom, 0))).toBe(0);
    const energies = scaled[0].columns.get('c_pe') as { data: Float64Array };
    expect(energies.data[63]).toBe(-4.630412064);
  });

  it('reads the forces that phonopy reads from a tilted box', async () => {
    const { structure, labels } = await readOne(lammpsDump, bytesOf('lammps_forces_Ti.0'), {
      species: ['Ti'],
    });
    expect(structure.count).toBe(96);
    expect(structure.species).toEqual(['Ti']);
    expect(Array.from(labels.forces!.subarray(0, 3))).toEqual([-0.03370459, -0.00002103, -0.03990638]);
    // Four, four and three cells of lammps_structure_Ti; the bounds were printed after a sum and a difference.
    const unit = [2.923479689273095, 0, 0, -1.461739844636547, 2.531807678358337, 0, 0, 0, 4.624022835916574];
    expect(
      difference(
        structure.cell,
        unit.map((x, i) => x * (i < 6 ? 4 : 3)),
      ),
    ).toBeLessThan(1e-13);
  });

  it.each(FILES)('%s comes back from a round trip', async (file) => {
    const { frames } = await readNoting(
      lammpsDump,
      bytesOf(file),
      file.includes('Ti') ? { species: ['Ti'] } : SPECIES,
    );
    const { text, notes } = await writeAll(lammpsDump, frames);
    expect(notes).toEqual([]);
    const again = (await readNoting(lammpsDump, text)).frames;
    expect(again.length).toBe(frames.length);
    for (const [k, frame] of frames.entries()) sameFrame(again[k], frame);
  });

  it('a damaged file gives frames or one FormatError', { timeout: 120_000 }, async () => {
    let read = 0;
    let refused = 0;
    for (const file of FILES) {
      const bytes = bytesOf(file);
      // Two frames of 64 atoms, or one of 96.
      const lines = Buffer.from(bytes).toString('latin1').split('\n').slice(0, 146).concat('');
      // Element in place of the type, so that no reader needs to be told.
      const text = lines
        .join('\n')
        .replaceAll(' type ', ' element ')
        .replace(/^(\d+) 1 /gm, '$1 Si ');
      const outcome = await fuzzReader(lammpsDump, Buffer.from(text), { flips: 400, seed: 11 });
      read += outcome.read;
      refused += outcome.refused;
    }
    expect(read).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(1500);
  });
});

/** Equal but for the roundings of units (1000 for velocities) and of bounds. */
function sameFrame(again: Frame, frame: Frame): void {
  expect(again.structure.positions).toEqual(frame.structure.positions);
  expect(difference(again.structure.cell, frame.structure.cell)).toBeLessThan(1e-14);
  expect(again.structure.periodic).toEqual(frame.structure.periodic);
  expect(symbolsOf(again.structure)).toEqual(symbolsOf(frame.structure));
  expect(again.structure.masses).toEqual(frame.structure.masses);
  expect(again.labels).toEqual(frame.labels);
  expect(again.info).toEqual(frame.info);
  expect([...again.columns]).toEqual([...frame.columns]);
  if (frame.velocities) expect(difference(again.velocities!, frame.velocities)).toBeLessThan(1e-17);
}

const head = (atoms: number, box = 'pp pp pp\n0 4\n0 5\n0 6') =>
  `ITEM: TIMESTEP\n7\nITEM: NUMBER OF ATOMS\n${atoms}\nITEM: BOX BOUNDS ${box}\n`;
const TILTED = 'xy xz yz pp pp ff\n-1 5.5 1.5\n2 9 -1\n0 6 2';

describe('LAMMPS dumps with oddities', () => {
  it('reads x, xs, xu and xsu in any order of columns to the same positions', async () => {
    const next = uniform(5);
    const cell = [4, 0, 0, 1.5, 5, 0, -1, 2, 6];
    const origin = [0, 2, 0];
    const inside = Array.from({ length: 9 }, () => next());
    const images = [0, 1, -2, 3, 0, 0, -1, 5, 2];
    const cartesian = (fractions: number[]) => rowsTimes(fractions, cell).map((x, i) => x + origin[i % 3]);
    const outside = inside.map((s, i) => s + images[i]);
    const expected = cartesian(outside);
    const rows = (...columns: ArrayLike<number>[]) =>
      [2, 0, 1].map(
        (i) => `${columns.map((c) => `${c[3 * i]} ${c[3 * i + 1]} ${c[3 * i + 2]}`).join(' ')} ${i + 1} Si`,
      );
    const file = (names: string, ...columns: ArrayLike<number>[]) =>
      `${head(3, TILTED)}ITEM: ATOMS ${names} id element\n${rows(...columns).join('\n')}\n`;
    for (const text of [
      file('x y z ix iy iz', cartesian(inside), images),
      file('ix iy iz xs ys zs', images, inside),
      file('xu yu zu', expected),
      file('xsu ysu zsu', outside),
      file(
        'xu ysu zu',
        expected.map((x, i) => (i % 3 === 1 ? outside[i] : x)),
      ),
      file(
        'xsu yu zsu',
        expected.map((x, i) => (i % 3 === 1 ? x : outside[i])),
      ),
      file(
        'xsu yu zu ix iy iz',
        expected.map((x, i) => (i % 3 === 0 ? outside[i] : x)),
        images,
      ),
    ]) {
      const { structure, info } = await readOne(lammpsDump, text);
      // A handful of roundings of coordinates below 40 A.
      expect(difference(structure.positions, expected)).toBeLessThan(1e-13);
      expect(Array.from(structure.cell)).toEqual(cell);
      expect(structure.periodic).toEqual([true, true, false]);
      expect(info.get('cell_origin')).toMatchObject({ value: Float64Array.from(origin) });
    }
  });

  it('reads general triclinic boxes, units, time, and sections it does not know', async () => {
    const { frames, notes } = await readNoting(
      lammpsDump,
      `ITEM: UNITS\nreal\nITEM: TIME\n0.5\nITEM: TIMESTEP\n10\nITEM: NEW THING\n1 2 3\nITEM: NUMBER OF ATOMS\n1\n` +
        'ITEM: BOX BOUNDS abc origin pp ff pp\n0 2 2 1\n2 0 2 0\n2 2 0 -1\nITEM: ATOMS id element xs ys zs vx vy vz fx fy fz q mol\n' +
        `1 Si 0.5 0.5 0 1 2 3 23.06 0 0 0.5 3\n\n${head(0)}ITEM: ATOMS id element x y z\n`,
    );
    const [{ structure, velocities, labels, info, columns }, empty] = frames;
    expect(Array.from(structure.cell)).toEqual([0, 2, 2, 2, 0, 2, 2, 2, 0]);
    expect(structure.periodic).toEqual([true, false, true]);
    expect(Array.from(structure.positions)).toEqual([2, 1, 1]);
    expect(Array.from(velocities!)).toEqual([1, 2, 3]);
    // 1 eV is 23.0605 kcal/mol.
    expect(labels.forces![0]).toBeCloseTo(1, 4);
    expect(info.get('time')).toEqual({ kind: 'R', value: 0.5 });
    expect(columns.get('initial_charges')).toEqual({ kind: 'R', width: 1, data: Float64Array.of(0.5) });
    expect(columns.get('mol-id')).toEqual({ kind: 'I', width: 1, data: Int32Array.of(3) });
    expect(notes.join()).toContain('NEW THING');
    expect(empty.structure.count).toBe(0);
  });

  it('carries columns: vectors by number, words, integers, ids, types of one element', async () => {
    const text = `${head(3)}ITEM: ATOMS id type element x y z c_st[1] c_st[2] d_a[2] name i_flag\n12 3 Si 1 1 1 5 6 7 w2 -4\n4 1 Si 0 0 0 1 2 3 w1 9\n8 2 O 2 2 2 0 0 0 w3 1\n`;
    const frame = await readOne(lammpsDump, text);
    expect(frame.structure.species).toEqual(['Si', 'O']);
    expect([...frame.columns]).toEqual([
      ['id', { kind: 'I', width: 1, data: Int32Array.of(4, 8, 12) }],
      ['type', { kind: 'I', width: 1, data: Int32Array.of(1, 2, 3) }],
      ['c_st', { kind: 'R', width: 2, data: Float64Array.of(1, 2, 0, 0, 5, 6) }],
      ['d_a[2]', { kind: 'R', width: 1, data: Float64Array.of(3, 0, 7) }],
      ['name', { kind: 'S', width: 1, data: ['w1', 'w3', 'w2'] }],
      ['i_flag', { kind: 'I', width: 1, data: Int32Array.of(9, 1, -4) }],
    ]);
    sameFrame(await readOne(lammpsDump, (await writeAll(lammpsDump, [frame])).text), frame);
  });

  it('names species by element, user or mass, and else says what is missing', async () => {
    const rows = 'ITEM: ATOMS id type x y z\n2 2 1 1 1\n1 1 0 0 0\n';
    await expect(readOne(lammpsDump, head(2) + rows)).rejects.toMatchObject({
      hint: expect.stringContaining('--species'),
    });
    const told = await readOne(lammpsDump, head(2) + rows, { species: ['Si', 'O'] });
    expect(symbolsOf(told.structure)).toEqual(['Si', 'O']);
    const masses = 'ITEM: ATOMS id mass x y z\n2 15.999 1 1 1\n1 28 0 0 0\n';
    const weighed = await readOne(lammpsDump, head(2) + masses);
    expect(symbolsOf(weighed.structure)).toEqual(['Si', 'O']);
    expect(Array.from(weighed.structure.masses)).toEqual([28, 15.999]);
    const labelled = await readOne(
      lammpsDump,
      `${head(2)}ITEM: ATOMS id type mass x y z\n1 c3 12.011 0 0 0\n2 N 14.007 1 1 1\n`,
    );
    expect(symbolsOf(labelled.structure)).toEqual(['C', 'N']);
    expect(labelled.columns.get('type_label')).toMatchObject({ data: ['c3', 'N'] });
  });

  it('keeps unwrapped coordinates apart from image flags that only tell', async () => {
    const frame = await readOne(
      lammpsDump,
      `${head(1)}ITEM: ATOMS id element xu yu zu ix iy iz\n1 Si 9 0 0 2 0 0\n`,
    );
    expect(frame.structure.positions[0]).toBe(9);
    const { text } = await writeAll(lammpsDump, [frame]);
    expect(text).toContain('xu yu zu');
    sameFrame(await readOne(lammpsDump, text), frame);
  });

  it('refuses what is damaged, with the line', async () => {
    const refused = async (text: string) => {
      try {
        await readNoting(lammpsDump, text);
      } catch (error) {
        return (error as Error).message;
      }
      return 'read';
    };
    const atoms = 'ITEM: ATOMS id element x y z\n1 Si 0 0 0\n2 Si 1 1 1\n';
    expect(await refused(head(2) + atoms)).toBe('read');
    expect(await refused(head(3) + atoms)).toContain('file:12: found the end of the file');
    expect(await refused(head(1) + atoms)).toContain("file:11: found '2 Si 1 1 1'");
    expect(await refused(head(2) + atoms.replace('2 Si', '1 Si'))).toContain(
      'file:11: found the atom id 1 a second time',
    );
    expect(await refused(head(2) + atoms.replace('1 1 1', '1 nan 1'))).toContain(
      "file:11: found 'nan', expected a number for y",
    );
    expect(await refused(head(2) + atoms.replace('1 1 1', '1 1'))).toContain('file:11');
    expect(await refused(head(2) + atoms.replace(' z', ''))).toContain('more than 4 columns');
    expect(await refused(head(2) + atoms.replace(' z', ' w'))).toContain('a coordinate z');
    expect(await refused(head(2) + atoms.replace(' z', ' y'))).toContain("the column 'y' twice");
    expect(await refused(head(2).replace('0 5', '5 5') + atoms)).toContain(
      'file:7: found a box of length 0 along y',
    );
    expect(await refused(head(2).replace('pp pp pp', 'xy xz pp pp pp') + atoms)).toContain("'xy xz'");
    expect(await refused(head(2).replace('ITEM: NUMBER OF ATOMS\n2\n', '') + atoms)).toContain(
      'NUMBER OF ATOMS',
    );
    expect(await refused(head(2))).toContain('found the end of the file');
    expect(await refused('ITEM: TIMESTEP\n0\nITEM: NUMBER OF ENTRIES\n1\n')).toContain('ENTRIES');
    const mixed = 'ITEM: ATOMS element x yu z\nSi 0 0 0\n';
    expect(await refused(head(1, TILTED) + mixed)).toContain('side by side');
  });

  it('is recognised by content, and by name where there is none', () => {
    expect(recognise('trajectory.txt', head(1)).name).toBe('lammps-dump');
    expect(recognise('run.lammpstrj', '').name).toBe('lammps-dump');
    expect(recognise('dump.silicon', '').name).toBe('lammps-dump');
    expect(recognise('data.silicon', '').name).toBe('lammps-data');
    expect(recognise('anything', 't\n\n 4 atoms\n2 atom types\n0 1 xlo xhi\n').name).toBe('lammps-data');
  });
});

describe('any cell in LAMMPS frame', () => {
  const next = uniform(77);

  function randomFrame(handedness: number): Frame {
    const cell = skewedCell(next, handedness);
    const count = 6;
    const random = (n: number) => Float64Array.from({ length: n }, () => 2 * next() - 1);
    const structure = createStructure({
      positions: somePositions(next, cell, count),
      symbols: ['Si', 'O', 'O', 'Si', 'H', 'O'],
      cell,
      periodic: [true, next() < 0.5, true],
    });
    const columns = new Map<string, Column>([['energy_like', { kind: 'R', width: 1, data: random(count) }]]);
    return createFrame(structure, { velocities: random(18), labels: { forces: random(18) }, columns });
  }

  function same(again: Frame, frame: Frame): void {
    expect(again.structure.cell).toEqual(frame.structure.cell);
    expect(again.structure.periodic).toEqual(frame.structure.periodic);
    // Turned there and back: eight roundings of numbers below 60 A, 1 and 1.
    expect(difference(again.structure.positions, frame.structure.positions)).toBeLessThan(60 * 1e-12);
    expect(difference(again.velocities!, frame.velocities!)).toBeLessThan(1e-12);
    expect(difference(again.labels.forces!, frame.labels.forces!)).toBeLessThan(1e-12);
    // Hydrogen alone in its frame keeps the number that it had beside the others.
    const columns = [...again.columns].filter(([name]) => name !== 'type');
    expect(columns).toEqual([...frame.columns]);
  }

  it('random trajectories come back from a dump, each frame by its own rotation', async () => {
    for (let trial = 0; trial < 40; trial++) {
      const frames = [1, -1, 1, -1].map(randomFrame);
      frames.push(
        createFrame(
          createStructure({
            positions: new Float64Array(3),
            symbols: ['H'],
            cell: [3, 0, 0, 0, 3, 0, 0, 0, 3],
          }),
          { velocities: new Float64Array(3), labels: { forces: new Float64Array(3) } },
        ),
      );
      const { text, notes } = await writeAll(lammpsDump, frames);
      expect(notes.join()).toContain("LAMMPS's frame");
      const again = (await readNoting(lammpsDump, text)).frames;
      for (const [k, frame] of frames.entries()) same(again[k], frame);
    }
  });

  it('restores a run of LAMMPS by the data file that it began from', async () => {
    for (const handedness of [1, -1]) {
      const frame = randomFrame(handedness);
      const { text: data } = await writeAll(lammpsData, [frame]);
      const orientation = (await readOrientation(new TextReader(data, 'data')))!;
      // LAMMPS's dump: what it read, without a record.
      const seen = await readOne(lammpsData, data.replace(/# phonolink .*\n/g, ''));
      const forces = rowsTimes(frame.labels.forces!, orientation.rotation);
      const { text: dump } = await writeAll(lammpsDump, [{ ...seen, labels: { forces } }]);
      expect(dump).not.toContain('phonolink');
      const again = await readOne(lammpsDump, dump, { orientation });
      expect(difference(again.structure.cell, frame.structure.cell)).toBeLessThan(1e-12);
      expect(difference(again.structure.positions, frame.structure.positions)).toBeLessThan(60 * 1e-12);
      expect(difference(again.labels.forces!, frame.labels.forces!)).toBeLessThan(1e-12);
      // A barostat has stretched the box by one per cent: the original vectors follow it.
      const stretched = createFrame(
        createStructure({ ...seen.structure, cell: seen.structure.cell.map((x) => 1.01 * x) }),
      );
      const grown = await readOne(lammpsDump, (await writeAll(lammpsDump, [stretched])).text, {
        orientation,
      });
      expect(
        difference(
          grown.structure.cell,
          frame.structure.cell.map((x) => 1.01 * x),
        ),
      ).toBeLessThan(1e-12);
    }
    await expect(readOrientation(new TextReader(head(1), 'other'))).rejects.toThrow(
      'no record of a rotation',
    );
  });

  it('gives columns whose names mean something else in a dump another, and says so', async () => {
    const positions = Float64Array.of(0, 0, 0, 1, 1, 1);
    const structure = createStructure({ positions, symbols: ['Si', 'O'], cell: [4, 0, 0, 0, 4, 0, 0, 0, 4] });
    const pair = (a: number, b: number): Column => ({ kind: 'R', width: 1, data: Float64Array.of(a, b) });
    const columns = new Map<string, Column>([
      ['xu', pair(7, 8)],
      ['zs', pair(0.1, 0.2)],
      ['id', pair(1.5, 2.5)],
      ['type', { kind: 'S', width: 1, data: ['core', 'shell'] }],
      ['fixed', { kind: 'L', width: 1, data: Uint8Array.of(1, 0) }],
    ]);
    const { text, notes } = await writeAll(lammpsDump, [createFrame(structure, { columns })]);
    const frame = await readOne(lammpsDump, text);
    expect([...frame.structure.positions]).toEqual([...positions]);
    expect([...frame.columns.keys()]).toEqual(['c_xu', 'c_zs', 'c_id', 'c_type', 'fixed']);
    expect(frame.columns.get('c_type')?.data).toEqual(['core', 'shell']);
    expect(notes).toHaveLength(5);
    expect(notes[0]).toBe('the column xu is written as c_xu: its name means something else in a dump');
    expect(notes[4]).toBe('the flags of the column fixed are written as 0 and 1');
  });

  it('turns tensors as products of vectors', () => {
    for (let trial = 0; trial < 20; trial++) {
      const { orientation } = toLammpsFrame(skewedCell(next, trial % 2 ? 1 : -1));
      const [r, f] = [0, 1].map(() => Float64Array.from({ length: 3 }, () => next()));
      const outer = (a: Float64Array, b: Float64Array) =>
        Float64Array.from({ length: 9 }, (_, k) => a[Math.floor(k / 3)] * b[k % 3]);
      // Six products of numbers below 1 in a sum: fewer than 20 roundings of 1e-16 each.
      const { rotation } = orientation;
      const turned = rotatedTensors(outer(r, f), rotation);
      expect(difference(turned, outer(rowsTimes(r, rotation), rowsTimes(f, rotation)))).toBeLessThan(4e-15);
      expect(difference(rotatedTensors(turned, transpose(rotation)), outer(r, f))).toBeLessThan(4e-15);
      expect(difference(product(rotation, transpose(rotation)), [1, 0, 0, 0, 1, 0, 0, 0, 1])).toBeLessThan(
        4e-15,
      );
    }
  });
});

describe('several dumps at once', () => {
  const many = (symbol: string, count: number) =>
    [1, 2, 3]
      .map(
        (frame) =>
          `${head(count)}ITEM: ATOMS id element x y z\n${Array.from({ length: count }, (_, i) => `${i + 1} ${symbol} ${i} ${frame} 0.5\n`).join('')}`,
      )
      .join('');

  it('readers in turn do not disturb each other, and one may stop early', async () => {
    const texts = [many('Si', 40), many('O', 3000)];
    const readers = texts.map((text) =>
      lammpsDump.read!(new TextReader(text, 'file'), {})[Symbol.asyncIterator](),
    );
    const alone = await Promise.all(texts.map((text) => readNoting(lammpsDump, text)));
    for (let k = 0; k < 2; k++) {
      for (const [i, reader] of readers.entries()) sameFrame((await reader.next()).value, alone[i].frames[k]);
    }
    await readers[1].return?.();
    sameFrame((await readers[0].next()).value, alone[0].frames[2]);
    expect((await readers[0].next()).done).toBe(true);
  });
});
