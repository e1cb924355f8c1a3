// What a step costs beyond the forces, over a UNIX socket: engines that say zero, server and engine each a process of
// its own. ASE's pair and i-PI with its dummy engine are measured in the same run, in turns with ours.
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createIpiServer } from '../compat/ipi/server.js';
import { uniform } from '../src/math/random.js';
import { createStructure, type Structure } from '../src/model/structure.js';
import { PYTHON } from '../tests/peers/peers.js';
import type { BenchCase } from './helpers/case.js';

const ROUNDS = 5;
/** Steps of one round; the first quarter warms up. */
const STEPS = 2000;

/** A server's round with an engine that connects to /tmp/ipi_NAME: us a step, the median of its steps. */
type Server = (count: number, start: (name: string) => ChildProcess) => Promise<number>;
type Engine = (name: string, count: number) => ChildProcess;

function box(count: number): Structure {
  const next = uniform(1);
  const edge = 5.43 * (count / 8) ** (1 / 3);
  const positions = Float64Array.from({ length: 3 * count }, () => edge * next());
  const cell = Float64Array.of(edge, 0, 0, 0, edge, 0, 0, 0, edge);
  return createStructure({ positions, cell, symbols: new Array<string>(count).fill('Si') });
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

function started(command: string, args: string[], cwd?: string): ChildProcess {
  return spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** What a program prints, when it has ended. */
async function printed(program: ChildProcess): Promise<string> {
  const chunks: Buffer[] = [];
  program.stdout!.on('data', (chunk: Buffer) => chunks.push(chunk));
  await ended(program);
  return Buffer.concat(chunks).toString();
}

function ended(program: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    program.once('error', reject);
    program.once('close', (code) => {
      if (code === 0) resolve();
      else reject(new Error(`${program.spawnargs.join(' ')} ended with ${code}`));
    });
  });
}

const ourServer: Server = async (count, start) => {
  const name = randomUUID();
  const server = await createIpiServer({ listen: { unix: name } });
  const end = ended(start(name));
  const times: number[] = [];
  let last = 0;
  for await (const _ of server.label(new Array<Structure>(STEPS).fill(box(count)))) {
    const now = performance.now();
    times.push(1000 * (now - last));
    last = now;
  }
  await server.close();
  await end;
  return median(times.slice(STEPS / 4));
};

const ASE_SERVER = `
import sys, time, statistics
from ase import Atoms
from ase.calculators.socketio import SocketIOCalculator
name, count, steps = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
edge = 5.43 * (count / 8) ** (1 / 3)
atoms = Atoms('Si%d' % count, scaled_positions=[[0.1, 0.2, 0.3]] * count, cell=[edge] * 3, pbc=True)
times = []
with SocketIOCalculator(unixsocket=name, timeout=60) as calculator:
    atoms.calc = calculator
    print('listening', flush=True)
    for step in range(steps):
        atoms.positions[0, 0] += 1e-3
        begin = time.perf_counter()
        atoms.get_forces()
        times.append(time.perf_counter() - begin)
print(1e6 * statistics.median(times[steps // 4:]))
`;

const aseServer: Server = async (count, start) => {
  const name = randomUUID();
  const server = started(PYTHON, ['-c', ASE_SERVER, name, String(count), String(STEPS)]);
  const output = printed(server);
  await new Promise<void>((resolve) => server.stdout!.once('data', () => resolve()));
  const end = ended(start(name));
  const lines = (await output).trim().split('\n');
  await end;
  return Number(lines.at(-1));
};

const IPI_STEPS = 3000;

