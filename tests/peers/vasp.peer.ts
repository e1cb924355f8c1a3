import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStructures } from '../../formats/read.js';
import { poscar } from '../../formats/vasp/poscar.js';
import { determinant } from '../../src/model/cell.js';
import { type Column, createFrame, type Frame, stressOf } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { writeAll } from '../helpers/formats.js';
import { DATA } from '../helpers/shared-data.js';
import { vasprunHead, vasprunStep } from '../helpers/vasp-files.js';
import { python, scratch } from './peers.js';

async function framesOf(path: string): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of (await openStructures(path)).frames) frames.push(frame);
  return frames;
}

function expectNear(ours: ArrayLike<number>, theirs: ArrayLike<number>, tolerance: number): void {
  expect(ours.length).toBe(theirs.length);
  for (let i = 0; i < ours.length; i++) expect(Math.abs(ours[i] - theirs[i])).toBeLessThanOrEqual(tolerance);
}

interface Atoms {
  symbols: string[];
  cell: number[];
  positions: number[];
  velocities: number[] | null;
  fixed: boolean[] | null;
}

const READ_POSCAR = `
import sys, json, numpy as np, ase.io
from ase.constraints import FixAtoms, FixScaled
from ase.units import fs
out = []
for path in sys.argv[1:]:
    a = ase.io.read(path, format='vasp')
    fixed = np.zeros((len(a), 3), bool)
    for c in a.constraints:
        if isinstance(c, FixAtoms): fixed[c.index] = True
        else: fixed[c.index] = c.mask
    out.append(dict(symbols=a.get_chemical_symbols(), cell=a.cell[:].ravel().tolist(),
        positions=a.positions.ravel().tolist(),
        velocities=(a.get_velocities() * fs).ravel().tolist() if a.has('momenta') else None,
        fixed=fixed.ravel().tolist() if a.constraints else None))
print(json.dumps(out))
`;

/** Structures of every kind a POSCAR can hold, sorted by species. */
function samples(count: number): Frame[] {
  const number = (min: number, max: number) => fc.double({ min, max, noNaN: true });
  const frame = fc
    .record({
      symbols: fc.array(fc.constantFrom('Si', 'O', 'Na'), { minLength: 1, maxLength: 9 }),
      cell: fc.array(number(-5, 5), { minLength: 9, maxLength: 9 }),
      positions: fc.array(number(-20, 20), { minLength: 27, maxLength: 27 }),
      velocities: fc.option(fc.array(number(-0.1, 0.1), { minLength: 27, maxLength: 27 })),
      flags: fc.option(fc.array(fc.constantFrom(0, 1), { minLength: 27, maxLength: 27 })),
    })
    .filter(({ cell }) => Math.abs(determinant(cell)) > 20)
    .map(({ symbols, cell, positions, velocities, flags }) => {
      const n = 3 * symbols.length;
      const columns = new Map<string, Column>();
      if (flags)
        columns.set('selective_dynamics', { kind: 'L', width: 3, data: Uint8Array.from(flags.slice(0, n)) });
      return createFrame(
        createStructure({
          symbols: [...symbols].sort(),
          cell,
          positions: Float64Array.from(positions.slice(0, n)),
        }),
        { columns, velocities: velocities ? Float64Array.from(velocities.slice(0, n)) : undefined },
      );
    });
  return fc.sample(frame, { numRuns: count, seed: 3 });
}

async function writeSamples(folder: string, frames: Frame[]): Promise<string[]> {
  return Promise.all(
    frames.map(async (frame, i) => {
      const path = join(folder, `POSCAR-${i}`);
      writeFileSync(path, (await writeAll(poscar, [frame])).text);
      return path;
    }),
  );
}

/** Fractions of 16 decimals times vectors below 9 A, and each program's own roundings of coordinates below 20 A. */
const POSITION = 1e-12;

