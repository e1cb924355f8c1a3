import { describe, expect, it } from 'vitest';
import { toLammpsFrame } from '../../formats/lammps/frame.js';
import { lammpsData } from '../../formats/lammps-data.js';
import { uniform } from '../../src/math/random.js';
import { inverse, rowsTimes } from '../../src/model/cell.js';
import { createFrame, quantitiesOf } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { aseReading } from '../helpers/ase-readings.js';
import { difference, readNoting, readOne, writeAll } from '../helpers/formats.js';
import { fuzzReader } from '../helpers/fuzz.js';
import { withoutData } from '../helpers/shared-data.js';
import { bytesOf, skewedCell, somePositions } from './lammps-helpers.js';

const FILES = [
  'si_atomic_init.data',
  'si_atomic_final.data',
  'si_restart2data.data',
  'lammps_structure_Ti',
  'examples/data.peptide',
  'examples/data.water',
  'examples/data_sw',
];

describe.skipIf(withoutData)('LAMMPS data files of LAMMPS and phonopy', () => {
  it.each(FILES.slice(0, 3))('%s agrees with ASE', async (file) => {
    const { last_frame: expected } = aseReading(`lammps/${file}`);
    const { structure, velocities } = await readOne(lammpsData, bytesOf(file));
    expect(structure.count).toBe(expected.natoms);
    expect(symbolsOf(structure)).toEqual(new Array(64).fill('Si'));
    expect(Array.from(structure.cell)).toEqual(expected.cell_A.flat());
    expect(structure.periodic).toEqual(expected.pbc);
    // ASE 3.22 leaves the image flags out: equal modulo the lattice, to the last digit of a coordinate of 11 A.
    const inv = inverse(structure.cell);
    const shift = rowsTimes(
      expected.positions_first3.flat().map((x, i) => x - structure.positions[i]),
      inv,
    );
    expect(Math.max(...shift.map((x) => Math.abs(x - Math.round(x))))).toBeLessThan(1e-15);
    // One rounding in ASE's own conversion, one in ours.
    expect(difference(expected.velocities_first3_A_per_fs!.flat(), velocities!.subarray(0, 9))).toBeLessThan(
      4e-18,
    );
  });

  it('undoes image flags: the sum of positions is that of the unwrapped dump', async () => {
    const { structure } = await readOne(lammpsData, bytesOf('si_atomic_final.data'));
    const sums = [0, 1, 2].map((c) => structure.positions.reduce((s, x, i) => (i % 3 === c ? s + x : s), 0));
    // The dump has 12 digits: 64 roundings of 5e-12.
    aseReading('lammps/si_custom.dump').last_frame.positions_sum.forEach((sum, c) => {
      expect(Math.abs(sum - sums[c])).toBeLessThan(64 * 5e-12);
    });
  });

  it('reads type labels and a tilted box', async () => {
    const { structure } = await readOne(lammpsData, bytesOf('lammps_structure_Ti'));
    expect(symbolsOf(structure)).toEqual(['Ti', 'Ti']);
    expect(Array.from(structure.cell)).toEqual([
      2.923479689273095, 0, 0, -1.461739844636547, 2.531807678358337, 0, 0, 0, 4.624022835916574,
    ]);
    expect(structure.positions[5]).toBe(1.156005708979144);
  });

  it('reads a peptide: full style, bonds reported, velocities, several types of one element', async () => {
    const { frames, notes } = await readNoting(lammpsData, bytesOf('examples/data.peptide'), {
      units: 'real',
    });
    const [{ structure, columns, velocities, info }] = frames;
    expect(structure.count).toBe(2004);
    expect(structure.species).toEqual(['C', 'O', 'H', 'N', 'S']);
    expect(quantitiesOf(frames[0])).toEqual(
      expect.arrayContaining(['column mol-id', 'column initial_charges', 'column type', 'info cell_origin']),
    );
    expect(info.get('cell_origin')).toMatchObject({
      value: Float64Array.of(36.840194, 41.013691, 29.768095),
    });
    expect(notes.join()).toContain('Bonds');
    expect(notes.join()).toContain('Dihedral Coeffs');
    expect(columns.get('type')!.data.length).toBe(2004);
    // The molecule and its water are neutral; the charges have two digits.
    const charge = (columns.get('initial_charges')!.data as Float64Array).reduce((a, b) => a + b, 0);
    expect(Math.abs(charge)).toBeLessThan(1e-9);
    expect(velocities!.every(Number.isFinite)).toBe(true);
  });

  it('reads full and atomic styles that the file does not name', async () => {
    const water = await readOne(lammpsData, bytesOf('examples/data.water'));
    expect(water.structure.count).toBe(24);
    expect(water.structure.species).toEqual(['O', 'H']);
    expect(Array.from(water.structure.positions.subarray(0, 3))).toEqual([3.088, 3.7, 3.124]);
    const silicon = await readOne(lammpsData, bytesOf('examples/data_sw'));
    expect(silicon.structure.species).toEqual(['Si']);
    expect(silicon.structure.masses[0]).toBe(28);
  });

  it.each(FILES)('%s comes back from a round trip', async (file) => {
    const frame = await readOne(lammpsData, bytesOf(file));
    const { text } = await writeAll(lammpsData, [frame]);
    const again = await readOne(lammpsData, text);
    expect(again.structure.positions).toEqual(frame.structure.positions);
    // hi - lo is rounded where the origin is not zero: an ulp of 70 A.
    expect(difference(again.structure.cell, frame.structure.cell)).toBeLessThan(2e-14);
    expect(symbolsOf(again.structure)).toEqual(symbolsOf(frame.structure));
    expect(again.structure.masses).toEqual(frame.structure.masses);
    expect(again.columns).toEqual(frame.columns);
    expect(again.info).toEqual(frame.info);
    if (frame.velocities) {
      // Divided by 1000 on the way in and multiplied on the way out: one rounding.
      expect(difference(again.velocities!, frame.velocities)).toBeLessThan(1e-17);
    }
  });

  it('a damaged file gives a structure or one FormatError', { timeout: 120_000 }, async () => {
    let read = 0;
    let refused = 0;
    for (const file of FILES.filter((name) => name !== 'examples/data.peptide')) {
      const outcome = await fuzzReader(lammpsData, bytesOf(file), { flips: 400, seed: 7 });
      read += outcome.read;
      refused += outcome.refused;
    }
    expect(read).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(1000);
  });
});

