import { PhonolinkError } from '../../model/errors.js';
import type { Potential } from '../potential.js';
import { speciesIndex } from '../species.js';
import { bindLennardJones } from './cpu.js';
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
    async bind(device, structure) {
      const kinds = speciesIndex(NAME, parameters.species, structure);
      if (device.kind !== 'cpu') {
        throw new PhonolinkError(`${NAME} cannot be evaluated on a device of another kind than a CPU`);
      }
      return bindLennardJones(parameters, device, kinds, structure.periodic);
    },
  };
}

export function isLennardJones(potential: Potential): potential is LennardJonesPotential {
  return potential.name === NAME && 'parameters' in potential;
}
