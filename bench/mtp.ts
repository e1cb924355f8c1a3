import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { openText } from '../formats/io/open.js';
import { readMtp } from '../formats/mlip/mtp.js';
import { writeMtp } from '../formats/mlip/mtp-writer.js';
import { createCpuDevice, type Precision } from '../src/device/cpu.js';
import { PACKAGE_ROOT } from '../src/device/paths.js';
import { uniform } from '../src/math/random.js';
import { createStructure, type Structure } from '../src/model/structure.js';
import { type MtpParameters, withSymbols } from '../src/potentials/mtp/parameters.js';
import { createMtpPotential } from '../src/potentials/mtp/potential.js';
import { randomMtp } from '../tests/helpers/random-mtp.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

/**
 * MTP beside motep with its engine in C ('cext', the fastest that PyPI gives), on one thread and the same structure, turn
 * by turn. Both move their atoms a little before each evaluation and keep their neighbour lists, as in dynamics, and both
 * times hold the check of the list; ours is also measured with a list built anew. The peer's time is its engine's, without
 * ASE. PEERS_PYTHON names the Python that has motep, PHONOLINK_DATA the reference data.
 */
const DATA = process.env.PHONOLINK_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data');
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 5);

interface Model {
  name: string;
  symbol: string;
  lattice: 'diamond' | 'fcc';
  /** A */
  edge: number;
  cells: number;
  parameters(): Promise<MtpParameters>;
}

const published = async (file: string, symbol: string) => {
  const { text } = await openText(join(DATA, 'mtp', file));
  return withSymbols(await readMtp(text), [symbol]);
};

const MODELS: readonly Model[] = [
  {
    name: 'MTP level 16 (random), Si',
    symbol: 'Si',
    lattice: 'diamond',
    edge: 5.43,
    cells: 6,
    parameters: async () => ({
      ...randomMtp(16, { level: 16, species: ['Si'] }),
      radial: { type: 'RBChebyshev', minimum: 2, maximum: 5, size: 8, functions: 4 },
    }),
  },
  {
    name: 'MTP level 20 of maml, Cu',
    symbol: 'Cu',
    lattice: 'fcc',
    edge: 3.62,
    cells: 8,
    parameters: () => published('maml_Cu.mtp', 'Cu'),
  },
  {
    name: 'MTP level 24 of maml, Si',
    symbol: 'Si',
    lattice: 'diamond',
    edge: 5.43,
    cells: 6,
    parameters: () => published('maml_Si.mtp', 'Si'),
  },
];

/** Reads one line for each evaluation wanted; answers with its seconds. */
const PEER = `
import sys, time, json, numpy as np
from ase import Atoms
from ase.data import atomic_numbers
from motep.calculator import make_calculator
from motep.io.mlip.mtp import read_mtp
setup = json.loads(sys.stdin.readline())
data = read_mtp(setup['file'])
data.species = [atomic_numbers[setup['symbol']]]
atoms = Atoms(setup['symbol'] + str(len(setup['positions']) // 3), positions=np.reshape(setup['positions'], (-1, 3)),
              cell=np.reshape(setup['cell'], (3, 3)), pbc=True)
atoms.calc = make_calculator(data, engine='cext')
print(json.dumps({'forces': atoms.get_forces().ravel().tolist()}), flush=True)
engine = atoms.calc.engine
rng = np.random.default_rng(1)
for line in sys.stdin:
    atoms.positions += 1e-4 * rng.uniform(-1, 1, atoms.positions.shape)
    start = time.perf_counter()
    engine.calculate(atoms)
    print(json.dumps({'seconds': time.perf_counter() - start}), flush=True)
`;

/** The crystal, rattled by up to 0.05 A along each axis. */
function crystal({ symbol, lattice, edge, cells }: Model): Structure {
  const next = uniform(1);
  const corners = [0, 0, 0, 0, 2, 2, 2, 0, 2, 2, 2, 0];
  const basis = lattice === 'fcc' ? corners : [...corners, ...corners.map((x) => x + 1)];
  const positions: number[] = [];
  for (let cell = 0; cell < cells ** 3; cell++) {
    const at = [Math.floor(cell / cells ** 2), Math.floor(cell / cells) % cells, cell % cells];
    for (const [i, x] of basis.entries()) positions.push(edge * (at[i % 3] + x / 4) + 0.1 * (next() - 0.5));
  }
  const length = edge * cells;
  return createStructure({
    positions: Float64Array.from(positions),
    species: [symbol],
    kinds: new Uint16Array(positions.length / 3),
    cell: [length, 0, 0, 0, length, 0, 0, 0, length],
  });
}