const BOX = '0 4 xlo xhi\n-1 3 ylo yhi\n0 5 zlo zhi';

describe('LAMMPS data files with oddities', () => {
  it('takes header words in any order, comments, tabs and missing blank lines', async () => {
    const frame = await readOne(
      lammpsData,
      `title\r\n\r\n-1 3\tylo yhi # y\r\n2 atom types\r\n0 4 xlo xhi\r\n0 5 zlo zhi\r\n 3 atoms\r\n# remark\r\n` +
        `Masses\r\n\r\n2 15.999 # O oxygen\r\n1 28.085 # Si\r\n\r\nAtoms # atomic\r\n# id type x y z\r\n` +
        `3 1 1 2 3 # last\r\n1 2 0 0 0\r\n2 2 1 -1 0\r\n`,
    );
    expect(symbolsOf(frame.structure)).toEqual(['O', 'O', 'Si']);
    expect(frame.structure.species).toEqual(['Si', 'O']);
    expect(Array.from(frame.structure.positions)).toEqual([0, 0, 0, 1, -1, 0, 1, 2, 3]);
    expect(frame.columns.size).toBe(0);
    expect(frame.info.get('cell_origin')).toMatchObject({ value: Float64Array.of(0, -1, 0) });
  });

  it('takes general triclinic boxes as they are', async () => {
    const frame = await readOne(
      lammpsData,
      `general\n\n1 atoms\n1 atom types\n0 3 3 avec\n3 0 3 bvec\n3 3 0 cvec\n1 2 3 abc origin\n\nMasses\n\n1 28.085\n\nAtoms\n\n1 1 1 2 3\n`,
    );
    expect(Array.from(frame.structure.cell)).toEqual([0, 3, 3, 3, 0, 3, 3, 3, 0]);
    expect(frame.info.get('cell_origin')).toMatchObject({ value: Float64Array.of(1, 2, 3) });
  });

  it('keeps ids that do not count from 1', async () => {
    const frame = await readOne(
      lammpsData,
      `ids\n\n2 atoms\n1 atom types\n${BOX}\n\nMasses\n\n1 12.011\n\nAtoms # charge\n\n9 1 -0.5 0 0 0\n4 1 0.5 1 1 1\n\nVelocities\n\n4 1 2 3\n9 4 5 6\n`,
    );
    expect(Array.from(frame.columns.get('id')!.data as Int32Array)).toEqual([4, 9]);
    expect(Array.from(frame.columns.get('initial_charges')!.data as Float64Array)).toEqual([0.5, -0.5]);
    expect(Array.from(frame.velocities!)).toEqual([0.001, 0.002, 0.003, 0.004, 0.005, 0.006]);
  });

  it.each([
    ['real', 1, 1, 1],
    ['electron', 0.529177210903, Math.sqrt(27.211386245988 / 103.64269), 1],
    ['si', 1e10, 1e-5, 6.02214076e26],
    ['cgs', 1e8, 1e-7, 6.02214076e23],
    ['micro', 1e4, 1e-5, 6.02214076e11],
    ['nano', 10, 1e-5, 6.02214076e5],
  ])('converts units %s', async (units, length, velocity, mass) => {
    const frame = await readOne(
      lammpsData,
      `LAMMPS data file via write_data, units = ${units}\n\n1 atoms\n1 atom types\n${BOX}\n\nMasses\n\n1 ${28.085 / mass}\n\nAtoms # atomic\n\n1 1 1 2 3\n\nVelocities\n\n1 1 0 0\n`,
    );
    expect(frame.structure.cell[0] / (4 * length)).toBeCloseTo(1, 12);
    // The product u A^2/fs^2 above is given to 8 digits.
    expect(frame.velocities![0] / velocity).toBeCloseTo(1, 7);
    expect(frame.structure.masses[0] / 28.085).toBeCloseTo(1, 8);
    expect(frame.structure.species).toEqual(['Si']);
  });

  it('refuses what would be a guess, and says how to go on', async () => {
    const atoms = (rows: string, rest = '') =>
      `t\n\n2 atoms\n2 atom types\n${BOX}\n\n${rest || 'Masses\n\n1 28.085\n2 15.999\n'}\n${rows}`;
    const refused = async (text: string, options = {}) => {
      try {
        await readOne(lammpsData, text, options);
      } catch (error) {
        return `${(error as Error).message} | ${(error as { hint: string }).hint}`;
      }
      return 'read';
    };
    expect(await refused(atoms('Atoms\n\n1 1 1 0 0 0\n2 1 2 1 1 1\n'))).toContain('--atom-style');
    expect(await refused(atoms('Atoms\n\n1 1 1 0 0 0\n2 1 2 1 1 1\n'), { atomStyle: 'charge' })).toBe('read');
    expect(await refused(atoms('Atoms # sphere\n\n1 1 1 1 0 0 0\n2 1 2 1 1 1 1\n'))).toContain("'sphere'");
    expect(await refused(atoms('Atoms # atomic\n\n1 1 0 0 0\n1 2 1 1 1\n'))).toContain(
      'file:17: found the atom id 1 a second time',
    );
    expect(await refused(atoms('Atoms # atomic\n\n1 1 0 0 0\n2 3 1 1 1\n'))).toContain('the atom type 3');
    expect(await refused(atoms('Atoms # atomic\n\n1 1 0 0 0\n2 2 1 1\n'))).toContain('file:17');
    expect(await refused(atoms('Atoms # atomic\n\n1 1 0 0 0\n2 2 1 1 nan\n'))).toContain("'nan'");
    expect(await refused(atoms('Atoms # atomic\n\n1 1 0 0 0\n2 1 1 1 1\n', ' '))).toContain('--species Si,O');
    expect(await refused(atoms('Atoms # atomic\n\n1 1 0 0 0\n'))).toContain('the end of the file');
    expect(await refused(atoms('Atoms # atomic\n\n1 1 0 0 0\n2 1 1 1 1\n'), { units: 'lj' })).toContain(
      "units 'lj'",
    );
    expect(await refused('64 atoms\n1 atom types\n')).toContain("'N atoms'");
    expect(await refused('')).toContain('title');
  });

  it('names types by labels, then comments, then the user, then masses', async () => {
    const file = (types: string) =>
      `t\n\n4 atoms\n4 atom types\n${BOX}\n\n${types}\nAtoms # atomic\n\n1 1 0 0 0\n2 2 1 0 0\n3 3 2 0 0\n4 4 3 0 0\n`;
    const { frames, notes } = await readNoting(
      lammpsData,
      file(
        'Atom Type Labels\n\n1 Ge\n2 c3\n3 c1\n4 c2\n\nMasses\n\n1 28.085\n2 12 # N\n3 12.011\n4 1.008 # light\n',
      ),
      { species: ['O', 'O', 'C'] },
    );
    expect(symbolsOf(frames[0].structure)).toEqual(['Ge', 'N', 'C', 'H']);
    expect(frames[0].columns.get('type_label')!.data).toEqual(['Ge', 'c3', 'c1', 'c2']);
    expect(notes).toEqual([]);
    const told = await readNoting(lammpsData, file('Masses\n\n1 28.085\n2 12.011\n3 1\n4 1\n'), {
      species: ['O', 'C', 'Na', 'Cl'],
    });
    expect(symbolsOf(told.frames[0].structure)).toEqual(['O', 'C', 'Na', 'Cl']);
    expect(told.notes.join()).toContain('type 1 was taken for O as told, but its mass 28.085 is that of Si');
  });

  it('writes types with several masses, and takes types over that a file had', async () => {
    const structure = createStructure({
      positions: Float64Array.of(0, 0, 0, 1, 0, 0, 2, 0, 0),
      symbols: ['H', 'O', 'H'],
      cell: [4, 0, 0, 0, 4, 0, 0, 0, 4],
      masses: Float64Array.of(1.008, 15.999, 2.014),
    });
    const { text } = await writeAll(lammpsData, [createFrame(structure)], { species: ['O', 'H', 'C'] });
    expect(text).toContain('4 atom types');
    expect(text).toContain('1 15.999 # O\n2 1.008 # H\n3 12.011 # C\n4 2.014 # H\n');
    expect(text).toContain('1 2 0 0 0\n2 1 1 0 0\n3 4 2 0 0\n');
    const frame = await readOne(lammpsData, text);
    expect(symbolsOf(frame.structure)).toEqual(['H', 'O', 'H']);
    expect(frame.structure.masses).toEqual(structure.masses);
    expect((await writeAll(lammpsData, [frame])).text).toContain('3 4 2 0 0\n');
    await expect(writeAll(lammpsData, [frame], { species: ['O'] })).rejects.toThrow('H occurs');
  });
});

