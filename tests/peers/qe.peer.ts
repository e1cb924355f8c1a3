import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { aimsGeometry } from '../../formats/aims/geometry.js';
import { qeInput } from '../../formats/qe/input.js';
import { qeOutput } from '../../formats/qe/output.js';
import { qeXml } from '../../formats/qe/xml.js';
import { uniform } from '../../src/math/random.js';
import { createFrame, type Frame, type InfoValue, stressOf, toVoigt } from '../../src/model/frame.js';
import { createStructure, symbolsOf } from '../../src/model/structure.js';
import { BOHR, RYDBERG } from '../../src/model/units.js';
import { difference, readAll, readOne, SINCE_2006, written } from '../helpers/formats.js';
import { python, scratch } from './peers.js';

/** From Debian's quantum-espresso-data. */
const SILICON = '/usr/share/espresso/pseudo/Si.pz-vbc.UPF';

/** Runs pw.x on an input in a folder with the pseudopotential Si.UPF; what it prints, whatever its exit code. */
function pw(folder: string, input: string): string {
  copyFileSync(SILICON, join(folder, 'Si.UPF'));
  writeFileSync(join(folder, 'pw.in'), input);
  const run = spawnSync('pw.x', ['-in', 'pw.in'], {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, OMP_NUM_THREADS: '1' },
    timeout: 120_000,
  });
  if (run.error) throw run.error;
  return run.stdout;
}

const xmlOf = (folder: string, prefix = 'pwscf') =>
  readFileSync(join(folder, `${prefix}.save`, 'data-file-schema.xml'), 'utf8');

const texts = (shape: number[], ...value: string[]): InfoValue => ({ kind: 'S', shape, value });

const next = uniform(7);
/** Diamond silicon, two atoms, skewed by a few per cent and rattled. */
function silicon(): Frame {
  const a = 5.4;
  const rattle = (x: number, size: number) => x + size * (next() - 0.5);
  const cell = [0, a / 2, a / 2, a / 2, 0, a / 2, a / 2, a / 2, 0].map((x) => rattle(x, 0.2));
  const positions = Float64Array.from([0, 0, 0, a / 4, a / 4, a / 4], (x) => rattle(x, 0.15));
  return createFrame(createStructure({ positions, cell, symbols: ['Si', 'Si'] }), {
    velocities: Float64Array.of(0.001, 0, -0.002, 0, 0.003, 0),
    columns: new Map([['if_pos', { kind: 'I', width: 3, data: Int32Array.of(1, 1, 0, 1, 1, 1) }]]),
    info: new Map<string, InfoValue>([
      [
        'namelists',
        texts(
          [7, 3],
          ...['CONTROL', 'pseudo_dir', "'./'"],
          ...['CONTROL', 'tprnfor', '.true.'],
          ...['CONTROL', 'tstress', '.true.'],
          ...['SYSTEM', 'ecutwfc', '10.0'],
          ...['SYSTEM', 'occupations', "'smearing'"],
          ...['SYSTEM', 'degauss', '0.02'],
          ...['ELECTRONS', 'conv_thr', '1d-9'],
        ),
      ],
      ['K_POINTS', texts([2], 'automatic', '2 2 2 1 1 1')],
    ]),
  });
}

/** Both readings of one run, step by step, to the digits that the text has. */
function expectSame(printed: Frame[], exact: Frame[]): void {
  expect(printed).toHaveLength(exact.length);
  printed.forEach((frame, k) => {
    const other = exact[k];
    expect(symbolsOf(frame.structure)).toEqual(symbolsOf(other.structure));
    // In alat (here below 10.5 bohr) the cell has 6 decimals until a new one is printed, with 9, and the first positions
    // have 7; later positions have 9 decimals in A.
    const alat = 10.5 * BOHR;
    const cellDigit =
      printed.some((step) => step.structure.cell[0] !== frame.structure.cell[0]) && k > 0 ? 1e-9 : 5.1e-7;
    expect(difference(frame.structure.cell, other.structure.cell)).toBeLessThan(cellDigit * alat);
    const digit = k === 0 ? 5.1e-8 * alat : 5.1e-10;
    expect(difference(frame.structure.positions, other.structure.positions)).toBeLessThan(digit);
    expect(frame.labels.energy === undefined).toBe(other.labels.energy === undefined);
    if (frame.labels.energy !== undefined)
      // 8 decimals of Ry
      expect(Math.abs(frame.labels.energy - other.labels.energy!)).toBeLessThan(5.1e-9 * RYDBERG);
    expect(frame.labels.forces === undefined).toBe(other.labels.forces === undefined);
    if (frame.labels.forces) {
      // The XML has zeros along the coordinate that is held, the text the force itself.
      const forces = frame.labels.forces.map((f, i) => (i === 2 ? 0 : f));
      expect(difference(forces, other.labels.forces!)).toBeLessThan((5.1e-9 * RYDBERG) / BOHR);
    }
    // The text says what is held from the second structure on.
    if (k > 0) expect(frame.columns).toEqual(other.columns);
    // The XML has the stress of the last step alone. 8 decimals of Ry/bohr^3 times less than 300 bohr^3.
    if (frame.labels.virial && other.labels.virial)
      expect(difference(frame.labels.virial, other.labels.virial)).toBeLessThan(5.1e-9 * RYDBERG * 300);
  });
  expect(exact.some((frame) => frame.labels.virial)).toBe(true);
}

