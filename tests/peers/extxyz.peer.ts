import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { extxyz, gpumd } from '../../formats/extxyz.js';
import { writeWhole } from '../../formats/io/sink.js';
import { openStructures } from '../../formats/read.js';
import { type Column, createFrame, type Frame, type InfoValue } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { python, scratch } from './peers.js';

/** What ASE holds of one frame. */
interface AseFrame {
  symbols: string[];
  positions: number[][];
  cell: number[][];
  pbc: boolean[];
  masses: number[];
  results: Record<string, unknown>;
  info: Record<string, unknown>;
  arrays: Record<string, unknown[]>;
  velocities: number[][];
}

/** Python that turns Atoms into an AseFrame. */
const DUMP = `
import sys, json
import numpy as np
def plain(x):
    if isinstance(x, np.ndarray): return x.tolist()
    if isinstance(x, np.generic): return x.item()
    if isinstance(x, (list, tuple)): return [plain(y) for y in x]
    return x
def dump(atoms):
    skip = ('numbers', 'positions', 'masses', 'momenta')
    return dict(
        symbols=list(atoms.symbols), positions=plain(atoms.positions), cell=plain(atoms.cell.array),
        pbc=plain(atoms.pbc), masses=plain(atoms.get_masses()),
        results={k: plain(v) for k, v in (atoms.calc.results if atoms.calc else {}).items()},
        info={k: plain(v) for k, v in atoms.info.items()},
        arrays={k: plain(v) for k, v in atoms.arrays.items() if k not in skip},
        velocities=plain(atoms.get_velocities()))
`;

const readByAse = (path: string) =>
  python<AseFrame[]>(
    `${DUMP}
from ase.io import read
print(json.dumps([dump(a) for a in read(sys.argv[1], ':', format='extxyz')]))`,
    path,
  );

async function* each(frames: readonly Frame[]): AsyncGenerator<Frame> {
  yield* frames;
}

const writeFrames = (path: string, frames: readonly Frame[], format = extxyz) =>
  writeWhole(path, format.write!(each(frames), { note: (sentence) => expect.fail(sentence) }));

async function readFramesOf(path: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of (await openStructures(path)).frames) frames.push(frame);
  return frames;
}

const vector = (...values: number[]) => Float64Array.from(values);
const rows = (data: ArrayLike<number>, width: number) =>
  Array.from({ length: data.length / width }, (_, i) => Array.from(data).slice(i * width, (i + 1) * width));

const CELL = [4.1, 0.1, 0, -1.2, 5.3, 0.25, 0.5, -0.75, 6.125];
const VIRIAL = vector(1.5, 0.1, -0.2, 0.1, -2.5, 0.3, -0.2, 0.3, 3.5);
const volume =
  CELL[0] * (CELL[4] * CELL[8] - CELL[5] * CELL[7]) -
  CELL[1] * (CELL[3] * CELL[8] - CELL[5] * CELL[6]) +
  CELL[2] * (CELL[3] * CELL[7] - CELL[4] * CELL[6]);

const info: [string, InfoValue, unknown][] = [
  ['whole', { kind: 'I', value: -7 }, -7],
  ['real', { kind: 'R', value: 0.1 + 0.2 }, 0.1 + 0.2],
  ['round', { kind: 'R', value: 3 }, 3],
  ['yes', { kind: 'L', value: true }, true],
  ['word', { kind: 'S', value: 'abc-1' }, 'abc-1'],
  ['text', { kind: 'S', value: 'a "quoted" = \\text, {x} [y]' }, 'a "quoted" = \\text, {x} [y]'],
  ['digits', { kind: 'S', value: '12' }, '12'],
  ['lines', { kind: 'S', value: 'a\nb' }, 'a\nb'],
  ['ints', { kind: 'I', shape: [3], value: vector(1, 2, 3) }, [1, 2, 3]],
  ['reals', { kind: 'R', shape: [2], value: vector(1, 2.5) }, [1, 2.5]],
  ['flags', { kind: 'L', shape: [2], value: [true, false] }, [true, false]],
  ['single', { kind: 'R', shape: [1], value: vector(1.5) }, [1.5]],
  [
    'matrix',
    { kind: 'R', shape: [2, 3], value: vector(1, 2, 3, 4, 5, 6) },
    [
      [1, 2, 3],
      [4, 5, 6],
    ],
  ],
  ['words', { kind: 'S', shape: [2], value: ['a', 'b c'] }, ['a', 'b c']],
  ['nine', { kind: 'I', shape: [9], value: vector(1, 2, 3, 4, 5, 6, 7, 8, 9) }, [1, 2, 3, 4, 5, 6, 7, 8, 9]],
];