/** motep in a process of its own, on one thread. */
class Peer {
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly lines: Interface;
  private readonly answers: AsyncIterator<string>;

  constructor() {
    this.process = spawn(PYTHON, ['-c', PEER], { env: { ...process.env, OMP_NUM_THREADS: '1' } });
    this.process.stderr.pipe(process.stderr);
    this.lines = createInterface({ input: this.process.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  async ask<T>(question: unknown): Promise<T> {
    this.process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${PYTHON} with motep ended without an answer`);
    return JSON.parse(value) as T;
  }

  end(): void {
    this.process.stdin.end();
  }
}

interface Rates {
  /** Thousand atoms a second, the best evaluation */
  dynamics: number;
  scratch: number;
  peer: number;
}

async function compare(model: Model, precision: Precision): Promise<Rates> {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  const device = await createCpuDevice({ threads: 1, precision });
  const peer = new Peer();
  try {
    const structure = crystal(model);
    const parameters = await model.parameters();
    const file = join(folder, 'pot.mtp');
    writeFileSync(file, [...writeMtp(parameters)].join(''));
    const evaluator = await createMtpPotential(parameters).bind(device, structure);
    const positions = Float64Array.from(structure.positions);
    const { forces } = await evaluator.evaluate(positions, structure.cell);
    const { symbol } = model;
    const cell = Array.from(structure.cell);
    const theirs = await peer.ask<{ forces: number[] }>({ file, symbol, cell, positions: [...positions] });
    agree(forces, theirs.forces, precision === 'f64' ? 1e-9 : 1e-3);
    const next = uniform(2);
    let side = 1;
    const time = async (jump: boolean) => {
      for (let k = 0; k < positions.length; k++) positions[k] += 1e-4 * (2 * next() - 1);
      if (jump) {
        side = -side;
        positions[0] += 0.6 * side;
      }
      const start = performance.now();
      await evaluator.evaluate(positions, structure.cell);
      return (performance.now() - start) / 1e3;
    };
    const best = { dynamics: Infinity, scratch: Infinity, peer: Infinity };
    for (let round = 0; round < ROUNDS; round++) {
      for (let repeat = 0; repeat < 3; repeat++) {
        best.scratch = Math.min(best.scratch, await time(true));
        await time(true); // back where it was
        await time(false);
        best.dynamics = Math.min(best.dynamics, await time(false));
      }
      best.peer = Math.min(best.peer, (await peer.ask<{ seconds: number }>('again')).seconds);
    }
    evaluator.release();
    const rate = (seconds: number) => structure.count / 1e3 / seconds;
    return { dynamics: rate(best.dynamics), scratch: rate(best.scratch), peer: rate(best.peer) };
  } finally {
    peer.end();
    await device.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function agree(own: Float64Array, theirs: readonly number[], tolerance: number): void {
  const largest = theirs.reduce((most, f) => Math.max(most, Math.abs(f)), 0);
  const difference = theirs.reduce((most, f, k) => Math.max(most, Math.abs(f - own[k])), 0);
  if (!(difference < tolerance * largest))
    throw new Error(`forces differ by ${difference} eV/A, where the largest is ${largest}`);
}

const UNIT = 'thousand atoms/s';

export const cases: readonly BenchCase[] = MODELS.flatMap((model) =>
  (['f64', 'f32'] as const).flatMap((precision): BenchCase[] => {
    let measured: Promise<Rates> | undefined;
    const rates = () => {
      measured ??= compare(model, precision);
      return measured;
    };
    const name = `${model.name}, ${precision}`;
    return [
      {
        name: `${name}, dynamics`,
        peer: 'motep cext',
        wanted: 5,
        run: async () => {
          const { dynamics, peer } = await rates();
          return { ours: dynamics, peer, unit: UNIT };
        },
      },
      {
        name: `${name}, list built anew`,
        peer: 'motep cext',
        wanted: 5,
        run: async () => {
          const { scratch, peer } = await rates();
          return { ours: scratch, peer, unit: UNIT };
        },
      },
    ];
  }),
);
