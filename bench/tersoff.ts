// Tersoff silicon and neighbour lists beside LAMMPS: 8000 atoms, one thread each, in turns.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadPotential } from '../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../src/device/cpu.js';
import { PACKAGE_ROOT } from '../src/device/paths.js';
import { uniform } from '../src/math/random.js';
import { createStructure, type Structure } from '../src/model/structure.js';
import { createNeighbourList } from '../src/neighbours/cell-list.js';
import type { BenchCase } from './helpers/case.js';

const POTENTIAL = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const CELLS = 10;
const EDGES = { C: 3.57, Si: 5.432 };
const ROUNDS = 3;

/** Diamond, each atom moved by up to 0.05 A along each axis. */
function crystal(symbol: keyof typeof EDGES): Structure {
  const quarter = EDGES[symbol] / 4;
  const basis = [0, 0, 0, 0, 2, 2, 2, 0, 2, 2, 2, 0, 1, 1, 1, 1, 3, 3, 3, 1, 3, 3, 3, 1];
  const next = uniform(1);
  const positions: number[] = [];
  for (let cell = 0; cell < CELLS ** 3; cell++) {
    const at = [Math.floor(cell / CELLS ** 2), Math.floor(cell / CELLS) % CELLS, cell % CELLS];
    for (const [i, x] of basis.entries())
      positions.push((4 * at[i % 3] + x) * quarter + 0.1 * (next() - 0.5));
  }
  const edge = CELLS * EDGES[symbol];
  const cell = [edge, 0, 0, 0, edge, 0, 0, 0, edge];
  const symbols = new Array<string>(positions.length / 3).fill(symbol);
  return createStructure({ positions: Float64Array.from(positions), symbols, cell });
}

/** Seconds that LAMMPS says a part of 100 steps took ('Loop' for all), from a table of its log. */
function lammps(symbol: keyof typeof EDGES, lines: string[], part: string): number {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  try {
    const script = `units metal
atom_style atomic
lattice diamond ${EDGES[symbol]}
region box block 0 ${CELLS} 0 ${CELLS} 0 ${CELLS}
create_box 1 box
create_atoms 1 box
mass 1 28.085
displace_atoms all random 0.05 0.05 0.05 1
${lines.join('\n')}
fix 1 all nve
timestep 0.0001
thermo 100
run 100
`;
    writeFileSync(join(folder, 'in.lmp'), script);
    const environment = { ...process.env, OMP_NUM_THREADS: '1' };
    const log = execFileSync('lmp', ['-in', 'in.lmp', '-log', 'none'], {
      cwd: folder,
      encoding: 'utf8',
      env: environment,
    });
    const pattern =
      part === 'Loop' ? /Loop time of (\S+)/ : new RegExp(`^${part}\\s*\\|\\s*\\S+\\s*\\|\\s*(\\S+)`, 'm');
    return Number(pattern.exec(log)?.[1]) / 100;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Seconds of one call, from 50 behind 20 for warming up. */
async function timed(call: (round: number) => Promise<void> | void): Promise<number> {
  for (let i = 0; i < 20; i++) await call(i);
  const start = performance.now();
  for (let i = 0; i < 50; i++) await call(i);
  return (performance.now() - start) / 50_000;
}

async function tersoff(device: CpuDevice): Promise<() => Promise<number>> {
  const structure = crystal('Si');
  const evaluator = await (await loadPotential(POTENTIAL)).bind(device, structure);
  const moving = structure.positions.slice();
  return () =>
    timed(async (round) => {
      for (let i = 0; i < moving.length; i += 7) moving[i] += round % 2 ? 1e-3 : -1e-3;
      await evaluator.evaluate(moving, structure.cell);
    });
}

async function lists(
  device: CpuDevice,
  symbol: keyof typeof EDGES,
  cutoff: number,
): Promise<() => Promise<number>> {
  const { count, periodic, positions, cell } = crystal(symbol);
  const list = createNeighbourList(device, { count, periodic, cutoff });
  return () => timed(() => list.update(positions, cell));
}

/** Thousand atom-steps a second, of the best of a few rounds of ours and theirs in turns. */
async function compare(begin: (device: CpuDevice) => Promise<() => Promise<number>>, peer: () => number) {
  const device = await createCpuDevice({ threads: 1 });
  const ours = await begin(device);
  let [own, other] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < ROUNDS; round++) {
    own = Math.min(own, await ours());
    other = Math.min(other, peer());
  }
  await device.close();
  const rate = (seconds: number) => (8 * CELLS ** 3) / 1000 / seconds;
  return { ours: rate(own), peer: rate(other), unit: 'thousand atoms/s' };
}

const step: BenchCase = {
  name: 'Tersoff Si, 8000 atoms, dynamics',
  peer: 'LAMMPS',
  run: () =>
    compare(tersoff, () =>
      lammps('Si', ['pair_style tersoff', `pair_coeff * * ${POTENTIAL} Si`, 'neighbor 0.5 bin'], 'Loop'),
    ),
};

/** Ours lists each pair twice; that of lj/cut in LAMMPS, once. */
const EVERY_STEP = [
  'pair_style lj/cut 7',
  'pair_coeff * * 0 1',
  'neighbor 0 bin',
  'neigh_modify every 1 delay 0 check no',
];

const building = (['C', 'Si'] as const).map(
  (symbol): BenchCase => ({
    name: `Neighbour list of ${symbol}, 7 A, 8000 atoms`,
    peer: 'LAMMPS',
    run: () =>
      compare(
        (device) => lists(device, symbol, 7),
        () => lammps(symbol, EVERY_STEP, 'Neigh'),
      ),
  }),
);

export const cases: readonly BenchCase[] = [step, ...building];
