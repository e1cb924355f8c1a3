import { PhonolinkError } from '../../model/errors.js';
import type { Potential } from '../potential.js';
import { speciesIndex } from '../species.js';
import type { NepBackend } from './backend.js';
import { atTemperature } from './convert.js';
import { FAST_BACKEND } from './fast.js';
import type { NepParameters } from './parameters.js';
import { PLAIN_BACKEND } from './plain-backend.js';

/** Which backend evaluates a model on a device: the first that suits. */
const BACKENDS: readonly NepBackend[] = [FAST_BACKEND, PLAIN_BACKEND];

export interface NepPotential extends Potential {
  readonly parameters: NepParameters;
}

/** A NEP model as a potential. Temperature models must first be brought to a temperature (`atTemperature`). */
export function createNepPotential(parameters: NepParameters): NepPotential {
  const name = `NEP${parameters.version}`;
  return {
    name,
    parameters,
    species: parameters.species,
    cutoff: Math.max(...parameters.radial.cutoffs),
    predicts: parameters.predicts,
    ...(parameters.temperatureInput && {
      atTemperature: (temperature: number) => createNepPotential(atTemperature(parameters, temperature)),
    }),
    async bind(device, structure) {
      if (parameters.temperatureInput) {
        throw new PhonolinkError('this NEP model depends on the temperature, and none is given', {
          hint: 'name it in kelvin with --temperature',
        });
      }
      const kinds = speciesIndex(name, parameters.species, structure);
      const backend = BACKENDS.find((candidate) => candidate.suits(parameters, device));
      if (!backend)
        throw new PhonolinkError(`${name} cannot be evaluated on a device of kind ${device.kind}`);
      return backend.bind(parameters, kinds, device, structure);
    },
  };
}

export function isNepPotential(potential: Potential): potential is NepPotential {
  return 'parameters' in potential && potential.name.startsWith('NEP');
}
