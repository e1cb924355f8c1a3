import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { loadPotential } from '../formats/potentials.js';
import { type CpuDevice, createCpuDevice, type Precision } from '../src/device/cpu.js';
import { PACKAGE_ROOT } from '../src/device/paths.js';
import { uniform } from '../src/math/random.js';
import { createStructure, type Structure } from '../src/model/structure.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

/**
 * NEP beside the reference C++ implementation as PyPI has it (calorine's CPUNEP, an ASE calculator), on the same 8000
 * atoms in one run, turn by turn: ours, theirs, ours, ... Both move their atoms a little before each evaluation, and both
 * times hold the neighbour list. PEERS_PYTHON names the Python that has calorine, PHONOLINK_DATA the reference data.
 */
const DATA = process.env.PHONOLINK_DATA ?? join(PACKAGE_ROOT, '..', 'shared', 'data');
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 7);
const CELLS = 10;

interface Material {
  name: string;
  symbol: string;
  /** A */
  lattice: number;
  file: string;
}

const MATERIALS: readonly Material[] = [
  { name: 'carbon', symbol: 'C', lattice: 3.567, file: 'C_2022_NEP4.txt' },
  { name: 'silicon', symbol: 'Si', lattice: 5.43, file: 'Si_2022_NEP4_4body.txt' },
];

/** Reads one line for each evaluation wanted; answers with seconds of wall time and of the process. */
const PEER = `
import sys, time, json, numpy as np
from ase import Atoms
from calorine.calculators import CPUNEP
data = json.loads(sys.stdin.readline())
atoms = Atoms(data['symbol'] + str(len(data['positions']) // 3), positions=np.reshape(data['positions'], (-1, 3)),
              cell=np.reshape(data['cell'], (3, 3)), pbc=True)
atoms.calc = CPUNEP(data['file'])
rng = np.random.default_rng(1)
reference = atoms.get_forces()
print(json.dumps({'forces': reference.ravel().tolist()}), flush=True)
for line in sys.stdin:
    atoms.positions += 1e-3 * rng.uniform(-1, 1, atoms.positions.shape)
    wall, cpu = time.perf_counter(), time.process_time()
    atoms.get_forces()
    times = {'wall': time.perf_counter() - wall, 'cpu': time.process_time() - cpu}
    wall = time.perf_counter()
    atoms.calc.nepy.get_potential_forces_and_virials()
    times['kernel'] = time.perf_counter() - wall
    print(json.dumps(times), flush=True)
`;

interface Times {
  /** s */
  wall: number;
  cpu: number;
}

/** The diamond structure, rattled by 0.05 A. */
function diamond({ symbol, lattice }: Material): Structure {
  const next = uniform(1);
  const normal = () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
  const positions: number[] = [];
  for (let i = 0; i < CELLS ** 3; i++) {
    const at = [i % CELLS, Math.floor(i / CELLS) % CELLS, Math.floor(i / CELLS ** 2)];
    for (const corner of [
      [0, 0, 0],
      [0, 2, 2],
      [2, 0, 2],
      [2, 2, 0],
    ]) {
      for (const shift of [0, 1]) {
        for (let c = 0; c < 3; c++)
          positions.push(lattice * (at[c] + (corner[c] + shift) / 4) + 0.05 * normal());
      }
    }
  }
  const edge = CELLS * lattice;
  return createStructure({
    positions: Float64Array.from(positions),
    species: [symbol],
    kinds: new Uint16Array(positions.length / 3),
    cell: [edge, 0, 0, 0, edge, 0, 0, 0, edge],
  });
}

/** calorine in a process of its own, on one thread. */
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

  /** Hands the structure over; forces at the first positions. */
  async start(material: Material, structure: Structure): Promise<number[]> {
    const answer = await this.ask({
      symbol: material.symbol,
      positions: Array.from(structure.positions),
      cell: Array.from(structure.cell),
      file: join(DATA, 'nep', 'potentials', material.file),
    });
    return (answer as { forces: number[] }).forces;
  }

  async evaluate(): Promise<Times & { kernel: number }> {
    return (await this.ask('again')) as Times & { kernel: number };
  }

  private async ask(question: unknown): Promise<unknown> {
    this.process.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`${PYTHON} with calorine ended without an answer`);
    return JSON.parse(value);
  }

  end(): void {
    this.process.stdin.end();
  }
}

/** Ours on one structure; `jump` moves all atoms so far that no list can be kept. */
async function createOurs(device: CpuDevice, material: Material, structure: Structure) {
  const potential = await loadPotential(join(DATA, 'nep', 'potentials', material.file));
  const evaluator = await potential.bind(device, structure);
  const positions = Float64Array.from(structure.positions);
  const next = uniform(2);
  let side = 1;
  return {
    forces: async () => (await evaluator.evaluate(positions, structure.cell)).forces,
    async evaluate(jump: boolean): Promise<Times> {
      for (let k = 0; k < positions.length; k++) positions[k] += 1e-3 * (2 * next() - 1);
      if (jump) {
        side = -side;
        positions[0] += 0.5 * side;
      }
      const cpu = process.cpuUsage();
      const start = performance.now();
      await evaluator.evaluate(positions, structure.cell);
      const wall = (performance.now() - start) / 1e3;
      const used = process.cpuUsage(cpu);
      return { wall, cpu: (used.user + used.system) / 1e6 };
    },
    release: () => evaluator.release(),
  };
}