describe('pw.x', () => {
  it('runs an input that we wrote, with its guesses, and says the same structure', async () => {
    const folder = scratch('qe');
    const frame = silicon();
    const notes: string[] = [];
    const output = pw(folder, await written(qeInput, [frame], {}, notes));
    expect(notes.join()).toMatch(/Si.UPF/);
    const [printed] = await readAll(qeOutput, output);
    const said: string[] = [];
    const [exact] = await readAll(qeXml, xmlOf(folder), { note: (sentence) => void said.push(sentence) });
    expect(said.join()).toMatch(/zero .* held fixed/);
    expectSame([printed], [exact]);
    // The XML has 16 digits; pw.x takes angstrom through its own bohr, of CODATA 2018.
    expect(difference(exact.structure.cell, frame.structure.cell)).toBeLessThan(1e-9);
    expect(difference(exact.structure.positions, frame.structure.positions)).toBeLessThan(1e-9);
    expect(exact.labels.freeEnergy).toBe(exact.labels.energy);
    expect(printed.labels.freeEnergy).toBe(printed.labels.energy);
    expect(difference([...exact.structure.masses], [28.085, 28.085])).toBeLessThan(1e-9);
    expect(Math.hypot(...printed.labels.forces!)).toBeGreaterThan(0.1);
  });

  it.each([
    ['relax', "ion_dynamics = 'bfgs'", 6],
    ['vc-relax', "ion_dynamics = 'bfgs'", 4],
    ['md', "ion_velocities = 'from_input'", 3],
    ['relax', 'upscale = 100', 2],
  ])('%s (%s, %i steps): text and XML tell the same steps', async (calculation, ions, steps) => {
    const folder = scratch('qe');
    const frame = silicon();
    const add = (group: string, line: string) => (text: string) =>
      text.replace(`&${group}\n`, `&${group}\n  ${line}\n`);
    let input = await written(qeInput, [frame]);
    input = add('CONTROL', `calculation = '${calculation}', nstep = ${steps}`)(input);
    input = input.replace('ATOMIC_SPECIES', `&IONS\n  ${ions}\n/\n&CELL\n/\nATOMIC_SPECIES`);
    const output = pw(folder, input);
    expect(output).toContain('JOB DONE.');
    const printed = await readAll(qeOutput, output);
    expect(printed.length).toBeGreaterThan(1);
    expectSame(printed, await readAll(qeXml, xmlOf(folder)));
    if (calculation === 'md') {
      // The first of 20 Rydberg atomic units of time, 0.96755 fs. pw.x takes the motion of the centre of mass out;
      // the acceleration, of 5 eV/A on 28 u at the most, adds less than 0.001 A.
      const moved = (i: number) => printed[1].structure.positions[i] - printed[0].structure.positions[i];
      const between = moved(4) - moved(1);
      expect(Math.abs(between - 0.003 * 0.96755)).toBeLessThan(0.001);
    }
    const energies = python<(number | null)[]>(
      `import sys, json, warnings
warnings.simplefilter('ignore')
from ase.io import read
print(json.dumps([a.calc.results.get('energy') for a in read(sys.argv[1], ':', format='espresso-out')]))`,
      writeOutput(folder, output),
    );
    const ours = printed.map((step) => step.labels.energy).filter((energy) => energy !== undefined);
    expect(ours).toHaveLength(energies.length);
    // 8 decimals of Ry in the file
    expect(
      difference(
        ours,
        energies.map((e) => e! * SINCE_2006.hartree),
      ),
    ).toBeLessThan(1e-8);
  });

  // Each lattice by pw.x itself, which prints it with 6 decimals of alat.
  it.each([1, 2, 3, -3, 4, 5, -5, 6, 7, 8, 9, -9, 91, 10, 11, 12, -12, 13, -13, 14])(
    'ibrav = %i',
    async (ibrav) => {
      const folder = scratch('qe');
      const parameters = 'celldm(1) = 7.5, celldm(2) = 1.1, celldm(3) = 1.3, celldm(4) = 0.3';
      const input = `&control
 pseudo_dir = './'
/
&system
 ibrav = ${ibrav}, ${parameters}, celldm(5) = -0.2, celldm(6) = 0.1, nat = 1, ntyp = 1, ecutwfc = 4,
 nosym = .true.
/
&electrons
 electron_maxstep = 0
/
ATOMIC_SPECIES
Si 28 Si.UPF
ATOMIC_POSITIONS crystal
Si 0.25 -0.1 1/3
K_POINTS gamma
`;
      const output = pw(folder, input);
      const { structure } = await readOne(qeInput, input);
      const axes = [...output.matchAll(/a\(\d\) = \((.*?)\)/g)].flatMap((row) =>
        row[1].trim().split(/\s+/).map(Number),
      );
      const alat = Number(/celldm\(1\)=\s*(\S+)/.exec(output)![1]) * BOHR;
      expect(alat).toBeCloseTo(7.5 * BOHR, 12);
      expect(
        difference(
          structure.cell,
          axes.map((x) => x * alat),
        ),
      ).toBeLessThan(5.1e-7 * alat);
      const tau = /tau\(\s*1\) = \((.*?)\)/.exec(output)![1].trim().split(/\s+/).map(Number);
      expect(
        difference(
          structure.positions,
          tau.map((x) => x * alat),
        ),
      ).toBeLessThan(1e-6 * alat);
    },
  );
});

