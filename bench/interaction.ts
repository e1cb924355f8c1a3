// Strengths of three-phonon scattering in silicon and rocksalt (64 atoms, 2 of them in the primitive cell) and in quartz
// (72 and 9) for every triplet of some grid points, beside phono3py on its own grid and modes, which are not timed; two
// threads each.
import { createCpuDevice } from '../src/device/cpu.js';
import { InteractionStrengths } from '../src/lattice/scattering/interaction.js';
import type { HomeConvention } from '../src/lattice/scattering/interaction-setup.js';
import { quartz, rocksalt, type ScatteringCase, silicon } from '../tests/helpers/scattering-cases.js';
import { peerInteraction } from '../tests/peers/interaction.js';
import type { BenchCase } from './helpers/case.js';

const ROUNDS = 3;
const THREADS = 2;

async function compare(
  open: () => Promise<ScatteringCase>,
  convention: HomeConvention,
  mesh: number,
  count: number,
) {
  const { cells, harmonic, cubic, polar } = await open();
  let [ours, peer] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  let triplets = 0;
  for (let round = 0; round < ROUNDS; round++) {
    const answer = peerInteraction({
      cells,
      harmonic,
      cubic,
      polar,
      convention,
      mesh: [mesh, mesh, mesh],
      count,
      threads: THREADS,
    });
    const { grid, modes, parts } = answer;
    const device = await createCpuDevice({ threads: THREADS });
    const begin = performance.now();
    const strengths = new InteractionStrengths({ cells, constants: cubic, convention, grid, modes }, device);
    const found = parts.map(({ triplets }) => Float64Array.from(strengths.at(triplets)));
    ours = Math.min(ours, (performance.now() - begin) / 1000);
    await device.close();
    peer = Math.min(peer, answer.seconds);
    triplets = parts.reduce((sum, part) => sum + part.triplets.points.length / 3, 0);
    parts.forEach((part, k) => {
      const largest = part.strengths.reduce((most, x) => Math.max(most, x), 0);
      const apart = part.strengths.reduce((most, x, i) => Math.max(most, Math.abs(x - found[k][i])), 0);
      if (!(apart < 1e-10 * largest)) throw new Error(`the two differ by ${apart} of ${largest} eV^2`);
    });
  }
  return { ours: triplets / ours, peer: triplets / peer, unit: 'triplets/s' };
}

const CASES = [
  { name: 'Si', open: silicon, mesh: 11, count: 56, convention: 'average' },
  { name: 'Si', open: silicon, mesh: 11, count: 56, convention: 'first' },
  { name: 'Si', open: silicon, mesh: 19, count: 30, convention: 'average' },
  { name: 'Si', open: silicon, mesh: 19, count: 30, convention: 'first' },
  { name: 'NaCl', open: rocksalt, mesh: 11, count: 56, convention: 'average' },
  { name: 'quartz', open: quartz, mesh: 9, count: 8, convention: 'average' },
] as const;

export const cases: readonly BenchCase[] = CASES.map(({ name, open, mesh, count, convention }) => ({
  name: `${name}, mesh ${mesh} x ${mesh} x ${mesh}, home: ${convention}`,
  peer: 'phono3py',
  run: () => compare(open, convention, mesh, count),
}));