function median(values: number[]): number {
  const sorted = values.slice().sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

interface Comparison {
  atoms: number;
  /** Thousand atoms a second, medians of wall time */
  dynamics: number;
  scratch: number;
  peer: number;
  /** The C++ part of the peer alone, without ASE */
  peerKernel: number;
  /** Median over the rounds of the ratio of CPU times: a busy machine does not change it much */
  cpuRatio: number;
  cpuRatioScratch: number;
  /** Largest difference of a force, in units of the largest force */
  difference: number;
}

async function compare(material: Material, precision: Precision): Promise<Comparison> {
  const structure = diamond(material);
  const device = await createCpuDevice({ threads: 1, precision });
  const ours = await createOurs(device, material, structure);
  const peer = new Peer();
  const theirs = await peer.start(material, structure);
  const own = await ours.forces();
  const largest = Math.max(...theirs.map(Math.abs));
  const difference = Math.max(...theirs.map((f, k) => Math.abs(f - own[k]))) / largest;
  if (!(difference < (precision === 'f64' ? 1e-10 : 1e-5))) {
    throw new Error(`forces of ${material.name} differ by ${difference} of the largest`);
  }
  for (let warm = 0; warm < 3; warm++) await ours.evaluate(warm === 1);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    await ours.evaluate(false); // back from the jump of the last round: builds the list with its skin
    await ours.evaluate(false);
    const dynamics = await ours.evaluate(false);
    const scratch = await ours.evaluate(true);
    rounds.push({ dynamics, scratch, peer: await peer.evaluate() });
  }
  peer.end();
  ours.release();
  await device.close();
  const rate = (seconds: number[]) => structure.count / 1e3 / median(seconds);
  return {
    atoms: structure.count,
    dynamics: rate(rounds.map((r) => r.dynamics.wall)),
    scratch: rate(rounds.map((r) => r.scratch.wall)),
    peer: rate(rounds.map((r) => r.peer.wall)),
    peerKernel: rate(rounds.map((r) => r.peer.kernel)),
    cpuRatio: median(rounds.map((r) => r.peer.cpu / r.dynamics.cpu)),
    cpuRatioScratch: median(rounds.map((r) => r.peer.cpu / r.scratch.cpu)),
    difference,
  };
}

/** Wall time of one thread over that of two, turn by turn, the best pair of runs: it needs two idle cores. */
async function scaling(material: Material, precision: Precision) {
  const structure = diamond(material);
  const runs = await Promise.all(
    [1, 2].map(async (threads) => {
      const device = await createCpuDevice({ threads, precision });
      return { device, ours: await createOurs(device, material, structure), best: Infinity };
    }),
  );
  for (let round = 0; round < 4 * ROUNDS; round++) {
    for (const run of runs) {
      const { wall } = await run.ours.evaluate(false);
      if (round > 2) run.best = Math.min(run.best, wall);
    }
  }
  for (const run of runs) {
    run.ours.release();
    await run.device.close();
  }
  const [one, two] = runs.map(({ best }) => structure.count / 1e3 / best);
  return { ours: two, peer: one, unit: UNIT };
}

const UNIT = 'thousand atoms/s';

const WANTED = { f64: 6, f32: 11 } as const;

const beside = MATERIALS.flatMap((material) =>
  (['f64', 'f32'] as const).flatMap((precision): BenchCase[] => {
    let measured: Promise<Comparison> | undefined;
    const both = () => {
      measured ??= compare(material, precision);
      return measured;
    };
    const name = `NEP4 ${material.name}, 8000 atoms, ${precision}`;
    return [
      {
        name: `${name}, list built anew`,
        peer: 'calorine',
        wanted: WANTED[precision],
        run: async () => {
          const { scratch, peer, cpuRatioScratch } = await both();
          return { ours: scratch, peer, unit: UNIT, ratio: cpuRatioScratch };
        },
      },
      {
        name: `${name}, dynamics`,
        peer: 'calorine',
        wanted: WANTED[precision],
        run: async () => {
          const { dynamics, peer, cpuRatio } = await both();
          return { ours: dynamics, peer, unit: UNIT, ratio: cpuRatio };
        },
      },
    ];
  }),
);

const threads = MATERIALS.flatMap((material) =>
  (['f64', 'f32'] as const).map(
    (precision): BenchCase => ({
      name: `NEP4 ${material.name}, ${precision}, two threads`,
      peer: 'one thread',
      wanted: 1.85,
      run: () => scaling(material, precision),
    }),
  ),
);

export const cases: readonly BenchCase[] = availableParallelism() < 2 ? beside : [...beside, ...threads];