/** i-PI says the mean of every 100 steps, its own work with the atoms included. */
const ipiServer: Server = async (count, start) => {
  const folder = mkdtempSync(join(tmpdir(), 'phonolink-bench-'));
  const name = randomUUID();
  const { cell, positions } = box(count);
  const atoms = Array.from(
    { length: count },
    (_, i) => `Si ${positions.subarray(3 * i, 3 * i + 3).join(' ')}`,
  );
  writeFileSync(
    join(folder, 'init.xyz'),
    `${count}\n# CELL{H}: ${cell.join(' ')} positions{angstrom} cell{angstrom}\n${atoms.join('\n')}\n`,
  );
  writeFileSync(
    join(folder, 'input.xml'),
    `<simulation verbosity='medium'>
  <output prefix='run'><properties stride='1000' filename='out'> [ step ] </properties></output>
  <total_steps> ${IPI_STEPS} </total_steps>
  <ffsocket name='zero' mode='unix' pbc='false'><address>${name}</address><latency> 1e-4 </latency></ffsocket>
  <system>
    <initialize nbeads='1'><file mode='xyz'> init.xyz </file></initialize>
    <forces><force forcefield='zero'/></forces>
    <motion mode='dynamics'><dynamics mode='nve'><timestep units='femtosecond'> 1 </timestep></dynamics></motion>
  </system>
</simulation>
`,
  );
  const output = printed(started(PYTHON, [join(dirname(PYTHON), 'i-pi'), 'input.xml'], folder));
  // i-PI's own engine does not wait for its server.
  await new Promise((resolve) => setTimeout(resolve, 3000));
  const end = ended(start(name));
  const times = [...(await output).matchAll(/t\/step: (\S+)/g)].map(([, time]) => 1e6 * Number(time));
  await end;
  rmSync(folder, { recursive: true });
  return median(times.slice(times.length / 4));
};

const ENGINE = fileURLToPath(new URL('helpers/ipi-engine.js', import.meta.url));
const ourEngine: Engine = (name) => started(process.execPath, [ENGINE, name]);

const ASE_ENGINE = `
import sys
import numpy as np
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.calculators.socketio import SocketClient
class Zero(Calculator):
    implemented_properties = ['energy', 'forces', 'stress']
    def calculate(self, atoms=None, properties=None, system_changes=all_changes):
        super().calculate(atoms, properties, system_changes)
        self.results = {'energy': 0.0, 'forces': np.zeros((len(atoms), 3)), 'stress': np.zeros(6)}
name, count = sys.argv[1], int(sys.argv[2])
atoms = Atoms('Si%d' % count, positions=np.zeros((count, 3)), cell=np.eye(3), pbc=True, calculator=Zero())
SocketClient(unixsocket=name, timeout=60).run(atoms, use_stress=True)
`;
const aseEngine: Engine = (name, count) => started(PYTHON, ['-c', ASE_ENGINE, name, String(count)]);
const ipiEngine: Engine = (name) =>
  started(PYTHON, [join(dirname(PYTHON), 'i-pi-driver-py'), '-m', 'dummy', '-u', '-a', name]);

interface Pair {
  readonly server: Server;
  readonly engine: Engine;
}

/** us a step, less is better: the medians of rounds in turns; the ratio is that of the peer's time to ours. */
function compare(
  name: string,
  peer: string,
  count: number,
  wanted: number | undefined,
  ours: Pair,
  theirs: Pair,
): BenchCase {
  return {
    name: `${name}, ${count} atoms`,
    peer,
    wanted,
    run: async () => {
      const own: number[] = [];
      const other: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        own.push(await ours.server(count, (name) => ours.engine(name, count)));
        other.push(await theirs.server(count, (name) => theirs.engine(name, count)));
      }
      const [a, b] = [median(own), median(other)];
      return { ours: a, peer: b, unit: 'us a step', ratio: b / a };
    },
  };
}

const OURS: Pair = { server: ourServer, engine: ourEngine };
const ASE: Pair = { server: aseServer, engine: aseEngine };

/** 100 us for 64 atoms and 250 us for 4096, beside ASE's pair at 650 us and 846 us, is what is asked for. */
export const cases: readonly BenchCase[] = [64, 4096].flatMap((count) => [
  compare('Our server and engine', 'ASE', count, count === 64 ? 6.5 : 3.4, OURS, ASE),
  compare("ASE's server and our engine", 'ASE', count, undefined, { ...ASE, engine: ourEngine }, ASE),
  compare("Our server and ASE's engine", 'ASE', count, undefined, { ...ASE, server: ourServer }, ASE),
  compare(
    'i-PI and our engine',
    'its dummy',
    count,
    undefined,
    { server: ipiServer, engine: ourEngine },
    { server: ipiServer, engine: ipiEngine },
  ),
]);
