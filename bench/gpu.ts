import { listAdapters } from '../src/device/adapter.js';
import { createCpuDevice } from '../src/device/cpu.js';
import type { Device } from '../src/device/device.js';
import { createGpuDevice } from '../src/device/gpu.js';
import { uniform } from '../src/math/random.js';
import { createStructure, type Structure } from '../src/model/structure.js';
import { createLennardJones } from '../src/potentials/lj/potential.js';
import type { BenchCase } from './helpers/case.js';

const ARGON = createLennardJones({
  species: ['Ar'],
  pairs: [{ epsilon: 0.0104, sigma: 3.4, cutoff: 8.5 }],
  shift: false,
});

/** 4 edge^3 argon atoms, rattled. */
function argon(edge: number): Structure {
  const next = uniform(1);
  const positions: number[] = [];
  for (let a = 0; a < edge; a++)
    for (let b = 0; b < edge; b++)
      for (let c = 0; c < edge; c++)
        for (const [x, y, z] of [
          [0, 0, 0],
          [0.5, 0.5, 0],
          [0.5, 0, 0.5],
          [0, 0.5, 0.5],
        ])
          positions.push(...[a + x, b + y, c + z].map((u) => 5.4 * u + 0.2 * next()));
  const length = 5.4 * edge;
  return createStructure({
    positions: Float64Array.from(positions),
    species: ['Ar'],
    kinds: new Uint16Array(4 * edge ** 3),
    cell: [length, 0, 0, 0, length, 0, 0, 0, length],
  });
}

/** Thousand atom-step/s over `steps` evaluations of atoms that move as in dynamics; the list is built within. */
async function speed(device: Device, structure: Structure, steps: number): Promise<number> {
  const evaluator = await ARGON.bind(device, structure);
  const { cell } = structure;
  const positions = structure.positions.slice();
  await evaluator.evaluate(positions, cell);
  const start = performance.now();
  for (let step = 0; step < steps; step++) {
    // About 400 m/s for 2 fs, to and fro.
    for (let i = 0; i < positions.length; i++) positions[i] += 0.008 * Math.sin(i + 0.1 * step);
    await evaluator.evaluate(positions, cell);
  }
  const seconds = (performance.now() - start) / 1000;
  evaluator.release();
  return (structure.count * steps) / seconds / 1000;
}

/** A step of Lennard-Jones on the GPU (ours) beside one on the CPU with all threads (peer), positions and forces included. */
async function run(): Promise<{ ours: number; peer: number; unit: string }> {
  const structure = argon(20);
  const [gpu, cpu] = [await createGpuDevice(), await createCpuDevice()];
  const speeds = { ours: 0, peer: 0 };
  for (let round = 0; round < 2; round++) {
    speeds.ours = Math.max(speeds.ours, await speed(gpu, structure, 30));
    speeds.peer = Math.max(speeds.peer, await speed(cpu, structure, 30));
  }
  await Promise.all([gpu.close(), cpu.close()]);
  return { ...speeds, unit: 'thousand atom-step/s' };
}

const adapters = await listAdapters().catch(() => []);
const hardware = adapters.find((adapter) => !adapter.software);

/** Nothing where there is no hardware adapter: a software one tells nothing about GPUs. */
export const cases: readonly BenchCase[] = hardware
  ? [{ name: `Lennard-Jones, 32000 atoms: ${hardware.name}`, peer: 'the CPU', run }]
  : [];
