// Strengths of three-phonon scattering in silicon (64 atoms) for every triplet of some grid points, beside phono3py on
// its own grid and modes, which are not timed; two threads each.
import { createCpuDevice } from '../src/device/cpu.js';
import { InteractionStrengths } from '../src/lattice/scattering/interaction.js';
import type { HomeConvention } from '../src/lattice/scattering/interaction-setup.js';
import { silicon } from '../tests/helpers/scattering-cases.js';
import { peerInteraction } from '../tests/peers/interaction.js';
import type { BenchCase } from './helpers/case.js';

const ROUNDS = 3;
const THREADS = 2;

async function compare(convention: HomeConvention, mesh: number, count: number) {
  const { cells, harmonic, cubic } = await silicon();
  let [ours, peer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let triplets = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const answer = peerInteraction({
      cells,
      harmonic,
      cubic,
      convention,
      mesh: [mesh, mesh, mesh],
      count,
      threads: THREADS,
    });
    const { grid, modes, parts } = answer;
    const device = await createCpuDevice({ threads: THREADS });
    const begin = performance.now();
    const strengths = new InteractionStrengths({ cells, constants: cubic, convention, grid, modes }, device);
    const found = parts.map(({ triplets }) => strengths.at(triplets));
    ours = Math.min(ours, (performance.now() - begin) / 1000);
    await device.close();
    peer = Math.min(peer, answer.seconds);
    triplets = parts.reduce((sum, part) => sum + part.triplets.weights.length, 0);
    parts.forEach((part, k) => {
      const largest = part.strengths.reduce((most, x) => Math.max(most, x), 0);
      const apart = part.strengths.reduce((most, x, i) => Math.max(most, Math.abs(x - found[k][i])), 0);
      if (!(apart < 1e-10 * largest)) throw new Error(`the two differ by ${apart} of ${largest} eV^2`);
    });
  }
  return { ours: triplets / ours, peer: triplets / peer, unit: 'triplets/s' };
}

export const cases: readonly BenchCase[] = (['average', 'first'] as const).flatMap((convention) => [
  {
    name: `Si, mesh 11 x 11 x 11, home atom: ${convention}`,
    peer: 'phono3py',
    wanted: 5,
    run: () => compare(convention, 11, 56),
  },
  {
    name: `Si, mesh 19 x 19 x 19, home atom: ${convention}`,
    peer: 'phono3py',
    wanted: 5,
    run: () => compare(convention, 19, 20),
  },
]);