function writeOutput(folder: string, output: string): string {
  const path = join(folder, 'pw.out');
  writeFileSync(path, output);
  return path;
}

interface AseAtoms {
  symbols: string[];
  cell: number[][];
  positions: number[][];
  pbc: boolean[];
  velocities: number[][];
}

const ASE_READS = `import sys, json, warnings
warnings.simplefilter('ignore')
from ase.io import read
from ase import units
a = read(sys.argv[1], format=sys.argv[2])
print(json.dumps(dict(symbols=a.get_chemical_symbols(), cell=a.cell.array.tolist(), positions=a.positions.tolist(),
  pbc=a.pbc.tolist(), velocities=(a.get_velocities() * units.fs).tolist())))`;

describe('ASE', () => {
  it('reads our pw.x input', async () => {
    const frame = silicon();
    const path = join(scratch('qe'), 'pw.in');
    writeFileSync(path, await written(qeInput, [frame]));
    const atoms = python<AseAtoms>(ASE_READS, path, 'espresso-in');
    expect(atoms.symbols).toEqual(['Si', 'Si']);
    expect(atoms.pbc).toEqual([true, true, true]);
    expect(atoms.cell.flat()).toEqual([...frame.structure.cell]);
    expect(difference(atoms.positions.flat(), frame.structure.positions)).toBeLessThan(1e-14);
  });

  it('reads our geometry.in', async () => {
    const frame = silicon();
    const path = join(scratch('aims'), 'geometry.in');
    writeFileSync(path, await written(aimsGeometry, [frame]));
    const atoms = python<AseAtoms>(ASE_READS, path, 'aims');
    expect(atoms.symbols).toEqual(['Si', 'Si']);
    expect(atoms.cell.flat()).toEqual([...frame.structure.cell]);
    expect(atoms.positions.flat()).toEqual([...frame.structure.positions]);
    // ASE reads A/ps and keeps its own unit of time: a few roundings
    expect(difference(atoms.velocities.flat(), frame.velocities!)).toBeLessThan(1e-16);
  });

  it('agrees on forces and stress of a pw.x output', async () => {
    const folder = scratch('qe');
    const output = pw(folder, await written(qeInput, [silicon()]));
    const [{ labels, structure }] = await readAll(qeOutput, output);
    const ase = python<{ forces: number[][]; stress: number[] }>(
      `import sys, json, warnings
warnings.simplefilter('ignore')
from ase.io import read
a = read(sys.argv[1], format='espresso-out')
print(json.dumps(dict(forces=a.calc.results['forces'].tolist(), stress=a.calc.results['stress'].tolist())))`,
      writeOutput(folder, output),
    );
    const { hartree, bohr } = SINCE_2006;
    expect(
      difference(
        labels.forces!,
        ase.forces.flat().map((f) => (f * hartree) / bohr),
      ),
    ).toBeLessThan(1e-12);
    const stress = toVoigt(stressOf(labels.virial!, structure.cell));
    expect(
      difference(
        stress,
        ase.stress.map((s) => (s * hartree) / bohr ** 3),
      ),
    ).toBeLessThan(1e-12);
  });
});