describe('our POSCARs', () => {
  const frames = samples(60);

  it('are read by ASE: positions, species, velocities, selective dynamics', async () => {
    const theirs = python<Atoms[]>(READ_POSCAR, ...(await writeSamples(scratch('poscar-ase'), frames)));
    theirs.forEach((atoms, i) => {
      const { structure, velocities, columns } = frames[i];
      expect(atoms.symbols).toEqual(symbolsOf(structure));
      expectNear(structure.cell, atoms.cell, 1e-15);
      expectNear(structure.positions, atoms.positions, POSITION);
      const flags = columns.get('selective_dynamics');
      const fixed = flags ? [...flags.data].map((flag) => !flag) : [];
      if (fixed.some(Boolean)) expect(atoms.fixed).toEqual(fixed);
      else expect(atoms.fixed).toBeNull();
      if (!velocities) expect(atoms.velocities).toBeNull();
      // ASE takes the velocity off what it holds fixed.
      else if (!fixed.some(Boolean)) expectNear(velocities, atoms.velocities!, 1e-15);
    });
  });

  it('are read by phonopy', async () => {
    const paths = await writeSamples(scratch('poscar-phonopy'), frames);
    const theirs = python<Pick<Atoms, 'symbols' | 'cell' | 'positions'>[]>(
      `
import sys, json
from phonopy.interface.vasp import read_vasp
out = []
for path in sys.argv[1:]:
    c = read_vasp(path)
    out.append(dict(symbols=list(c.symbols), cell=c.cell.ravel().tolist(), positions=c.positions.ravel().tolist()))
print(json.dumps(out))
`,
      ...paths,
    );
    theirs.forEach((cell, i) => {
      expect(cell.symbols).toEqual(symbolsOf(frames[i].structure));
      expectNear(frames[i].structure.cell, cell.cell, 1e-15);
      expectNear(frames[i].structure.positions, cell.positions, POSITION);
    });
  });
});

describe('files that ASE writes', () => {
  it.each(['False', 'True'])('POSCAR, direct=%s, with velocities and constraints', async (direct) => {
    const path = join(scratch('ase-poscar'), 'POSCAR');
    const theirs = python<Atoms>(
      `
import sys, json, numpy as np, ase.io
from ase import Atoms
from ase.constraints import FixAtoms, FixScaled
from ase.units import fs
rng = np.random.default_rng(1)
a = Atoms('OSi2OH', positions=rng.uniform(-3, 9, (5, 3)), cell=[[5, 0, .3], [-1, 6, 0], [.2, .4, -7]], pbc=True)
a.set_velocities(rng.normal(size=(5, 3)) * 0.01 / fs)
a.set_constraint([FixAtoms([1]), FixScaled(3, (True, False, True), cell=a.cell)])
ase.io.write(sys.argv[1], a, format='vasp', direct=${direct})
print(json.dumps(dict(symbols=a.get_chemical_symbols(), cell=a.cell[:].ravel().tolist(),
    positions=a.positions.ravel().tolist(), velocities=(a.get_velocities() * fs).ravel().tolist(), fixed=None)))
`,
      path,
    );
    const [frame] = await framesOf(path);
    expect(symbolsOf(frame.structure)).toEqual(theirs.symbols);
    expectNear(frame.structure.cell, theirs.cell, 1e-15);
    expectNear(frame.structure.positions, theirs.positions, POSITION);
    expectNear(frame.velocities!, theirs.velocities!, 1e-15);
    expect([...frame.columns.get('selective_dynamics')!.data]).toEqual([
      1, 1, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 1,
    ]);
  });

  it('XDATCAR of a changing cell', async () => {
    const path = join(scratch('ase-xdatcar'), 'XDATCAR');
    const theirs = python<number[][]>(
      `
import sys, json, numpy as np, ase.io
from ase import Atoms
rng = np.random.default_rng(1)
images = [Atoms('NaCl3', positions=rng.uniform(0, 5, (4, 3)), cell=np.eye(3) * (5 + i), pbc=True) for i in range(3)]
ase.io.write(sys.argv[1], images, format='vasp-xdatcar')
print(json.dumps([a.positions.ravel().tolist() for a in images]))
`,
      path,
    );
    const frames = await framesOf(path);
    expect(frames.map(({ structure }) => structure.cell[0])).toEqual([5, 6, 7]);
    // 8 decimals of vectors below 7 A.
    frames.forEach(({ structure }, i) => {
      expectNear(structure.positions, theirs[i], 7 * 0.5e-8 * 1.001);
    });
  });
});

