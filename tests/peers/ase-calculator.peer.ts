import { execFile, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { openStructures } from '../../formats/read.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { volume } from '../../src/model/cell.js';
import { createStructure, type Structure, symbolsOf } from '../../src/model/structure.js';
import { skewedDiamond, withoutCell } from '../contract/structures.js';
import { collect, eventually } from '../helpers/ipi.js';
import { nepText } from '../helpers/nep-models.js';
import { PYTHON, scratch } from './peers.js';

/** The calculator starts the built command line, as its users have it. */
const MAIN = join(PACKAGE_ROOT, 'dist', 'src', 'cli', 'main.js');
const MODULE = join(PACKAGE_ROOT, 'compat', 'ase');
const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const ENV = {
  ...process.env,
  PYTHONPATH: MODULE,
  PYTHONDONTWRITEBYTECODE: '1',
  PHONOLINK_COMMAND: `"${process.execPath}" "${MAIN}"`,
};

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error(`${MAIN} is absent: run npm run build`);
});

/** What every script begins with; `job` is its input, `children` the processes below it, dead ones that nobody awaited too. */
const PRELUDE = `
import json, os, sys
import numpy as np
from ase import Atoms, units
from ase.build import bulk
from phonolink_ase import EngineFailed, Phonolink
job = json.load(open(sys.argv[1]))

def children():
    found = []
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try:
            parent = open(f'/proc/{pid}/stat').read().rpartition(')')[2].split()[1]
        except OSError:
            continue
        if int(parent) == os.getpid():
            found.append(int(pid))
    return found

def silicon(**options):
    atoms = bulk('Si', cubic=True)
    atoms.rattle(0.05, seed=1)
    atoms.calc = Phonolink(job['model'], threads=1, **options)
    return atoms

# Neighbour lists remember where atoms were, and sums follow their order: rounding of numbers up to 100.
ROUNDING = 1e-12

def say(**values):
    print(json.dumps(values), flush=True)
`;

function inputFile(input: object): string {
  const file = join(scratch('ase'), 'input.json');
  writeFileSync(file, JSON.stringify({ model: SILICON, ...input }));
  return file;
}

