import { createCpuDevice } from '../src/device/cpu.js';
import { type BoltzmannModes, boltzmannConductivity } from '../src/lattice/scattering/boltzmann.js';
import { completeReduced, pointProjectors, starRoots } from '../src/lattice/scattering/collision-matrix.js';
import { CollisionBlocks } from '../src/lattice/scattering/collision-rows.js';
import { type CollisionSolver, deviceSymmetricEigen } from '../src/lattice/scattering/pseudo-inverse.js';
import { PeerConductivity, SILICON } from '../tests/peers/conductivity.js';
import type { BenchCase } from './helpers/case.js';

const TEMPERATURE = 300;

/** What follows strengths and delta functions that are known: rows of the collision matrix, and its solution. */
async function measure(mesh: number[]) {
  const peer = new PeerConductivity({
    ...SILICON,
    mesh,
    temperatures: [TEMPERATURE],
    lbte: 'reduced',
    dump: true,
    time: true,
  });
  const { grid, modes, symmetry, own, answer } = peer;
  const { bands } = modes;
  const known = Array.from(own, (_, i) => ({
    triplets: peer.triplets(i),
    strengths: peer.real(`pp${i}`),
    deltas: peer.real(`deltas${i}`),
  }));
  const block = 9 * bands * bands * own.length;
  const frequencies = peer.at(modes.frequencies, symmetry.points);
  const linewidths = peer.real('gamma');
  const roots = starRoots(peer.whole('weights'), symmetry.rotations.length);
  const reduced: BoltzmannModes = {
    ...{ kind: 'reduced', total: grid.total, volume: answer.volume, bands, frequencies, roots, gamma: 0 },
    velocities: peer.real('velocities'),
    rotations: symmetry.rotations,
    projectors: pointProjectors(symmetry, own),
  };
  const device = await createCpuDevice({ threads: 1 });
  const solvers = {
    eigen: { kind: 'eigen', eigen: deviceSymmetricEigen(device) },
    gradients: { kind: 'gradients' },
  };
  const best = {
    rows: Number.POSITIVE_INFINITY,
    eigen: Number.POSITIVE_INFINITY,
    gradients: Number.POSITIVE_INFINITY,
  };
  for (let round = 0; round < 3; round++) {
    const matrix = new Float64Array(block * own.length);
    let start = performance.now();
    const lap = (name: keyof typeof best) => {
      best[name] = Math.min(best[name], (performance.now() - start) / 1000);
      start = performance.now();
    };
    const blocks = new CollisionBlocks(grid, modes);
    known.forEach(({ triplets, strengths, deltas }, i) => {
      blocks.set(triplets, strengths, deltas, TEMPERATURE);
      blocks.addReduced(triplets, symmetry, matrix, i * block);
    });
    lap('rows');
    completeReduced(matrix, { linewidths, frequencies, bands }, symmetry, own, roots);
    for (const name of ['eigen', 'gradients'] as const) {
      start = performance.now();
      const solver = solvers[name] as CollisionSolver;
      const { kappa } = boltzmannConductivity(reduced, TEMPERATURE, matrix, linewidths, { solver });
      lap(name);
      const apart = Math.abs(kappa[0] / peer.real('kappa')[0] - 1);
      if (!(apart < 1e-6)) throw new Error(`the two conductivities differ by ${apart}`);
    }
  }
  await device.close();
  const { rows, solve } = answer.seconds;
  return { ours: best, peer: { rows: rows!, eigen: solve!, gradients: solve! } };
}

/** Measured once for all cases of a mesh. */
const measured = new Map<string, ReturnType<typeof measure>>();

async function compare(mesh: number[], part: 'rows' | 'eigen' | 'gradients') {
  const key = mesh.join();
  if (!measured.has(key)) measured.set(key, measure(mesh));
  const { ours, peer } = await measured.get(key)!;
  return { ours: 1 / ours[part], peer: 1 / peer[part], unit: 'matrices/s' };
}

const MESH = [11, 11, 11];
export const cases: BenchCase[] = [
  { name: 'Si 11^3, rows of collisions', peer: 'phono3py', run: () => compare(MESH, 'rows') },
  { name: 'Si 11^3, solved by eigenvectors', peer: 'phono3py', run: () => compare(MESH, 'eigen') },
  { name: 'Si 11^3, solved by gradients', peer: 'phono3py', run: () => compare(MESH, 'gradients') },
];
