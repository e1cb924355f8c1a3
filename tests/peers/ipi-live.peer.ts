import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IpiAddress } from '../../compat/ipi/address.js';
import { type IpiSession, runIpiClient } from '../../compat/ipi/client.js';
import { PEER_UNITS } from '../../compat/sockets/peers.js';
import { toLammpsFrame } from '../../formats/lammps/frame.js';
import { loadPotential } from '../../formats/potentials.js';
import { type CpuDevice, createCpuDevice } from '../../src/device/cpu.js';
import { PACKAGE_ROOT } from '../../src/device/paths.js';
import { rowsTimes, transpose, volume } from '../../src/model/cell.js';
import { createStructure, type Structure } from '../../src/model/structure.js';
import type { Evaluator } from '../../src/potentials/potential.js';
import { type Totals, totalsOf } from '../../src/potentials/totals.js';
import { skewedDiamond } from '../contract/structures.js';
import { scriptedServer, socketName } from '../helpers/ipi.js';
import { PYTHON, scratch } from './peers.js';

const SILICON = join(PACKAGE_ROOT, 'fixtures', 'silicon', 'Si.tersoff');
const UNITS = PEER_UNITS.ipi;
/** ms; i-PI itself never gives up */
const LIMIT = 60_000;

let device: CpuDevice;
beforeAll(async () => {
  device = await createCpuDevice({ threads: 1 });
});
afterAll(() => device.close());

async function silicon(structure: Structure): Promise<Evaluator> {
  return (await loadPotential(SILICON)).bind(device, structure);
}

async function totals(evaluator: Evaluator, positions: Float64Array, cell: Float64Array): Promise<Totals> {
  return totalsOf(await evaluator.evaluate(positions, cell));
}

interface Setup {
  /** Attributes and children of <ffsocket> beside the address */
  mode: 'unix' | 'inet' | 'shm';
  socket?: string;
  beads?: number;
  /** fs */
  timestep?: number;
  steps: number;
  /** What stands in <dynamics>; velocity Verlet where absent */
  dynamics?: string;
  clients?: number;
}

interface Outcome {
  sessions: IpiSession[];
  /** Structures that the clients computed */
  evaluations: number;
  /** What the INITs said */
  told: string[];
  /** Every step: eV, eV, hartree/bohr^3 (xx yy zz xy xz yz), A (xx yy zz xy xz yz of the columns) */
  rows: { conserved: number; potential: number; virial: number[]; cell: Float64Array }[];
  /** [bead][step][3n] A */
  positions: Float64Array[][];
}

const PROPERTIES = 'conserved{electronvolt}, potential{electronvolt}, virial_md, cell_h{angstrom}';

/** The structure turned into i-PI's frame: h upper triangular. */
function turned(structure: Structure): Structure {
  const { cell, orientation } = toLammpsFrame(structure.cell);
  const positions = rowsTimes(structure.positions, orientation.rotation);
  return createStructure({ ...structure, cell, positions });
}

function inputOf(setup: Setup, address: string): string {
  const { mode, socket = '', beads = 1, timestep = 1, steps, dynamics = '' } = setup;
  return `<simulation verbosity='low' floatformat='%24.16e'>
  <output prefix='run'>
    <properties stride='1' filename='out'> [ ${PROPERTIES} ] </properties>
    <trajectory stride='1' filename='pos' format='bin'> positions{angstrom} </trajectory>
  </output>
  <total_steps> ${steps} </total_steps>
  <prng><seed> 5 </seed></prng>
  <ffsocket name='silicon' mode='${mode}' pbc='false'>
    ${address} <latency> 1e-3 </latency> ${socket}
  </ffsocket>
  <system>
    <initialize nbeads='${beads}'>
      <file mode='xyz'> init.xyz </file>
      <velocities mode='thermal' units='kelvin'> 300 </velocities>
    </initialize>
    <forces><force forcefield='silicon'/></forces>
    <motion mode='dynamics'>
      <dynamics mode='${dynamics ? 'npt' : 'nve'}'>
        <timestep units='femtosecond'> ${timestep} </timestep> ${dynamics}
      </dynamics>
    </motion>
    <ensemble>
      <temperature units='kelvin'> 300 </temperature> <pressure units='gigapascal'> 0 </pressure>
    </ensemble>
  </system>
</simulation>
`;
}

async function freePort(): Promise<number> {
  const server = await scriptedServer(() => {});
  await server.close();
  return server.port;
}

function ended(program: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    program.once('error', reject);
    program.once('close', resolve);
  });
}