interface Labelled {
  symbols: string[];
  cell: number[];
  positions: number[];
  energy: number | null;
  free: number | null;
  forces: number[] | null;
  stress: number[] | null;
}

const READ_OUTPUT = `
import sys, json, ase.io
out = []
for a in ase.io.read(sys.argv[1], index=':', format=sys.argv[2]):
    r = a.calc.results
    array = lambda k: None if r.get(k) is None else r[k].ravel().tolist()
    out.append(dict(symbols=a.get_chemical_symbols(), cell=a.cell[:].ravel().tolist(),
        positions=a.positions.ravel().tolist(), energy=r.get('energy'), free=r.get('free_energy'),
        forces=array('forces'), stress=array('stress')))
print(json.dumps(out))
`;

function outputs(): [string, string, string][] {
  const folders = ['formats/vasp', 'phonopy/NaCl'].map((name) => join(DATA, name)).filter(existsSync);
  return folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => /^(OUTCAR|vasprun)/.test(name))
      .map((name): [string, string, string] => [
        name,
        join(folder, name),
        name.startsWith('OUTCAR') ? 'vasp-out' : 'vasp-xml',
      ]),
  );
}

function expectSame(ours: Frame[], theirs: Labelled[]): void {
  expect(ours.length).toBe(theirs.length);
  ours.forEach(({ structure, labels }, i) => {
    const reference = theirs[i];
    expect(symbolsOf(structure)).toEqual(reference.symbols);
    expectNear(structure.cell, reference.cell, 1e-15);
    expectNear(structure.positions, reference.positions, POSITION);
    // Printed numbers; in vasprun.xml the energy is a sum of three of them.
    expect(Math.abs(labels.energy! - reference.energy!)).toBeLessThanOrEqual(
      1e-12 * Math.abs(reference.energy!),
    );
    expect(Math.abs(labels.freeEnergy! - reference.free!)).toBeLessThanOrEqual(
      1e-12 * Math.abs(reference.free!),
    );
    expectNear(labels.forces!, reference.forces!, 0);
    expect(labels.virial === undefined).toBe(reference.stress === null);
    if (!labels.virial || !reference.stress) return;
    const stress = stressOf(labels.virial, structure.cell);
    // ASE's elementary charge is that of CODATA 2014, 8.2e-9 off ours.
    const scale = Math.max(...reference.stress.map(Math.abs));
    expectNear(
      [0, 4, 8, 5, 2, 1].map((k) => stress[k]),
      reference.stress,
      1e-8 * scale,
    );
  });
}

describe('output that ASE reads too', () => {
  it('is there', () => expect(outputs().length).toBeGreaterThanOrEqual(7));

  it.each(outputs())('%s', async (name, path, format) => {
    let readable = path;
    if (name.endsWith('.xz')) {
      readable = join(scratch('vasprun'), name.slice(0, -3));
      const unpack =
        'import sys, lzma; open(sys.argv[2], "wb").write(lzma.open(sys.argv[1]).read()); print(0)';
      python<number>(unpack, path, readable);
    }
    expectSame(await framesOf(path), python<Labelled[]>(READ_OUTPUT, readable, format));
  });

  it('a vasprun.xml of many steps, with PSTRESS', async () => {
    const shape = { atoms: 8, cycles: 3, bands: 4, kpoints: 2, dos: 10 };
    const path = join(scratch('vasprun'), 'vasprun.xml');
    const head = vasprunHead(shape).replace('PSTRESS">      0.0', 'PSTRESS">     50.0');
    const steps = Array.from({ length: 20 }, (_, i) => vasprunStep(shape, i + 1));
    writeFileSync(path, `${head}${steps.join('')}</modeling>\n`);
    expectSame(await framesOf(path), python<Labelled[]>(READ_OUTPUT, path, 'vasp-xml'));
    expect(readFileSync(path, 'latin1').match(/<calculation>/g)).toHaveLength(20);
  });
});