/** Distances between the first atoms, with all images within one cell: no frame of reference in them. */
function distances(positions: Float64Array): number[] {
  const out: number[] = [];
  for (let i = 0; i < 4; i++)
    for (let j = 0; j < i; j++)
      out.push(Math.hypot(...[0, 1, 2].map((c) => positions[3 * i + c] - positions[3 * j + c])));
  return out;
}

describe('any cell in LAMMPS frame', () => {
  const next = uniform(20240611);

  it.each([1, -1])('random cells of handedness %i come back from a data file', async (handedness) => {
    for (let trial = 0; trial < 150; trial++) {
      const cell = skewedCell(next, handedness);
      const positions = somePositions(next, cell, 5);
      const velocities = Float64Array.from({ length: 15 }, () => next() - 0.5);
      const structure = createStructure({ positions, symbols: ['Si', 'O', 'O', 'Si', 'H'], cell });
      const frame = createFrame(structure, { velocities });
      const { text, notes } = await writeAll(lammpsData, [frame]);
      expect(notes.join()).toContain('turned by');
      const again = await readOne(lammpsData, text);
      expect(again.structure.cell).toEqual(cell);
      // Two products with a rotation: eight roundings of numbers below 60 A.
      expect(difference(again.structure.positions, positions)).toBeLessThan(60 * 1e-12);
      expect(difference(again.velocities!, velocities)).toBeLessThan(1e-12);
      expect(again.structure.species).toEqual(structure.species);
      expect(again.info.size).toBe(0);

      // What LAMMPS sees: the same without the record.
      const plain = await readOne(lammpsData, text.replace(/# phonolink .*\n/g, ''));
      const box = plain.structure.cell;
      expect([box[1], box[2], box[5]]).toEqual([0, 0, 0]);
      expect(Math.min(box[0], box[4], box[8])).toBeGreaterThan(0);
      for (const [row, other] of [
        [1, 0],
        [2, 0],
        [2, 1],
      ]) {
        expect(Math.abs(box[3 * row + other])).toBeLessThanOrEqual(box[4 * other] / 2);
      }
      expect(difference(distances(plain.structure.positions), distances(positions))).toBeLessThan(1e-11);
      // Every vector of the one lattice is a whole vector of the other.
      const { orientation } = toLammpsFrame(cell, { reduce: true });
      const fractional = rowsTimes(rowsTimes(cell, orientation.rotation), inverse(box));
      // Cells have a volume above 40 A^3 and vectors below 14 A: inverse entries below 5, errors below 1e-12.
      expect(Math.max(...fractional.map((x) => Math.abs(x - Math.round(x))))).toBeLessThan(1e-11);
      expect(orientation.rotation).not.toEqual(Float64Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1));
    }
  });

  it('writes fractional coordinates that only differ where a vector was exchanged', async () => {
    const cell = Float64Array.of(0, 3, 3, 3, 0, 3, 3, 3, 0);
    const fractions = [0.1, 0.2, 0.3];
    const structure = createStructure({ positions: rowsTimes(fractions, cell), symbols: ['Si'], cell });
    const { cell: box, orientation } = toLammpsFrame(cell);
    const turned = rowsTimes(structure.positions, orientation.rotation);
    expect(difference(rowsTimes(turned, inverse(box)), fractions)).toBeLessThan(1e-15);
  });

  it('leaves a cell alone that lies right, to the last bit', async () => {
    const cell = Float64Array.of(4, 0, 0, -1.3, 5, 0, 1.1, 2.2, 6);
    const structure = createStructure({ positions: Float64Array.of(-3, 0.1, 17), symbols: ['Si'], cell });
    const { text, notes } = await writeAll(lammpsData, [createFrame(structure)]);
    expect(notes).toEqual([]);
    expect(text).not.toContain('# phonolink');
    expect(text).toContain('1 1 -3 0.1 17\n');
    expect(Array.from((await readOne(lammpsData, text)).structure.cell)).toEqual(Array.from(cell));
  });

  it('writes a hexagonal tilt of half a box as exactly that, although it is rounded', async () => {
    const a = 3.1234567890123;
    const cell = Float64Array.of(a, 0, 0, -a / 2 - 1e-15, (a * Math.sqrt(3)) / 2, 0, 0, 0, 5);
    const frame = createFrame(createStructure({ positions: new Float64Array(3), symbols: ['Ti'], cell }), {
      info: new Map([['cell_origin', { kind: 'R', shape: [3], value: Float64Array.of(0.1, 0.2, 0.3) }]]),
    });
    const { text } = await writeAll(lammpsData, [frame]);
    const [, low, high] = /^(\S+) (\S+) xlo/m.exec(text)!.map(Number);
    const tilt = Number(/^(\S+) \S+ \S+ xy/m.exec(text)![1]);
    expect(Math.abs(tilt) / (high - low)).toBeLessThanOrEqual(0.5);
    expect(Math.abs(tilt + a / 2)).toBeLessThan(1e-14);
  });

  it.each([
    ['a molecule', [0, 0, 0, 0, 0, 0, 0, 0, 0]],
    ['a chain along b', [0, 0, 0, 1, 2, 3, 0, 0, 0]],
    ['a slab without c', [3, 1, 0, -1, 0, 4, 0, 0, 0]],
    ['a slab without b', [3, 1, 0, 0, 0, 0, -1, 0, 4]],
    ['a slab without a', [0, 0, 0, 3, 1, 0, -1, 0, 4]],
  ])('puts %s into a box and back', async (_name, cell) => {
    const positions = Float64Array.from({ length: 12 }, () => 20 * next() - 5);
    const structure = createStructure({ positions, symbols: ['C', 'O', 'C', 'H'], cell });
    const { text, notes } = await writeAll(lammpsData, [createFrame(structure)]);
    expect(notes.join()).toContain('needs a box');
    expect(notes.join()).toContain('boundary');
    const again = await readOne(lammpsData, text);
    expect(Array.from(again.structure.cell)).toEqual(cell);
    expect(again.structure.periodic).toEqual(structure.periodic);
    expect(difference(again.structure.positions, positions)).toBeLessThan(20 * 1e-12);
    // In the file every atom lies inside, five A from the walls of the directions that have no vector.
    const plain = await readOne(lammpsData, text.replace(/# phonolink .*\n/g, ''));
    const origin = (plain.info.get('cell_origin') as { value: Float64Array }).value;
    const inside = rowsTimes(
      plain.structure.positions.map((x, i) => x - origin[i % 3]),
      inverse(plain.structure.cell),
    );
    structure.periodic.forEach((periodic, k) => {
      if (!periodic) {
        for (let i = k; i < 12; i += 3) {
          expect(inside[i]).toBeGreaterThan(0);
          expect(inside[i]).toBeLessThan(1);
        }
      }
    });
  });

  it('does not turn a molecule, and keeps its beads and its deuterium', async () => {
    const structure = createStructure({
      positions: Float64Array.of(0, 0, 0, 1, 2, 3, 4, 5, 6),
      symbols: ['X0', 'D', 'O'],
    });
    const { text, notes } = await writeAll(lammpsData, [createFrame(structure)]);
    expect(notes.join()).not.toContain('turned');
    expect(text).toContain('-5 9 xlo xhi\n-5 10 ylo yhi\n-5 11 zlo zhi\n');
    const frame = await readOne(lammpsData, text);
    expect(symbolsOf(frame.structure)).toEqual(['X0', 'D', 'O']);
    expect([...frame.structure.masses]).toEqual([1, 2.014101777844, 15.999]);
    expect([...frame.structure.positions]).toEqual([...structure.positions]);
  });

  it('keeps atoms inside a left-handed box that is not periodic', async () => {
    const structure = createStructure({
      positions: Float64Array.of(1, 1, 1, 2, 3, 4),
      symbols: ['C', 'O'],
      cell: [0, 6, 0, 5, 0, 0, 0, 0, 7],
      periodic: [false, false, false],
    });
    const { text } = await writeAll(lammpsData, [createFrame(structure)]);
    const plain = await readOne(lammpsData, text.replace(/# phonolink .*\n/g, ''));
    const origin = (plain.info.get('cell_origin') as { value: Float64Array }).value;
    const inside = rowsTimes(
      plain.structure.positions.map((x, i) => x - origin[i % 3]),
      inverse(plain.structure.cell),
    );
    expect(inside.every((x) => x > 0 && x < 1)).toBe(true);
    expect((await readOne(lammpsData, text)).structure.periodic).toEqual([false, false, false]);
  });

  it('refuses a record that is damaged', async () => {
    const structure = createStructure({
      positions: new Float64Array(3),
      symbols: ['C'],
      cell: [0, 6, 0, 5, 0, 0, 0, 0, 7],
    });
    const { text } = await writeAll(lammpsData, [createFrame(structure)]);
    for (const broken of [
      text.replace('rotation 0', 'rotation 0.5'),
      text.replace(/lattice .*/, 'lattice 2 0 0 0 1 0 0 0 1'),
      text.replace(/cell .*/, 'cell 1 2'),
      text.replace(/periodic .*/, 'periodic T T'),
    ]) {
      expect(broken).not.toBe(text);
      await expect(readOne(lammpsData, broken)).rejects.toThrow('recorded');
    }
  });
});