/** Starts i-pi in an empty folder with our clients; ends when it does. */
async function simulate(structure: Structure, setup: Setup): Promise<Outcome> {
  const folder = scratch('i-pi');
  const name = socketName();
  const port = setup.mode === 'inet' ? await freePort() : 0;
  const connect: IpiAddress = port ? { host: '127.0.0.1', port } : { unix: name };
  const address = port
    ? `<address> 127.0.0.1 </address> <port> ${port} </port>`
    : `<address> ${name} </address>`;
  writeFileSync(join(folder, 'input.xml'), inputOf(setup, address));
  const h = transpose(structure.cell);
  const atoms = Array.from({ length: structure.count }, (_, i) =>
    ['Si', ...structure.positions.subarray(3 * i, 3 * i + 3)].join(' '),
  );
  writeFileSync(
    join(folder, 'init.xyz'),
    `${structure.count}\n# CELL{H}: ${h.join(' ')} positions{angstrom} cell{angstrom}\n${atoms.join('\n')}\n`,
  );
  const log = createWriteStream(join(folder, 'log'));
  const environment = { ...process.env, OMP_NUM_THREADS: '1' };
  const ipi = spawn(PYTHON, [join(dirname(PYTHON), 'i-pi'), 'input.xml'], {
    cwd: folder,
    env: environment,
    timeout: LIMIT,
  });
  ipi.stdout.pipe(log);
  ipi.stderr.pipe(log);
  const over = new AbortController();
  const code = ended(ipi).finally(() => over.abort());
  const told: string[] = [];
  let evaluations = 0;
  const sessions = await Promise.all(
    Array.from({ length: setup.clients ?? 1 }, async () => {
      const evaluator = await silicon(structure);
      return runIpiClient({
        connect,
        count: structure.count,
        timeout: LIMIT,
        units: UNITS,
        signal: over.signal,
        onInit: (_, parameters) => told.push(parameters),
        evaluate: (positions, cell) => {
          evaluations++;
          return totals(evaluator, positions, cell);
        },
      }).finally(() => evaluator.release());
    }),
  ).finally(() => ipi.kill());
  expect(await code, readFileSync(join(folder, 'log'), 'utf8')).toBe(0);
  return { sessions, evaluations, told, ...outputs(folder) };
}

function outputs(folder: string): Pick<Outcome, 'rows' | 'positions'> {
  const lines = (file: string) => readFileSync(join(folder, file), 'utf8').trim().split('\n');
  const rows = lines('run.out')
    .filter((line) => !line.startsWith('#'))
    .map((line) => {
      const [conserved, potential, ...rest] = line.trim().split(/\s+/).map(Number);
      const [xx, yy, zz, xy, xz, yz] = rest.slice(6);
      return {
        conserved,
        potential,
        virial: rest.slice(0, 6),
        cell: Float64Array.of(xx, 0, 0, xy, yy, 0, xz, yz, zz),
      };
    });
  const beads = readdirSync(folder).filter((file) => /^run\.pos_\d+\.bin$/.test(file));
  const positions = beads.sort().map((file) => trajectory(readFileSync(join(folder, file)), rows.length));
  return { rows, positions };
}

/** i-PI's format 'bin', a record a step and all of one size: h, the number of atoms in 8 bytes, positions, texts. */
function trajectory(bytes: Buffer, steps: number): Float64Array[] {
  const size = bytes.length / steps;
  return Array.from({ length: steps }, (_, step) => {
    const atoms = Number(bytes.readBigInt64LE(step * size + 72));
    return Float64Array.from({ length: 3 * atoms }, (__, i) => bytes.readDoubleLE(step * size + 80 + 8 * i));
  });
}

/**
 * Potential (of the mean bead) and virial (the sum of the beads', as i-PI's virial_md has it) of every step beside our
 * own of the positions that i-PI printed. Positions and cell go through two changes of units: some roundings of
 * energies up to 300 eV, and of virials below 100 eV.
 */
async function expectOwn(structure: Structure, { rows, positions }: Outcome): Promise<void> {
  const evaluator = await silicon(structure);
  const beads = positions.length;
  for (const [step, row] of rows.entries()) {
    let energy = 0;
    const virial = new Float64Array(9);
    for (const bead of positions) {
      const own = await totals(evaluator, bead[step], row.cell);
      energy += own.energy / beads;
      own.virial.forEach((w, i) => {
        virial[i] += w;
      });
    }
    expect(Math.abs(row.potential - energy)).toBeLessThan(1e-9);
    const scale = (volume(row.cell) / UNITS.bohr ** 3) * UNITS.hartree;
    for (const [i, k] of [0, 4, 8, 1, 2, 5].entries())
      expect(Math.abs(row.virial[i] * scale - virial[k])).toBeLessThan(1e-9);
  }
  evaluator.release();
}

