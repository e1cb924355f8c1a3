import { PhonolinkError } from '../src/model/errors.js';
import {
  checkLennardJones,
  type LennardJonesPair,
  type LennardJonesParameters,
  pairOf,
} from '../src/potentials/lj/parameters.js';
import {
  createLennardJones,
  isLennardJones,
  type LennardJonesPotential,
} from '../src/potentials/lj/potential.js';
import { expectNothingMore, readNumberLine, readSpeciesLine } from './gpumd/species-line.js';
import type { TextReader } from './io/text.js';
import type { PotentialFormat } from './potential-format.js';

/** GPUMD's `lj` file: `lj t symbols`, then epsilon, sigma and cutoff of each pair 00 01 ... 10 11 ..., a line each. */
export const GPUMD_LJ: PotentialFormat<LennardJonesPotential> = {
  name: 'gpumd-lj',
  title: 'Lennard-Jones of GPUMD (lj)',
  recognises: (_filename, head) => /^\s*lj\s+\d+\s/.test(head),
  read: async (text) => createLennardJones(await readLj(text)),
  async *write(potential) {
    if (!isLennardJones(potential))
      throw new PhonolinkError('only a Lennard-Jones potential can be written as an lj file');
    yield writeLj(potential.parameters);
  },
};

async function readLj(text: TextReader): Promise<LennardJonesParameters> {
  const species = await readSpeciesLine(text, 'lj');
  const pairs: LennardJonesPair[] = [];
  for (const a of species) {
    for (const b of species) {
      const [epsilon, sigma, cutoff] = await readNumberLine(text, 3, `epsilon, sigma, cutoff of ${a}-${b}`);
      pairs.push({ epsilon, sigma, cutoff });
    }
  }
  await expectNothingMore(text);
  const parameters = { species, pairs, shift: false };
  checkLennardJones(parameters);
  return parameters;
}

function writeLj(parameters: LennardJonesParameters): string {
  const { species, shift } = parameters;
  if (shift) throw new PhonolinkError('an lj file of GPUMD cannot say that the energy is shifted');
  const lines = [`lj ${species.length} ${species.join(' ')}`];
  species.forEach((_a, i) => {
    species.forEach((_b, j) => {
      const { epsilon, sigma, cutoff } = pairOf(parameters, i, j);
      lines.push(`${epsilon} ${sigma} ${cutoff}`);
    });
  });
  return `${lines.join('\n')}\n`;
}
