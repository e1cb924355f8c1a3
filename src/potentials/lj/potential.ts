import type { Potential } from '../potential.js';
import { speciesIndex } from '../species.js';
import { bindLennardJones } from './cpu.js';
import { bindLennardJonesGpu } from './gpu.js';
import { checkLennardJones, type LennardJonesParameters } from './parameters.js';

export interface LennardJonesPotential extends Potential {
  readonly parameters: LennardJonesParameters;
}

const NAME = 'Lennard-Jones';

/** @throws PhonolinkError where the numbers are no Lennard-Jones potential */
export function createLennardJones(parameters: LennardJonesParameters): LennardJonesPotential {
  checkLennardJones(parameters);
  return {
    name: NAME,
    parameters,
    species: parameters.species,
    cutoff: Math.max(...parameters.pairs.map((pair) => pair.cutoff)),
    predicts: 'energy',
    devices: ['cpu', 'gpu'],
    async bind(device, structure) {
      const kinds = speciesIndex(NAME, parameters.species, structure);
      return device.kind === 'cpu'
        ? bindLennardJones(parameters, device, kinds, structure.periodic)
        : bindLennardJonesGpu(parameters, device, kinds, structure.periodic);
    },
  };
}

export function isLennardJones(potential: Potential): potential is LennardJonesPotential {
  return potential.name === NAME && 'parameters' in potential;
}