const span = (rows: Outcome['rows']) => {
  const values = rows.map(({ conserved }) => conserved);
  return Math.max(...values) - Math.min(...values);
};

const crystal = (repeat: [number, number, number]) =>
  turned(skewedDiamond(['Si'], { bond: 2.35, repeat, rattle: 0.05 }));

describe('i-PI as the server of our client', () => {
  it('has our energies and virials in 200 steps of a skewed cell, conserved to second order in the step', async () => {
    const structure = crystal([2, 2, 2]);
    const whole = await simulate(structure, { mode: 'unix', steps: 200 });
    const half = await simulate(structure, { mode: 'unix', steps: 400, timestep: 0.5 });
    expect(whole.sessions).toEqual([{ steps: 201, end: 'exit' }]);
    await expectOwn(structure, whole);
    // No component of the virial is there by symmetry alone.
    for (const w of whole.rows[100].virial) expect(Math.abs(w)).toBeGreaterThan(1e-7);
    // Verlet's energy error goes with the square of the step: a quarter; forces that are no gradient break that.
    const ratio = span(whole.rows) / span(half.rows);
    expect(ratio).toBeGreaterThan(3);
    expect(ratio).toBeLessThan(5);
  });

  it('changes a skewed cell by our virial at constant pressure', async () => {
    const structure = crystal([2, 2, 2]);
    const barostat = `<barostat mode='flexible'> <tau units='femtosecond'> 50 </tau>
      <thermostat mode='langevin'> <tau units='femtosecond'> 100 </tau> </thermostat> </barostat>
      <thermostat mode='langevin'> <tau units='femtosecond'> 100 </tau> </thermostat>`;
    const outcome = await simulate(structure, { mode: 'unix', steps: 100, dynamics: barostat });
    await expectOwn(structure, outcome);
    const [first, last] = [outcome.rows[0].cell, outcome.rows.at(-1)!.cell];
    for (const k of [0, 3, 4, 6, 7, 8]) expect(Math.abs(last[k] - first[k])).toBeGreaterThan(1e-4);
  });

  it('shares 4 beads among 4 clients', async () => {
    const structure = crystal([1, 2, 2]);
    const outcome = await simulate(structure, { mode: 'unix', steps: 50, beads: 4, clients: 4 });
    expect(outcome.positions).toHaveLength(4);
    expect(outcome.evaluations).toBe(4 * 51);
    for (const { steps, end } of outcome.sessions) {
      expect(steps).toBeGreaterThan(0);
      expect(end).toBe('exit');
    }
    await expectOwn(structure, outcome);
  });

  it.each([
    ['a batch of all beads', 'unix', 4, 1],
    ['batches, the last filled up', 'unix', 3, 2],
    ['batches over TCP', 'inet', 4, 1],
    ['single structures in shared memory', 'shm', 1, 4],
    ['a batch in shared memory', 'shm', 4, 1],
    ['batches in shared memory, the last filled up', 'shm', 3, 2],
  ] as const)('sends %s', async (_, mode, batch, messages) => {
    const structure = crystal([1, 2, 2]);
    const socket = `<batch_size> ${batch} </batch_size>`;
    const outcome = await simulate(structure, { mode, socket, steps: 20, beads: 4 });
    expect(outcome.sessions).toEqual([{ steps: 21 * messages, end: 'exit' }]);
    // Copies in a batch are computed once: those that fill it up, and all beads before the first step.
    expect(outcome.evaluations).toBe(4 * 20 + (batch > 1 ? messages : 4));
    expect(outcome.told).toHaveLength(1);
    if (batch > 1) expect(outcome.told[0]).toContain(`batch_size:${batch}`);
    await expectOwn(structure, outcome);
  });

  it.each([['unix'], ['shm']] as const)('asks for STATUS between all messages over %s', async (mode) => {
    const structure = crystal([1, 2, 2]);
    const socket = '<consolidate_messages> False </consolidate_messages>';
    const outcome = await simulate(structure, { mode, socket, steps: 20 });
    expect(outcome.sessions).toEqual([{ steps: 21, end: 'exit' }]);
    await expectOwn(structure, outcome);
  });
});