const columns: [string, Column, unknown[]][] = [
  ['tags', { kind: 'I', width: 1, data: Int32Array.of(4, -5) }, [4, -5]],
  [
    'pair',
    { kind: 'R', width: 2, data: vector(0.1, 1e-12, -2, 3e20) },
    [
      [0.1, 1e-12],
      [-2, 3e20],
    ],
  ],
  ['site', { kind: 'S', width: 1, data: ['a1', 'b2'] }, ['a1', 'b2']],
  ['fixed', { kind: 'L', width: 1, data: Uint8Array.of(1, 0) }, [true, false]],
  ['initial_charges', { kind: 'R', width: 1, data: vector(0.5, -0.5) }, [0.5, -0.5]],
];

describe('ASE reads what we write', () => {
  it('exactly', async () => {
    const positions = vector(0.1 + 0.2, -1 / 3, 1e-9, 12345.678901234567, 2 / 3, Math.PI);
    const structure = createStructure({
      positions,
      symbols: ['Si', 'O'],
      cell: CELL,
      periodic: [true, true, false],
      masses: vector(28.5, 17.999),
    });
    const frame = createFrame(structure, {
      labels: {
        energy: -1 / 7,
        freeEnergy: -2 / 7,
        forces: positions.map((x) => -x),
        virial: VIRIAL,
        energies: vector(0.25, -1 / 9),
        charges: vector(0.1, -0.1),
        magneticMoments: vector(1.5, -1.5),
        dipole: vector(1, 2, 3),
      },
      info: new Map(info.map(([key, value]) => [key, value])),
      columns: new Map(columns.map(([key, column]) => [key, column])),
    });
    const bare = createFrame(createStructure({ positions: vector(0, 0, 1), symbols: ['He'] }));
    const path = join(scratch('extxyz'), 'ours.xyz');
    await writeFrames(path, [frame, bare]);
    const [first, second] = readByAse(path);
    expect(first.symbols).toEqual(['Si', 'O']);
    expect(first.positions).toEqual(rows(positions, 3));
    expect(first.cell).toEqual(rows(CELL, 3));
    expect(first.pbc).toEqual([true, true, false]);
    expect(first.masses).toEqual([28.5, 17.999]);
    expect(first.results).toEqual({
      energy: -1 / 7,
      free_energy: -2 / 7,
      forces: rows(positions, 3).map((row) => row.map((x) => -x)),
      energies: [0.25, -1 / 9],
      charges: [0.1, -0.1],
      magmoms: [1.5, -1.5],
      dipole: [1, 2, 3],
      stress: [0, 4, 8, 5, 2, 1].map((k) => expect.closeTo(-VIRIAL[k] / volume, 14)),
    });
    expect(first.info).toEqual({
      virial: rows(VIRIAL, 3),
      ...Object.fromEntries(info.map(([key, , expected]) => [key, expected])),
    });
    expect(first.arrays).toEqual(Object.fromEntries(columns.map(([key, , expected]) => [key, expected])));
    expect(second.cell).toEqual([
      [0, 0, 0],
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(second.pbc).toEqual([false, false, false]);
    expect(second.results).toEqual({});
  });
});

describe('we read what ASE writes', () => {
  it('of every kind', async () => {
    const path = join(scratch('extxyz'), 'ase.xyz');
    const [truth, again] = python<AseFrame[]>(
      `${DUMP}
from ase import Atoms
from ase.io import write, read
from ase.calculators.singlepoint import SinglePointCalculator
from ase.constraints import FixAtoms
rng = np.random.default_rng(3)
a = Atoms('Si2OCl', positions=rng.normal(size=(4, 3)), cell=rng.normal(size=(3, 3)) * 5, pbc=[True, False, True])
a.info.update(i=3, r=2.0, big=1e22, tiny=-1.5e-300, t=True, f=False, s='word', q='two words', esc='say "hi"', none=None,
    ia=np.array([1, 2]), ra=np.array([1.5, 2.0]), ba=np.array([True, False]), lst=[1, 'a'], d={'k': [1, 2]},
    m=np.arange(6).reshape(2, 3), mf=np.eye(2), sl=['x', 'y'], one=np.array([5]))
a.info['odd key'] = 1
a.set_tags([1, 2, 3, 4]); a.set_masses([28.0, 29.0, 16.0, 35.0]); a.set_momenta(rng.normal(size=(4, 3)))
a.set_initial_charges([0.25, 0, 0, -0.25]); a.set_initial_magnetic_moments([1, 0, 0, 0])
a.new_array('flag', np.array([True, False, True, False])); a.new_array('name', np.array(['a', 'bb', 'c', 'd']))
a.new_array('wide', rng.normal(size=(4, 5)))
a.set_constraint(FixAtoms([1]))
a.calc = SinglePointCalculator(a, energy=-1.25, free_energy=-1.5, forces=rng.normal(size=(4, 3)),
    stress=rng.normal(size=6), dipole=rng.normal(size=3), magmoms=rng.normal(size=4), charges=rng.normal(size=4),
    energies=rng.normal(size=4))
write(sys.argv[1], [a], format='extxyz')
b = read(sys.argv[1])
print(json.dumps([dump(a), dump(b)]))`,
      path,
    );
    const [frame] = await readFramesOf(path);
    const { structure, labels } = frame;
    expect(symbolsOf(structure)).toEqual(truth.symbols);
    expect(rows(structure.cell, 3)).toEqual(truth.cell);
    expect(structure.periodic).toEqual(truth.pbc);
    // ASE writes 8 decimals of what stands in columns: what it reads itself is what we must read.
    expect(rows(structure.positions, 3)).toEqual(again.positions);
    expect([...structure.masses]).toEqual(truth.masses);
    expect(rows(labels.forces!, 3)).toEqual(again.results.forces);
    expect(labels.energy).toBe(-1.25);
    expect(labels.freeEnergy).toBe(-1.5);
    expect([...labels.dipole!]).toEqual(truth.results.dipole);
    expect([...labels.magneticMoments!]).toEqual(again.results.magmoms);
    expect([...labels.charges!]).toEqual(again.results.charges);
    expect([...labels.energies!]).toEqual(again.results.energies);
    const stress = truth.results.stress as number[];
    const v = Math.abs(
      truth.cell[0][0] * (truth.cell[1][1] * truth.cell[2][2] - truth.cell[1][2] * truth.cell[2][1]) -
        truth.cell[0][1] * (truth.cell[1][0] * truth.cell[2][2] - truth.cell[1][2] * truth.cell[2][0]) +
        truth.cell[0][2] * (truth.cell[1][0] * truth.cell[2][1] - truth.cell[1][1] * truth.cell[2][0]),
    );
    [0, 4, 8, 5, 2, 1].forEach((k, voigt) => {
      // Two ways of one product: relative rounding of 1e-15, of terms below 1e3.
      expect(labels.virial![k]).toBeCloseTo(-v * stress[voigt], 10);
    });
    // ASE 3.29 has the unit of time by CODATA 2014, we by 2018: they differ by 1e-8 of it.
    frame.velocities!.forEach((x, k) => {
      const ase = again.velocities[Math.floor(k / 3)][k % 3];
      expect(x / 0.098226947502533 / ase).toBeCloseTo(1, 7);
    });
    const { info: values, columns: carried } = frame;
    expect(Object.fromEntries(values)).toEqual({
      i: { kind: 'I', value: 3 },
      r: { kind: 'R', value: 2 },
      big: { kind: 'R', value: 1e22 },
      tiny: { kind: 'R', value: -1.5e-300 },
      t: { kind: 'L', value: true },
      f: { kind: 'L', value: false },
      s: { kind: 'S', value: 'word' },
      q: { kind: 'S', value: 'two words' },
      esc: { kind: 'S', value: 'say "hi"' },
      none: { kind: 'L', value: true },
      ia: { kind: 'I', shape: [2], value: vector(1, 2) },
      ra: { kind: 'R', shape: [2], value: vector(1.5, 2) },
      ba: { kind: 'L', shape: [2], value: [true, false] },
      lst: { kind: 'S', value: '_JSON [1, "a"]' },
      d: { kind: 'S', value: '_JSON {"k": [1, 2]}' },
      m: { kind: 'I', shape: [2, 3], value: vector(0, 1, 2, 3, 4, 5) },
      mf: { kind: 'R', shape: [2, 2], value: vector(1, 0, 0, 1) },
      sl: { kind: 'S', shape: [2], value: ['x', 'y'] },
      one: { kind: 'I', value: 5 },
      'odd key': { kind: 'I', value: 1 },
    });
    expect(Object.keys(Object.fromEntries(carried)).sort()).toEqual(
      ['flag', 'initial_charges', 'initial_magmoms', 'move_mask', 'name', 'tags', 'wide'].sort(),
    );
    expect(rows((carried.get('wide') as { data: Float64Array }).data, 5)).toEqual(again.arrays.wide);
    expect(carried.get('move_mask')).toEqual({ kind: 'L', width: 1, data: Uint8Array.of(1, 0, 1, 1) });

    // Written by us, ASE reads the same again: what it has no other word for, too.
    const back = join(scratch('extxyz'), 'back.xyz');
    await writeFrames(back, [frame]);
    const [third] = readByAse(back);
    const { virial, ...rest } = third.info;
    expect(virial).toHaveLength(3);
    // The one element array came as a number, and None as true, out of ASE's own file already.
    expect(rest).toEqual(again.info);
    expect(third.results).toEqual({
      ...again.results,
      stress: (again.results.stress as number[]).map((s) => expect.closeTo(s, 13)),
    });
    const { vel, ...arrays } = third.arrays;
    expect(vel).toHaveLength(4);
    expect(arrays).toEqual(again.arrays);
  });

  it('in its plain and its vec_cell variants', async () => {
    const folder = scratch('extxyz');
    python(
      `${DUMP}
from ase.build import bulk
from ase.io import write
a = bulk('NaCl', 'rocksalt', a=5.64)
write(sys.argv[1], [a, a], format='extxyz', plain=True, comment='hello there')
write(sys.argv[2], [a, a], format='extxyz', vec_cell=True)
print(1)`,
      join(folder, 'plain.xyz'),
      join(folder, 'vec.xyz'),
    );
    const plain = await readFramesOf(join(folder, 'plain.xyz'));
    expect(plain).toHaveLength(2);
    expect(plain[1].info.get('comment')).toEqual({ kind: 'S', value: 'hello there' });
    const vec = await readFramesOf(join(folder, 'vec.xyz'));
    expect(vec).toHaveLength(2);
    expect([...vec[1].structure.cell]).toEqual([0, 2.82, 2.82, 2.82, 0, 2.82, 2.82, 2.82, 0]);
    expect(vec[1].structure.periodic).toEqual([true, true, true]);
  });
});

describe('GPUMD files', () => {
  it('are read by calorine with their velocities', async () => {
    const path = join(scratch('gpumd'), 'model.xyz');
    const velocities = vector(0.01, -0.02, 0.03, 1e-3, 0, -1e-5);
    const structure = createStructure({
      positions: vector(0, 0, 0, 1, 2, 3),
      symbols: ['Pb', 'Te'],
      cell: CELL,
      masses: vector(200, 130),
    });
    const group: Column = { kind: 'I', width: 2, data: Int32Array.of(0, 1, 1, 0) };
    await writeFrames(
      path,
      [createFrame(structure, { velocities, columns: new Map([['group', group]]) })],
      gpumd,
    );
    const read = python<{ v: number[][]; m: number[]; g: number[][] }>(
      `${DUMP}
from calorine.gpumd import read_xyz
from ase.units import fs
a = read_xyz(sys.argv[1])
print(json.dumps(dict(v=plain(a.get_velocities() * fs), m=plain(a.get_array('mass')), g=plain(a.get_array('group')))))`,
      path,
    );
    // Velocities pass through a product with the masses and back.
    rows(velocities, 3)
      .flat()
      .forEach((x, k) => void expect(read.v[Math.floor(k / 3)][k % 3]).toBeCloseTo(x, 15));
    expect(read.m).toEqual([200, 130]);
    expect(read.g).toEqual([
      [0, 1],
      [1, 0],
    ]);
  });

  it('are read from calorine with velocities, groups and labels', async () => {
    const folder = scratch('gpumd');
    const truth = python<{ v: number[][]; w: number[] }>(
      `${DUMP}
from ase import Atoms
from ase.units import fs
from ase.calculators.singlepoint import SinglePointCalculator
from ase.stress import voigt_6_to_full_3x3_stress
from calorine.gpumd import write_xyz
from calorine.nep import write_structures
rng = np.random.default_rng(1)
a = Atoms('PbTe', positions=rng.normal(size=(2, 3)), cell=[5, 6, 7], pbc=True)
a.set_velocities(rng.normal(size=(2, 3)))
write_xyz(sys.argv[1], a, groupings=[[[0], [1]]])
stress = rng.normal(size=6)
a.calc = SinglePointCalculator(a, energy=-3.5, forces=rng.normal(size=(2, 3)), stress=stress)
write_structures(sys.argv[2], [a, a])
print(json.dumps(dict(v=plain(a.get_velocities() * fs), w=plain((-a.get_volume() * voigt_6_to_full_3x3_stress(stress)).ravel()))))`,
      join(folder, 'model.xyz'),
      join(folder, 'train.xyz'),
    );
    const [model] = await readFramesOf(join(folder, 'model.xyz'));
    // calorine writes eight decimals.
    model.velocities!.forEach((x, k) => void expect(x).toBeCloseTo(truth.v[Math.floor(k / 3)][k % 3], 7));
    expect(model.columns.get('group')).toEqual({ kind: 'I', width: 1, data: Int32Array.of(0, 1) });
    const train = await readFramesOf(join(folder, 'train.xyz'));
    expect(train).toHaveLength(2);
    expect(train[0].labels.energy).toBe(-3.5);
    expect(train[0].labels.forces).toHaveLength(6);
    train[0].labels.virial!.forEach((w, k) => void expect(w).toBeCloseTo(truth.w[k], 6));
  });
});

it('a file of ours that ASE rewrites keeps every value of the comment line', async () => {
  const path = join(scratch('extxyz'), 'odd.xyz');
  writeFileSync(
    path,
    '1\nLattice="2 0 0 0 2 0 0 0 2" Properties=species:S:1:pos:R:3 a="x y" b=[1, 2] c T=3.5 pbc="T F T"\nHe 0 0 0\n',
  );
  const [before] = await readFramesOf(path);
  python(
    `import sys
from ase.io import read, write
write(sys.argv[1], read(sys.argv[1], ':'), format='extxyz')
print(1)`,
    path,
  );
  const [after] = await readFramesOf(path);
  expect(after).toEqual(before);
});