/** Runs a script to its end; the last line that it says. */
async function script<T>(text: string, input: object = {}): Promise<T> {
  const { stdout } = await promisify(execFile)(PYTHON, ['-c', PRELUDE + text, inputFile(input)], {
    env: ENV,
    maxBuffer: 1 << 28,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

const plain = (structure: Structure) => ({
  symbols: symbolsOf(structure),
  positions: [...structure.positions],
  cell: [...structure.cell],
  periodic: structure.periodic,
});

interface Labelled {
  energy: number;
  free: number;
  forces: number[];
  /** [9]; null where there is none */
  stress: number[] | null;
}

const EVALUATE = `
from ase.calculators.calculator import PropertyNotImplementedError
out = []
calculator = Phonolink(job['model'], threads=1)
for frame in job['frames']:
    atoms = Atoms(frame['symbols'], positions=np.reshape(frame['positions'], (-1, 3)),
                  cell=np.reshape(frame['cell'], (3, 3)), pbc=frame['periodic'], calculator=calculator)
    try:
        stress = atoms.get_stress(voigt=False).ravel().tolist()
    except PropertyNotImplementedError:
        stress = None
    out.append({'energy': atoms.get_potential_energy(), 'free': atoms.get_potential_energy(force_consistent=True),
                'forces': atoms.get_forces().ravel().tolist(), 'stress': stress})
say(out=out)
`;

/** Extended XYZ with every digit; no lattice where there is none. */
function extxyz(structure: Structure): string {
  const { cell, periodic, positions, count } = structure;
  const lattice = cell.some((x) => x !== 0) ? `Lattice="${cell.join(' ')}" ` : '';
  const flags = periodic.map((flag) => (flag ? 'T' : 'F')).join(' ');
  const rows = symbolsOf(structure).map((s, i) => `${s} ${positions.slice(3 * i, 3 * i + 3).join(' ')}`);
  return [count, `${lattice}pbc="${flags}" Properties=species:S:1:pos:R:3`, ...rows, ''].join('\n');
}

/** What `phonolink predict` says of the same structures. */
async function predicted(model: string, structures: readonly Structure[]) {
  const folder = scratch('predict');
  const [input, output] = [join(folder, 'in.extxyz'), join(folder, 'out.extxyz')];
  writeFileSync(input, structures.map(extxyz).join(''));
  execFileSync(process.execPath, [MAIN, 'predict', model, input, '-o', output, '--threads', '1', '--quiet']);
  return await collect((await openStructures(output)).frames);
}

function expectClose(a: ArrayLike<number>, b: ArrayLike<number>, tolerance: number): void {
  expect(a.length).toBe(b.length);
  for (let i = 0; i < a.length; i++) expect(Math.abs(a[i] - b[i])).toBeLessThan(tolerance);
}

/** Two changes of units of numbers up to 100: 1e-13 at most. */
const TOLERANCE = 1e-9;

/** Cells of every kind: full, left-handed, slab with and without a third vector, chain, box, molecule. */
function cells(symbols: readonly string[], bond: number): Structure[] {
  const full = skewedDiamond(symbols, { bond, repeat: [2, 2, 2], rattle: 0.1 });
  const mirror = (values: Float64Array) => values.map((x, i) => (i % 3 === 2 ? -x : x));
  const lacking = (periodic: [boolean, boolean, boolean]) =>
    createStructure({
      ...full,
      periodic,
      cell: full.cell.map((x, i) => (periodic[Math.floor(i / 3)] ? x : 0)),
    });
  return [
    full,
    createStructure({ ...full, positions: mirror(full.positions), cell: mirror(full.cell) }),
    createStructure({ ...full, periodic: [true, false, true] }),
    lacking([true, false, true]),
    lacking([false, true, false]),
    createStructure({ ...full, periodic: [false, false, false] }),
    withoutCell(full),
    skewedDiamond(symbols, { bond, repeat: [1, 2, 1], rattle: 0.1 }),
  ];
}

describe('energies, forces and stresses of the calculator', () => {
  it.each(['Tersoff', 'NEP of two species'])('are those of phonolink predict: %s', async (kind) => {
    let model = SILICON;
    let structures = cells(['Si'], 2.35);
    if (kind !== 'Tersoff') {
      model = join(scratch('ase'), 'nep.txt');
      writeFileSync(model, nepText({ dialect: 'nep4', species: ['Te', 'Pb'] }));
      structures = cells(['Pb', 'Te'], 3.2);
    }
    const { out } = await script<{ out: Labelled[] }>(EVALUATE, { model, frames: structures.map(plain) });
    const frames = await predicted(model, structures);
    expect(frames.length).toBe(structures.length);
    for (const [i, { structure, labels }] of frames.entries()) {
      expect(out[i].free).toBe(out[i].energy);
      expectClose([out[i].energy], [labels.energy!], TOLERANCE);
      expectClose(out[i].forces, labels.forces!, TOLERANCE);
      const hasStress = volume(structure.cell) > 0 && structure.periodic.some((flag) => flag);
      expect(out[i].stress !== null).toBe(hasStress);
      if (!out[i].stress) continue;
      const virial = labels.virial!;
      // Stresses are symmetric; a total virial of a model is so to rounding.
      const stress = virial.map((_, k) => -virial[k] / volume(structure.cell));
      expectClose(out[i].stress!, stress, TOLERANCE);
    }
    expect(out.filter(({ stress }) => stress)).toHaveLength(4);
  });

  it("are those of ASE's own Tersoff calculator", async () => {
    const errors = await script<{ energy: number; forces: number; stress: number }>(`
from ase.calculators.tersoff import Tersoff
atoms = silicon() * (2, 2, 2)
atoms.set_cell(atoms.cell.array @ [[1.02, 0.03, 0], [0, 0.98, 0.02], [0.01, 0, 1.01]], scale_atoms=True)
atoms.rattle(0.05, seed=2)
other = atoms.copy()
atoms.calc, other.calc = Phonolink(job['model']), Tersoff.from_lammps(job['model'])
say(energy=abs(atoms.get_potential_energy() - other.get_potential_energy()),
    forces=abs(atoms.get_forces() - other.get_forces()).max(),
    stress=abs(atoms.get_stress() - other.get_stress()).max())
`);
    expect(errors.energy).toBeLessThan(TOLERANCE);
    expect(errors.forces).toBeLessThan(TOLERANCE);
    expect(errors.stress).toBeLessThan(TOLERANCE);
  });

  it('are derivatives of the energy, by the differences of ASE', async () => {
    const errors = await script<{ forces: number; stress: number }>(`
from ase.calculators.fd import calculate_numerical_forces, calculate_numerical_stress
atoms = silicon()
atoms.set_cell(atoms.cell.array @ [[1.02, 0.03, 0], [0, 0.98, 0.02], [0.01, 0, 1.01]], scale_atoms=True)
say(forces=abs(atoms.get_forces() - calculate_numerical_forces(atoms, eps=1e-4)).max(),
    stress=abs(atoms.get_stress() - calculate_numerical_stress(atoms, eps=1e-5)).max())
`);
    // Central differences: rounding of 40 eV (1e-14) over 2e-4 A, and (1e-4)^2/6 times a third derivative of 100 eV/A^3.
    expect(errors.forces).toBeLessThan(1e-6);
    // The same over 2e-5 of strain and 160 A^3: 1e-11; (1e-5)^2/6 times 1e4 eV over 160 A^3: 1e-9.
    expect(errors.stress).toBeLessThan(1e-8);
  });

  it('follow changes of positions, cell, species, order and periodicity, and are kept where nothing changed', async () => {
    const said = await script<Record<string, boolean>>(`
atoms = silicon()
calculator = atoms.calc
def is_fresh():
    with Phonolink(job['model'], threads=1) as other:
        return abs(atoms.get_potential_energy() - other.get_potential_energy(atoms)) < ROUNDING
first, [engine] = atoms.get_potential_energy(), children()
count = [0]
calculate = calculator.calculate
def counted(*args):
    count[0] += 1
    calculate(*args)
calculator.calculate = counted
atoms.get_forces(), atoms.get_stress(), atoms.get_potential_energy()
kept = count[0] == 0 and not calculator.calculation_required(atoms, ['energy', 'forces', 'stress'])
atoms.positions[0, 0] += 0.1
moved = is_fresh() and abs(atoms.get_potential_energy() - first) > 0.01
atoms.set_cell(atoms.cell * 1.01, scale_atoms=True)
strained = is_fresh()
same = children() == [engine]
atoms.pbc = [True, True, False]
slab = is_fresh()
atoms *= (2, 1, 1)
atoms.calc = calculator
more = is_fresh()
say(kept=kept, moved=moved, strained=strained, same=same, slab=slab, more=more, one=len(children()) == 1)
`);
    expect(Object.entries(said).filter(([, holds]) => !holds)).toEqual([]);
  });
});

describe("ASE's own machinery on the calculator", () => {
  it('conserves the energy of 200 steps to second order in the time step', async () => {
    const { spans } = await script<{ spans: number[] }>(`
from ase.md.verlet import VelocityVerlet
from ase.md.velocitydistribution import MaxwellBoltzmannDistribution, Stationary
spans = []
for step in (1.0, 0.5):
    atoms = silicon() * (2, 2, 2)
    atoms.calc = Phonolink(job['model'])
    MaxwellBoltzmannDistribution(atoms, temperature_K=300, rng=np.random.default_rng(1))
    Stationary(atoms)
    energies = []
    dynamics = VelocityVerlet(atoms, step * units.fs)
    dynamics.attach(lambda: energies.append(atoms.get_total_energy()))
    dynamics.run(200)
    spans.append(max(energies) - min(energies))
say(spans=spans)
`);
    // Verlet's energy error goes with the square of the step: a quarter; forces that are no gradient break that.
    expect(spans[0] / spans[1]).toBeGreaterThan(3);
    expect(spans[0] / spans[1]).toBeLessThan(5);
  });

  it.each(['BFGS', 'FIRE'])('relaxes atoms and cell of strained silicon by %s', async (optimiser) => {
    const { fmax, a, stress } = await script<{ fmax: number; a: number[]; stress: number }>(
      `
from ase import optimize
from ase.filters import FrechetCellFilter
atoms = silicon()
atoms.set_cell(atoms.cell.array @ [[1.02, 0.03, 0], [0, 0.98, 0.02], [0.01, 0, 1.01]], scale_atoms=True)
filtered = FrechetCellFilter(atoms)
getattr(optimize, job['optimiser'])(filtered, logfile=None).run(fmax=1e-3, steps=500)
say(fmax=float(np.linalg.norm(filtered.get_forces(), axis=1).max()), a=atoms.cell.lengths().tolist(),
    stress=abs(atoms.get_stress()).max())
`,
      { optimiser },
    );
    expect(fmax).toBeLessThan(1e-3);
    // Lattice constant of this potential: Tersoff, Phys. Rev. B 39, 5566 (1989), 5.432 A.
    for (const length of a) expect(Math.abs(length - 5.432)).toBeLessThan(1e-3);
    // The filter's forces on the cell are V * stress over the number of atoms, 1e-3 eV/A at most in a row.
    expect(stress).toBeLessThan((8 * 1e-3) / 160);
  });
});

describe('the process', () => {
  it('starts at the first calculation and ends by close, with, garbage collection and a change of parameters', async () => {
    const said = await script<Record<string, unknown>>(`
import gc, glob
atoms = silicon()
lazy = children() == []
atoms.get_forces()
one = len(children())
sockets = glob.glob(f'/tmp/ipi_phonolink_{os.getpid()}_*')
atoms.calc.close()
closed = children()
atoms.calc.close()
atoms.positions[0, 0] += 0.1
atoms.get_forces()
again = len(children())
atoms.calc.set(threads=2)
changed = children()
atoms.get_forces()
with atoms.calc:
    pass
left = children()
atoms.calc.reset()
atoms.get_forces()
before = len(children())
atoms.calc = None
gc.collect()
say(lazy=lazy, one=one, sockets=sockets, closed=closed, again=again, changed=changed, left=left, before=before,
    collected=children())
`);
    expect(said).toEqual({
      ...{
        lazy: true,
        one: 1,
        sockets: [],
        closed: [],
        again: 1,
        changed: [],
        left: [],
        before: 1,
        collected: [],
      },
    });
  });

  /** Starts a script that says { engines: [pid, ...] } and goes on; its end is the test's business. */
  async function started(text: string) {
    const child = spawn(PYTHON, ['-c', PRELUDE + text, inputFile({})], {
      env: ENV,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
      child.once('exit', (code, signal) => resolve({ code, signal })),
    );
    const line = await new Promise<string>((resolve) =>
      child.stdout.once('data', (data) => resolve(`${data}`)),
    );
    const { engines } = JSON.parse(line.split('\n')[0]) as { engines: number[] };
    return { child, ended, engines };
  }

  const isGone = (pid: number) => !existsSync(`/proc/${pid}`);
  const START = `
atoms = silicon()
atoms.get_forces()
say(engines=children())
`;

  it.each([
    ['at the end of the script', '', 0],
    ['at sys.exit', 'sys.exit(7)', 7],
    ['at an exception that nobody catches', '1 / 0', 1],
    ['where the calculator was never let go', 'import builtins; builtins.kept = atoms.calc', 0],
  ])('ends with Python: %s', async (_, end, status) => {
    const { ended, engines } = await started(START + end);
    expect(engines).toHaveLength(1);
    expect((await ended).code).toBe(status);
    // Python waits for it: there is nothing to wait for here.
    expect(isGone(engines[0])).toBe(true);
  });

  it.each([
    ['SIGKILL', 'between steps', 'import time; time.sleep(60)'],
    [
      'SIGKILL',
      'in the middle of steps',
      'while True:\n    atoms.positions[0, 0] += 1e-6\n    atoms.get_forces()',
    ],
    ['SIGTERM', 'between steps', 'import time; time.sleep(60)'],
  ] as const)('ends when %s ends Python %s', async (signal, _, rest) => {
    const { child, ended, engines } = await started(START + rest);
    child.kill(signal);
    expect((await ended).signal).toBe(signal);
    await eventually(() => engines.every(isGone), 'the engine is gone');
    expect(readdirSync('/tmp').filter((name) => name.startsWith(`ipi_phonolink_${child.pid}_`))).toEqual([]);
  });

  it('lives through an interrupt of Python between steps, and ends by one within a step', async () => {
    const said = await script<Record<string, unknown>>(`
import signal
atoms = silicon()
atoms.get_forces()
[engine] = children()
os.setpgrp()
try:
    # As a terminal does: to the whole group.
    os.killpg(0, signal.SIGINT)
except KeyboardInterrupt:
    pass
atoms.positions[1, 1] += 0.1
atoms.get_forces()
between = children()[0] == engine
os.kill(engine, signal.SIGSTOP)
signal.signal(signal.SIGALRM, lambda *_: signal.raise_signal(signal.SIGINT))
signal.setitimer(signal.ITIMER_REAL, 0.2)
atoms.positions[0, 0] += 0.1
try:
    atoms.get_forces()
    interrupted = False
except KeyboardInterrupt:
    interrupted = True
ended = children()
atoms.get_forces()
other = atoms.copy()
other.calc = Phonolink(job['model'])
say(between=between, interrupted=interrupted, ended=ended, right=bool((abs(atoms.get_forces() - other.get_forces()) < ROUNDING).all()))
`);
    expect(said).toEqual({ between: true, interrupted: true, ended: [], right: true });
  });

  it('runs twenty times at once, each with atoms of its own', async () => {
    const said = await script<{ engines: number; right: boolean; left: number }>(`
from concurrent.futures import ThreadPoolExecutor
systems = [silicon() for _ in range(20)]
for i, atoms in enumerate(systems):
    atoms.rattle(0.01 * i, seed=i)
with ThreadPoolExecutor(20) as pool:
    forces = list(pool.map(lambda atoms: atoms.get_forces(), systems))
engines = len(children())
right = True
with Phonolink(job['model'], threads=1) as one:
    for atoms, found in zip(systems, forces):
        right &= bool((abs(one.get_forces(atoms) - found) < ROUNDING).all())
for atoms in systems:
    atoms.calc.close()
say(engines=engines, right=right, left=len(children()))
`);
    expect(said).toEqual({ engines: 20, right: true, left: 0 });
  });

  it('is shared by threads in turns', async () => {
    const said = await script<{ engines: number; right: boolean }>(`
from concurrent.futures import ThreadPoolExecutor
systems = [silicon() for _ in range(8)]
shared = Phonolink(job['model'], threads=1)
for i, atoms in enumerate(systems):
    atoms.rattle(0.01 * i, seed=i)
expected = [atoms.get_forces() for atoms in systems]
for atoms in systems:
    atoms.calc.close()
    atoms.calc = shared
def again(i):
    return all((abs(systems[i].get_forces() - expected[i]) < ROUNDING).all() for _ in range(20))
with ThreadPoolExecutor(8) as pool:
    right = all(pool.map(again, range(8)))
say(engines=len(children()), right=right)
`);
    expect(said).toEqual({ engines: 1, right: true });
  });

  it('is not shared by copies, pickles and forks', async () => {
    const said = await script<Record<string, unknown>>(`
import copy, multiprocessing, pickle
atoms = silicon()
energy, [engine] = atoms.get_potential_energy(), children()
copies = [copy.deepcopy(atoms), pickle.loads(pickle.dumps(atoms))]
for each in copies:
    each.positions[0, 0] += 0.1
copied = np.ptp([each.get_potential_energy() for each in copies]) < ROUNDING and len(children())
for each in copies:
    each.calc.close()
pid = os.fork()
if pid == 0:
    atoms.positions[0, 0] += 0.1
    atoms.get_forces()
    sys.exit(0 if len(children()) == 1 else 1)
_, status = os.waitpid(pid, 0)
def energy_in_child(shift):
    moved = atoms.copy()
    moved.calc = atoms.calc
    moved.positions[0, 0] += shift
    return moved.get_potential_energy()
with multiprocessing.get_context('fork').Pool(2) as pool:
    found = pool.map(energy_in_child, [0.0, 0.0, 0.1])
atoms.positions[1, 1] += 0.1
atoms.get_forces()
say(copied=copied, status=status, found=[abs(x - energy) < ROUNDING for x in found], same=children() == [engine])
`);
    expect(said).toEqual({ copied: 3, status: 0, found: [true, true, false], same: true });
  });
});

describe('a failure is one exception that says why', () => {
  const FAILURE = `
def failure(atoms):
    try:
        atoms.get_forces()
    except Exception as error:
        return f'{type(error).__name__}: {error}'
`;

  it('a model, a command, species, a cell or positions that cannot be', async () => {
    const said = await script<Record<string, string>>(`${FAILURE}
absent, command, species, cell, nowhere, empty = (silicon() for _ in range(6))
absent.calc = Phonolink('/nowhere/nep.txt')
command.calc = Phonolink(job['model'], command='/nowhere/phonolink --option')
species.numbers[2] = 32
cell.cell[2] = 0
nowhere.positions[3, 1] = np.nan
option = silicon(device='abacus')
del empty[:]
say(absent=failure(absent), command=failure(command), species=failure(species), cell=failure(cell),
    nowhere=failure(nowhere), empty=failure(empty), option=failure(option), left=children())
`);
    expect(said).toEqual({
      absent: expect.stringMatching(
        /^EngineFailed: .*exit code 1\nphonolink: \/nowhere\/nep.txt: .*no such file/,
      ),
      command: 'CalculatorSetupError: cannot start /nowhere/phonolink: No such file or directory',
      species: expect.stringMatching(/^EngineFailed: .*exit code 1\nphonolink: .*Ge.*knows only Si/),
      cell: expect.stringMatching(/^InputError: .*lattice vectors/),
      nowhere: expect.stringMatching(/^InputError: atom 3 lies at \[.*nan/),
      empty: 'InputError: there are no atoms',
      option: expect.stringMatching(/^EngineFailed: .*exit code 2\n.*abacus/),
      left: [],
    });
  });

  it('an engine that is killed, stops or never comes; the next calculation starts another', async () => {
    const said = await script<Record<string, unknown>>(`${FAILURE}
import signal
from ase.calculators.calculator import CalculationFailed
atoms = silicon(timeout=5)
atoms.get_forces()
os.kill(children()[0], signal.SIGKILL)
atoms.positions[0, 0] += 0.1
killed = failure(atoms)
atoms.calc.set(timeout=0.5)
again = failure(atoms)
os.kill(children()[0], signal.SIGSTOP)
atoms.positions[0, 0] += 0.1
stopped = failure(atoms)
after = children()
never = silicon(command=[sys.executable, '-c', 'import time; time.sleep(60)'], timeout=0.5)
ended = silicon(command=[sys.executable, '-c', 'pass'])
say(killed=killed, again=again, stopped=stopped, after=after, never=failure(never), ended=failure(ended),
    left=children(), kind=issubclass(EngineFailed, CalculationFailed))
`);
    expect(said).toEqual({
      killed: 'EngineFailed: the phonolink process was ended by SIGKILL',
      again: null,
      stopped: 'EngineFailed: the phonolink process failed: it gave no answer within 0.5 s',
      after: [],
      never: 'EngineFailed: the phonolink process failed: it did not connect within 0.5 s',
      ended: 'EngineFailed: the phonolink process ended with exit code 0',
      left: [],
      kind: true,
    });
  });
});

describe('phonolink is found', () => {
  const WHERE = `
from phonolink_ase.process import find_command
say(command=find_command(job['command']))
`;
  const found = async (command: string | string[] | null, env: NodeJS.ProcessEnv) => {
    const all = { ...ENV, ...env };
    const { stdout } = await promisify(execFile)(PYTHON, ['-c', PRELUDE + WHERE, inputFile({ command })], {
      env: all,
    });
    return JSON.parse(stdout).command;
  };

  it('by the argument, PHONOLINK_COMMAND, the PATH and the package that the module lies in, in this order', async () => {
    const folder = scratch('path');
    const program = join(folder, 'phonolink');
    writeFileSync(program, '#!/bin/sh\n', { mode: 0o755 });
    const node = join(process.execPath, '..');
    const withIt = `${folder}:${node}`;
    expect(await found('npx phonolink', { PHONOLINK_COMMAND: 'other', PATH: withIt })).toEqual([
      'npx',
      'phonolink',
    ]);
    expect(await found(['my own', 'x'], { PATH: withIt })).toEqual(['my own', 'x']);
    expect(await found(null, { PHONOLINK_COMMAND: '"my own" x', PATH: withIt })).toEqual(['my own', 'x']);
    expect(await found(null, { PHONOLINK_COMMAND: '', PATH: withIt })).toEqual([program]);
  });

  it('by the package alone where nothing else names it', async () => {
    const folder = scratch('path');
    execFileSync('ln', ['-s', process.execPath, join(folder, 'node')]);
    expect(await found(null, { PHONOLINK_COMMAND: '', PATH: folder })).toEqual([join(folder, 'node'), MAIN]);
  });
});

describe('the module', () => {
  it('does what its README shows', () => {
    const folder = scratch('readme');
    copyFileSync(SILICON, join(folder, 'Si.tersoff'));
    const text = readFileSync(join(MODULE, 'README.md'), 'utf8');
    const example = /```python\n(.*?)```/s.exec(text)![1];
    const said = execFileSync(PYTHON, ['-c', example], { cwd: folder, env: ENV, encoding: 'utf8' });
    const [energy, length] = said
      .trim()
      .split('\n')
      .at(-1)!
      .split(/[[\]\s]+/)
      .map(Number);
    // Tersoff, Phys. Rev. B 39, 5566 (1989): 4.63 eV an atom and 5.432 A.
    expect(energy / 8).toBeCloseTo(-4.63, 2);
    expect(length).toBeCloseTo(5.432, 3);
  });

  it('is installed by pip from the tarball of npm pack', async () => {
    const folder = scratch('pip');
    const run = (program: string, ...args: string[]) =>
      execFileSync(program, args, { cwd: PACKAGE_ROOT, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
    const [packed] = JSON.parse(
      run('npm', 'pack', '--json', '--ignore-scripts', '--pack-destination', folder),
    );
    const names = (packed.files as { path: string }[])
      .map(({ path }) => path)
      .filter((path) => path.startsWith('compat/ase/'));
    expect(names.sort()).toEqual([
      'compat/ase/README.md',
      'compat/ase/phonolink_ase/__init__.py',
      'compat/ase/phonolink_ase/calculator.py',
      'compat/ase/phonolink_ase/process.py',
      'compat/ase/phonolink_ase/wire.py',
      'compat/ase/pyproject.toml',
    ]);
    run('tar', '-xzf', join(folder, packed.filename), '-C', folder);
    const site = join(folder, 'site');
    const source = join(folder, 'package', 'compat', 'ase');
    run(PYTHON, '-m', 'pip', 'install', '--quiet', '--no-deps', '--target', site, source);
    const { version } = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'package.json'), 'utf8'));
    const text = `
import importlib.metadata, phonolink_ase
print(phonolink_ase.__file__, phonolink_ase.__version__, importlib.metadata.version('phonolink-ase'))
`;
    const said = execFileSync(PYTHON, ['-c', text], { env: { ...ENV, PYTHONPATH: site }, encoding: 'utf8' });
    expect(said.trim()).toBe(`${join(site, 'phonolink_ase', '__init__.py')} ${version} ${version}`);
  });
});
